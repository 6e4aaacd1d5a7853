import type { BuiltQuery, Dataset, TileKind } from '@stroma/contracts';
import { isNumeric } from '../../lib/cell.ts';

export type Columns = Dataset['version']['columns'];

type DatasetColumn = Dataset['version']['columns'][number];

export const isTime = ({ type }: DatasetColumn): boolean => type === 'date' || type === 'timestamp';
const isNumber = ({ type }: DatasetColumn): boolean => isNumeric(type);
const isName = ({ type }: DatasetColumn): boolean => type === 'text' || type === 'boolean';

/** The numbers of a box: whiskers at the 5th and 95th of a hundred, the quartiles, the median. */
export const boxAggregates = ['p05', 'p25', 'median', 'p75', 'p95'] as const;

const empty = (dataset_id: string): BuiltQuery => ({
  kind: 'built',
  dataset_id,
  dimensions: [],
  measures: [],
  filters: [],
  order_by: [],
  limit: 1000,
  sample: false,
  drill: [],
});

/** A sensible first query of a kind over a dataset. */
export function firstQuery(kind: TileKind, dataset: Dataset): BuiltQuery {
  return fitting(kind, empty(dataset.dataset_id), dataset);
}

/** The same query, made to bear what a kind of chart shows; what fits already stays. */
export function fitting(kind: TileKind, query: BuiltQuery, dataset: Dataset): BuiltQuery {
  const { columns } = dataset.version;
  const [name, secondName] = columns.filter(isName);
  const time = columns.find(isTime);
  const [number, secondNumber] = columns.filter(isNumber);
  const { split: _, ...rest } = query;
  const base = { ...rest, sample: false, drill: [] };
  const count = { aggregate: 'count' as const };
  const aggregated = query.measures.filter(
    (each) =>
      !('aggregate' in each) ||
      !boxAggregates.includes(each.aggregate as never) ||
      each.aggregate === 'median',
  );
  const measures = aggregated.length > 0 ? aggregated : [count];
  const names = query.dimensions.filter(
    ({ column, bins }) =>
      bins === undefined && !columns.some((each) => each.name === column && isNumber(each)),
  );
  const dimension = (column: DatasetColumn | undefined) =>
    column === undefined ? [] : [{ column: column.name }];
  switch (kind) {
    case 'number':
    case 'gauge':
      return { ...base, dimensions: [], measures: measures.slice(0, 1) };
    case 'histogram':
      return { ...base, dimensions: number ? [{ column: number.name, bins: 20 }] : [], measures: [count] };
    case 'scatter':
      return {
        ...base,
        dimensions: [...dimension(number), ...dimension(secondNumber)],
        measures: [],
        ...(name && { split: { column: name.name } }),
        limit: 2000,
        sample: true,
      };
    case 'box':
      return {
        ...base,
        dimensions: names.length > 0 ? names.slice(0, 1) : dimension(name),
        measures: number ? boxAggregates.map((aggregate) => ({ aggregate, column: number.name })) : [],
      };
    case 'heatmap':
    case 'network':
      return {
        ...base,
        dimensions:
          names.length > 1 ? names.slice(0, 2) : [...dimension(name), ...dimension(secondName ?? time)],
        measures: measures.slice(0, 1),
      };
    case 'line':
    case 'area':
      return {
        ...query,
        dimensions: query.dimensions.some(({ grain }) => grain !== undefined)
          ? query.dimensions
          : time
            ? [{ column: time.name, grain: 'month' }]
            : names.length > 0
              ? names.slice(0, 1)
              : dimension(name ?? number),
        measures,
      };
    case 'bar':
    case 'pie':
    case 'donut':
    case 'map':
    case 'table':
    case 'text':
      return {
        ...query,
        dimensions:
          names.length > 0 ? names.slice(0, kind === 'table' ? 8 : 1) : dimension(name ?? time ?? number),
        measures: kind === 'table' ? measures : measures.slice(0, kind === 'bar' ? 20 : 1),
      };
  }
}
