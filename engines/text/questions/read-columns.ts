import type { Atom } from './atoms.ts';
import type { Literal } from './expression.ts';
import type { Condition } from './frame.ts';
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

type ColumnAtom = Extract<Atom, { kind: 'column' }>;

/** `doctor ids` is the key of the doctors, whatever it is called. */
function keyOfNamedTable(state: ReaderState, atom: ColumnAtom): void {
  const before = state.atoms[state.at - 1];
  if (atom.links[0]?.column.joined !== 'id' || before?.kind !== 'table' || before.tables.length !== 1) return;
  const key = keyOf(state, before.tables[0]?.name ?? '');
  if (key !== null) atom.links = [{ column: key, score: 1, coverage: 1, typo: false }];
}

/** A column as it was chosen for a piece of the question. */
interface ChosenColumn {
  atom: ColumnAtom;
  column: IndexedColumn;
  /** Of its atom. */
  place: number;
  text: string;
  /** Statistics wait for what they are of. */
  pending: boolean;
}

/** Reads the column when it is said in its way; false leaves it to the rules after it. */
type ColumnRule = (state: ReaderState, chosen: ChosenColumn) => boolean;

const rules: readonly ColumnRule[] = [
  readMissing,
  readPresent,
  readNumberBefore,
  readConditionAfter,
  readRate,
  readValueOfItsName,
  readPredicate,
  readExtremeOperand,
  readDescription,
  readOperand,
  readDayThatIsNot,
];

export function readColumn(state: ReaderState, atom: ColumnAtom): undefined {
  keyOfNamedTable(state, atom);
  const place = state.at;
  const text = state.textOf(atom);
  // What rows point to has no average; the average is of something else.
  const pending = state.pending.length > 0 && atom.links[0]?.column.entityOf == null;
  if (state.pending.length > 0) state.howAdjective = null;
  if (readHowAdjective(state, atom, text)) return;
  const comparative = comparativeAfter(state, place + 1, atom);
  const { column, score } =
    comparative !== null
      ? { column: columnOfDimension(state, comparative.dimensions, atom.links, text), score: 0.9 }
      : state.choose(atom.links, wantsNumber(state, atom, pending) ? 'numeric' : 'any', text);
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
  const chosen = { atom, column, place, text, pending };
  if (rules.some((rule) => rule(state, chosen))) return;
  if (state.negate) state.fail(`It is not clear what "not" leaves out before "${text}".`, [text]);
  markColumn(state, place, column);
  if (state.projecting) state.shown.push(column);
  else state.bare.push({ at: place, column, after: state.connector });
  state.at += 1;
}

/** `how heavy`, then what has a weight */
function readHowAdjective(state: ReaderState, atom: ColumnAtom, text: string): boolean {
  const numeric = atom.links.filter((link) => link.column.numeric);
  const dimensions = state.howAdjective?.dimensions ?? [];
  if (dimensions.length === 0 || numeric.length === 0) return false;
  const column = columnOfDimension(state, dimensions, numeric, text);
  markColumn(state, state.at, column);
  state.howAdjective = null;
  state.measures.push(measure('default', columnOperand(column)));
  state.at += 1;
  return true;
}

function wantsNumber({ mode, extreme }: ReaderState, { links }: ColumnAtom, pending: boolean): boolean {
  const wanted =
    pending ||
    mode === 'correlation' ||
    (extreme !== null &&
      extreme.operand === null &&
      !extreme.counting &&
      extreme.dimensions.length === 0 &&
      extreme.limit === null);
  const best = (links[0] as { score: number }).score;
  return wanted && links.some((link) => link.column.numeric && link.score >= best - 0.05);
}

/** Rows by one condition on the column. */
function filterBy(state: ReaderState, { column, place }: ChosenColumn, condition: Condition): true {
  markColumn(state, place, column, 'filter');
  addCondition(state, condition);
  state.at += 1;
  return true;
}

function readMissing(state: ReaderState, chosen: ChosenColumn): boolean {
  if (state.missing === null || state.missing !== chosen.place - 1) return false;
  state.missing = null;
  return filterBy(state, chosen, { kind: 'null', column: chosen.column, negated: false });
}

function readPresent(state: ReaderState, chosen: ChosenColumn): boolean {
  if (state.present === null) return false;
  state.present = null;
  if (state.connector !== 'with' && state.connector !== 'who') return false;
  return filterBy(state, chosen, { kind: 'null', column: chosen.column, negated: !state.negate });
}

/** `top 3 cylinders`: the number may be a value of the column and no limit. */
function readNumberBefore(state: ReaderState, chosen: ChosenColumn): boolean {
  const { column, place } = chosen;
  const number = state.atoms[place - 1];
  if (state.top === null || number?.kind !== 'number' || !(column.category || column.numeric)) return false;
  if (state.marks.some((item) => item.atom === place - 1 && item.role === 'limit')) return false;
  const literal = numberAsValue(column, number.value);
  if (literal === null || !(column.numeric || column.values.length > 0)) return false;
  state.mark(place - 1, 'value', `${column.name} is ${number.value}`, column, number.value);
  state.top = null;
  return filterBy(state, chosen, equals(column, literal, state.negate));
}

