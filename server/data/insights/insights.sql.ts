import { quoteIdentifier as name, quoteLiteral } from '@stroma/lake';
import { type InsightPlan, type NumberColumn, secondsOf, type TimePlan } from './insights.plan.ts';

/** A column as finite doubles; what is no number is missing. */
export function numberSql({ name: column, isFlag }: Pick<NumberColumn, 'name' | 'isFlag'>): string {
  if (isFlag) return `${name(column)}::INTEGER::DOUBLE`;
  return `CASE WHEN isfinite(${name(column)}::DOUBLE) THEN ${name(column)}::DOUBLE END`;
}

/** Whole number of the bucket a row's time lies in. */
function bucketSql({ column, isYear, width }: TimePlan): string {
  if (isYear) return `${name(column)}::BIGINT`;
  if (width === 'month') return `(year(${name(column)}) * 12 + month(${name(column)}) - 1)::BIGINT`;
  if (width === 'year') return `year(${name(column)})::BIGINT`;
  return `floor(epoch(${name(column)}) / ${width})::BIGINT`;
}

/** The start of that bucket, as a person reads it. */
function momentSql({ column, isYear, width }: TimePlan): string {
  if (isYear) return name(column);
  if (typeof width !== 'number') return `date_trunc('${width}', ${name(column)})`;
  return `make_timestamp((floor(epoch(${name(column)}) / ${width}) * ${width} * 1000000)::BIGINT)`;
}

/** The start of a bucket as ISO text; years as four digits. */
export function momentOf({ isYear, width }: TimePlan, bucket: number): string {
  if (isYear || width === 'year') return String(bucket);
  if (width === 'month')
    return new Date(Date.UTC(Math.floor(bucket / 12), bucket % 12, 1)).toISOString().slice(0, 10);
  const text = new Date(bucket * width * 1000).toISOString();
  return secondsOf(width) >= 86_400 ? text.slice(0, 10) : text.slice(0, 19);
}

const lists = (parts: readonly string[], from: string): string => `SELECT ${parts.join(', ')} FROM (${from})`;
const ordered = (expression: string, by: string): string => `list(${expression} ORDER BY ${by})`;

/** One row: the buckets, how many rows lie in each, and each column's mean there. */
export function seriesQuery({ numbers }: InsightPlan, time: TimePlan): string {
  const means = numbers.map((column, at) => `avg(${numberSql(column)}) AS m${at}`);
  const grouped = `SELECT ${[`${bucketSql(time)} AS b`, 'count(*) AS n', ...means].join(', ')} FROM dataset WHERE ${name(time.column)} IS NOT NULL GROUP BY 1`;
  return lists(
    [ordered('b', 'b'), ordered('n', 'b'), ...numbers.map((_, at) => ordered(`m${at}`, 'b'))],
    grouped,
  );
}

/** One row: of every so many-th row its number, the numbers, and the categories as text. */
export function sampleQuery({ numbers, categories, sampleEvery, seed }: InsightPlan): string {
  const columns = [
    ...numbers.map((column, at) => `${numberSql(column)} AS m${at}`),
    ...categories.map(({ name: column }, at) => `left(${name(column)}::VARCHAR, 200) AS c${at}`),
  ];
  const numbered = `SELECT ${['row_number() OVER () AS r', ...columns].join(', ')} FROM dataset`;
  const chosen =
    sampleEvery === 1 ? numbered : `SELECT * FROM (${numbered}) WHERE hash(r, ${seed}) % ${sampleEvery} = 0`;
  return lists(
    [
      ordered('r', 'r'),
      ...numbers.map((_, at) => ordered(`m${at}`, 'r')),
      ...categories.map((_, at) => ordered(`c${at}`, 'r')),
    ],
    chosen,
  );
}

/** One row: the values present and the median absolute deviation of each column, of logarithms where they are even. */
export function spreadQuery(numbers: readonly NumberColumn[]): string {
  const parts = numbers.flatMap((column) => {
    const value = column.isLogarithmic ? `ln(${numberSql(column)})` : numberSql(column);
    return [`count(${numberSql(column)})`, `mad(${value})`];
  });
  return `SELECT ${parts.join(', ')} FROM dataset`;
}

export interface WantedRange {
  column: NumberColumn;
  lower: number;
  upper: number;
}

export const shownOddValues = 5;

/** One row: for each column how many lie below and above the range, and the rows and values farthest outside. */
export function outsideQuery(ranges: readonly WantedRange[]): string {
  const columns = ranges.map(({ column }, at) => `${numberSql(column)} AS m${at}`);
  const parts = ranges.flatMap(({ lower, upper }, at) => {
    const far = `greatest(m${at} - (${upper}), (${lower}) - m${at})`;
    const outside = `FILTER (WHERE m${at} < ${lower} OR m${at} > ${upper})`;
    return [
      `count(*) FILTER (WHERE m${at} < ${lower})`,
      `count(*) FILTER (WHERE m${at} > ${upper})`,
      `arg_max(r, ${far}, ${shownOddValues}) ${outside}`,
      `arg_max(m${at}, ${far}, ${shownOddValues}) ${outside}`,
    ];
  });
  return `SELECT ${parts.join(', ')} FROM (SELECT ${['row_number() OVER () AS r', ...columns].join(', ')} FROM dataset)`;
}

