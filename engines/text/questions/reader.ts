import type { Atom } from './atoms.ts';
import type { Operator } from './lexicon/operators.ts';
import { readColumn } from './read-columns.ts';
import { readComparison, readRelative, readVersus } from './read-comparisons.ts';
import { readAggregate, readCount, readPercentile, readRate, readShare } from './read-counts.ts';
import {
  mustSaySomething,
  readArithmetic,
  readMatch,
  readMissing,
  readName,
  readWithout,
} from './read-filters.ts';
import { readGroup, readLooseGrain } from './read-groups.ts';
import { readBareNumber } from './read-numbers.ts';
import { readMost, readOrder, readPositive, readSuperlative, readTop } from './read-rankings.ts';
import { readTable, readTime, readValue } from './read-values.ts';
import { measure, take } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';

/** Reads every atom once, left to right; throws a `ReadFailure` at the first one it has no use for. */
export function readAtoms(state: ReaderState): undefined {
  while (state.at < state.atoms.length) {
    const before = state.at;
    readOne(state);
    if (state.at === before) throw new Error(`the reader stood still at ${before}`);
  }
}

function readOne(state: ReaderState): undefined {
  const atom = state.peek() as Atom;
  switch (atom.kind) {
    case 'operator':
      return readOperator(state, atom.operator);
    case 'column':
      return readColumn(state, atom);
    case 'value':
      return readValue(state, atom);
    case 'table':
      return readTable(state, atom);
    case 'number':
      return readBareNumber(state);
    case 'time':
      return readTime(state, atom);
    case 'quoted':
      return state.fail(`No column holds the value ${state.textOf(atom)}.`, [state.textOf(atom)]);
    case 'unknown': {
      const text = state.textOf(atom);
      if (!/[\p{L}\p{N}]/u.test(text) && !/[<>=%*+]/.test(text)) {
        state.mark(state.at, 'ignored', 'punctuation');
        state.at += 1;
        return;
      }
      return state.fail(`I do not know what "${text}" means here.`, [text]);
    }
  }
}

const setPlace = (state: ReaderState, connector: string): void => {
  state.connector = connector;
};

const scope = (state: ReaderState, word: string): void => {
  state.place = 'scope';
  state.among = ['among', 'amongst', 'given'].includes(word);
};

/** True where a share's words turn from what the whole is to what is counted in it. */
function startsPredicate(state: ReaderState, text: string): boolean {
  const said = state.table !== null || state.conditions.length > 0 || state.bare.length > 0;
  if (state.mode !== 'share' || !said) return false;
  const counted = state.conditions.some((item) => item.place !== 'scope');
  if (state.place === 'scope' && state.among && counted) return false;
  // "flowers with long petals are virginica": a verb comes later, so "with" describes the whole.
  const later = state.atoms.some(
    (atom, place) =>
      place > state.at &&
      atom.kind === 'operator' &&
      (['be', 'verb', 'relative_pronoun'].includes(atom.operator.op) ||
        (atom.operator.op === 'have' && state.textOf(atom) !== 'with')) &&
      state.skipFrom(place + 1) < state.atoms.length,
  );
  return !(text === 'with' && later);
}

