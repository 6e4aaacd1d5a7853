import type { BuiltQuery, TileAggregate, TileDimension, TileGrain } from '@stroma/contracts';
import { type ColumnSchema, type ColumnType, StromaError } from '@stroma/kernel';
import { quoteIdentifier } from '@stroma/lake';
import { metricSql } from '../../data/index.ts';
import { periodEnd } from './periods.ts';

/** The table a tile is made of, as its viewer sees it. */
export interface BuiltTable {
  name: string;
  columns: readonly ColumnSchema[];
}

export interface BuiltMetric {
  metricId: string;
  name: string;
  expression: string;
  datasetId: string;
}

/** A condition on rows of the tile's own dataset. */
export interface PathFilter {
  column: string;
  op: 'in' | 'gte' | 'lt' | 'is_missing';
  values: (string | number | boolean)[];
}

export interface BuiltStatement {
  sql: string;
  /** Names in the answer that show a metric. */
  metrics: ReadonlyMap<string, string>;
  /** What was clicked on the way down, as conditions on rows. */
  path: PathFilter[];
  drillLevel: number;
}

export type DrillPath = readonly { column: string; value: string | number | boolean | null }[];

/**
 * The one statement a built tile is: dimensions, then the split, then measures, in the order they are named. Rows are
 * filtered before it, so it holds no value of a filter. Throws UNPROCESSABLE where a column is not there or does not
 * bear what is asked of it.
 */
export function tileSql(
  query: BuiltQuery,
  table: BuiltTable,
  metrics: ReadonlyMap<string, BuiltMetric> = new Map(),
  drilled: DrillPath = [],
): BuiltStatement {
  const { dimensions, path, drillLevel } = descend(query, table, drilled);
  const from = quoteIdentifier(table.name);
  const names = new Set<string>();
  const bins: string[] = [];
  const split = query.split === undefined ? [] : [query.split];
  const keys = [...dimensions, ...split].map((dimension) => ({
    sql: dimensionSql(dimension, columnOf(table, dimension.column), from, bins),
    name: freeName(dimension.as ?? dimension.column, names),
    isOrdered: isOrdered(dimension, columnOf(table, dimension.column).type),
  }));
  const shown = new Map<string, string>();
  const measures = query.measures.map((measure) => {
    if ('metric_id' in measure) {
      const metric = metrics.get(measure.metric_id);
      if (metric === undefined || metric.datasetId !== query.dataset_id)
        return impossible(
          'The metric of this tile is gone, or is of another dataset. Choose another measure.',
        );
      const name = freeName(measure.as ?? metric.name, names);
      shown.set(name, metric.metricId);
      return { sql: metricSql(metric.expression), name };
    }
    const column = measure.column === undefined ? null : columnOf(table, measure.column);
    const name = freeName(measure.as ?? measureName(measure.aggregate, measure.column), names);
    return { sql: aggregateSql(measure.aggregate, column), name };
  });
  if (keys.length + measures.length === 0)
    impossible('The tile shows nothing yet. Choose a column or a measure.');
  const list = [...keys, ...measures].map(({ sql, name }) => `${sql} AS ${quoteIdentifier(name)}`);
  const order = orderOf(query, keys, measures);
  const head =
    bins.length === 0 ? '' : `WITH ${bins.map((each, at) => `${binsName(at)} AS (${each})`).join(',\n')}\n`;
  const group =
    measures.length === 0 || keys.length === 0 ? '' : `\nGROUP BY ${keys.map((_, at) => at + 1).join(', ')}`;
  const limit = keys.length === 0 && measures.length > 0 ? '' : `\nLIMIT ${query.limit + 1}`;
  const sql = `${head}SELECT ${list.join(',\n  ')}\nFROM ${from}${group}${order}${limit}`;
  return { sql, metrics: shown, path, drillLevel };
}

/** The dimensions after the clicks so far, and those clicks as conditions. */
function descend(query: BuiltQuery, table: BuiltTable, drilled: DrillPath) {
  const [first, ...rest] = query.dimensions;
  if (first === undefined || drilled.length === 0)
    return { dimensions: query.dimensions, path: [] as PathFilter[], drillLevel: 0 };
  const levels = [first, ...query.drill];
  if (drilled.length > query.drill.length)
    impossible(`The tile can be drilled ${query.drill.length} steps deep, not ${drilled.length}.`);
  const path = drilled.flatMap(({ column, value }, at) => {
    const level = levels[at];
    if (level === undefined || level.column !== column)
      return impossible(
        `Step ${at + 1} of the way down is "${level?.column}", not "${column.slice(0, 100)}".`,
      );
    return stepFilter(level, columnOf(table, column).type, value);
  });
  return { dimensions: [levels[drilled.length] as TileDimension, ...rest], path, drillLevel: drilled.length };
}

function stepFilter(
  { column, grain, bins }: TileDimension,
  type: ColumnType,
  value: string | number | boolean | null,
): PathFilter[] {
  if (value === null) return [{ column, op: 'is_missing', values: [] }];
  if (bins !== undefined) impossible(`Ranges of "${column}" cannot be drilled into.`);
  if (grain === undefined) return [{ column, op: 'in', values: [value] }];
  const end = periodEnd(String(value), grain, type === 'date');
  if (end === null) return impossible(`Expected the beginning of a ${grain} to drill into.`);
  return [
    { column, op: 'gte', values: [String(value)] },
    { column, op: 'lt', values: [end] },
  ];
}

