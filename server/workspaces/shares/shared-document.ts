import type { BoardState, Dashboard, DashboardShare, RowFilter, SharedBoard, Tile } from '@stroma/contracts';
import type { ShareRow } from './shares.store.ts';

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null;

export function shareDocument(
  row: ShareRow,
  { makerName, closed }: { makerName: string | null; closed: string | null },
  now = Date.now(),
): DashboardShare {
  const expired = row.expiresAt !== null && row.expiresAt.getTime() <= now;
  return {
    share_id: row.id,
    dashboard_id: row.dashboardId,
    kind: row.kind,
    label: row.label,
    status: row.revokedAt !== null ? 'revoked' : expired ? 'expired' : closed !== null ? 'closed' : 'open',
    why_closed: closed,
    prefix: row.prefix,
    has_password: row.passwordHash !== null,
    filters: row.filters,
    state: row.state,
    allowed_origins: row.allowedOrigins,
    expires_at: iso(row.expiresAt),
    revoked_at: iso(row.revokedAt),
    opened: row.opened,
    last_opened_at: iso(row.lastOpenedAt),
    created_by: { user_id: row.createdBy, name: makerName },
    created_at: row.createdAt.toISOString(),
  };
}

/** A tile for strangers: how it looks, and not what was asked. */
function shownTile(tile: Tile): Tile {
  const { query } = tile;
  return query?.kind === 'sql'
    ? { ...tile, query: { ...query, sql: '--', question: null, query_id: null } }
    : tile;
}

export function sharedBoard(board: Dashboard, share: ShareRow, organisation: string): SharedBoard {
  return {
    name: board.name,
    description: board.description,
    tiles: board.tiles.map(shownTile),
    filters: board.filters,
    variables: board.variables,
    time_range: board.time_range,
    refresh_s: board.refresh_s,
    cross_filter: share.filters === 'free' && board.cross_filter,
    filters_free: share.filters === 'free',
    state: share.state,
    organisation,
    expires_at: iso(share.expiresAt),
  };
}

/** Columns a stranger may filter by: the filters of the board, and what its tiles are put together by. */
function openColumns({ filters, tiles }: Pick<Dashboard, 'filters' | 'tiles'>): Set<string> {
  const shown = tiles.flatMap(({ query }) =>
    query?.kind === 'built'
      ? [...query.dimensions, ...query.drill, ...(query.split === undefined ? [] : [query.split])]
      : [],
  );
  return new Set([...filters, ...shown].map(({ column }) => column));
}

/**
 * What of a stranger's state counts. With fixed filters nothing does. With free ones: filters on columns the board
 * shows or filters by, the time range, and variables it has; other columns could be felt out value by value.
 */
export function allowedState(
  board: Pick<Dashboard, 'filters' | 'tiles' | 'variables'>,
  share: Pick<ShareRow, 'filters' | 'state'>,
  asked: BoardState,
): BoardState {
  if (share.filters === 'fixed') return share.state;
  const columns = openColumns(board);
  const kept = (filters: readonly RowFilter[]) => filters.filter(({ column }) => columns.has(column));
  const names = new Set(board.variables.map(({ name }) => name));
  return {
    ...(asked.filters === undefined ? {} : { filters: kept(asked.filters) }),
    ...(asked.time_range === undefined ? {} : { time_range: asked.time_range }),
    variables: Object.fromEntries(Object.entries(asked.variables).filter(([name]) => names.has(name))),
    cross: asked.cross.map((each) => ({ ...each, filters: kept(each.filters) })),
    drill: asked.drill.filter(({ path }) => path.every(({ column }) => columns.has(column))),
  };
}
