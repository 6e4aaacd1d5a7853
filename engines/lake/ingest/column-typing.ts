import type { ColumnType } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import { type ColumnPlan, fitsEnough, givenReason, type PlanHints, type ValueCounts } from './column-plan.ts';
import { decimalEvidence, planColumn } from './column-planning.ts';
import { anyMisfit, misfitTest, stagedColumn } from './column-sql.ts';
import { countFits, type FitCount } from './fit-counting.ts';
import { stopIfAborted } from './ingest-limits.ts';
import type { IngestOverrides } from './ingest-report.ts';

export interface StagedColumn {
  name: string;
  original: string | null;
  /** The file has no name for it. */
  unnamed: boolean;
  /** What its values were before they became text: JSON strings are text or dates, lists are nested. */
  source?: 'strings' | 'nested';
}

export interface TypedColumn extends StagedColumn {
  column: string;
  plan: ColumnPlan;
  /** Non-empty texts that were read as missing. */
  nullsSeen: string[];
  misfits: number;
  /** Values that are not missing. */
  values: number;
  formulaLike: number;
  /** Texts with spaces around them. */
  padded: number;
  /** False when every text can be read or copied as it is. */
  suspicious: boolean;
}

export interface TypedTable {
  columns: TypedColumn[];
  records: number;
}

/** Columns asked about in one query: the text of a query grows with them. */
const batch = 256;
const rounds = 4;

/**
 * Types the columns of a staged table of text: a plan from the sample, then counts over the whole column; where
 * values do not fit, a new plan that knows them, until a plan holds or the column is text.
 */
export async function typeColumns(
  db: DuckDb,
  relation: string,
  columns: StagedColumn[],
  sample: string[][],
  overrides: IngestOverrides,
  signal: AbortSignal | undefined,
): Promise<TypedTable> {
  const values = columns.map((_, index) => countValues(sample, index));
  const hints = planHints(columns, values, overrides);
  const typed: TypedColumn[] = columns.map((column, index) => ({
    ...column,
    column: stagedColumn(index),
    plan: planColumn(values[index] as ValueCounts, hints[index] as PlanHints),
    nullsSeen: [],
    misfits: 0,
    values: 0,
    formulaLike: 0,
    padded: 0,
    suspicious: true,
  }));
  for (const column of typed)
    if (column.plan.reader.kind === 'nested') await planNested(db, relation, column);
  let open = typed.map((_, index) => index);
  let records = 0;
  for (let round = 1; open.length > 0; round++) {
    const next: number[] = [];
    for (let from = 0; from < open.length; from += batch) {
      stopIfAborted(signal);
      const part = open.slice(from, from + batch);
      const counts = await countFits(
        db,
        relation,
        part.map((index) => typed[index] as TypedColumn),
      );
      records = counts.records;
      for (const [at, index] of part.entries()) {
        const column = typed[index] as TypedColumn;
        const count = counts.columns[at] as FitCount;
        Object.assign(column, { ...count, values: count.fits + count.misfits });
        if (!count.suspicious && column.plan.reader.kind === 'text')
          column.plan = { ...column.plan, nulls: [] };
        if (column.padded > 0) trimText(column);
        if (count.misfits === 0 || overrides.column_types?.[column.name] !== undefined) continue;
        const changed = await replan(
          db,
          relation,
          column,
          count,
          values[index] as ValueCounts,
          hints[index] as PlanHints,
          round,
        );
        if (changed) next.push(index);
      }
    }
    open = next;
  }
  return { columns: typed, records };
}

/** The structure of a column of lists; numbers too long for 64 bits and mixed kinds stay JSON text. */
async function planNested(db: DuckDb, relation: string, column: TypedColumn): Promise<void> {
  const [structure, long] = await db.row(
    `SELECT json_group_structure(${column.column}::JSON)::VARCHAR, count(*) FILTER (WHERE regexp_matches(${column.column}, '[0-9]{19}')) FROM ${relation}`,
  );
  if (typeof structure !== 'string' || Number(long) > 0 || !structure.startsWith('[')) {
    column.plan = {
      ...column.plan,
      type: 'text',
      reader: { kind: 'text' },
      reason: 'The values are lists of mixed kinds, kept as JSON text.',
    };
    return;
  }
  const safe = structure
    .replaceAll('"NULL"', '"VARCHAR"')
    .replaceAll('"HUGEINT"', '"VARCHAR"')
    .replaceAll('"JSON"', '"VARCHAR"');
  column.plan = { ...column.plan, reader: { kind: 'nested', structure: safe } };
}

