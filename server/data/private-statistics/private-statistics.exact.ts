import type { PrivateStatistic, PrivateStatisticsRequest } from '@stroma/contracts';
import type { ColumnSchema } from '@stroma/kernel';
import { type DuckDb, quoteIdentifier, quoteLiteral } from '@stroma/lake';
import { gridSteps } from '@stroma/privacy';
import { fail } from '../../platform/failure.ts';

/** What is counted before noise: whole numbers, and by how much one person can change each. */
export interface Counted {
  values: bigint[];
  /** Of each value. */
  most: number;
  labels: string[] | null;
}

/** Throws INVALID_INPUT for a question that does not fit the columns. */
export function checkQuestion(
  { statistic, where, person_column }: PrivateStatisticsRequest,
  schema: readonly ColumnSchema[],
): void {
  const typeOf = (name: string, field: string): ColumnSchema['type'] =>
    schema.find((column) => column.name === name)?.type ??
    fail('INVALID_INPUT', `There is no column "${name.slice(0, 100)}".`, { field });
  for (const [index, { column }] of where.entries()) typeOf(column, `where.${index}.column`);
  if (person_column !== null) typeOf(person_column, 'person_column');
  if (statistic.kind === 'count') return;
  const type = typeOf(statistic.column, 'statistic.column');
  const wantsNumber = statistic.kind !== 'histogram' || 'edges' in statistic.bins;
  if (wantsNumber && type !== 'integer' && type !== 'number')
    fail(
      'INVALID_INPUT',
      `"${statistic.kind}" needs a column of numbers; "${statistic.column.slice(0, 100)}" is ${type}.`,
      {
        field: 'statistic.column',
      },
    );
  if (statistic.kind === 'histogram' && 'edges' in statistic.bins) {
    const { edges } = statistic.bins;
    if (edges.some((edge, index) => index > 0 && edge <= (edges[index - 1] ?? 0)))
      fail('INVALID_INPUT', 'Expected edges that rise.', { field: 'statistic.bins.edges' });
  }
}

/**
 * The exact answer. Values are clamped to the bounds and laid on a grid of whole numbers, so that what one person can
 * change is known without looking at the data; of one person at most `rows_per_person` rows count, chosen by a hash
 * of their content.
 */
export async function count(db: DuckDb, path: string, question: PrivateStatisticsRequest): Promise<Counted> {
  const { statistic, rows_per_person: rows } = question;
  await db.run(`CREATE VIEW asked AS ${askedRows(path, question)}`);
  switch (statistic.kind) {
    case 'count':
      return { values: [await whole(db, 'count(*)')], most: rows, labels: null };
    case 'sum': {
      const most = Math.ceil(
        Math.max(Math.abs(statistic.bounds.lower), Math.abs(statistic.bounds.upper)) /
          stepOf(statistic.bounds),
      );
      return { values: [await whole(db, gridSum(statistic, 0, most))], most: most * rows, labels: null };
    }
    case 'mean': {
      const { lower, upper } = statistic.bounds;
      const most = gridSteps / 2;
      const sum = await whole(db, gridSum(statistic, (lower + upper) / 2, most));
      return {
        values: [sum, await whole(db, `count(${finite(statistic.column)})`)],
        most: most * rows,
        labels: null,
      };
    }
    case 'histogram':
      return histogram(db, statistic, rows);
  }
}

export const stepOf = ({ lower, upper }: { lower: number; upper: number }): number =>
  (upper - lower) / gridSteps;

/** What whole numbers with noise say in the column's own unit. */
export function answerOf(statistic: PrivateStatistic, noisy: readonly bigint[]): number[] {
  const [first = 0n, second = 0n] = noisy;
  switch (statistic.kind) {
    case 'sum':
      return [Number(first) * stepOf(statistic.bounds)];
    case 'mean': {
      const { lower, upper } = statistic.bounds;
      const rows = Math.max(1, Number(second));
      const mean = (lower + upper) / 2 + (Number(first) * stepOf(statistic.bounds)) / rows;
      return [Math.min(upper, Math.max(lower, mean))];
    }
    default:
      return noisy.map(Number);
  }
}

function askedRows(
  path: string,
  { where, person_column, rows_per_person }: PrivateStatisticsRequest,
): string {
  const source = `read_parquet(${quoteLiteral(path)})`;
  const tests = where.map(({ column, operator, value }) => {
    const sign = { is: '=', from: '>=', to: '<=' }[operator];
    return `${quoteIdentifier(column)} ${sign} ${quoteLiteral(String(value))}`;
  });
  const filter = tests.length === 0 ? '' : ` WHERE ${tests.join(' AND ')}`;
  if (person_column === null) return `SELECT * FROM ${source}${filter}`;
  const person = quoteIdentifier(person_column);
  // Rows of nobody known are nobody's: each would be a person of its own.
  return `SELECT * FROM (SELECT * FROM ${source}${filter}) AS chosen WHERE ${person} IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY ${person} ORDER BY hash(chosen)) <= ${rows_per_person}`;
}

const finite = (column: string): string =>
  `CASE WHEN isfinite(${quoteIdentifier(column)}::DOUBLE) THEN ${quoteIdentifier(column)}::DOUBLE END`;

function gridSum(
  { column, bounds }: { column: string; bounds: { lower: number; upper: number } },
  centre: number,
  most: number,
): string {
  const clamped = `greatest(least(${finite(column)}, ${bounds.upper}), ${bounds.lower})`;
  const laid = `round((${clamped} - (${centre})) / ${stepOf(bounds)})::HUGEINT`;
  return `coalesce(sum(greatest(least(${laid}, ${most}), ${-most})), 0)`;
}

async function whole(db: DuckDb, expression: string): Promise<bigint> {
  const [value] = await db.row(`SELECT (${expression})::VARCHAR FROM asked`);
  return BigInt(String(value));
}

async function histogram(
  db: DuckDb,
  { column, bins }: Extract<PrivateStatistic, { kind: 'histogram' }>,
  rows: number,
): Promise<Counted> {
  const name = quoteIdentifier(column);
  const tests =
    'edges' in bins
      ? bins.edges.slice(1).map((to, index) => ({
          label: `[${bins.edges[index]}, ${to}${index === bins.edges.length - 2 ? ']' : '['}`,
          test: `${name} >= ${bins.edges[index]} AND ${name} ${index === bins.edges.length - 2 ? '<=' : '<'} ${to}`,
        }))
      : bins.values.map((value) => ({ label: value, test: `${name}::VARCHAR = ${quoteLiteral(value)}` }));
  const counts = tests.map(({ test }) => `count(*) FILTER (WHERE ${test})`);
  const [found] = await db.rows(`SELECT ${counts.join(', ')} FROM asked`);
  return {
    values: (found ?? []).map((value) => BigInt(String(value))),
    most: rows,
    labels: tests.map(({ label }) => label),
  };
}
