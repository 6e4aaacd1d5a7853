import type { api, FilterValue } from '@stroma/contracts';
import { type ColumnType, type JsonValue, StromaError } from '@stroma/kernel';
import { quoteIdentifier, type RowSelection } from '@stroma/lake';
import type { z } from 'zod';
import type { Data, TileDataset } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { type BoardData, prepareTile, type ShownBoard, shownSql } from './board-data.ts';
import { tileFilters } from './board-filters.ts';
import { datasetsOf } from './dashboards.store.ts';

type RowsQuery = z.output<typeof api.dashboards.rows.body>;
type RowsAnswer = z.output<typeof api.dashboards.rows.response>;
type ValuesQuery = z.output<typeof api.dashboards.values.body>;
type ValuesAnswer = z.output<typeof api.dashboards.values.response>;

/** The rows behind a built tile, in the order of the file, with the filters of the look and of the mark. */
export async function rowsBehind(
  ctx: Context,
  data: Pick<Data, 'tiles'>,
  boards: BoardData,
  board: ShownBoard,
  tileId: string,
  input: RowsQuery,
): Promise<RowsAnswer> {
  const tile =
    board.tiles.find(({ tile_id }) => tile_id === tileId) ??
    fail('NOT_FOUND', 'There is no such tile on the dashboard.', { tile_id: tileId });
  if (tile.query?.kind !== 'built')
    fail(
      'UNPROCESSABLE',
      'Which rows are behind a tile is known for those that are built by hand, not for those written in SQL. Open the dataset.',
    );
  const look = await boards.look(ctx, { ...board, tiles: [tile] }, input.state);
  const prepared = prepareTile(tile, look);
  const [dataset] = prepared.datasets as [TileDataset];
  const { dataset_id, table_name } = dataset;
  const cross = input.marks.map((filters) => ({ tile_id: '', filters }));
  const nothing = { filters: [], time: null, cross };
  const marked = tileFilters(tileId, [dataset], nothing, input.filters).byDataset.get(dataset_id) ?? [];
  const all: RowSelection[] = [...(prepared.filters.byDataset.get(dataset_id) ?? []), ...marked];
  const filters = new Map([[dataset_id, all]]);
  const from = quoteIdentifier(table_name);
  const sql = `SELECT * FROM ${from} LIMIT ${input.limit} OFFSET ${input.offset}`;
  const [page, count] = await Promise.all([
    data.tiles.run(ctx, { sql, datasets: [dataset], filters, maxRows: input.limit, about: null }),
    data.tiles.run(ctx, { sql: `SELECT count(*) FROM ${from}`, datasets: [dataset], filters, about: null }),
  ]);
  return {
    columns: page.columns.map(({ name, type }) => ({ name, type, unit: null, metric_id: null })),
    rows: page.rows,
    total_rows: Number(count.rows[0]?.[0] ?? 0),
    sql: shownSql({ ...prepared, shown: sql, filters: { ...prepared.filters, byDataset: filters } }),
  };
}

const valueTypes: Partial<Record<ColumnType, NonNullable<ValuesAnswer['type']>>> = {
  text: 'text',
  integer: 'number',
  number: 'number',
  date: 'date',
  timestamp: 'timestamp',
  boolean: 'boolean',
};

/** What a filter by a column can be set to: over every dataset of the board that shows the viewer such a column. */
export async function filterValues(
  ctx: Context,
  data: Pick<Data, 'tiles'>,
  board: ShownBoard,
  { column, search, limit }: ValuesQuery,
): Promise<ValuesAnswer> {
  const seen = [...(await data.tiles.see(ctx, datasetsOf(board))).values()];
  const typeOf = ({ columns, hidden }: TileDataset): ColumnType | undefined =>
    hidden.has(column) ? undefined : columns.find(({ name }) => name === column)?.type;
  const [first] = seen.flatMap((dataset) => valueTypes[typeOf(dataset) ?? 'nested'] ?? []);
  if (first === undefined) return { type: null, items: [], more: false, min: null, max: null };
  const having = seen.filter((dataset) => valueTypes[typeOf(dataset) ?? 'nested'] === first);
  const name = quoteIdentifier(column);
  const answers = await Promise.all(
    having.map((dataset) => {
      const found = search === '' ? '' : `\nWHERE contains(lower(CAST(${name} AS VARCHAR)), lower($1))`;
      return data.tiles.run(ctx, {
        sql: `SELECT ${name}, count(*), min(min(${name})) OVER (), max(max(${name})) OVER ()
FROM ${quoteIdentifier(dataset.table_name)}${found}
GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST`,
        ...(search === '' ? {} : { params: [search] }),
        datasets: [dataset],
        maxRows: limit + 1,
        about: null,
      });
    }),
  );
  const counts = new Map<JsonValue, number>();
  const bounds: JsonValue[] = [];
  for (const { rows } of answers) {
    bounds.push(...(rows[0]?.slice(2) ?? []));
    for (const [value = null, count = 0] of rows) counts.set(value, (counts.get(value) ?? 0) + Number(count));
  }
  const items = [...counts]
    .map(([value, count]) => ({ value: scalar(value), count }))
    .sort((a, b) => b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1));
  const [min = null, max = null] = ends(bounds.filter((bound) => bound !== null));
  return {
    type: first,
    items: items.slice(0, limit),
    more: items.length > limit,
    min: scalar(min),
    max: scalar(max),
  };
}

function ends(bounds: readonly JsonValue[]): [JsonValue, JsonValue] | [] {
  if (bounds.length === 0) return [];
  const sorted = [...bounds].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1,
  );
  return [sorted[0] ?? null, sorted.at(-1) ?? null];
}

function scalar(value: JsonValue): FilterValue {
  if (value !== null && typeof value === 'object')
    throw new StromaError('INTERNAL', 'Expected one value in a cell, got several.');
  return typeof value === 'string' ? value.slice(0, 1000) : value;
}
