import type {
  api,
  BoardDocument,
  BoardState,
  Dashboard,
  DashboardSummary,
  DashboardVersion,
  Permission,
  TileResult,
} from '@stroma/contracts';
import type { z } from 'zod';
import type { Access } from '../../access/index.ts';
import type { Data } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage, readCursor, toPage } from '../../platform/paging.ts';
import type { Platform } from '../../platform/platform.ts';
import { describeChange, requireSound } from './board-changes.ts';
import { BoardData } from './board-data.ts';
import { filterValues, rowsBehind } from './board-rows.ts';
import { countOpenComments } from './comments.store.ts';
import {
  type DashboardRow,
  datasetsOf,
  findDashboard,
  findVersion,
  insertDashboard,
  insertVersion,
  listDashboards,
  listVersions,
  metricsOf,
  sortValue,
  updateDashboard,
} from './dashboards.store.ts';
import { dashboards } from './dashboards.tables.ts';

type ListQuery = z.output<typeof api.dashboards.list.query>;
type TryTile = z.output<typeof api.dashboards.draft.body>;

export interface DashboardParts {
  platform: Platform;
  access: Pick<Access, 'audit' | 'resources' | 'people'>;
  data: Pick<Data, 'tiles' | 'metrics'>;
}

const noState: BoardState = { variables: {}, cross: [], drill: [] };
/** How often one person’s look at one board is put on record. */
const openedEveryMs = 15 * 60_000;
const rememberedOpenings = 5000;

