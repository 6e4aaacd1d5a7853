import { type ColumnLink, linkColumns } from './column-links.ts';
import { type Operand, ReadFailure } from './frame.ts';
import type { Comparison } from './lexicon/operators.ts';
import { nearest } from './nearest.ts';
import { readNumber } from './reader-literals.ts';
import { markColumn } from './reader-marks.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';
import { tokenize } from './tokens.ts';

/** `ages 30 to 40` */
export function spanOfNumbers(state: ReaderState, place: number, column: IndexedColumn): Compared | null {
  if (!column.numeric) return null;
  const joint = state.operatorAt(place + 1);
  const joins =
    (joint?.op === 'prep' && joint.word === 'to') || (joint?.op === 'arithmetic' && joint.sign === '-');
  if (state.atoms[place]?.kind !== 'number' || !joins || state.atoms[place + 2]?.kind !== 'number')
    return null;
  const low = readNumber(state, place, column);
  const high = readNumber(state, place + 2, column);
  if (low === null || high === null) return null;
  state.mark(place, 'comparison', `from ${low.value} to ${high.value}`, column);
  return {
    cmp: '=',
    value: 0,
    between: [Math.min(low.value, high.value), Math.max(low.value, high.value)],
    literalAt: null,
    next: high.next,
  };
}

interface Compared {
  cmp: Comparison;
  value: number | Operand;
  between: [number, number] | null;
  literalAt: number | null;
  next: number;
}

/** A comparison with a number or another column at `place`. */
export function comparisonAt(
  state: ReaderState,
  place: number,
  column: IndexedColumn | null,
): Compared | null {
  const operator = state.operatorAt(place);
  if (operator?.op === 'between' || operator?.op === 'prep') {
    if (operator.op === 'prep' && operator.word !== 'from') return null;
    const low = readNumber(state, state.skipFrom(place + 1), column);
    const joint = low === null ? null : state.operatorAt(low.next);
    const joins =
      joint?.op === 'and' ||
      (joint?.op === 'prep' && joint.word === 'to') ||
      (joint?.op === 'arithmetic' && joint.sign === '-');
    if (low === null || !joins) return null;
    const high = readNumber(state, low.next + 1, column);
    if (high === null) return null;
    state.mark(place, 'comparison', `between ${low.value} and ${high.value}`, column);
    state.mark(low.next, 'comparison', 'and');
    return {
      cmp: '=',
      value: 0,
      between: [Math.min(low.value, high.value), Math.max(low.value, high.value)],
      literalAt: null,
      next: high.next,
    };
  }
  const between = state.atoms[place];
  if (
    between?.kind === 'time' &&
    between.spec.kind === 'range' &&
    column?.numeric === true &&
    !column.year &&
    !state.index.columns.some((other) => other.temporal || other.year) &&
    between.spec.years?.from != null &&
    between.spec.years.to !== null &&
    between.to - between.from > 2
  )
    return {
      cmp: '=',
      value: 0,
      between: [between.spec.years.from, between.spec.years.to],
      literalAt: null,
      next: place + 1,
    };
  let cmp: Comparison | null = null;
  let next = place + 1;
  if (operator?.op === 'compare') cmp = operator.cmp;
  else if (operator?.op === 'comparative' && state.operatorAt(place + 1)?.op === 'than') {
    cmp = operator.sign === 1 ? '>' : '<';
    next = place + 2;
  } else if (state.atoms[place]?.kind === 'number') {
    // `5 or more`, `5 or less`, `50 and over`
    const number = readNumber(state, place, column);
    const joint = number === null ? null : state.operatorAt(number.next);
    const word = number === null ? undefined : state.atoms[number.next + 1];
    if (number === null || !(joint?.op === 'or' || joint?.op === 'and') || word === undefined) return null;
    const text = state.textOf(word).toLowerCase();
    const up = [
      'more',
      'over',
      'above',
      'greater',
      'higher',
      'older',
      'later',
      'longer',
      'up',
      'heavier',
      'taller',
    ].includes(text);
    const down = [
      'less',
      'fewer',
      'under',
      'below',
      'lower',
      'younger',
      'shorter',
      'lighter',
      'smaller',
    ].includes(text);
    if (!up && !down) return null;
    state.mark(
      place,
      'comparison',
      up ? `at least ${number.value}` : `at most ${number.value}`,
      column,
      number.value,
    );
    state.mark(number.next, 'comparison', 'or');
    state.mark(number.next + 1, 'comparison', text);
    return {
      cmp: up ? '>=' : '<=',
      value: number.value,
      between: null,
      literalAt: null,
      next: number.next + 2,
    };
  }
  if (cmp === null) return null;
  next = state.skipFrom(next);
  const number = readNumber(state, next, column);
  if (number !== null) {
    state.mark(place, 'comparison', `${cmp} ${number.value}`, column, number.value);
    state.mark(next, 'comparison', String(number.value), column, number.value);
    return { cmp, value: number.value, between: null, literalAt: next, next: number.next };
  }
  const other = state.atoms[next];
  if (other?.kind === 'column' && column !== null) {
    const chosen = pickNumeric(state, other.links);
    if (chosen !== null && chosen !== column) {
      markColumn(state, next, chosen, 'filter');
      state.mark(place, 'comparison', `${cmp} ${chosen.name}`);
      return {
        cmp,
        value: { kind: 'column', column: chosen },
        between: null,
        literalAt: null,
        next: next + 1,
      };
    }
  }
  return cmp === '=' || cmp === '<>' ? { cmp, value: 0, between: null, literalAt: next, next } : null;
}

