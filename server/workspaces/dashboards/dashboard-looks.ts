import type { api, BoardState, TileResult } from '@stroma/contracts';
import type { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { BoardData } from './board-data.ts';
import { filterValues, rowsBehind } from './board-rows.ts';
import type { DashboardParts, Dashboards } from './dashboards.service.ts';
import type { DashboardRow } from './dashboards.store.ts';

type TryTile = z.output<typeof api.dashboards.draft.body>;

const noState: BoardState = { variables: {}, cross: [], drill: [] };
/** How often one person’s look at one board is put on record. */
const openedEveryMs = 15 * 60_000;
const rememberedOpenings = 5000;

/** What boards show to one person: always asked anew, with the rights that person has at this moment. */
export class DashboardLooks {
  readonly #parts: Pick<DashboardParts, 'access' | 'data'>;
  readonly #dashboards: Pick<Dashboards, 'require'>;
  readonly #boards: BoardData;
  readonly #opened = new Map<string, number>();

  constructor(parts: Pick<DashboardParts, 'access' | 'data'>, dashboards: Pick<Dashboards, 'require'>) {
    this.#parts = parts;
    this.#dashboards = dashboards;
    this.#boards = new BoardData(parts.data);
  }

  /** What the tiles show to whom `ctx` is of, and of which revision. For pages, exports, links, alerts and streams. */
  async data(
    ctx: Context,
    id: string,
    state: BoardState = noState,
    tileIds?: readonly string[],
  ): Promise<{ revision: number; as_of: string; results: TileResult[] }> {
    const row = await this.#dashboards.require(ctx, 'dashboards:read', id);
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
    const { document } = await this.#dashboards.require(ctx, 'dashboards:read', id);
    return rowsBehind(ctx, this.#parts.data, this.#boards, document, tileId, input);
  }

  async values(ctx: Context, id: string, input: z.output<typeof api.dashboards.values.body>) {
    const { document } = await this.#dashboards.require(ctx, 'dashboards:read', id);
    return filterValues(ctx, this.#parts.data, document, input);
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
}
