import type { DuckDb } from '../duckdb.ts';
import type { ColumnPlan } from './column-plan.ts';
import { blanks, misfitTest, nullTest, quickTest, suspicionTest, valueExpression } from './column-sql.ts';

/** How the values of a whole column meet its plan. */
export interface FitCount {
  /** Values that are present and of the type. */
  fits: number;
  misfits: number;
  /** Texts that were read as missing, at most 50. */
  nullsSeen: string[];
  formulaLike: number;
  padded: number;
  /** False when every text is present and can be copied as it is. */
  suspicious: boolean;
}

interface PlannedColumn {
  plan: ColumnPlan;
  column: string;
}

/**
 * Counts over the whole relation. A first pass only asks each column whether anything is out of the ordinary;
 * those where something is are looked at closely in a second.
 */
export async function countFits(
  db: DuckDb,
  relation: string,
  columns: PlannedColumn[],
): Promise<{ records: number; columns: FitCount[] }> {
  const probes = columns.map(({ plan, column }) => {
    if (plan.reader.kind === 'text')
      return `count(${column}), count(*) FILTER (WHERE ${suspicionTest(plan, column)})`;
    const quick = quickTest(plan, column);
    if (quick === null) return `count(${column}), count(${column}) - count(${valueExpression(plan, column)})`;
    return `count(${column}), count(${column}) - count(*) FILTER (WHERE ${quick})`;
  });
  const row = await db.row(`SELECT count(*), ${probes.join(', ')} FROM ${relation}`);
  const counts = columns.map(
    (_, index): FitCount => ({
      fits: Number(row[1 + index * 2]),
      misfits: 0,
      nullsSeen: [],
      formulaLike: 0,
      padded: 0,
      suspicious: Number(row[2 + index * 2]) > 0,
    }),
  );
  const closer = columns.map((_, index) => index).filter((index) => counts[index]?.suspicious);
  if (closer.length > 0) {
    const details = await lookCloser(
      db,
      relation,
      closer.map((index) => columns[index] as PlannedColumn),
    );
    for (const [at, index] of closer.entries()) counts[index] = details[at] as FitCount;
  }
  return { records: Number(row[0]), columns: counts };
}

const fields = 5;

async function lookCloser(db: DuckDb, relation: string, columns: PlannedColumn[]): Promise<FitCount[]> {
  const parts = columns.map(({ plan, column }) => {
    const isText = plan.reader.kind === 'text';
    const value = valueExpression(plan, column);
    const missing = `${column} IS NOT NULL AND ${isText ? '' : `${value} IS NULL AND `}${nullTest(plan, column)}`;
    const seen = `array_to_string(list_sort(list(DISTINCT trim(${column}, ${blanks})) FILTER (WHERE ${missing})), chr(31))`;
    if (!isText) return `count(${value}), count(*) FILTER (WHERE ${misfitTest(plan, column)}), ${seen}, 0, 0`;
    const formula = `count(*) FILTER (WHERE regexp_matches(${column}, '^([=@]|[-+][^-+0-9.,\\s])') AND NOT ${nullTest(plan, column)})`;
    const trimmed = `trim(${column}, ${blanks})`;
    const padded = `count(*) FILTER (WHERE strlen(${trimmed}) BETWEEN 1 AND strlen(${column}) - 1)`;
    return `count(${value}), 0, ${seen}, ${formula}, ${padded}`;
  });
  const row = await db.row(`SELECT ${parts.join(', ')} FROM ${relation}`);
  return columns.map((_, index) => ({
    fits: Number(row[index * fields]),
    misfits: Number(row[index * fields + 1]),
    nullsSeen: splitSeen(row[index * fields + 2]),
    formulaLike: Number(row[index * fields + 3]),
    padded: Number(row[index * fields + 4]),
    suspicious: true,
  }));
}

const splitSeen = (seen: unknown): string[] =>
  typeof seen === 'string'
    ? seen
        .split('\x1f')
        .filter((text) => text !== '')
        .slice(0, 50)
    : [];