function pickNumeric(state: ReaderState, links: ColumnLink[]): IndexedColumn | null {
  try {
    return state.choose(links, 'numeric', 'column').column;
  } catch (error) {
    if (error instanceof ReadFailure) return null;
    throw error;
  }
}

/** Heavy mothers are so by the mother's weight, where another weight is there too. */
function columnOfNoun(state: ReaderState, dimensions: string[]): IndexedColumn | null {
  const atom = state.table === null ? undefined : state.atoms[state.table.at];
  if (atom === undefined) return null;
  const stem = state.tokens[atom.from]?.stem ?? '';
  for (const dimension of dimensions) {
    const tokens = tokenize(`${stem} ${dimension}`);
    const [best, rival] = linkColumns(tokens, 0, tokens.length, state.index).filter(
      (link) => link.column.numeric && link.coverage > 0.95 && link.score > 0.9,
    );
    if (best !== undefined && rival === undefined) return best.column;
  }
  return null;
}

/** Columns a describing word speaks of, narrowed by the noun beside it (`longest` + `petal`). */
export function columnOfDimension(
  state: ReaderState,
  dimensions: string[],
  noun: ColumnLink[] | null,
  said: string,
): IndexedColumn {
  const ofNoun = noun === null ? columnOfNoun(state, dimensions) : null;
  if (ofNoun !== null) return ofNoun;
  for (const dimension of dimensions) {
    const tokens = tokenize(dimension);
    const links = linkColumns(tokens, 0, tokens.length, state.index).filter(
      (link) => (link.column.numeric || link.column.temporal) && link.score >= 0.6,
    );
    const near =
      noun === null ? links : links.filter((link) => noun.some((other) => other.column === link.column));
    if (near.length === 0) continue;
    const best = near[0] as ColumnLink;
    const alike = near.filter((link) => link.score >= best.score - 0.03);
    const [own, ...rivals] = nearest(alike, (link) => link.column);
    if (own !== undefined && rivals.length === 0) return own.column;
    const names = [best, ...rivals].slice(0, 4).map((link) => `"${link.column.name}"`);
    throw new ReadFailure(`"${said}" could mean ${names.join(' or ')}; say which.`, [said], true);
  }
  throw new ReadFailure(`No column tells what "${said}" is measured by; name the column.`, [said]);
}
