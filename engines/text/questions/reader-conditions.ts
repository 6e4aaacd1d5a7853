import type { Atom } from './atoms.ts';
import type { Operand } from './frame.ts';
import type { Comparison } from './lexicon/operators.ts';
import { comparisonAt, spanOfNumbers } from './reader-comparisons.ts';
import { readLiteral, readMoreLiterals, readTexts } from './reader-literals.ts';
import { addCondition, flip, markColumn } from './reader-marks.ts';
import { isDayOfRow } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

function equals(state: ReaderState, column: IndexedColumn, place: number, marked: number): number | null {
  const first = readLiteral(state, place, column);
  if (first === null) return null;
  const more = readMoreLiterals(state, first.next, column);
  const negated = state.negate;
  const values = [first.literal, ...more.literals.map((item) => item.literal)];
  markColumn(state, marked, column, 'filter');
  state.mark(
    place,
    'value',
    `${column.name} ${negated ? 'is not' : 'is'} ${first.shown}`,
    column,
    first.shown,
  );
  for (const item of more.literals)
    state.mark(item.place, 'value', `${column.name} is ${item.shown}`, column, item.shown);
  addCondition(state, { kind: 'equals', column, values, negated, joined: more.joined });
  return more.next;
}

const isLinking = (state: ReaderState, place: number): boolean => {
  const operator = state.operatorAt(place);
  // "mean intensity of class 2": what is measured is not what is equal to 2.
  if (state.pending.length > 0 && operator?.op === 'prep') return false;
  return (
    operator !== null &&
    (['skip', 'filler', 'be', 'have'].includes(operator.op) ||
      (operator.op === 'prep' && ['of', 'at', 'in', 'on', 'to', 'as'].includes(operator.word)))
  );
};

function setCompare(state: ReaderState, operand: Operand, cmp: Comparison, value: number | Operand): void {
  const negated = state.negate;
  addCondition(state, { kind: 'compare', operand, cmp: negated ? flip(cmp) : cmp, value, negated: false });
}

