import type { Atom } from './atoms.ts';
import { comparativeAfter } from './read-comparisons.ts';
import { columnOfDimension } from './reader-comparisons.ts';
import { conditionAfterColumn } from './reader-conditions.ts';
import { havingFromCondition, lastIsComparison } from './reader-having.ts';
import { literalOf } from './reader-literals.ts';
import { addCondition, markColumn } from './reader-marks.ts';
import {
  columnOperand,
  isDayOfRow,
  isOccasion,
  keyOf,
  measure,
  numberAsValue,
  take,
} from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

/** `doctor ids` is the key of the doctors, whatever it is called. */
function keyOfNamedTable(state: ReaderState, atom: Extract<Atom, { kind: 'column' }>): void {
  const before = state.atoms[state.at - 1];
  if (atom.links[0]?.column.joined !== 'id' || before?.kind !== 'table' || before.tables.length !== 1) return;
  const key = keyOf(state, before.tables[0]?.name ?? '');
  if (key !== null) atom.links = [{ column: key, score: 1, coverage: 1, typo: false }];
}

export function readColumn(state: ReaderState, atom: Extract<Atom, { kind: 'column' }>): undefined {
  keyOfNamedTable(state, atom);
  const place = state.at;
  const text = state.textOf(atom);
  // What rows point to has no average; the average is of something else.
  const pending = state.pending.length > 0 && atom.links[0]?.column.entityOf == null;
  if (state.pending.length > 0) state.howAdjective = null;
  const adjective = state.howAdjective;
  if (
    adjective !== null &&
    adjective.dimensions.length > 0 &&
    atom.links.some((link) => link.column.numeric)
  ) {
    const column = columnOfDimension(
      state,
      adjective.dimensions,
      atom.links.filter((link) => link.column.numeric),
      text,
    );
    markColumn(state, place, column);
    state.howAdjective = null;
    state.measures.push(measure('default', columnOperand(column)));
    state.at += 1;
    return;
  }
  const wantsNumber =
    pending ||
    state.mode === 'correlation' ||
    (state.extreme !== null &&
      state.extreme.operand === null &&
      !state.extreme.counting &&
      state.extreme.dimensions.length === 0 &&
      state.extreme.limit === null);
  const numericFits = atom.links.some(
    (link) => link.column.numeric && link.score >= (atom.links[0] as { score: number }).score - 0.05,
  );
  const comparative = comparativeAfter(state, place + 1, atom);
  const { column, score } =
    comparative !== null
      ? { column: columnOfDimension(state, comparative.dimensions, atom.links, text), score: 0.9 }
      : state.choose(atom.links, wantsNumber && numericFits ? 'numeric' : 'any', text);
  const beside = state.marks.find((item) => item.atom === place - 1);
  if (beside?.column === column.name && state.atoms[place - 1]?.kind === 'column')
    state.fail(`"${column.name}" is said twice.`, [text]);
  if (score < 0.7) state.penalty += 0.12;
  if (comparative !== null) {
    state.bare.push({ at: place, column, after: state.connector });
    markColumn(state, place, column, 'filter');
    state.at += 1;
    return;
  }
  if (state.missing !== null && state.missing === place - 1) {
    state.missing = null;
    addCondition(state, { kind: 'null', column, negated: false });
    markColumn(state, place, column, 'filter');
    state.at += 1;
    return;
  }
  if (state.present !== null) {
    state.present = null;
    if (state.connector === 'with' || state.connector === 'who') {
      addCondition(state, { kind: 'null', column, negated: !state.negate });
      markColumn(state, place, column, 'filter');
      state.at += 1;
      return;
    }
  }
  const number = state.atoms[place - 1];
  if (
    state.top !== null &&
    number?.kind === 'number' &&
    (column.category || column.numeric) &&
    !state.marks.some((item) => item.atom === place - 1 && item.role === 'limit')
  ) {
    const limits = state.marks.some((item) => item.atom === place - 1 && item.role === 'limit');
    const literal = limits ? null : numberAsValue(state, column, number.value);
    if (literal !== null && (column.numeric || column.values.length > 0)) {
      state.mark(place - 1, 'value', `${column.name} is ${number.value}`, column, number.value);
      markColumn(state, place, column, 'filter');
      state.top = null;
      addCondition(state, {
        kind: 'equals',
        column,
        values: [literal],
        negated: state.negate,
        joined: 'none',
      });
      state.at += 1;
      return;
    }
  }
  // `higher than average body mass`, `above average weight`
  const end = conditionAfterColumn(state, column, place, place + 1);
  if (end !== null) {
    const before = state.pending.at(-1);
    if (before !== undefined && lastIsComparison(state)) return havingFromCondition(state, end);
    state.at = end;
    return;
  }
  if (state.rate || state.operatorAt(place + 1)?.op === 'rate') {
    if (column.yes !== null) {
      state.mode = 'share';
      addCondition(state, {
        kind: 'equals',
        column,
        values: [column.yes.yes],
        negated: state.negate,
        joined: 'none',
      });
      markColumn(state, place, column);
      state.at += 1;
      return;
    }
  }
  const following = state.operatorAt(place + 1);
  const own = column.valueKeys.get(column.joined);
  if (
    own !== undefined &&
    (following?.op === 'filler' || /^(?:group|arm)s?$/.test(state.tokens[atom.to - 1]?.lower ?? '')) &&
    ['in', 'of', 'for', 'from', 'among', 'on', 'with'].includes(state.connector)
  ) {
    // "in the treatment group" where the treatment is either placebo or treatment.
    addCondition(state, {
      kind: 'equals',
      column,
      values: [literalOf(column, own[0] as string)],
      negated: state.negate,
      joined: 'none',
    });
    state.mark(place, 'value', `${column.name} is ${own[0]}`, column, own[0] ?? null);
    state.at += 1;
    return;
  }
  const predicate =
    column.yes !== null && !pending && state.mode !== 'distribution' && state.mode !== 'correlation';
  if (predicate && (isPredicateSpot(state, place) || state.negate)) {
    const yes = column.yes as NonNullable<IndexedColumn['yes']>;
    // "... of mothers over 30 smoke": the last word is the verb.
    if (
      state.mode === 'share' &&
      state.table !== null &&
      state.conditions.length > 0 &&
      state.skipFrom(place + 1) >= state.atoms.length &&
      state.place === 'noun'
    )
      state.place = 'predicate';
    markColumn(state, place, column, 'filter');
    addCondition(state, {
      kind: 'equals',
      column,
      values: [yes.yes],
      negated: state.negate,
      joined: state.joiner === 'or' ? 'or' : 'none',
    });
    state.at += 1;
    return;
  }
  const extreme = state.extreme;
  if (
    extreme !== null &&
    extreme.operand === null &&
    !extreme.counting &&
    column.numeric &&
    !pending &&
    extreme.limit === null &&
    extreme.dimensions.length === 0
  ) {
    extreme.operand = columnOperand(column);
    extreme.operandAt = place;
    markColumn(state, place, column, 'order');
    state.at += 1;
    return;
  }
  const head = state.atoms[place + 1];
  if (
    pending &&
    (column.entity || column.identifier || column.category) &&
    head?.kind === 'column' &&
    head.links[0]?.column.numeric === true &&
    head.links[0].column !== column
  ) {
    // "herd size", "plant uptake": the last noun is what is measured.
    state.penalty += 0.03;
    return take(state, 'ignored', 'describes the column after it');
  }
  if (pending && isOccasion(state, column))
    state.fail('A statistic of counts is not understood yet; ask for the count of each.', [text]);
  if (pending && (column.numeric || column.temporal)) {
    markColumn(state, place, column);
    for (const item of state.pending) state.measures.push(measure(item.fn, columnOperand(column), item.p));
    state.at += 1;
    readMoreOperands(state);
    state.pending = [];
    return;
  }
  if (pending && column.yes !== null)
    state.fail(`"${column.name}" is not a number; ask for its share instead.`, [text]);
  if (state.negate && column.temporal && column.profile.nulls > 0 && /ed$/.test(text)) {
    // "Not returned": there is no day on which it was.
    markColumn(state, place, column, 'filter');
    addCondition(state, { kind: 'null', column, negated: false });
    state.at += 1;
    return;
  }
  if (state.negate) state.fail(`It is not clear what "not" leaves out before "${text}".`, [text]);
  markColumn(state, place, column);
  if (state.projecting) state.shown.push(column);
  else state.bare.push({ at: place, column, after: state.connector });
  state.at += 1;
}

