import type { Atom } from './atoms.ts';
import { isPluralNoun } from './finish-entities.ts';
import { impliedColumn } from './implied-columns.ts';
import { comparisonAt } from './reader-comparisons.ts';
import { readNumber } from './reader-literals.ts';
import { addCondition, markColumn } from './reader-marks.ts';
import { applyCompared, columnOperand, measure, numberAsValue } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';

/** `4 or 6 cylinders`: several values of the column that follows. */
export function readNumberList(state: ReaderState): boolean {
  const numbers: number[] = [];
  let place = state.at;
  for (;;) {
    const atom = state.atoms[place];
    if (atom?.kind !== 'number') return false;
    numbers.push(atom.value);
    let next = place + 1;
    let joined = false;
    while (['or', 'and', 'comma', 'versus'].includes(state.operatorAt(next)?.op ?? '')) {
      joined = true;
      next += 1;
    }
    if (!joined) break;
    place = next;
  }
  const noun = state.skipFrom(place + 1);
  const atom = state.atoms[noun];
  if (numbers.length < 2 || atom?.kind !== 'column') return false;
  const { column } = state.choose(atom.links, 'any', state.textOf(atom));
  const values = numbers.map((value) => numberAsValue(column, value));
  if (values.some((value) => value === null) || !(column.category || column.entity)) return false;
  const either = state.atoms
    .slice(state.at, place)
    .some((item) => item.kind === 'operator' && item.operator.op === 'or');
  for (let at = state.at; at <= place; at += 1)
    state.mark(at, 'value', `${column.name} is one of ${numbers.join(', ')}`, column);
  markColumn(state, noun, column, 'filter');
  addCondition(state, {
    kind: 'equals',
    column,
    values: values.filter((value) => value !== null),
    negated: state.negate,
    joined: either ? 'or' : 'and',
  });
  state.at = noun + 1;
  return true;
}

/** `25th and 75th percentile` */
function percentileAhead(state: ReaderState): boolean {
  let place = state.at + 1;
  let joined = false;
  for (;;) {
    const joint = state.operatorAt(place)?.op;
    const atom = state.atoms[place];
    if (joint === 'and' || joint === 'comma') joined = true;
    else if (!(atom?.kind === 'number' && atom.ordinal && atom.value < 100))
      return joined && joint === 'percentile';
    place += 1;
  }
}

