import { tellsOf } from './event-words.ts';
import type { Literal } from './expression.ts';
import { type Group, type Measure, type Operand, operandColumns, ReadFailure } from './frame.ts';
import type { Operator } from './lexicon/operators.ts';
import { nearest } from './nearest.ts';
import type { comparisonAt } from './reader-comparisons.ts';
import { literalOf } from './reader-literals.ts';
import { addCondition } from './reader-marks.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';
import { splitName } from './tokens.ts';
import { stemOf } from './word-forms.ts';

export type OperatorOf<K extends Operator['op']> = Extract<Operator, { op: K }>;

export function measure(fn: Measure['fn'], operand: Operand | null = null, p: number | null = null): Measure {
  return { fn, operand, p, table: null };
}

export const columnOperand = (column: IndexedColumn): Operand => ({ kind: 'column', column });

export function take(
  state: ReaderState,
  role: 'ignored' | 'aggregate' | 'group' | 'order' | 'limit' | 'comparison' | 'filter' | 'time' | 'column',
  target: string,
): undefined {
  state.mark(state.at, role, target);
  state.at += 1;
}

/** `Day` beside `Month`: each row is a day, though its number comes again every month. */
export function isDayOfRow(state: ReaderState, column: IndexedColumn): boolean {
  const beside = state.index.byTable.get(column.table.name) ?? [];
  return (
    (column.joined === 'day' && beside.some((other) => other.joined === 'month')) ||
    (column.profile.type === 'date' && column.unique)
  );
}

/** `visit` beside the patients it numbers: each row is one. */
export function isOccasion(state: ReaderState, column: IndexedColumn): boolean {
  const beside = state.index.byTable.get(column.table.name) ?? [];
  return (
    column.numeric &&
    /^(?:visit|session|trial|occasion|measurement|observation)$/.test(column.joined) &&
    beside.some(
      (other) => other !== column && other.entity && other.profile.distinct > column.profile.distinct,
    )
  );
}

export function takeUntil(
  state: ReaderState,
  from: number,
  to: number,
  role: 'aggregate',
  target: string,
): undefined {
  for (let place = from; place < to; place += 1) state.mark(place, place === from ? role : 'ignored', target);
}

function mustBeNumber(state: ReaderState, operand: Operand): void {
  for (const column of operandColumns(operand))
    if (!column.numeric)
      state.fail(`"${column.name}" does not hold numbers, so it cannot be compared with one.`, [column.name]);
}

export function applyCompared(
  state: ReaderState,
  operand: Operand,
  compared: NonNullable<ReturnType<typeof comparisonAt>>,
): undefined {
  mustBeNumber(state, operand);
  if (compared.between !== null)
    addCondition(state, {
      kind: 'between',
      operand,
      low: compared.between[0],
      high: compared.between[1],
      negated: state.negate,
    });
  else if (typeof compared.value === 'number')
    addCondition(state, {
      kind: 'compare',
      operand,
      cmp: compared.cmp,
      value: compared.value,
      negated: state.negate,
    });
  else
    addCondition(state, {
      kind: 'compare',
      operand,
      cmp: compared.cmp,
      value: compared.value,
      negated: state.negate,
    });
}

export function numberBefore(state: ReaderState): number | null {
  const before = state.atoms[state.at - 1];
  return before?.kind === 'number' && !before.ordinal && Number.isInteger(before.value) ? before.value : null;
}

/** The column that a grain of time is taken of. */
export function grainGroup(state: ReaderState, operator: OperatorOf<'grain' | 'part'>): Group | null {
  const pool = mainDates(
    nearest(
      state.index.columns.filter((column) => column.temporal),
      (column) => column,
    ),
  );
  const only = pool[0];
  if (only !== undefined && pool.length === 1)
    return operator.op === 'grain'
      ? { column: only, grain: operator.grain, part: null }
      : { column: only, grain: null, part: operator.part };
  if (pool.length > 1)
    throw new ReadFailure(
      `There are several dates: ${pool
        .slice(0, 4)
        .map((column) => `"${column.name}"`)
        .join(', ')}; say which.`,
      [],
      true,
    );
  if (operator.op === 'part' && operator.part === 'decade') {
    const years = state.index.columns.filter((column) => column.year);
    return years.length === 1 ? { column: years[0] as IndexedColumn, grain: null, part: 'decade' } : null;
  }
  if (operator.op === 'grain' && operator.grain === 'year') {
    const year = state.index.columns.find((column) => column.year);
    if (year !== undefined) return { column: year, grain: null, part: null };
  }
  return null;
}

/** Dates that rows are about, without those that only say when a row was written. */
export function mainDates(columns: IndexedColumn[]): IndexedColumn[] {
  const own = columns.filter(
    (column) => !/(?:created|crtd|updated|modified|inserted|loaded)/i.test(column.name),
  );
  const pool = own.length > 0 ? own : columns;
  // The loan date of loans is theirs, before the day they were returned.
  const named = pool.filter((column) => {
    const stems = new Set(splitName(column.table.name).map(stemOf));
    return splitName(column.name).some((word) => stems.has(stemOf(word)) || tellsOf(word, column.table.name));
  });
  return named.length > 0 ? named : pool;
}

export function keyOf(state: ReaderState, table: string): IndexedColumn | null {
  const columns = state.index.byTable.get(table) ?? [];
  return (
    columns.find((column) => column.unique && (column.identifier || column.joined === 'id')) ??
    columns.find((column) => column.unique && column.profile.type !== 'number') ??
    null
  );
}

/** The columns by which a person knows a row of a table: its key and its name. */
export function labelsOf(state: ReaderState, table: string): IndexedColumn[] {
  const columns = state.index.byTable.get(table) ?? [];
  const key = keyOf(state, table);
  const names = columns.filter(
    (column) =>
      column.profile.type === 'text' &&
      (/(?:^|_)name$/i.test(column.name) || column.joined === 'model' || column.joined === 'make') &&
      !/school|vendor/i.test(column.name),
  );
  return [...new Set([...(key === null ? [] : [key]), ...names])];
}

export function numberAsValue(column: IndexedColumn, value: number): Literal | null {
  if (column.numeric) return { node: 'number', value };
  const stored = column.values.find((item) => Number(item) === value);
  return stored === undefined ? null : literalOf(column, stored);
}
