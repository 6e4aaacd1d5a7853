import type { RowFilter as BoardRowFilter, BoardState } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { type RowFilter, type RowSelection, rowFilterProblem } from '@stroma/lake';
import type { TileDataset } from '../../data/index.ts';
import type { Moments } from './periods.ts';

export interface NotFiltered {
  column: string;
  dataset_id: string;
  reason: 'no_column' | 'masked' | 'type';
}

export interface TileFilters {
  byDataset: ReadonlyMap<string, RowSelection[]>;
  filteredBy: string[];
  notFiltered: NotFiltered[];
  /** Whether the time range holds for at least one of the datasets. */
  inTime: boolean;
}

type Wanted = Pick<BoardRowFilter, 'column' | 'op' | 'values'> & { dataset_id?: string | null };

/** What is the same for every tile of a look at a board. */
export interface Look {
  filters: readonly Wanted[];
  time: { column: string | null; moments: Moments } | null;
  cross: BoardState['cross'];
}

/** A filter in which nothing is chosen yet holds for nothing. */
const isChosen = ({ op, values }: Wanted): boolean =>
  values.length > 0 || op === 'is_missing' || op === 'not_missing';

/**
 * Which rows of its datasets a tile looks at. What is chosen on the board holds where a dataset has the column, and is
 * said not to where it has not; `own` filters of the tile and of the way down hold, or the tile fails: it would show
 * other numbers than it says. Throws UNPROCESSABLE.
 */
export function tileFilters(
  tileId: string,
  datasets: readonly TileDataset[],
  look: Look,
  own: readonly Wanted[] = [],
): TileFilters {
  const byDataset = new Map<string, RowSelection[]>(datasets.map(({ dataset_id }) => [dataset_id, []]));
  const filteredBy = new Set<string>();
  const notFiltered: NotFiltered[] = [];
  let inTime = false;
  const held = (dataset: TileDataset, wanted: Wanted): RowFilter[] => {
    const { dataset_id } = dataset;
    if (!isChosen(wanted) || (wanted.dataset_id ?? dataset_id) !== dataset_id) return [];
    const found = filterFor(dataset, wanted);
    if (typeof found === 'string') notFiltered.push({ column: wanted.column, dataset_id, reason: found });
    else filteredBy.add(wanted.column);
    return typeof found === 'string' ? [] : [found];
  };
  const apply = (dataset: TileDataset, wanted: Wanted): boolean => {
    const found = held(dataset, wanted);
    byDataset.get(dataset.dataset_id)?.push(...found);
    return found.length > 0;
  };
  const crossed = Map.groupBy(
    look.cross.filter((cross) => cross.tile_id !== tileId),
    (cross) => cross.tile_id,
  );
  for (const dataset of datasets) {
    const { dataset_id } = dataset;
    for (const wanted of look.filters) apply(dataset, wanted);
    for (const marks of crossed.values()) {
      // Of several marks of a tile each row has to pass one; a mark that cannot hold here lets every row pass.
      const any = marks.map(({ filters }) => filters.flatMap((wanted) => held(dataset, wanted)));
      const [only = []] = any;
      if (any.length === 1) byDataset.get(dataset_id)?.push(...only);
      else if (any.every((each) => each.length > 0)) byDataset.get(dataset_id)?.push({ any });
    }
    if (look.time !== null) {
      const column = look.time.column ?? mainTimeColumn(dataset);
      if (column === null) notFiltered.push({ column: 'time', dataset_id, reason: 'no_column' });
      else {
        const hold = timeFilters(column, look.time.moments).map((wanted) => apply(dataset, wanted));
        inTime ||= hold.some((each) => each);
      }
    }
  }
  const [only] = datasets;
  for (const wanted of own) {
    if (only === undefined || !isChosen(wanted)) continue;
    const found = filterFor(only, wanted);
    if (typeof found === 'string') throw new StromaError('UNPROCESSABLE', whyNot(wanted.column, found));
    byDataset.get(only.dataset_id)?.push(found);
  }
  return { byDataset, filteredBy: [...filteredBy], notFiltered: distinct(notFiltered), inTime };
}

/** The one column by which a dataset is put in time: its first moment, else its first date; null without one. */
export function mainTimeColumn({ columns, hidden }: Pick<TileDataset, 'columns' | 'hidden'>): string | null {
  const seen = columns.filter(({ name }) => !hidden.has(name));
  const found = seen.find(({ type }) => type === 'timestamp') ?? seen.find(({ type }) => type === 'date');
  return found?.name ?? null;
}

function timeFilters(column: string, { from, to }: Moments): Wanted[] {
  const isDay = to !== null && !to.includes(':');
  return [
    ...(from === null ? [] : [{ column, op: 'gte' as const, values: [from] }]),
    ...(to === null ? [] : [{ column, op: isDay ? ('lte' as const) : ('lt' as const), values: [to] }]),
  ];
}

function filterFor(dataset: TileDataset, { column, op, values }: Wanted): RowFilter | NotFiltered['reason'] {
  const found = dataset.columns.find(({ name }) => name === column);
  if (found === undefined) return 'no_column';
  // Nothing of it is shown, so nothing may be learned from which rows stay.
  if (dataset.hidden.has(column)) return 'masked';
  const filter: RowFilter = { column, type: found.type, op, values };
  return rowFilterProblem(filter) === null ? filter : 'type';
}

function whyNot(column: string, reason: NotFiltered['reason']): string {
  const name = `"${column.slice(0, 100)}"`;
  if (reason === 'no_column')
    return `The tile is filtered by ${name}, which the dataset does not have any more.`;
  if (reason === 'masked')
    return `The tile is filtered by ${name}, which is hidden from you; without it the numbers would be others.`;
  return `The tile is filtered by ${name} with a value that the column cannot hold.`;
}

const distinct = (all: readonly NotFiltered[]): NotFiltered[] => [
  ...new Map(all.map((each) => [JSON.stringify(each), each])).values(),
];