const isTime = (type: ColumnType): boolean => type === 'date' || type === 'timestamp';
const isNumber = (type: ColumnType): boolean => type === 'integer' || type === 'number';
const isOrdered = ({ grain, bins }: TileDimension, type: ColumnType): boolean =>
  grain !== undefined || bins !== undefined || isTime(type);
const wholeDays: readonly TileGrain[] = ['year', 'quarter', 'month', 'week', 'day'];

function dimensionSql(
  { grain, bins: count }: TileDimension,
  column: ColumnSchema,
  from: string,
  bins: string[],
): string {
  const name = quoteIdentifier(column.name);
  if (grain !== undefined) {
    if (!isTime(column.type))
      impossible(`"${column.name}" is ${column.type}; only dates and moments are cut into periods.`);
    const cut = `date_trunc('${grain}', ${name})`;
    return wholeDays.includes(grain) ? `CAST(${cut} AS DATE)` : cut;
  }
  if (count === undefined) return name;
  if (!isNumber(column.type))
    impossible(`"${column.name}" is ${column.type}; only numbers are cut into ranges.`);
  const step = `(SELECT step FROM ${binsName(bins.length)})`;
  bins.push(stepSql(name, column.type, from, count));
  return `round(floor(${name} / ${step}) * ${step}, 10)`;
}

const binsName = (at: number): string => quoteIdentifier(`ranges ${at + 1}`);

/** A width of 1, 2 or 5 times a power of ten that makes at most about `count` ranges of what there is. */
function stepSql(name: string, type: ColumnType, from: string, count: number): string {
  const spread = `(max(${name})::DOUBLE - min(${name})::DOUBLE) / ${count}`;
  const wide = `SELECT CASE WHEN width > 0 AND isfinite(width) THEN width ELSE 1 END AS width FROM (SELECT ${spread} AS width FROM ${from})`;
  const power = `SELECT width, pow(10, floor(log10(width))) AS power FROM (${wide})`;
  const nice =
    'CASE WHEN width <= power THEN 1 WHEN width <= 2 * power THEN 2 WHEN width <= 5 * power THEN 5 ELSE 10 END * power';
  return `SELECT ${type === 'integer' ? `greatest(1, ${nice})` : nice} AS step FROM (${power})`;
}

const quantiles: Partial<Record<TileAggregate, number>> = {
  p05: 0.05,
  p10: 0.1,
  p25: 0.25,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
};

function aggregateSql(aggregate: TileAggregate, column: ColumnSchema | null): string {
  if (column === null)
    return aggregate === 'count' ? 'count(*)' : impossible(`Choose the column to take the ${aggregate} of.`);
  const name = quoteIdentifier(column.name);
  switch (aggregate) {
    case 'count':
      return `count(${name})`;
    case 'count_distinct':
      return `count(DISTINCT ${name})`;
    case 'missing':
      return `count(*) - count(${name})`;
    case 'min':
    case 'max':
      return `${aggregate}(${name})`;
    default: {
      const isBoolean = column.type === 'boolean';
      if (!isNumber(column.type) && !isBoolean)
        impossible(
          `"${column.name}" is ${column.type}; its ${aggregate} needs a number. Count it, or choose another column.`,
        );
      const value = isBoolean ? `CAST(${name} AS INTEGER)` : name;
      const share = quantiles[aggregate];
      if (share !== undefined) return `quantile_cont(${value}, ${share})`;
      return `${aggregate === 'mean' ? 'avg' : aggregate === 'stddev' ? 'stddev_samp' : aggregate}(${value})`;
    }
  }
}

const measureName = (aggregate: TileAggregate, column: string | undefined): string =>
  column === undefined ? 'count' : `${aggregate.replace('_', ' ')} of ${column}`;

interface Named {
  name: string;
}

function orderOf(query: BuiltQuery, keys: (Named & { isOrdered: boolean })[], measures: Named[]): string {
  const all = [...keys, ...measures];
  const wanted = query.order_by.map(({ column, descending }) => {
    const at = all.findIndex(({ name }) => name === column);
    if (at < 0) impossible(`The tile is to be in the order of "${column}", which it does not show.`);
    return `${at + 1}${descending ? ' DESC' : ''} NULLS LAST`;
  });
  // Every key comes last, so that equal values stand in the same order each time.
  const ties = keys.map((_, at) => `${at + 1} NULLS LAST`);
  if (wanted.length > 0) return `\nORDER BY ${[...wanted, ...ties].join(', ')}`;
  if (measures.length === 0) {
    if (!query.sample) return '';
    return `\nORDER BY hash(${keys.map(({ name }) => quoteIdentifier(name)).join(', ')})`;
  }
  if (keys.length === 0) return '';
  const isSeries = keys[0]?.isOrdered === true;
  const byMeasure = isSeries ? [] : [`${keys.length + 1} DESC NULLS LAST`];
  return `\nORDER BY ${[...byMeasure, ...ties].join(', ')}`;
}

function columnOf({ columns }: BuiltTable, name: string): ColumnSchema {
  return (
    columns.find((column) => column.name === name) ??
    impossible(`There is no column "${name.slice(0, 100)}" in the dataset any more. Choose another.`)
  );
}

/** The engine folds case in names; so two that differ in nothing else are told apart. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name} ${count}`;
  taken.add(free.toLowerCase());
  return free;
}

function impossible(message: string): never {
  throw new StromaError('UNPROCESSABLE', message);
}