/** A row for each class of each column: its column's number, its value, and the moments of the measure. */
export function segmentsQuery(measure: NumberColumn, categories: readonly { name: string }[]): string {
  const value = numberSql(measure);
  const moments = `count(${value}), avg(${value}), coalesce(stddev_samp(${value}), 0)`;
  const whole = `SELECT -1 AS c, NULL::VARCHAR AS v, ${moments} FROM dataset`;
  const each = categories.map(
    ({ name: column }, at) =>
      `SELECT ${at}, left(${name(column)}::VARCHAR, 200) AS v, ${moments} FROM dataset GROUP BY 2`,
  );
  return `SELECT * FROM (${[whole, ...each].join(' UNION ALL ')}) ORDER BY 1, 2`;
}

/** What stands behind a finding, for a person to run; columns keep their names. */
export const behind = {
  series: (time: TimePlan, column: Pick<NumberColumn, 'name' | 'isFlag'> | null): string =>
    `SELECT ${momentSql(time)} AS moment, count(*) AS rows${column === null ? '' : `, avg(${numberSql(column)}) AS ${name(`mean of ${column.name}`)}`}\nFROM dataset\nWHERE ${name(time.column)} IS NOT NULL\nGROUP BY 1\nORDER BY 1`,
  period: (time: TimePlan, from: string, to: string): string =>
    `SELECT *\nFROM dataset\nWHERE ${name(time.column)} >= ${periodLiteral(time, from)} AND ${name(time.column)} < ${periodLiteral(time, to)}\nORDER BY ${name(time.column)}\nLIMIT 1000`,
  outside: ({ column, lower, upper }: WantedRange): string =>
    `SELECT row, ${name(column.name)}\nFROM (SELECT row_number() OVER () AS row, * FROM dataset)\nWHERE isfinite(${name(column.name)}::DOUBLE) AND (${name(column.name)} < ${lower} OR ${name(column.name)} > ${upper})\nORDER BY greatest(${name(column.name)} - (${upper}), (${lower}) - ${name(column.name)}) DESC\nLIMIT 1000`,
  rows: (rows: readonly number[], columns: readonly string[]): string =>
    `SELECT ${['row', ...columns.map(name)].join(', ')}\nFROM (SELECT row_number() OVER () AS row, * FROM dataset)\nWHERE row IN (${rows.join(', ')})\nORDER BY row`,
  byClass: (measure: NumberColumn, column: string): string =>
    `SELECT ${name(column)}, count(${numberSql(measure)}) AS n, avg(${numberSql(measure)}) AS mean, stddev_samp(${numberSql(measure)}) AS sd\nFROM dataset\nGROUP BY 1\nORDER BY mean DESC`,
  byPart: (measure: NumberColumn, column: NumberColumn): string =>
    `SELECT min(x) AS from_value, max(x) AS to_value, count(y) AS n, avg(y) AS mean, stddev_samp(y) AS sd\nFROM (SELECT x, y, ntile(8) OVER (ORDER BY x) AS part\n  FROM (SELECT ${numberSql(column)} AS x, ${numberSql(measure)} AS y FROM dataset) WHERE x IS NOT NULL)\nGROUP BY part\nORDER BY part`,
  pair: (a: NumberColumn, b: NumberColumn): string =>
    `SELECT corr(x, y) AS pearson, corr(rank_x, rank_y) AS spearman, count(*) AS n\nFROM (SELECT x, y, rank() OVER (ORDER BY x) AS rank_x, rank() OVER (ORDER BY y) AS rank_y\n  FROM (SELECT ${numberSql(a)} AS x, ${numberSql(b)} AS y FROM dataset) WHERE x IS NOT NULL AND y IS NOT NULL)`,
  counts: (a: string, b: string): string =>
    `SELECT ${name(a)}, ${name(b)}, count(*) AS n\nFROM dataset\nGROUP BY 1, 2\nORDER BY n DESC\nLIMIT 1000`,
  missing: (column: string): string =>
    `SELECT count(*) AS rows, count(*) - count(${name(column)}) AS missing\nFROM dataset`,
  values: (column: string): string =>
    `SELECT ${name(column)}, count(*) AS n\nFROM dataset\nGROUP BY 1\nORDER BY n DESC\nLIMIT 1000`,
  duplicates: (): string =>
    'SELECT *, count(*) AS times\nFROM dataset\nGROUP BY ALL\nHAVING count(*) > 1\nORDER BY times DESC\nLIMIT 1000',
  count: (): string => 'SELECT count(*) AS rows\nFROM dataset',
};

function periodLiteral({ isYear, width }: TimePlan, moment: string): string {
  if (isYear) return moment;
  const text = width === 'year' && moment.length === 4 ? `${moment}-01-01` : moment;
  return `TIMESTAMP ${quoteLiteral(text)}`;
}
