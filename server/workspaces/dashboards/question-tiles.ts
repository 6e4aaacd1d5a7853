import type { api, BoardDocument, Dashboard, Tile, TileKind } from '@stroma/contracts';
import type { z } from 'zod';
import type { Data } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { Dashboards } from './dashboards.service.ts';

type Input = z.output<typeof api.dashboards.fromQuestion.body>;

/** Puts what somebody asked on a board, where there is room below what stands there. */
export class QuestionTiles {
  readonly #data: Pick<Data, 'asked'>;
  readonly #dashboards: Dashboards;

  constructor(data: Pick<Data, 'asked'>, dashboards: Dashboards) {
    this.#data = data;
    this.#dashboards = dashboards;
  }

  async add(ctx: Context, input: Input): Promise<{ dashboard: Dashboard; tile_id: string }> {
    const asked =
      (await this.#data.asked(ctx, input.query_id)) ??
      fail('NOT_FOUND', 'There is no such question of yours.', { query_id: input.query_id });
    if (asked.sql === null)
      fail('UNPROCESSABLE', 'The question could not be answered, so a tile of it would show nothing.');
    const title = input.title ?? asked.question ?? 'SQL';
    const board = input.dashboard_id === null ? null : await this.#dashboards.get(ctx, input.dashboard_id);
    const tile: Tile = {
      tile_id: newId('tile'),
      title: title.slice(0, 200),
      description: '',
      kind: input.kind ?? 'table',
      place: placeFor(board?.tiles ?? [], input.kind ?? 'table'),
      query: {
        kind: 'sql',
        dataset_ids: asked.dataset_ids,
        sql: asked.sql,
        question: asked.question,
        query_id: input.query_id,
      },
      spec: null,
      options: {},
    };
    const { tile_id } = tile;
    if (board === null) {
      const name = input.name ?? title;
      return {
        dashboard: await this.#dashboards.create(ctx, { ...emptyBoard(name), tiles: [tile] }),
        tile_id,
      };
    }
    const { name, description, tiles, filters, variables, time_range, refresh_s, cross_filter, revision } =
      board;
    const dashboard = await this.#dashboards.update(ctx, board.dashboard_id, {
      ...{ name, description, filters, variables, time_range, refresh_s, cross_filter, revision },
      tiles: [...tiles, tile],
    });
    return { dashboard, tile_id };
  }
}

export const emptyBoard = (name: string): BoardDocument => ({
  name: name.slice(0, 200),
  description: '',
  tiles: [],
  filters: [],
  variables: [],
  time_range: null,
  refresh_s: null,
  cross_filter: true,
});

const sizes: Partial<Record<TileKind, { w: number; h: number }>> = {
  number: { w: 3, h: 4 },
  gauge: { w: 3, h: 6 },
  table: { w: 6, h: 9 },
};

/** Beside the last tile where there is room, else below everything. */
function placeFor(tiles: readonly Tile[], kind: TileKind): Tile['place'] {
  const size = sizes[kind] ?? { w: 6, h: 8 };
  const bottom = Math.max(0, ...tiles.map(({ place }) => place.y + place.h));
  const last = tiles.toSorted((a, b) => a.place.y - b.place.y || a.place.x - b.place.x).at(-1)?.place;
  if (last !== undefined && last.y + last.h === bottom && last.x + last.w + size.w <= 12)
    return { x: last.x + last.w, y: last.y, ...size };
  return { x: 0, y: Math.min(bottom, 2000), ...size };
}
