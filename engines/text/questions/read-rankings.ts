import type { Atom } from './atoms.ts';
import { nearest } from './nearest.ts';
import { columnOfDimension } from './reader-comparisons.ts';
import { markColumn } from './reader-marks.ts';
import {
  columnOperand,
  isDayOfRow,
  isOccasion,
  measure,
  numberBefore,
  type OperatorOf,
  take,
} from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

export function readTop(state: ReaderState, operator: OperatorOf<'top'>): undefined {
  const next = state.skipFrom(state.at + 1);
  const number = state.atoms[next];
  if (number?.kind === 'number') {
    state.extreme = {
      sign: operator.sign,
      dimensions: [],
      operand: null,
      limit: number.value,
      at: state.at,
      counting: false,
    };
    state.mark(next, 'limit', `${number.value} of them`, null, number.value);
    take(state, 'limit', operator.sign === 1 ? 'the largest' : 'the smallest');
    state.at = next + 1;
    return;
  }
  state.extreme = {
    sign: operator.sign,
    dimensions: [],
    operand: null,
    limit: 1,
    at: state.at,
    counting: false,
  };
  take(state, 'limit', operator.sign === 1 ? 'the largest' : 'the smallest');
}

/** The one day of birth by which age is told where no column holds the age itself. */
function birthDate(state: ReaderState): IndexedColumn | null {
  const aged = state.index.columns.some((column) =>
    column.readings.some((reading) => reading.some((word) => word.lower === 'age')),
  );
  const births = state.index.columns.filter(
    (column) => column.temporal && /birth|born|dob/i.test(column.name),
  );
  const near = nearest(births, (column) => column);
  return aged || near.length !== 1 ? null : (near[0] ?? null);
}

