import type { BoardDocument, BoardState, MetricUse, Tile, TileResult } from '@stroma/contracts';
import { type JsonValue, StromaError } from '@stroma/kernel';
import { quoteIdentifier, type RowSelection, rowSelectionSql } from '@stroma/lake';
import { type Data, type MetricRow, metricUse, type TileAnswer, type TileDataset } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { type Look, type TileFilters, tileFilters } from './board-filters.ts';
import { datasetsOf, metricsOf } from './dashboards.store.ts';
import { type Moments, momentsOf, periodBefore } from './periods.ts';
import { tileSql } from './tile-sql.ts';
import { fillVariables } from './variables.ts';

/** As much of a board as its tiles need. */
export type ShownBoard = Pick<
  BoardDocument,
  'tiles' | 'filters' | 'variables' | 'time_range' | 'cross_filter'
>;

/** A tile with everything that its statement needs, as one viewer may see it. */
export interface PreparedTile {
  tile: Tile;
  datasets: TileDataset[];
  sql: string;
  params: JsonValue[];
  /** The statement as people read it, without the filters. */
  shown: string;
  filters: TileFilters;
  /** Of the period before, where the tile compares with it. */
  before: { filters: TileFilters; from: string; to: string } | null;
  metrics: ReadonlyMap<string, string>;
  drillLevel: number;
  maxRows: number;
}

export interface BoardLook {
  board: ShownBoard;
  state: BoardState;
  seen: ReadonlyMap<string, TileDataset>;
  metrics: ReadonlyMap<string, MetricRow>;
  now: Date;
}

const sqlTileRows = 10_000;

/** What tiles show to somebody: each statement run over what they may see, all at once. */
export class BoardData {
  readonly #data: Pick<Data, 'tiles' | 'metrics'>;

  constructor(data: Pick<Data, 'tiles' | 'metrics'>) {
    this.#data = data;
  }

  /** What every tile of one look has in common: the datasets as the viewer sees them, and the metrics. */
  async look(ctx: Context, board: ShownBoard, state: BoardState): Promise<BoardLook> {
    const [seen, metrics] = await Promise.all([
      this.#data.tiles.see(ctx, datasetsOf(board)),
      this.#data.metrics.find(ctx, metricsOf(board)),
    ]);
    return { board, state, seen, metrics, now: new Date() };
  }