function readOperator(state: ReaderState, operator: Operator): undefined {
  const text = state.textOf(state.peek() as Atom);
  switch (operator.op) {
    case 'skip':
    case 'filler':
      return take(state, 'ignored', 'carries no meaning here');
    case 'name':
      return readName(state, operator.id);
    case 'refuse':
      return state.fail(operator.reason, [text]);
    case 'prep':
      setPlace(state, operator.word);
      if (
        [
          'among',
          'amongst',
          'from',
          'for',
          'in',
          'within',
          'given',
          'during',
          'on',
          'at',
          'when',
          'if',
        ].includes(operator.word)
      )
        scope(state, operator.word);
      else if (
        operator.word === 'of' &&
        state.mode === 'share' &&
        state.conditions.length > 0 &&
        state.conditions.every((item) => item.place !== 'noun')
      )
        state.place = 'scope';
      return take(state, 'ignored', 'joins the words around it');
    case 'verb':
      mustSaySomething(state, text);
      state.verb = text;
      setPlace(state, 'with');
      if (startsPredicate(state, text)) state.place = 'predicate';
      return take(state, 'ignored', 'joins the words around it');
    case 'be':
    case 'have':
    case 'relative_pronoun':
      setPlace(state, operator.op === 'be' ? 'is' : operator.op === 'have' ? 'with' : 'who');
      // A verb after the noun starts what is said of it.
      if (startsPredicate(state, text)) state.place = 'predicate';
      else if (operator.op !== 'relative_pronoun') state.place = state.place === 'scope' ? 'scope' : 'noun';
      return take(state, 'ignored', 'joins the words around it');
    case 'and':
    case 'comma':
    case 'or':
      state.joiner = operator.op;
      return take(state, 'ignored', operator.op === 'or' ? 'either' : 'both');
    case 'not':
    case 'except':
      state.negate = true;
      return take(state, 'filter', 'leaves out what follows');
    case 'without':
      return readWithout(state);
    case 'aggregate':
      return readAggregate(state, operator);
    case 'percentile':
      return readPercentile(state);
    case 'count':
      return readCount(state);
    case 'how_much':
      state.mode ??= 'how_much';
      return take(state, 'aggregate', 'asks for an amount');
    case 'how_often':
      if (/often|frequently/i.test(text)) {
        state.measures.push(measure('rows'));
        state.mode = 'count';
        return take(state, 'aggregate', 'counts rows');
      }
      state.mode = 'share';
      return take(state, 'aggregate', 'share of rows');
    case 'distinct':
      state.distinct = true;
      return take(state, 'aggregate', 'each value once');
    case 'share':
      return readShare(state, operator);
    case 'rate':
      return readRate(state);
    case 'compare':
    case 'between':
    case 'comparative':
      return readComparison(state, operator);
    case 'relative':
      return readRelative(state, operator);
    case 'than':
    case 'versus':
      return readVersus(state);
    case 'group':
    case 'each':
      return readGroup(state);
    case 'order':
      return readOrder(state);
    case 'direction':
      state.direction = operator.descending;
      return take(state, 'order', operator.descending ? 'largest first' : 'smallest first');
    case 'top':
      return readTop(state, operator);
    case 'superlative':
      return readSuperlative(state, operator);
    case 'most':
      return readMost(state, operator);
    case 'common':
      if (state.extreme === null) return state.fail(`"${text}" needs "most" or "least" before it.`, [text]);
      state.extreme.counting = true;
      return take(state, 'order', 'by number of rows');
    case 'positive':
      return readPositive(state, operator);
    case 'how_adjective':
      state.howAdjective = operator;
      return take(state, 'aggregate', `asks for ${operator.dimensions[0] ?? 'a measure'}`);
    case 'correlation':
    case 'distribution':
    case 'difference':
    case 'ratio':
    case 'pairs':
      if (operator.op === 'correlation' || state.mode !== 'correlation') state.mode = operator.op;
      return take(state, 'aggregate', operator.op);
    case 'change':
      if (state.mode === 'share') return state.fail('A share and a change are not asked in one.', [text]);
      state.percent ||= operator.percent === true;
      if (
        state.mode === null ||
        state.mode === 'which' ||
        state.mode === 'how_much' ||
        state.mode === 'exists'
      )
        state.mode = 'change';
      return take(state, 'aggregate', 'change');
    case 'over_time':
      state.overTime = true;
      return take(state, 'group', 'in order of time');
    case 'compare_groups':
      state.compareGroups = true;
      return take(state, 'group', 'compares groups');
    case 'missing':
      return readMissing(state);
    case 'present':
      state.present = state.at;
      return take(state, 'filter', 'recorded');
    case 'match':
      return readMatch(state, operator);
    case 'exist':
      if (state.mode === null && state.measures.length === 0) state.mode = 'exists';
      return take(state, 'aggregate', 'asks whether there are rows');
    case 'wh':
      if (operator.word === 'where')
        return state.fail('It asks for a place; name the column that holds it.', [text]);
      if (operator.word === 'when' && state.skipFrom(0) !== state.at) {
        state.place = 'scope';
        state.connector = 'when';
      } else if (operator.word === 'when') state.mode ??= 'when';
      else if (state.mode === null || state.mode === 'list') state.mode = 'which';
      return take(state, 'ignored', 'asks');
    case 'list':
      if (
        state.mode !== null &&
        state.at > 0 &&
        /^[.?!;]$/.test(state.textOf(state.atoms[state.at - 1] as Atom))
      )
        state.projecting = true;
      state.mode ??= 'list';
      return take(state, 'ignored', 'asks to show');
    case 'arithmetic':
      return readArithmetic(state, operator);
    case 'grain':
    case 'part':
      return readLooseGrain(state, operator);
  }
}
