import { endOfPeriod, momentOf } from '@stroma/charts';
import type { BoardState, Dashboard, RowFilter, Tile, TileResult } from '@stroma/contracts';
import { getRouteApi } from '@tanstack/react-router';
import { isNumeric, type Row } from '../../lib/cell.ts';

const route = getRouteApi('/frame/dashboards/$dashboardId');

export const emptyState: BoardState = { variables: {}, cross: [], drill: [] };

/** What somebody looks at lives in the address, so that it can be sent. */
export function useBoardState() {
  const { state: given } = route.useSearch();
  const navigate = route.useNavigate();
  const state: BoardState = { ...emptyState, ...given };
  const setState = (change: (now: BoardState) => BoardState) =>
    void navigate({
      search: ({ state: now, ...rest }) => {
        const next = change({ ...emptyState, ...now });
        return isEmpty(next) ? rest : { ...rest, state: withoutEmpty(next) };
      },
      replace: true,
      resetScroll: false,
    });
  return { state, setState };
}

const isEmpty = (state: BoardState): boolean => Object.keys(withoutEmpty(state)).length === 0;

function withoutEmpty({ variables, cross, drill, ...rest }: BoardState): Partial<BoardState> {
  return {
    ...rest,
    ...(Object.keys(variables).length > 0 && { variables }),
    ...(cross.length > 0 && { cross }),
    ...(drill.length > 0 && { drill }),
  };
}

export const filtersOf = (board: Pick<Dashboard, 'filters'>, state: BoardState): RowFilter[] =>
  state.filters ?? board.filters.map(({ label: _, ...filter }) => filter);

/** The columns of the data a tile's answer is by, and where they are in it. */
function shownDimensions(tile: Tile, result: TileResult) {
  const { query } = tile;
  if (query === null) return [];
  if (query.kind === 'sql')
    return result.columns.flatMap(({ name, type }, at) =>
      isNumeric(type) || type === 'nested'
        ? []
        : [{ column: name, at, type, grain: undefined, bins: undefined }],
    );
  const dimensions = query.dimensions.map((each, at) =>
    at === 0 && result.drill_level > 0 ? (query.drill[result.drill_level - 1] ?? each) : each,
  );
  const all = query.split === undefined ? dimensions : [...dimensions, query.split];
  return all.map(({ column, grain, bins }, at) => ({
    column,
    at,
    type: result.columns[at]?.type ?? ('text' as const),
    grain,
    bins,
  }));
}

/** The conditions that a row of a tile's answer stands for; none where it stands for rows themselves. */
export function markFilters(tile: Tile, result: TileResult, row: Row): RowFilter[] {
  if (tile.query?.kind === 'built' && tile.query.measures.length === 0 && tile.kind !== 'scatter') return [];
  const dimensions = shownDimensions(tile, result);
  // A point of a cloud stands for its group: its own two numbers would leave only itself.
  const kept = tile.kind === 'scatter' ? dimensions.filter(({ type }) => !isNumeric(type)) : dimensions;
  return kept.flatMap(({ column, at, type, grain, bins }): RowFilter[] => {
    const value = row[at];
    const filter = (op: RowFilter['op'], values: RowFilter['values']): RowFilter => ({
      column,
      op,
      values,
      dataset_id: null,
    });
    if (value === null || value === undefined) return [filter('is_missing', [])];
    if (typeof value === 'object') return [];
    if (grain !== undefined) {
      const start = momentOf(value);
      if (start === null) return [];
      const end = new Date(endOfPeriod(start, grain)).toISOString();
      return [filter('gte', [value]), filter('lt', [type === 'date' ? end.slice(0, 10) : end])];
    }
    if (bins !== undefined) {
      const starts = [...new Set(result.rows.map((each) => Number(each[at])))].toSorted((a, b) => a - b);
      const gaps = starts.slice(1).map((each, place) => each - (starts[place] ?? 0));
      const step = gaps.length === 0 ? 1 : Math.min(...gaps);
      return [filter('gte', [value]), filter('lt', [Number((Number(value) + step).toPrecision(12))])];
    }
    return [filter('in', [value])];
  });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The marks chosen in a tile, each as the conditions it stands for. */
export const marksOf = (state: BoardState, tileId: string): RowFilter[][] =>
  state.cross.filter(({ tile_id }) => tile_id === tileId).map(({ filters }) => filters);

/** Which rows of its own answer the marks chosen in a tile stand for. */
export function selectedRows(
  tile: Tile,
  result: TileResult,
  state: BoardState,
): ((row: Row) => boolean) | undefined {
  const chosen = new Set(marksOf(state, tile.tile_id).map((filters) => JSON.stringify(filters)));
  if (chosen.size === 0) return undefined;
  return (row) => chosen.has(JSON.stringify(markFilters(tile, result, row)));
}

const mostMarks = 50;

/**
 * A mark alone, or with `add` beside those chosen in the same tile, of which any may then hold. One that is chosen
 * already is let go.
 */
export function crossed(state: BoardState, tileId: string, filters: RowFilter[], add = false): BoardState {
  const before = marksOf(state, tileId);
  const others = before.filter((each) => !same(each, filters));
  const isChosen = others.length < before.length;
  const kept = add ? others : [];
  const chosen =
    filters.length === 0 || (isChosen && (add || before.length === 1)) ? kept : [...kept, filters];
  const elsewhere = state.cross.filter(({ tile_id }) => tile_id !== tileId);
  const cross = [...elsewhere, ...chosen.map((each) => ({ tile_id: tileId, filters: each }))];
  return cross.length > mostMarks ? state : { ...state, cross };
}

/** One step further down from the first dimension. */
export function drilled(state: BoardState, tile: Tile, result: TileResult, row: Row): BoardState {
  const [first] = shownDimensions(tile, result);
  const value = row[0];
  if (first === undefined || (value !== null && typeof value === 'object') || value === undefined)
    return state;
  const before = state.drill.find(({ tile_id }) => tile_id === tile.tile_id)?.path ?? [];
  return drilledTo(state, tile.tile_id, [...before, { column: first.column, value }]);
}

export function drilledTo(
  state: BoardState,
  tileId: string,
  path: BoardState['drill'][number]['path'],
): BoardState {
  const others = state.drill.filter(({ tile_id }) => tile_id !== tileId);
  return { ...state, drill: path.length === 0 ? others : [...others, { tile_id: tileId, path }] };
}

export const canDrill = (tile: Tile, result: TileResult): boolean =>
  tile.query?.kind === 'built' && result.drill_level < tile.query.drill.length;