/** `higher than average body mass`, `above average weight` */
function readConditionAfter(state: ReaderState, { column, place }: ChosenColumn): boolean {
  const end = conditionAfterColumn(state, column, place, place + 1);
  if (end === null) return false;
  if (state.pending.length > 0 && lastIsComparison(state)) havingFromCondition(state, end);
  else state.at = end;
  return true;
}

function readRate(state: ReaderState, { column, place }: ChosenColumn): boolean {
  if (!state.rate && state.operatorAt(place + 1)?.op !== 'rate') return false;
  if (column.yes === null) return false;
  state.mode = 'share';
  addCondition(state, equals(column, column.yes.yes, state.negate));
  markColumn(state, place, column);
  state.at += 1;
  return true;
}

/** `in the treatment group`, where the treatment is either placebo or treatment */
function readValueOfItsName(state: ReaderState, { atom, column, place }: ChosenColumn): boolean {
  const own = column.valueKeys.get(column.joined);
  const isNamed =
    state.operatorAt(place + 1)?.op === 'filler' ||
    /^(?:group|arm)s?$/.test(state.tokens[atom.to - 1]?.lower ?? '');
  if (own === undefined || !isNamed) return false;
  if (!['in', 'of', 'for', 'from', 'among', 'on', 'with'].includes(state.connector)) return false;
  addCondition(state, equals(column, literalOf(column, own[0] as string), state.negate));
  state.mark(place, 'value', `${column.name} is ${own[0]}`, column, own[0] ?? null);
  state.at += 1;
  return true;
}

function readPredicate(state: ReaderState, chosen: ChosenColumn): boolean {
  const { column, place, pending } = chosen;
  if (column.yes === null || pending || state.mode === 'distribution' || state.mode === 'correlation')
    return false;
  if (!isPredicateSpot(state, place) && !state.negate) return false;
  // "... of mothers over 30 smoke": the last word is the verb.
  if (
    state.mode === 'share' &&
    state.table !== null &&
    state.conditions.length > 0 &&
    state.skipFrom(place + 1) >= state.atoms.length &&
    state.place === 'noun'
  )
    state.place = 'predicate';
  const joined = state.joiner === 'or' ? 'or' : 'none';
  return filterBy(state, chosen, equals(column, column.yes.yes, state.negate, joined));
}

function readExtremeOperand(state: ReaderState, { column, place, pending }: ChosenColumn): boolean {
  const { extreme } = state;
  if (extreme === null || extreme.operand !== null || extreme.counting || extreme.limit !== null)
    return false;
  if (!column.numeric || pending || extreme.dimensions.length > 0) return false;
  extreme.operand = columnOperand(column);
  extreme.operandAt = place;
  markColumn(state, place, column, 'order');
  state.at += 1;
  return true;
}

/** `herd size`, `plant uptake`: the last noun is what is measured. */
function readDescription(state: ReaderState, { column, place, pending }: ChosenColumn): boolean {
  const head = state.atoms[place + 1];
  const measured = head?.kind === 'column' ? head.links[0]?.column : undefined;
  if (!pending || !(column.entity || column.identifier || column.category)) return false;
  if (measured?.numeric !== true || measured === column) return false;
  state.penalty += 0.03;
  take(state, 'ignored', 'describes the column after it');
  return true;
}

function readOperand(state: ReaderState, { column, place, text, pending }: ChosenColumn): boolean {
  if (!pending) return false;
  if (isOccasion(state, column))
    state.fail('A statistic of counts is not understood yet; ask for the count of each.', [text]);
  if (column.numeric || column.temporal) {
    markColumn(state, place, column);
    for (const item of state.pending) state.measures.push(measure(item.fn, columnOperand(column), item.p));
    state.at += 1;
    readMoreOperands(state);
    state.pending = [];
    return true;
  }
  if (column.yes !== null) state.fail(`"${column.name}" is not a number; ask for its share instead.`, [text]);
  return false;
}

/** `not returned`: there is no day on which it was. */
function readDayThatIsNot(state: ReaderState, chosen: ChosenColumn): boolean {
  const { column, text } = chosen;
  if (!state.negate || !column.temporal || column.profile.nulls === 0 || !/ed$/.test(text)) return false;
  return filterBy(state, chosen, { kind: 'null', column, negated: false });
}

function equals(
  column: IndexedColumn,
  value: Literal,
  negated: boolean,
  joined: 'or' | 'none' = 'none',
): Condition {
  return { kind: 'equals', column, values: [value], negated, joined };
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
  if (['count', 'share', 'exists', 'which', 'list', 'how_much', 'difference'].includes(state.mode ?? ''))
    return true;
  const next = state.atoms[state.skipFrom(place + 1)];
  return (
    next?.kind === 'table' ||
    ['with', 'is', 'who', 'of', 'for', 'in', 'among', 'have'].includes(state.connector) ||
    state.measures.length > 0 ||
    state.extreme !== null
  );
}