/** Boards as their people may see and change them; what they show is each viewer's own. */
export class Dashboards {
  readonly #parts: DashboardParts;
  readonly #boards: BoardData;
  readonly #opened = new Map<string, number>();

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#boards = new BoardData(parts.data);
  }

  /** Throws NOT_FOUND for one out of reach; FORBIDDEN where it may be seen but this may not be done. */
  async require(ctx: Context, permission: Permission, id: string, isDeleted = false): Promise<DashboardRow> {
    const row = await findDashboard(this.#parts.platform.db.sql, ctx.actor.tenantId, id);
    if (row === null || (row.deletedAt !== null) !== isDeleted)
      return fail('NOT_FOUND', 'There is no such dashboard.', { dashboard_id: id });
    await this.#parts.access.resources.require(ctx, permission, { id, ownerId: row.createdBy });
    return row;
  }

  async list(ctx: Context, query: ListQuery) {
    const { sql } = this.#parts.platform.db;
    const reached = await this.#parts.access.resources.visible(ctx.actor, 'dashboards:read', {
      id: dashboards.id,
      ownerId: dashboards.createdBy,
    });
    const rows = await listDashboards(sql, ctx, {
      search: query.search,
      deleted: query.deleted === 'true',
      reached,
      sort: query.sort,
      limit: query.limit + 1,
      cursor: readCursor(query.cursor),
    });
    const page = toPage(
      rows,
      query.limit,
      (row) => sortValue(row, query.sort),
      (row) => row,
    );
    const comments = await countOpenComments(
      sql,
      ctx,
      page.items.map(({ id }) => id),
    );
    const items = await Promise.all(
      page.items.map((row) => this.#summary(ctx, row, comments.get(row.id) ?? 0)),
    );
    return { items, next_cursor: page.next_cursor };
  }

  async get(ctx: Context, id: string): Promise<Dashboard> {
    return this.#document(ctx, await this.require(ctx, 'dashboards:read', id));
  }

  async create(ctx: Context, document: BoardDocument, note = 'Made', isSample = false): Promise<Dashboard> {
    await this.#requireUsable(ctx, document, null);
    const { platform, access } = this.#parts;
    const now = new Date();
    const { id: me, tenantId } = ctx.actor;
    const row: DashboardRow = {
      id: newId('dashboard'),
      tenantId,
      name: document.name,
      description: document.description,
      document,
      revision: 1,
      sample: isSample,
      createdBy: me,
      createdAt: now,
      updatedBy: me,
      updatedAt: now,
      deletedAt: null,
    };
    await platform.db.transaction(async (tx) => {
      await insertDashboard(tx, row);
      await insertVersion(tx, {
        tenantId,
        dashboardId: row.id,
        revision: 1,
        document,
        note,
        createdBy: me,
        createdAt: now,
      });
      await access.audit.record(tx, ctx, {
        action: 'dashboard.created',
        object: { kind: 'dashboard', id: row.id },
        outcome: 'success',
        after: document,
        details: { name: document.name, tiles: document.tiles.length },
      });
    });
    return this.#document(ctx, row);
  }

  async update(
    ctx: Context,
    id: string,
    { revision, ...document }: BoardDocument & { revision: number },
    note?: string,
  ): Promise<Dashboard> {
    const before = await this.require(ctx, 'dashboards:write', id);
    await this.#requireUsable(ctx, document, before.document);
    const { platform, access } = this.#parts;
    const { tenantId, id: me } = ctx.actor;
    const updatedAt = new Date();
    const change = {
      name: document.name,
      description: document.description,
      document,
      revision: revision + 1,
      updatedBy: me,
      updatedAt,
    };
    await platform.db.transaction(async (tx) => {
      if (!(await updateDashboard(tx, ctx, id, revision, change)))
        fail(
          'CONFLICT',
          'Somebody changed the dashboard since you opened it. Open it again, or save yours as another.',
          {
            field: 'revision',
            revision: (await findDashboard(tx, tenantId, id))?.revision ?? null,
          },
        );
      await insertVersion(tx, {
        tenantId,
        dashboardId: id,
        revision: revision + 1,
        document,
        note: note ?? describeChange(before.document, document),
        createdBy: me,
        createdAt: updatedAt,
      });
      await access.audit.record(tx, ctx, {
        action: 'dashboard.changed',
        object: { kind: 'dashboard', id },
        outcome: 'success',
        before: before.document,
        after: document,
        details: { name: document.name, revision: revision + 1 },
      });
    });
    return this.#document(ctx, { ...before, ...change });
  }

  async remove(ctx: Context, id: string): Promise<void> {
    const row = await this.require(ctx, 'dashboards:write', id);
    await this.#setDeleted(ctx, row, new Date());
  }

  async restore(ctx: Context, id: string): Promise<Dashboard> {
    const row = await this.require(ctx, 'dashboards:write', id, true);
    await this.#setDeleted(ctx, row, null);
    return this.#document(ctx, { ...row, deletedAt: null });
  }

  async #setDeleted(
    ctx: Context,
    { id, revision, name }: DashboardRow,
    deletedAt: Date | null,
  ): Promise<void> {
    const { platform, access } = this.#parts;
    await platform.db.transaction(async (tx) => {
      if (!(await updateDashboard(tx, ctx, id, revision, { deletedAt })))
        fail('CONFLICT', 'Somebody changed the dashboard at this moment. Try again.');
      await access.audit.record(tx, ctx, {
        action: deletedAt === null ? 'dashboard.restored' : 'dashboard.deleted',
        object: { kind: 'dashboard', id },
        outcome: 'success',
        details: { name },
      });
    });
  }

  /** What the tiles show to whom `ctx` is of, and of which revision. For pages, exports, links, alerts and streams. */
  async data(
    ctx: Context,
    id: string,
    state: BoardState = noState,
    tileIds?: readonly string[],
  ): Promise<{ revision: number; as_of: string; results: TileResult[] }> {
    const row = await this.require(ctx, 'dashboards:read', id);
    await this.#recordOpening(ctx, row);
    const as_of = new Date().toISOString();
    const results = await this.#boards.results(ctx, id, row.document, state, tileIds);
    return { revision: row.revision, as_of, results };
  }

  /** A tile that is not saved yet; it leaves a record under its own id. */
  async tryTile(ctx: Context, { tile, board, state }: TryTile): Promise<TileResult> {
    const { filters = [], variables = [], time_range = null } = board;
    const shown = { tiles: [tile], filters, variables, time_range, cross_filter: true };
    const [result] = await this.#boards.results(ctx, '', shown, state);
    return result ?? fail('INTERNAL', 'Expected one result for one tile.');
  }

  async rows(ctx: Context, id: string, tileId: string, input: z.output<typeof api.dashboards.rows.body>) {
    const { document } = await this.require(ctx, 'dashboards:read', id);
    return rowsBehind(ctx, this.#parts.data, this.#boards, document, tileId, input);
  }

  async values(ctx: Context, id: string, input: z.output<typeof api.dashboards.values.body>) {
    const { document } = await this.require(ctx, 'dashboards:read', id);
    return filterValues(ctx, this.#parts.data, document, input);
  }

  async versions(ctx: Context, id: string, query: { limit: number; cursor?: string | undefined }) {
    await this.require(ctx, 'dashboards:read', id);
    const before = query.cursor === undefined ? null : Number(query.cursor);
    if (before !== null && !(Number.isSafeInteger(before) && before > 0 && before < 2 ** 31))
      fail('INVALID_INPUT', 'Expected the next_cursor of the page before, unchanged.', { field: 'cursor' });
    const rows = await listVersions(this.#parts.platform.db.sql, ctx, id, before, query.limit + 1);
    const { page, next_cursor } = cutPage(rows, query.limit, (row) => String(row.revision));
    return { items: await Promise.all(page.map((row) => this.#version(ctx, row))), next_cursor };
  }

  async version(ctx: Context, id: string, revision: number) {
    await this.require(ctx, 'dashboards:read', id);
    const row = await this.#findVersion(ctx, id, revision);
    return { ...(await this.#version(ctx, row)), document: row.document };
  }

  async restoreVersion(ctx: Context, id: string, revision: number): Promise<Dashboard> {
    const present = await this.require(ctx, 'dashboards:write', id);
    const { document } = await this.#findVersion(ctx, id, revision);
    return this.update(
      ctx,
      id,
      { ...document, revision: present.revision },
      `As it was in version ${revision}`,
    );
  }

  async #findVersion(ctx: Context, id: string, revision: number) {
    return (
      (await findVersion(this.#parts.platform.db.sql, ctx, id, revision)) ??
      fail('NOT_FOUND', `The dashboard has no version ${revision}.`, { revision })
    );
  }

  /** Nobody puts on a board what they do not see themselves; what stood there already may stay. */
  async #requireUsable(ctx: Context, document: BoardDocument, before: BoardDocument | null): Promise<void> {
    requireSound(document);
    const { data } = this.#parts;
    const stood = new Set(before === null ? [] : [...datasetsOf(before), ...metricsOf(before)]);
    const ids = datasetsOf(document).filter((id) => !stood.has(id));
    const seen = await data.tiles.see(ctx, ids);
    const unknown = ids.find((id) => !seen.has(id));
    if (unknown !== undefined)
      fail('INVALID_INPUT', 'A tile is made of a dataset that is not there, or that you may not see.', {
        field: 'tiles',
        dataset_id: unknown,
      });
    const metricIds = metricsOf(document).filter((id) => !stood.has(id));
    const known = await data.metrics.find(ctx, metricIds);
    const missing = metricIds.find((id) => !known.has(id));
    if (missing !== undefined)
      fail('INVALID_INPUT', 'A tile shows a metric that is not there.', {
        field: 'tiles',
        metric_id: missing,
      });
  }

  async #recordOpening(ctx: Context, { id, name, revision }: DashboardRow): Promise<void> {
    const key = `${ctx.actor.id} ${id}`;
    const last = this.#opened.get(key) ?? 0;
    if (Date.now() - last < openedEveryMs) return;
    this.#opened.delete(key);
    this.#opened.set(key, Date.now());
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > rememberedOpenings && oldest !== undefined) this.#opened.delete(oldest);
    await this.#parts.access.audit.append(ctx, {
      action: 'dashboard.opened',
      object: { kind: 'dashboard', id },
      outcome: 'success',
      details: { name, revision },
    });
  }

  async person(ctx: Context, userId: string) {
    if (userId === 'system') return { user_id: userId, name: 'Stroma' };
    return {
      user_id: userId,
      name: (await this.#parts.access.people.card(ctx.actor.tenantId, userId))?.name ?? null,
    };
  }

  async #version(
    ctx: Context,
    row: { revision: number; document: BoardDocument; note: string; createdAt: Date; createdBy: string },
  ): Promise<DashboardVersion> {
    return {
      revision: row.revision,
      name: row.document.name,
      tile_count: row.document.tiles.length,
      note: row.note,
      created_at: row.createdAt.toISOString(),
      created_by: await this.person(ctx, row.createdBy),
    };
  }

  async #head(ctx: Context, row: DashboardRow) {
    const { resources } = this.#parts.access;
    const thing = { id: row.id, ownerId: row.createdBy };
    const [write, share] = await Promise.all([
      resources.decide(ctx.actor, 'dashboards:write', thing, ctx.purpose),
      resources.decide(ctx.actor, 'dashboards:share', thing, ctx.purpose),
    ]);
    const projects = await resources.projectsOf(ctx.actor.tenantId, row.id);
    return {
      dashboard_id: row.id,
      owner: await this.person(ctx, row.createdBy),
      revision: row.revision,
      sample: row.sample,
      projects: projects.map(({ id, name }) => ({ project_id: id, name })),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
      updated_by: await this.person(ctx, row.updatedBy),
      may_change: write.allowed,
      may_share: share.allowed,
      why_not: write.allowed ? null : write.reason,
    };
  }

  async #document(ctx: Context, row: DashboardRow): Promise<Dashboard> {
    return { ...row.document, ...(await this.#head(ctx, row)) };
  }

  async #summary(ctx: Context, row: DashboardRow, openComments: number): Promise<DashboardSummary> {
    const { tiles } = row.document;
    return {
      ...(await this.#head(ctx, row)),
      name: row.name,
      description: row.description,
      tile_kinds: [...new Set(tiles.map(({ kind }) => kind))],
      tiles: tiles.map(({ kind, place }) => ({ kind, place })),
      open_comments: openComments,
    };
  }
}
