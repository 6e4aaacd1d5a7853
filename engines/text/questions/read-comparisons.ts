import type { Atom } from './atoms.ts';
import { isPluralNoun } from './finish-entities.ts';
import { type Measure, ReadFailure } from './frame.ts';
import { impliedColumn } from './implied-columns.ts';
import { comparatives } from './lexicon/adjectives.ts';
import { readGroup } from './read-groups.ts';
import { readNumberList } from './read-numbers.ts';
import { columnOfDimension, comparisonAt } from './reader-comparisons.ts';
import { readNumber } from './reader-literals.ts';
import { addCondition, markColumn } from './reader-marks.ts';
import { applyCompared, columnOperand, measure, type OperatorOf, take } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

const rowWords = /^(?:measurements|observations|records|rows|entries|samples|data points|readings)$/;

/** A comparison whose column comes after the number, or was said by a describing word. */
export function readComparison(
  state: ReaderState,
  operator: OperatorOf<'compare' | 'between' | 'comparative'>,
): undefined {
  const text = state.textOf(state.peek() as Atom);
  if (operator.op === 'comparative') return readComparative(state, operator);
  const sides = state.skipFrom(state.at + 1);
  if (
    operator.op === 'between' &&
    (state.mode === 'difference' || state.mode === 'ratio') &&
    state.atoms[sides]?.kind === 'number'
  ) {
    const before = state.at;
    state.at = sides;
    if (readNumberList(state)) {
      state.mark(before, 'ignored', 'joins the words around it');
      return;
    }
    state.at = before;
  }
  const found = comparisonAt(state, state.at, null);
  if (found === null && operator.op === 'between') {
    const group = state.atoms[state.skipFrom(state.at + 1)];
    const pairwise = ['correlation', 'pairs', 'difference', 'ratio', 'change'].includes(state.mode ?? '');
    if (
      !pairwise &&
      group?.kind === 'column' &&
      (group.links[0]?.column.category === true || group.links[0]?.column.numeric === false)
    )
      return readGroup(state);
    state.connector = 'between';
    return take(state, 'ignored', 'joins the words around it');
  }
  if (found === null && operator.op === 'compare') {
    const place = state.skipFrom(state.at + 1);
    const named = state.atoms[place];
    const of = state.operatorAt(place + 1);
    if (
      named?.kind === 'column' &&
      of?.op === 'prep' &&
      of.word === 'of' &&
      state.atoms[place + 2]?.kind === 'number'
    ) {
      const { column } = state.choose(named.links, 'numeric', state.textOf(named));
      const number = readNumber(state, place + 2, column);
      if (number !== null) {
        markColumn(state, place, column, 'filter');
        state.mark(state.at, 'comparison', `${operator.cmp} ${number.value}`, column, number.value);
        addCondition(state, {
          kind: 'compare',
          operand: columnOperand(column),
          cmp: operator.cmp,
          value: number.value,
          negated: state.negate,
        });
        state.at = number.next;
        return;
      }
    }
  }
  if (found === null) return state.fail(`"${text}" needs a number after it.`, [text]);
  const next = state.skipFrom(found.next, ['prep']);
  const atom = state.atoms[next];
  const subjects = state.bare.at(-1);
  const entities = subjects?.column.entity === true && isPluralNoun(state, subjects);
  const rowsSaid = rowWords.test(
    state.textOf(state.atoms[found.next] ?? (state.peek() as Atom)).toLowerCase(),
  );
  if (entities && rowsSaid && found.between === null) {
    state.having.push({ measure: measure('rows'), cmp: found.cmp, value: found.value as number, high: null });
    state.mark(found.next, 'table', 'its rows');
    state.at = found.next + 1;
    return;
  }
  const total = state.operatorAt(next + 1);
  if (
    entities &&
    atom?.kind === 'column' &&
    atom.links[0]?.column.numeric === true &&
    found.between === null &&
    total?.op === 'aggregate' &&
    ['sum', 'avg'].includes(total.fn)
  ) {
    // "herds with more than 15 cases in total"
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    markColumn(state, next, column);
    state.mark(next + 1, 'aggregate', total.fn);
    state.having.push({
      measure: measure(total.fn, columnOperand(column)),
      cmp: found.cmp,
      value: found.value as number,
      high: null,
    });
    state.at = next + 2;
    return;
  }
  const counted =
    atom?.kind === 'table' ||
    state.operatorAt(next)?.op === 'count' ||
    (atom?.kind === 'value' && (state.target !== null || state.groups.length > 0));
  if (atom?.kind === 'column' && atom.links[0]?.column.yes === null) {
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    markColumn(state, next, column, 'filter');
    // The number was read before its column was known: read it again in the column's unit.
    const again = comparisonAt(state, state.at, column) ?? found;
    applyCompared(state, columnOperand(column), again);
    state.at = next + 1;
    return;
  }
  if (
    counted &&
    (state.target !== null || state.groups.length > 0 || state.measures.length > 0 || state.bare.length > 0)
  ) {
    const value = found.between === null ? (found.value as number) : found.between[0];
    state.having.push({
      measure: measure('rows'),
      cmp: found.between === null ? found.cmp : '>=',
      value,
      high: found.between?.[1] ?? null,
    });
    state.at = atom?.kind === 'table' ? next + 1 : next;
    if (atom?.kind === 'table') state.mark(next, 'table', 'its rows');
    return;
  }
  const implied = impliedColumn(state, found.next);
  if (implied !== null) {
    applyCompared(
      state,
      columnOperand(implied.column),
      comparisonAt(state, state.at, implied.column) ?? found,
    );
    state.at = implied.next;
    return;
  }
  const subject = pendingSubject(state);
  if (subject === null)
    return state.fail(
      `"${text} ${found.between === null ? String(found.value) : found.between.join(' and ')}" does not say of which column.`,
      [text],
    );
  if ('having' in subject) {
    state.having.push({
      measure: subject.having,
      cmp: found.between === null ? found.cmp : '>=',
      value: found.between === null ? (found.value as number) : found.between[0],
      high: found.between?.[1] ?? null,
    });
  } else
    applyCompared(
      state,
      columnOperand(subject.column),
      comparisonAt(state, state.at, subject.column) ?? found,
    );
  state.at = found.next;
}