export function readBareNumber(state: ReaderState): undefined {
  const atom = state.peek() as Extract<Atom, { kind: 'number' }>;
  const next = state.skipFrom(state.at + 1);
  const operator = state.operatorAt(next);
  if (atom.ordinal && percentileAhead(state)) {
    state.pending.push({ fn: 'quantile', p: atom.value / 100, at: state.at });
    state.mark(state.at, 'aggregate', `${atom.value}th percentile`);
    state.at += 1;
    return;
  }
  if (operator?.op === 'percentile') {
    state.mark(state.at, 'aggregate', 'which percentile');
    state.at += 1;
    return;
  }
  const column = state.atoms[next];
  const countable = Number.isInteger(atom.value) && atom.value > 0 && atom.value <= 1000;
  if (countable && (operator?.op === 'superlative' || operator?.op === 'most')) {
    state.mark(state.at, 'limit', `${atom.value} of them`, null, atom.value);
    state.top = atom.value;
    state.at += 1;
    return;
  }
  if (readNumberList(state)) return;
  const compared = comparisonAt(state, state.at, null);
  if (compared !== null) {
    const after = state.atoms[state.skipFrom(compared.next)];
    if (after?.kind === 'column') {
      const chosen = state.choose(after.links, 'numeric', state.textOf(after)).column;
      applyCompared(state, columnOperand(chosen), compared);
      markColumn(state, state.skipFrom(compared.next), chosen, 'filter');
      state.at = state.skipFrom(compared.next) + 1;
      return;
    }
    if (after?.kind === 'table' && state.bare.length > 0) {
      state.having.push({
        measure: measure('rows'),
        cmp: compared.cmp,
        value: compared.value as number,
        high: null,
      });
      state.at = state.skipFrom(compared.next) + 1;
      return;
    }
  }
  const ranking = state.atoms.some(
    (atom2, place) =>
      place > state.at &&
      atom2.kind === 'operator' &&
      (atom2.operator.op === 'superlative' || atom2.operator.op === 'most'),
  );
  const nounFits =
    column?.kind === 'table' ||
    (column?.kind === 'column' &&
      column.links.some((link) => !link.column.numeric || link.column.entity || link.column.identifier));
  if (countable && nounFits && (ranking || state.mode === 'list')) {
    state.mark(state.at, 'limit', `${atom.value} of them`, null, atom.value);
    state.top = atom.value;
    state.at += 1;
    return;
  }
  const subject = state.bare.at(-1);
  if (
    column?.kind === 'column' &&
    subject?.column.entity === true &&
    isPluralNoun(state, subject) &&
    state.connector === 'with' &&
    /^(?:visit|session|measurement|trial|occasion|observation|sample)s?$/.test(
      column.links[0]?.column.joined ?? '',
    )
  ) {
    // "which patients had 7 visits": each row is one.
    state.having.push({ measure: measure('rows'), cmp: '=', value: atom.value, high: null });
    state.mark(state.at, 'comparison', `${atom.value} of them`, null, atom.value);
    state.mark(next, 'table', 'each row is one');
    state.at = next + 1;
    return;
  }
  if (column?.kind === 'column') {
    const chosen = column.links.find((link) => numberAsValue(link.column, atom.value) !== null);
    if (chosen !== undefined) {
      state.top = atom.value;
      state.at += 1;
      return;
    }
  }
  if (compared !== null) {
    const implied = impliedColumn(state, compared.next);
    if (implied !== null) {
      applyCompared(state, columnOperand(implied.column), compared);
      state.at = implied.next;
      return;
    }
  }
  const age = state.index.columns.filter((item) => item.numeric && item.joined === 'age');
  const years = [1, 2, 3]
    .map((step) => state.atoms[state.at + step])
    .map((item) => (item === undefined ? '' : state.textOf(item).toLowerCase()));
  if (
    /^(?:years?|yrs?)$/.test(years[0] ?? '') &&
    years[1] === 'old' &&
    age[0] !== undefined &&
    age.length === 1
  ) {
    for (let step = 0; step < 3; step += 1)
      state.mark(state.at + step, 'filter', `age is ${atom.value}`, age[0]);
    addCondition(state, {
      kind: 'equals',
      column: age[0],
      values: [{ node: 'number', value: atom.value }],
      negated: state.negate,
      joined: 'none',
    });
    state.at += 3;
    return;
  }
  // `2 mg dose`
  const unit = readNumber(state, state.at, null);
  if (unit !== null && unit.next > state.at + 1) {
    const after = state.atoms[state.skipFrom(unit.next)];
    if (after?.kind === 'column') {
      const chosen = state.choose(after.links, 'numeric', state.textOf(after)).column;
      const value = readNumber(state, state.at, chosen);
      markColumn(state, state.skipFrom(unit.next), chosen, 'filter');
      state.mark(state.at, 'value', `${chosen.name} is ${value?.value}`, chosen, value?.value ?? null);
      addCondition(state, {
        kind: 'equals',
        column: chosen,
        values: [{ node: 'number', value: value?.value ?? unit.value }],
        negated: state.negate,
        joined: 'none',
      });
      state.at = state.skipFrom(unit.next) + 1;
      return;
    }
  }
  if (
    countable &&
    (state.mode === 'list' || state.extreme !== null) &&
    (column?.kind === 'table' || column?.kind === 'value')
  ) {
    state.top = atom.value;
    state.mark(state.at, 'limit', `${atom.value} of them`, null, atom.value);
    state.at += 1;
    return;
  }
  state.fail(`I do not know what the number ${state.textOf(atom)} is for.`, [state.textOf(atom)]);
}