export function readSuperlative(state: ReaderState, operator: OperatorOf<'superlative'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const trailing =
    state.textOf(state.atoms[state.at + 1] ?? (state.peek() as Atom)).toLowerCase() === 'first';
  if (trailing && state.skipFrom(state.at + 2) >= state.atoms.length) {
    // "slowest first" only orders; a slow one takes long.
    const sped = operator.dimensions.includes('speed');
    const measured = state.measures.at(-1)?.operand ?? null;
    const column = measured?.kind === 'column' ? measured.column : (state.bare.at(-1)?.column ?? null);
    if (sped && column === null) return state.fail(`It is not clear what is ${text}.`, [text]);
    if (sped && !durationWords.test(column?.name ?? '') && !speedWords.test(column?.name ?? ''))
      return state.fail(`It is not clear whether "${text}" means a high or a low "${column?.name}".`, [text]);
    const turned = sped && durationWords.test(column?.name ?? '') && !speedWords.test(column?.name ?? '');
    state.direction = (operator.sign === 1) !== turned;
    take(state, 'order', state.direction ? 'largest first' : 'smallest first');
    return take(state, 'order', 'in this order');
  }
  const counted = state.top;
  state.top = null;
  let limit = counted ?? numberBefore(state);
  const next = state.skipFrom(state.at + 1);
  const after = state.atoms[next];
  let end = state.at + 1;
  if (limit === null && after?.kind === 'number' && !after.ordinal && state.atoms[next + 1] !== undefined) {
    limit = after.value;
    state.mark(next, 'limit', `${limit} of them`, null, limit);
    end = next + 1;
  }
  const joint = state.operatorAt(state.at - 1)?.op;
  if (
    state.extreme !== null &&
    state.extreme.operand === null &&
    state.extreme.limit === null &&
    limit === null &&
    (joint === 'and' || joint === 'or')
  ) {
    // "youngest and oldest": both ends.
    state.pending.push(
      { fn: state.extreme.sign === 1 ? 'max' : 'min', p: null, at: state.extreme.at },
      { fn: operator.sign === 1 ? 'max' : 'min', p: null, at: state.at },
    );
    state.howAdjective = operator.dimensions.length > 0 ? operator : null;
    state.extreme = null;
    return take(state, 'aggregate', operator.sign === 1 ? 'maximum' : 'minimum');
  }
  if (state.extreme !== null) {
    // "top 5 heaviest": the number was said before.
    limit ??= state.extreme.limit;
  }
  state.extreme = {
    sign: operator.sign,
    dimensions: operator.dimensions,
    operand: null,
    limit,
    at: state.at,
    counting: false,
  };
  const born = operator.dimensions[0] === 'age' ? birthDate(state) : null;
  if (born !== null) {
    // The oldest were born first.
    Object.assign(state.extreme, {
      sign: operator.sign === 1 ? -1 : 1,
      dimensions: [],
      operand: columnOperand(born),
      operandAt: state.at,
    });
    state.mark(state.at, 'order', operator.sign === 1 ? 'born first' : 'born last', born);
    state.at = end;
    return;
  }
  const noun = state.atoms[state.skipFrom(end)];
  if (noun?.kind === 'column' && operator.dimensions.length > 0) {
    const numeric = noun.links.filter(
      (link) => link.column.numeric && !isDayOfRow(state, link.column) && !link.column.entity,
    );
    if (numeric.length > 0) {
      checkSpeed(state, operator, numeric[0]?.column as IndexedColumn, text);
      const exact =
        (numeric[0] as { score: number; coverage: number }).coverage > 0.9 && numeric.length === 1;
      const column = exact
        ? (numeric[0] as { column: IndexedColumn }).column
        : columnOfDimension(state, operator.dimensions, numeric, text);
      state.extreme.operand = columnOperand(column);
      const place = state.skipFrom(end);
      state.extreme.operandAt = place;
      markColumn(state, place, column, 'order');
      state.mark(state.at, 'order', operator.sign === 1 ? 'the largest' : 'the smallest', column);
      state.at = place + 1;
      return;
    }
  }
  if (noun?.kind === 'column' && noun.links.length > 1) {
    // "highest temperature" of temp_max and temp_min is the maximum of the maxima.
    const wanted =
      operator.sign === 1 ? ['max', 'maximum', 'highest', 'high'] : ['min', 'minimum', 'lowest', 'low'];
    const narrowed = noun.links.filter(
      (link) => link.column.readings[0]?.some((word) => wanted.includes(word.lower)) === true,
    );
    if (narrowed.length === 1) noun.links = narrowed;
  }
  state.mark(state.at, 'order', operator.sign === 1 ? 'the largest' : 'the smallest');
  state.at = end;
}

const speedWords = /speed|velocity|rate|mph|kmh|power/i;

const durationWords = /time|duration|latency|reaction|sec|period|hurdles|run\d/i;

export const isDuration = (column: IndexedColumn): boolean =>
  !speedWords.test(column.name) &&
  (durationWords.test(column.name) ||
    column.readings.some((reading) => reading.some((word) => word.lower === 'time')));

/** The fastest time is the smallest one; of other columns it is not clear. */
function checkSpeed(
  state: ReaderState,
  operator: OperatorOf<'superlative'>,
  column: IndexedColumn,
  text: string,
): void {
  if (!operator.dimensions.includes('speed') || speedWords.test(column.name)) return;
  const extreme = state.extreme as NonNullable<ReaderState['extreme']>;
  if (!isDuration(column))
    state.fail(`It is not clear whether "${text}" means a high or a low "${column.name}".`, [text]);
  extreme.sign = operator.sign === 1 ? -1 : 1;
}