/** `above average wind`: the column comes after. */
export function readRelative(state: ReaderState, operator: OperatorOf<'relative'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const next = state.skipFrom(state.at + 1);
  const atom = state.atoms[next];
  const bare = state.bare.at(-1);
  if (atom?.kind === 'column') {
    const { column } = state.choose(atom.links, 'numeric', state.textOf(atom));
    markColumn(state, next, column, 'filter');
    state.mark(
      state.at,
      'comparison',
      `${operator.cmp === '>' ? 'above' : 'below'} the average of ${column.name}`,
    );
    addCondition(state, { kind: 'relative', column, cmp: operator.cmp });
    state.at = next + 1;
    return;
  }
  if (bare?.column.numeric === true) {
    state.bare.pop();
    addCondition(state, { kind: 'relative', column: bare.column, cmp: operator.cmp });
    return take(
      state,
      'comparison',
      `${operator.cmp === '>' ? 'above' : 'below'} the average of ${bare.column.name}`,
    );
  }
  const adjective = comparatives.get(text.toLowerCase().split(' ')[0] as string);
  if (adjective !== undefined) return addRelative(state, adjective, state.at + 1);
  state.fail(`"${text}" does not say of which column.`, [text]);
}

/** A column or measure said before, which a comparison may be about. */
function pendingSubject(state: ReaderState): { column: IndexedColumn } | { having: Measure } | null {
  const last = state.measures.at(-1);
  if (
    last !== undefined &&
    (state.target !== null || state.groups.length > 0 || state.mode === 'which') &&
    state.measures.length === 1 &&
    state.mode !== 'count' &&
    last.fn !== 'default'
  ) {
    state.measures.pop();
    return { having: last };
  }
  const bare = state.bare.at(-1);
  if (
    bare?.column.numeric === true &&
    !bare.column.identifier &&
    !(bare.column.entity && isPluralNoun(state, bare)) &&
    bare.column.yes === null &&
    state.at - bare.at < 5
  ) {
    state.bare.pop();
    return { column: bare.column };
  }
  if (last?.fn === 'default' && last.operand?.kind === 'column') {
    state.measures.pop();
    return { column: last.operand.column };
  }
  return null;
}