/** `average A, B and C` */
function readMoreOperands(state: ReaderState): undefined {
  for (;;) {
    let next = state.at;
    let joined = false;
    while (['and', 'comma', 'skip'].includes(state.operatorAt(next)?.op ?? '')) {
      joined ||= state.operatorAt(next)?.op !== 'skip';
      next += 1;
    }
    const atom = state.atoms[next];
    if (!joined || atom?.kind !== 'column') return;
    const best = atom.links[0]?.column;
    if (best?.numeric !== true || best.yes !== null) return;
    if (state.pending.length === 1 && (isDayOfRow(state, best) || best.temporal || best.unique)) {
      const [item] = state.pending;
      const operand = state.measures.at(-1)?.operand;
      if ((item?.fn === 'max' || item?.fn === 'min') && operand != null && state.measures.length === 1) {
        // "max ozone and the day": of the row of the maximum.
        state.measures.pop();
        state.extreme = {
          sign: item.fn === 'max' ? 1 : -1,
          dimensions: [],
          operand,
          limit: null,
          at: item.at,
          counting: false,
        };
        markColumn(state, next, best);
        state.bare.push({ at: next, column: best, after: '' });
        state.at = next + 1;
        return;
      }
    }
    const after = state.operatorAt(state.skipFrom(next + 1, ['be']));
    if (after?.op === 'compare' || after?.op === 'between' || state.atoms[next + 1]?.kind === 'number')
      return;
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    for (let place = state.at; place < next; place += 1) state.mark(place, 'ignored', 'and');
    markColumn(state, next, column);
    for (const item of state.pending) state.measures.push(measure(item.fn, columnOperand(column), item.p));
    state.at = next + 1;
  }
}

/** Where a yes-or-no column says something of the rows rather than being shown or grouped by. */
function isPredicateSpot(state: ReaderState, place: number): boolean {
  if (['count', 'share', 'exists', 'which', 'list', 'how_much', 'difference'].includes(state.mode ?? '')) {
    if (
      state.mode === 'which' &&
      state.target === null &&
      state.table === null &&
      state.atoms[place + 1] === undefined
    )
      return true;
    return true;
  }
  const next = state.atoms[state.skipFrom(place + 1)];
  return (
    next?.kind === 'table' ||
    ['with', 'is', 'who', 'of', 'for', 'in', 'among', 'have'].includes(state.connector) ||
    state.measures.length > 0 ||
    state.extreme !== null
  );
}