export function readMost(state: ReaderState, operator: OperatorOf<'most'>): undefined {
  const limit = state.top ?? numberBefore(state);
  state.top = null;
  state.extreme = {
    sign: operator.sign,
    dimensions: [],
    operand: null,
    limit,
    at: state.at,
    counting: false,
  };
  const next = state.skipFrom(state.at + 1);
  const atom = state.atoms[next];
  if (atom?.kind === 'table' || (atom?.kind === 'value' && state.atoms.length > 0))
    state.extreme.counting = true;
  if (atom?.kind === 'column' && (state.target !== null || state.mode === 'which')) {
    const column = atom.links[0]?.column;
    const ranked = state.target ?? state.bare[0]?.column ?? null;
    if (
      column !== undefined &&
      !column.numeric &&
      !column.temporal &&
      ranked !== null &&
      ranked !== column &&
      column.yes === null &&
      atom.links[0]?.coverage !== undefined &&
      atom.links[0].coverage > 0.6
    ) {
      // "which island has the most species": different species are counted.
      state.measures.push({ ...measure('distinct', columnOperand(column)), table: column.table });
      state.mark(state.at, 'order', operator.sign === 1 ? 'the most' : 'the fewest');
      markColumn(state, next, column);
      state.at = next + 1;
      return;
    }
    if (
      (column !== undefined && (isDayOfRow(state, column) || isOccasion(state, column))) ||
      column?.numeric === false ||
      column?.identifier === true ||
      (column !== undefined && column.yes !== null)
    )
      state.extreme.counting = true;
  }
  take(state, 'order', operator.sign === 1 ? 'the most' : 'the fewest');
}

export function readPositive(state: ReaderState, operator: OperatorOf<'positive'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const extreme = state.extreme;
  if (
    extreme !== null &&
    extreme.dimensions.length === 0 &&
    extreme.operand === null &&
    state.at === extreme.at + 1
  ) {
    extreme.dimensions = operator.dimensions;
    return take(state, 'order', text);
  }
  const before = state.atoms[state.at - 1];
  if (before?.kind === 'number' || state.marks.some((item) => item.target.startsWith('unit')))
    return take(state, 'ignored', 'belongs to the number');
  state.fail(`"${text}" is not measured by a number here; say for example "over 50".`, [text]);
}

export function readOrder(state: ReaderState): undefined {
  const next = state.skipFrom(state.at + 1);
  const operator = state.operatorAt(next);
  state.order = { measure: null, column: null, descending: null };
  take(state, 'order', 'in order');
  if (operator?.op === 'direction') return;
  const atom = state.atoms[next];
  const by = state.operatorAt(state.skipFrom(next + 1));
  if (atom?.kind === 'column' && by?.op === 'group') {
    // "rank states by murder": the rows to show, then what orders them.
    state.order.descending = true;
    state.mode ??= 'list';
    return;
  }
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'any', state.textOf(atom));
    markColumn(state, next, column, 'order');
    state.order.column = column;
    state.at = next + 1;
    return;
  }
  if (operator?.op === 'count') {
    state.order.measure = measure('rows');
    state.mark(next, 'order', 'by number of rows');
    state.at = next + 1;
    const noun = state.atoms[state.skipFrom(state.at)];
    if (noun?.kind === 'table') state.at = state.skipFrom(state.at) + 1;
    return;
  }
  if (operator?.op === 'aggregate') {
    const after = state.skipFrom(next + 1, ['prep']);
    const column = state.atoms[after];
    if (column?.kind === 'column') {
      const chosen = state.choose(column.links, 'numeric', state.textOf(column)).column;
      state.order.measure = measure(operator.fn, columnOperand(chosen), operator.p ?? null);
      state.mark(next, 'order', operator.fn);
      markColumn(state, after, chosen, 'order');
      state.at = after + 1;
    } else state.at = next + 1;
  }
}

/** After `top 5 species by`: what they are ranked by. */
export function readExtremeMeasure(state: ReaderState, place: number): boolean {
  const extreme = state.extreme;
  if (extreme === null) return false;
  const atom = state.atoms[place];
  const operator = state.operatorAt(place);
  if (
    operator?.op === 'count' ||
    operator?.op === 'aggregate' ||
    operator?.op === 'share' ||
    operator?.op === 'superlative'
  ) {
    take(state, 'order', 'ranked by');
    return true;
  }
  if (atom?.kind !== 'column') return false;
  const { column } = state.choose(atom.links, 'any', state.textOf(atom));
  if (!column.numeric) return false;
  take(state, 'order', 'ranked by');
  state.at = place;
  markColumn(state, place, column, 'order');
  extreme.operand = columnOperand(column);
  state.at = place + 1;
  return true;
}