function readComparative(state: ReaderState, operator: OperatorOf<'comparative'>): undefined {
  const text = state.textOf(state.peek() as Atom);
  const than = state.skipFrom(state.at + 1);
  const noun = state.atoms[than];
  const limit = state.skipFrom(than + 2);
  if (
    operator.dimensions.length === 0 &&
    noun?.kind === 'column' &&
    state.operatorAt(than + 1)?.op === 'than' &&
    state.atoms[limit]?.kind === 'number'
  ) {
    // `more wind than 8`
    const { column } = state.choose(noun.links, 'numeric', state.textOf(noun));
    const number = readNumber(state, limit, column);
    if (number !== null) {
      const cmp = operator.sign === 1 ? '>' : '<';
      markColumn(state, than, column, 'filter');
      state.mark(state.at, 'comparison', `${cmp} ${number.value}`, column, number.value);
      const compared = { cmp, value: number.value, between: null, literalAt: limit } as const;
      applyCompared(state, columnOperand(column), { ...compared, next: number.next });
      state.at = number.next;
      return;
    }
  }
  if (state.operatorAt(than)?.op !== 'than') {
    if (state.mode === 'which' && operator.dimensions.length > 0) {
      // "which sex is heavier": of two, the one that leads.
      const { sign, dimensions } = operator;
      state.extreme = { sign, dimensions, operand: null, limit: null, at: state.at, counting: false };
      return take(state, 'order', sign === 1 ? 'the largest' : 'the smallest');
    }
    if (state.mode === 'difference' || state.mode === 'how_much') {
      state.comparative = operator;
      state.mode = 'difference';
      return take(state, 'comparison', text);
    }
    return state.fail(`"${text}" does not say than what.`, [text]);
  }
  const number = state.skipFrom(than + 1);
  const atom = state.atoms[number];
  const mean = state.operatorAt(number);
  if (mean?.op === 'aggregate' && mean.fn === 'avg' && operator.dimensions.length > 0)
    return addRelative(state, operator, number + 1);
  if (atom?.kind !== 'number' && !(atom?.kind === 'time')) {
    if (state.mode === 'how_much' || state.mode === 'difference') {
      state.comparative = operator;
      state.mode = 'difference';
      return take(state, 'comparison', text);
    }
    return state.fail(`"${text} than" needs a number.`, [text]);
  }
  const bare = state.bare.at(-1);
  const nounLinks = bare === undefined ? null : [{ column: bare.column, score: 1, coverage: 1, typo: false }];
  let column: IndexedColumn;
  if (operator.dimensions.length === 0) {
    if (bare === undefined) return state.fail(`"${text}" does not say of which column.`, [text]);
    column = bare.column;
    state.bare.pop();
  } else {
    column = columnOfDimension(
      state,
      operator.dimensions,
      nounLinks !== null && bare?.column.numeric === true ? nounLinks : null,
      text,
    );
    if (bare?.column === column) state.bare.pop();
  }
  if (column.temporal) return state.fail(`"${text}" with a date column needs a date.`, [text]);
  const value = readNumber(state, number, column);
  if (value === null) return state.fail(`"${text} than" needs a number.`, [text]);
  const bound = Number(operator.sign === 1 ? column.profile.min : column.profile.max);
  if (operator.dimensions.length > 0 && Number.isFinite(bound) && (value.value - bound) * operator.sign < 0)
    return state.fail(
      `Every "${column.name}" is ${text} than ${value.value}; name the column if another is meant.`,
      [text],
    );
  state.mark(
    state.at,
    'filter',
    `${column.name} ${operator.sign === 1 ? '>' : '<'} ${value.value}`,
    column,
    value.value,
  );
  state.mark(number, 'comparison', String(value.value), column, value.value);
  addCondition(state, {
    kind: 'compare',
    operand: columnOperand(column),
    cmp: operator.sign === 1 ? '>' : '<',
    value: value.value,
    negated: state.negate,
  });
  state.at = value.next;
}

/** `heavier than the average`: of the column that the word speaks of. */
function addRelative(
  state: ReaderState,
  { sign, dimensions }: { sign: 1 | -1; dimensions: string[] },
  end: number,
): undefined {
  const text = state.textOf(state.peek() as Atom);
  const bare = state.bare.at(-1);
  const said =
    bare?.column.numeric === true ? [{ column: bare.column, score: 1, coverage: 1, typo: false }] : null;
  const column = columnOfDimension(state, dimensions, said, text);
  if (bare?.column === column) state.bare.pop();
  state.mark(
    state.at,
    'comparison',
    `${sign === 1 ? 'above' : 'below'} the average of ${column.name}`,
    column,
  );
  addCondition(state, { kind: 'relative', column, cmp: sign === 1 ? '>' : '<' });
  state.at = end;
}

export function readVersus(state: ReaderState): undefined {
  state.versus = true;
  state.joiner = 'and';
  take(state, 'comparison', 'against');
}

export function comparativeAfter(
  state: ReaderState,
  place: number,
  atom: Extract<Atom, { kind: 'column' }>,
): { sign: 1 | -1; dimensions: string[] } | null {
  const next = state.skipFrom(place, ['be', 'relative_pronoun']);
  const operator = state.operatorAt(next);
  if (operator?.op !== 'comparative' || operator.dimensions.length === 0) return null;
  if (state.operatorAt(next + 1)?.op !== 'than' || state.atoms[state.skipFrom(next + 2)]?.kind !== 'number')
    return null;
  try {
    columnOfDimension(state, operator.dimensions, atom.links, '');
    return operator;
  } catch (error) {
    if (error instanceof ReadFailure && !error.ambiguous) return null;
    throw error;
  }
}
