import type { Atom } from './atoms.ts';
import { markColumn } from './reader-marks.ts';
import {
  columnOperand,
  isDayOfRow,
  isOccasion,
  measure,
  type OperatorOf,
  take,
  takeUntil,
} from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

export function readAggregate(state: ReaderState, operator: OperatorOf<'aggregate'>): undefined {
  const last = state.measures.at(-1);
  if (last?.fn === 'default') {
    for (const item of state.measures) if (item.fn === 'default') item.fn = operator.fn;
    return take(state, 'aggregate', operator.fn);
  }
  // "the maximum" after a superlative says the same again.
  state.pending.push({ fn: operator.fn, p: operator.p ?? null, at: state.at });
  take(state, 'aggregate', operator.fn);
}

export function readPercentile(state: ReaderState): undefined {
  const before = state.atoms[state.at - 1];
  const after = state.atoms[state.at + 1];
  const number = before?.kind === 'number' ? before : after?.kind === 'number' ? after : null;
  if (number === null || number.value <= 0 || number.value > 100)
    return state.fail('A percentile needs a number between 0 and 100.', ['percentile']);
  state.pending.push({ fn: 'quantile', p: number.value / 100, at: state.at });
  take(state, 'aggregate', `${number.value}th percentile`);
  if (number === after) take(state, 'aggregate', 'which percentile');
}

/** What is counted: rows, different values, or amounts a column already holds. */
export function readCount(state: ReaderState): undefined {
  const counting = state.at;
  const named = state.bare.at(-1);
  if (state.mode === 'which' && named?.at === counting - 1 && named.column.numeric)
    return take(state, 'ignored', 'belongs to the column');
  let next = state.skipFrom(state.at + 1, ['be']);
  let distinct = false;
  if (state.operatorAt(next)?.op === 'distinct') {
    distinct = true;
    next = state.skipFrom(next + 1);
  }
  const atom = state.atoms[next];
  const pendingAggregate = state.pending.at(-1);
  if (atom?.kind === 'column') {
    const numeric =
      atom.links[0]?.column.numeric === true &&
      atom.links[0].column.yes === null &&
      !atom.links[0].column.identifier;
    const own = atom.links[0]?.column as IndexedColumn;
    if (!distinct && (isDayOfRow(state, own) || isOccasion(state, own))) {
      if (pendingAggregate !== undefined && pendingAggregate.fn !== 'sum')
        return state.fail('A statistic of counts is not understood yet; ask for the count of each.', [
          state.textOf(atom),
        ]);
      return readRowNoun(state, counting, next, own);
    }
    const later = state.operatorAt(state.skipFrom(next + 1, ['be', 'have']))?.op;
    if (!distinct && (later === 'missing' || later === 'present') && own.profile.nulls > 0) {
      state.measures.push(measure('rows'));
      state.mode = 'count';
      takeUntil(state, counting, next, 'aggregate', 'counts rows');
      state.at = next;
      return;
    }
    const plain = !distinct && numeric && !own.entity && !followedByValue(state, atom, next);
    if (plain && oneRowAhead(state, next)) {
      // "how many gears does the Valiant have": the row is known, so the number stands there.
      state.mode = state.mode === null || state.mode === 'list' ? 'list' : state.mode;
      return take(state, 'ignored', 'the column holds the number');
    }
    if (plain && averageAhead(state, next)) return take(state, 'ignored', 'the column holds the number');
    if (plain && (pendingAggregate !== undefined || state.connector === 'by' || state.extreme !== null)) {
      // "average number of cylinders": the column itself holds the number.
      return take(state, 'ignored', 'the column holds the number');
    }
    if (plain) return readCountedAmounts(state, atom, next);
    const column = countedColumn(state, atom, next, distinct);
    if (column !== null) {
      takeUntil(state, counting, next, 'aggregate', 'counts');
      markColumn(state, next, column);
      state.measures.push({ ...measure('distinct', columnOperand(column)), table: column.table });
      state.target ??= null;
      if (state.mode === null || state.mode === 'exists') state.mode = 'count';
      state.at = next + 1;
      return afterMeasure(state);
    }
  }
  if (pendingAggregate !== undefined && pendingAggregate.fn !== 'sum')
    return state.fail('A statistic of counts is not understood yet; ask for the count of each.', [
      state.textOf(state.peek() as Atom),
    ]);
  state.measures.push(measure('rows'));
  if (state.mode === null || state.mode === 'exists' || state.mode === 'list' || state.mode === 'how_much')
    state.mode = state.mode === 'list' ? 'list' : 'count';
  if (distinct) state.distinct = true;
  takeUntil(state, counting, next, 'aggregate', 'counts rows');
  state.at = next;
  afterMeasure(state);
}