  /** One failing tile breaks no other: it carries its error. In the order of the tiles. */
  async results(
    ctx: Context,
    dashboardId: string,
    board: ShownBoard,
    state: BoardState,
    tileIds?: readonly string[],
  ): Promise<TileResult[]> {
    const wanted = board.tiles.filter(({ tile_id }) => tileIds === undefined || tileIds.includes(tile_id));
    const look = await this.look(ctx, { ...board, tiles: wanted }, state);
    return Promise.all(wanted.map((tile) => this.#result(ctx, dashboardId, tile, look)));
  }

  async #result(ctx: Context, dashboardId: string, tile: Tile, look: BoardLook): Promise<TileResult> {
    if (tile.query === null) return emptyResult(tile, null);
    let prepared: PreparedTile | null = null;
    try {
      prepared = prepareTile(tile, look);
      const { datasets, sql, params, maxRows, before } = prepared;
      const label = tile.title === '' ? 'Tile of a dashboard' : tile.title;
      const about = { dashboardId, tileId: tile.tile_id, label };
      const run = (held: TileFilters): Promise<TileAnswer> =>
        this.#data.tiles.run(ctx, { sql, params, datasets, filters: held.byDataset, maxRows, about });
      const [answer, earlier] = await Promise.all([
        run(prepared.filters),
        before === null ? null : run(before.filters),
      ]);
      return resultOf(prepared, look, answer, earlier);
    } catch (error) {
      if (!(error instanceof StromaError) || error.code === 'CANCELLED') throw error;
      return { ...emptyResult(tile, error), sql: prepared === null ? null : shownSql(prepared) };
    }
  }
}

/** Throws NOT_FOUND, UNPROCESSABLE. */
export function prepareTile(tile: Tile, { board, state, seen, metrics, now }: BoardLook): PreparedTile {
  const { query } = tile;
  if (query === null) throw new StromaError('UNPROCESSABLE', 'A text tile shows no rows.');
  const ids = query.kind === 'built' ? [query.dataset_id] : [...new Set(query.dataset_ids)];
  const datasets = ids.map((id) => {
    const dataset = seen.get(id);
    if (dataset === undefined)
      throw new StromaError(
        'NOT_FOUND',
        'The data of this tile is not there, or you may not see it. Ask who shared the dashboard.',
      );
    return dataset;
  });
  const range = state.time_range === undefined ? board.time_range : state.time_range;
  const moments = range === null ? null : momentsOf(range, now);
  const look = (held: Moments | null): Look => ({
    filters: state.filters ?? board.filters,
    time: held === null || range === null ? null : { column: range.column, moments: held },
    cross: board.cross_filter ? state.cross : [],
  });
  const drilled = state.drill.find(({ tile_id }) => tile_id === tile.tile_id)?.path ?? [];
  const statement =
    query.kind === 'built'
      ? builtStatement(query, datasets[0] as TileDataset, metrics, drilled)
      : { ...fillVariables(query.sql, board.variables, state.variables), ...noMetrics };
  const own = query.kind === 'built' ? [...query.filters, ...statement.path] : [];
  const filters = tileFilters(tile.tile_id, datasets, look(moments), own);
  const earlier =
    tile.options.compare === 'previous_period' && moments !== null && filters.inTime
      ? periodBefore(moments)
      : null;
  return {
    tile,
    datasets,
    sql: statement.sql,
    params: statement.params,
    shown: statement.shown,
    filters,
    before: earlier && { ...earlier, filters: tileFilters(tile.tile_id, datasets, look(earlier), own) },
    metrics: statement.metrics,
    drillLevel: statement.drillLevel,
    maxRows: query.kind === 'built' ? query.limit : sqlTileRows,
  };
}

const noMetrics = { metrics: new Map<string, string>(), path: [], drillLevel: 0 };

function builtStatement(
  query: Extract<Tile['query'], { kind: 'built' }>,
  dataset: TileDataset,
  metrics: ReadonlyMap<string, MetricRow>,
  drilled: Parameters<typeof tileSql>[3],
) {
  const known = [...metrics.values()].map(({ id, name, expression, datasetId }) => ({
    metricId: id,
    name,
    expression,
    datasetId,
  }));
  const table = { name: dataset.table_name, columns: dataset.columns };
  const made = tileSql(query, table, new Map(known.map((each) => [each.metricId, each])), drilled);
  return { ...made, params: [], shown: made.sql };
}

/** The statement with its filters written out: what somebody would ask to see the same. */
export function shownSql({ shown, datasets, filters }: PreparedTile): string {
  const looked = datasets.flatMap(({ dataset_id, table_name }) => {
    const own = filters.byDataset.get(dataset_id) ?? [];
    return own.length === 0 ? [] : [filteredTable(table_name, own)];
  });
  if (looked.length === 0) return shown;
  const [only] = datasets;
  // The other name a single dataset goes by would pass the filters by.
  if (
    datasets.length === 1 &&
    only !== undefined &&
    only.table_name !== 'dataset' &&
    /\bdataset\b/i.test(shown)
  )
    looked.push(`"dataset" AS (SELECT * FROM ${quoteIdentifier(only.table_name)})`);
  const begins = /^\s*with\s+(?!recursive\b)/i;
  const head = `WITH ${looked.join(',\n')}`;
  if (begins.test(shown)) return `${head},\n${shown.replace(begins, '')}`;
  return /^\s*with\s/i.test(shown) ? `${head}\nSELECT * FROM (\n${shown}\n)` : `${head}\n${shown}`;
}

function filteredTable(table: string, filters: readonly RowSelection[]): string {
  const name = quoteIdentifier(table);
  return `${name} AS (SELECT * FROM main.${name} WHERE ${filters.map(rowSelectionSql).join(' AND ')})`;
}

function resultOf(
  prepared: PreparedTile,
  { metrics }: BoardLook,
  answer: TileAnswer,
  earlier: TileAnswer | null,
): TileResult {
  const { tile, datasets, filters, before } = prepared;
  const uses = [...prepared.metrics].flatMap(([column, id]): MetricUse[] => {
    const metric = metrics.get(id);
    return metric === undefined ? [] : [metricUse(metric, column)];
  });
  const unitOf = new Map(uses.map((use) => [use.column, use]));
  const rows = answer.rows.slice(0, prepared.maxRows);
  return {
    tile_id: tile.tile_id,
    sql: shownSql(prepared),
    columns: answer.columns.map(({ name, type }) => ({
      name,
      type,
      unit: unitOf.get(name)?.unit ?? null,
      metric_id: unitOf.get(name)?.metric_id ?? null,
    })),
    rows,
    truncated: answer.truncated,
    execution_ms: answer.execution_ms,
    cached: answer.cached,
    stale: answer.stale,
    dataset_versions: versionsOf(datasets),
    filtered_by: filters.filteredBy,
    not_filtered: filters.notFiltered,
    restricted: datasets.some(({ restricted }) => restricted),
    drill_level: prepared.drillLevel,
    comparison:
      before === null || earlier === null ? null : { from: before.from, to: before.to, rows: earlier.rows },
    metrics: uses,
    error: null,
    provenance_id: answer.provenance_id,
  };
}

export const versionsOf = (datasets: readonly TileDataset[]): TileResult['dataset_versions'] =>
  datasets.map(({ dataset_id, name, version_id, number }) => ({ dataset_id, name, version_id, number }));

const emptyResult = (tile: Tile, error: StromaError | null): TileResult => ({
  tile_id: tile.tile_id,
  sql: null,
  columns: [],
  rows: [],
  truncated: false,
  execution_ms: 0,
  cached: false,
  stale: false,
  dataset_versions: [],
  filtered_by: [],
  not_filtered: [],
  restricted: false,
  drill_level: 0,
  comparison: null,
  metrics: [],
  error: error && { code: error.code, message: error.message },
  provenance_id: null,
});