async function replan(
  db: DuckDb,
  relation: string,
  column: TypedColumn,
  count: FitCount,
  values: ValueCounts,
  hints: PlanHints,
  round: number,
): Promise<boolean> {
  const before = JSON.stringify(column.plan.reader);
  const misfits = await misfitValues(db, relation, column);
  for (const [text, times] of misfits) values.set(text, (values.get(text) ?? 0) + times);
  const enough = fitsEnough(count.fits, count.fits + count.misfits);
  const proposal = planColumn(weighted(values, misfits, count), hints);
  if (
    round < rounds &&
    JSON.stringify(proposal.reader) !== before &&
    (proposal.reader.kind !== 'text' || hasLeadingZero(misfits))
  ) {
    column.plan = proposal;
    return true;
  }
  if (enough) return false;
  const plan = planColumn(new Map(), { ...hints, type: 'text' });
  const share = ((100 * count.misfits) / (count.fits + count.misfits)).toFixed(1);
  const example = [...misfits.keys()][0] ?? '';
  column.plan = {
    ...plan,
    nulls: planColumn(new Map([...values, ['\u0001text', 1]]), hints).nulls,
    reason: `Most values look like ${column.plan.type}, but ${count.misfits} (${share} %) do not, for example "${example.slice(0, 60)}".`,
  };
  return true;
}

const hasLeadingZero = (misfits: ValueCounts) =>
  [...misfits.keys()].some((text) => /^[-+]?0[0-9]/.test(text));

/** The sample with its fitting values scaled up to what the whole column holds of them. */
function weighted(values: ValueCounts, misfits: ValueCounts, count: FitCount): ValueCounts {
  let sampled = 0;
  for (const [text, times] of values) if (!misfits.has(text)) sampled += times;
  const scale = sampled > 0 ? count.fits / sampled : 1;
  return new Map([...values].map(([text, times]) => [text, misfits.get(text) ?? times * Math.max(1, scale)]));
}

/** Spaces around text are typing slips in a table; a column set to text by the user keeps them. */
function trimText(column: TypedColumn): void {
  if (
    column.plan.reader.kind === 'text' &&
    column.source === undefined &&
    column.plan.reason !== givenReason
  ) {
    column.plan = { ...column.plan, reader: { kind: 'text', trim: true } };
  } else column.padded = 0;
}

async function misfitValues(
  db: DuckDb,
  relation: string,
  { plan, column }: TypedColumn,
): Promise<ValueCounts> {
  const rows = await db.rows(
    `SELECT trim(${column}) AS v, count(*) AS n FROM ${relation} WHERE ${misfitTest(plan, column)} GROUP BY v ORDER BY n DESC, v LIMIT 1000`,
  );
  return new Map(rows.map(([text, times]) => [String(text), Number(times)]));
}

export async function countMisfitRows(db: DuckDb, relation: string, table: TypedTable): Promise<number> {
  if (table.columns.every((column) => column.misfits === 0)) return 0;
  const row = await db.row(`SELECT count(*) FROM ${relation} WHERE ${anyMisfit(table.columns)}`);
  return Number(row[0]);
}

function countValues(sample: string[][], index: number): ValueCounts {
  const counts: ValueCounts = new Map();
  for (const row of sample) {
    const text = (row[index] ?? '').trim();
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function planHints(columns: StagedColumn[], values: ValueCounts[], overrides: IngestOverrides): PlanHints[] {
  let comma = 0;
  let point = 0;
  for (const counts of values) {
    const evidence = decimalEvidence(counts);
    comma += evidence.comma;
    point += evidence.point;
  }
  const fileDecimal = comma > point ? ',' : point > comma ? '.' : undefined;
  const base = {
    decimal: overrides.decimal,
    thousands: overrides.thousands,
    dateOrder: overrides.date_order,
    nullValues: overrides.null_values,
    fileDecimal,
  } as const;
  const first = columns.map((column, index) =>
    planColumn(values[index] as ValueCounts, { ...base, name: column.name, source: column.source }),
  );
  const decided = first.find((plan) => plan.dateOrder && !plan.dateOrder.ambiguous)?.dateOrder?.order;
  const fileDateOrder = decided === 'dmy' || decided === 'mdy' ? decided : undefined;
  return columns.map((column) => ({
    ...base,
    name: column.name,
    fileDateOrder,
    type: overrides.column_types?.[column.name] as ColumnType | undefined,
    source: column.source,
  }));
}