function readRowNoun(state: ReaderState, counting: number, place: number, column: IndexedColumn): undefined {
  state.measures.push(measure('rows'));
  state.mode = 'count';
  state.table = { table: column.table, exact: true, at: place };
  takeUntil(state, counting, place, 'aggregate', 'counts rows');
  state.mark(place, 'table', 'each row is one');
  state.at = place + 1;
}

/** What follows names one row: a value without repeats, or the extreme one of the rows. */
function oneRowAhead(state: ReaderState, from: number): boolean {
  const verb = state.tokens[state.atoms[from]?.to ?? 0]?.lower ?? '';
  if (!['does', 'do', 'did', 'has', 'had'].includes(verb)) return false;
  return state.atoms.some(
    (atom, place) =>
      place > from &&
      ((atom.kind === 'value' && atom.links[0]?.column.unique === true) ||
        (atom.kind === 'operator' &&
          atom.operator.op === 'superlative' &&
          atom.operator.dimensions.length > 0 &&
          state.atoms[place + 1]?.kind === 'table')),
  );
}

/** "How many ... on average" asks for an average. */
function averageAhead(state: ReaderState, from: number): boolean {
  return state.atoms.some(
    (atom, place) =>
      place > from &&
      atom.kind === 'operator' &&
      atom.operator.op === 'aggregate' &&
      (atom.operator.fn === 'avg' || atom.operator.fn === 'median'),
  );
}

function afterMeasure(state: ReaderState): undefined {
  const pending = state.pending.at(-1);
  if (pending === undefined || state.measures.length === 0) return;
  // "total number of penguins" says the count twice.
  if (pending.fn === 'sum') state.pending.pop();
}

function followedByValue(
  state: ReaderState,
  atom: Extract<Atom, { kind: 'column' }>,
  place: number,
): boolean {
  const after = state.atoms[state.skipFrom(place + 1)];
  return (
    after?.kind === 'value' &&
    after.links.some((link) => atom.links.some((own) => own.column === link.column))
  );
}

function countedColumn(
  state: ReaderState,
  atom: Extract<Atom, { kind: 'column' }>,
  place: number,
  distinct: boolean,
): IndexedColumn | null {
  const { column } = state.choose(atom.links, 'any', state.textOf(atom));
  if ((atom.links.find((link) => link.column === column)?.coverage ?? 1) < 0.6 && !distinct) return null;
  if (followedByValue(state, atom, place) && !distinct) return null;
  if (distinct) return column;
  if (column.yes !== null) return null;
  // A noun after it means the column describes the noun: "species A plants".
  const after = state.atoms[place + 1];
  if (after?.kind === 'number' && column.category) return null;
  if (column.identifier || column.entity || column.profile.type === 'text' || column.temporal || column.year)
    return column;
  return null;
}

/** "How many cases": a column of counts is added up. */
function readCountedAmounts(
  state: ReaderState,
  atom: Extract<Atom, { kind: 'column' }>,
  place: number,
): undefined {
  const { column, score } = state.choose(atom.links, 'numeric', state.textOf(atom));
  const rowNoun = state.table;
  if (rowNoun !== null || score < 0.6)
    return state.fail(`It is not clear what to count: "${state.textOf(atom)}" is a column of numbers.`, [
      state.textOf(atom),
    ]);
  const amounts = column.profile.type === 'integer' && Number(column.profile.min) >= 0 && !column.year;
  if (!amounts || (column.category && column.profile.distinct <= 6))
    return state.fail(
      `"${column.name}" holds numbers; ask for its sum, its average or its different values.`,
      [state.textOf(atom)],
    );
  takeUntil(state, state.at, place, 'aggregate', 'adds up');
  markColumn(state, place, column);
  state.pending = state.pending.filter((item) => item.fn !== 'sum');
  state.measures.push(measure('sum', columnOperand(column)));
  state.mode ??= 'count';
  state.penalty += score >= 0.9 ? 0.04 : 0.15;
  state.notes.push(`${column.name} already holds counts, so they were added up`);
  state.at = place + 1;
}

export function readShare(state: ReaderState, operator: OperatorOf<'share'>): undefined {
  const before = state.atoms[state.at - 1];
  if (
    before?.kind === 'column' &&
    before.links[0]?.column.numeric === true &&
    before.links[0].column.yes === null
  )
    return take(state, 'ignored', 'belongs to the column');
  state.mode = 'share';
  state.percent = operator.percent;
  state.place = 'noun';
  take(state, 'aggregate', operator.percent ? 'percentage' : 'share');
}

/** `survival rate` is a share; in `murder rate` the column already holds the rate. */
export function readRate(state: ReaderState): undefined {
  const before = state.atoms[state.at - 1];
  const numeric =
    before?.kind === 'column' &&
    before.links[0]?.column.numeric === true &&
    before.links[0].column.yes === null;
  if (numeric) return take(state, 'ignored', 'belongs to the column');
  state.rate = true;
  take(state, 'aggregate', 'share of rows');
}