/** What follows a column and makes it a condition. Returns the place after it, or null. */
export function conditionAfterColumn(
  state: ReaderState,
  column: IndexedColumn,
  place: number,
  start: number,
): number | null {
  let next = start;
  let linked = false;
  const wasNegated = state.negate;
  for (;;) {
    const operator = state.operatorAt(next);
    // `wool A`: a single letter written as it is stored is the value, not the article.
    const letter = state.atoms[next];
    if (
      letter !== undefined &&
      /^[A-Z]$/.test(state.textOf(letter)) &&
      column.values.includes(state.textOf(letter))
    )
      break;
    if (isLinking(state, next)) {
      linked ||= operator?.op !== 'skip' && operator?.op !== 'filler';
      next += 1;
    } else if (operator?.op === 'not') {
      state.negate = true;
      next += 1;
    } else break;
  }
  const operator = state.operatorAt(next);
  const operand: Operand = { kind: 'column', column };
  const finish = (end: number): number => {
    for (let between = start; between < next; between += 1)
      state.mark(between, 'ignored', 'joins the words around it');
    return end;
  };
  if (operator?.op === 'relative' && column.numeric && column.yes === null) {
    markColumn(state, place, column, 'filter');
    state.mark(
      next,
      'comparison',
      `${operator.cmp === '>' ? 'above' : 'below'} the average of ${column.name}`,
    );
    addCondition(state, {
      kind: 'relative',
      column,
      cmp: state.negate ? (operator.cmp === '>' ? '<' : '>') : operator.cmp,
    });
    return finish(next + 1);
  }
  if (
    operator?.op === 'missing' &&
    column.valueKeys.get(state.textOf(state.atoms[next] as never).toLowerCase()) === undefined
  ) {
    markColumn(state, place, column, 'filter');
    state.mark(next, 'filter', `${column.name} is missing`, column);
    addCondition(state, { kind: 'null', column, negated: state.negate });
    return finish(next + 1);
  }
  if (operator?.op === 'present' && linked) {
    markColumn(state, place, column, 'filter');
    state.mark(next, 'filter', `${column.name} is recorded`, column);
    addCondition(state, { kind: 'null', column, negated: !state.negate });
    return finish(next + 1);
  }
  if (operator?.op === 'match' && column.profile.type === 'text') {
    const texts = readTexts(state, state.skipFrom(next + 1));
    if (texts !== null) {
      markColumn(state, place, column, 'filter');
      state.mark(next, 'comparison', `${operator.how} ${texts.texts.join(' or ')}`, column);
      addCondition(state, {
        kind: 'match',
        column,
        how: operator.how,
        texts: texts.texts,
        negated: state.negate,
      });
      return finish(texts.next);
    }
  }
  const comparison = comparisonAt(state, next, column) ?? spanOfNumbers(state, next, column);
  const ordered = comparison !== null && comparison.cmp !== '=' && comparison.cmp !== '<>';
  if (
    comparison !== null &&
    (ordered || comparison.between !== null) &&
    (!column.numeric ||
      column.yes !== null ||
      ((column.identifier || /(?:^|[_ .])id$/i.test(column.name)) &&
        !/id\b|number|code/i.test(state.textOf(state.atoms[place] as Atom))) ||
      isNounOfRows(state, column, place))
  ) {
    state.negate = wasNegated;
    return null;
  }
  if (comparison !== null) {
    markColumn(state, place, column, 'filter');
    if (comparison.between !== null) {
      const negated = state.negate;
      addCondition(state, {
        kind: 'between',
        operand,
        low: comparison.between[0],
        high: comparison.between[1],
        negated,
      });
    } else if (comparison.cmp === '=' || comparison.cmp === '<>') {
      if (comparison.cmp === '<>') state.negate = !state.negate;
      const end = comparison.literalAt === null ? null : equals(state, column, comparison.literalAt, place);
      if (end === null) {
        state.negate = wasNegated;
        return null;
      }
      return finish(end);
    } else setCompare(state, operand, comparison.cmp, comparison.value);
    return finish(comparison.next);
  }
  const time = state.atoms[next];
  if (time?.kind === 'time' && (column.temporal || column.year)) {
    markColumn(state, place, column, 'filter');
    state.mark(next, 'time', time.spec.label, column);
    addCondition(state, { kind: 'time', column, spec: time.spec, negated: state.negate });
    return finish(next + 1);
  }
  // `species Adelie`, `diet 1`, `sex is female`: the value must come straight after.
  const after = state.atoms[next];
  const ownValue =
    after !== undefined &&
    (after.kind === 'value' ||
      after.kind === 'number' ||
      after.kind === 'quoted' ||
      linked ||
      state.negate ||
      state.operatorAt(next - 1)?.op === 'filler' ||
      after.kind === 'operator' ||
      after.kind === 'unknown' ||
      (after.kind === 'column' && column.profile.type === 'text') ||
      (state.textOf(after) === 'A' && column.values.includes('A')));
  if (ownValue) {
    const numberOfNext =
      after?.kind === 'number' &&
      (!linked || isNounOfRows(state, column, place)) &&
      nextIsColumn(state, next + 1, column);
    const grammar =
      !(
        after !== undefined &&
        column.values.includes(state.textOf(after)) &&
        /^[A-Z]$/.test(state.textOf(after))
      ) &&
      after?.kind === 'operator' &&
      !linked &&
      !state.negate &&
      [
        'comma',
        'and',
        'or',
        'prep',
        'group',
        'be',
        'not',
        'have',
        'compare',
        'grain',
        'list',
        'wh',
        'exist',
        'relative_pronoun',
        'without',
      ].includes(after.operator.op);
    const end = numberOfNext || grammar ? null : equals(state, column, next, place);
    if (end !== null) return finish(end);
  }
  state.negate = wasNegated;
  return null;
}

/** "Chicks with more than 11 measurements", "days above 90 degrees": the number is not one of the noun. */
function isNounOfRows(state: ReaderState, column: IndexedColumn, place: number): boolean {
  const atom = state.atoms[place];
  const token = atom === undefined ? undefined : state.tokens[atom.to - 1];
  return (
    token !== undefined &&
    token.lower !== token.stem &&
    token.lower !== column.name.toLowerCase() &&
    (column.entity || isDayOfRow(state, column))
  );
}

function nextIsColumn(state: ReaderState, place: number, column: IndexedColumn): boolean {
  const atom = state.atoms[place];
  return atom?.kind === 'column' && !atom.links.some((link) => link.column === column);
}
