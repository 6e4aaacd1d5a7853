import type { Atom } from './atoms.ts';
import { isPersonNoun } from './lexicon/nouns.ts';
import { moneyColumn } from './money.ts';
import { columnOfDimension } from './reader-comparisons.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';
import { convertUnit, isUnitWord } from './units.ts';

/** `over 65 inches tall` */
function measuredBy(state: ReaderState, next: number): IndexedColumn | null {
  const operator = state.operatorAt(next - 1) ?? state.operatorAt(next);
  if (operator?.op !== 'positive' || operator.dimensions.length === 0) return null;
  return columnOfDimension(state, operator.dimensions, null, state.textOf(state.atoms[next - 1] as Atom));
}

const ageWords = new Set(['years old', 'year old', 'years of age', 'yrs old', 'years']);

/** The column that a unit or a person noun implies: `over 50 years old`, `patients over 50`, `above 90 degrees`. */
export function impliedColumn(
  state: ReaderState,
  next: number,
): { column: IndexedColumn; next: number } | null {
  const named = (name: string): IndexedColumn | undefined => {
    const found = state.index.columns.filter(
      (column) =>
        column.numeric &&
        column.readings.some((reading) => reading.length === 1 && reading[0]?.lower === name),
    );
    return found.length === 1 ? found[0] : undefined;
  };
  const measured = measuredBy(state, next);
  if (measured !== null)
    return { column: measured, next: state.operatorAt(next)?.op === 'positive' ? next + 1 : next };
  const words: string[] = [];
  for (let place = next; place < next + 3 && place < state.atoms.length; place += 1)
    words.push(state.textOf(state.atoms[place] as Atom).toLowerCase());
  const age = named('age');
  for (let length = Math.min(3, words.length); length > 0; length -= 1)
    if (ageWords.has(words.slice(0, length).join(' ')) && age !== undefined) {
      for (let place = next; place < next + length; place += 1)
        state.mark(place, 'comparison', 'age in years', age);
      return { column: age, next: next + length };
    }
  const before = state.textOf(state.atoms[next - 1] as Atom).toLowerCase();
  if (/^(?:°|degrees?|celsius|fahrenheit)$/.test(before)) {
    const temperature = named('temperature');
    if (temperature !== undefined) return { column: temperature, next };
  }
  const unitColumn = /^(?:kg|g|grams?|kilograms?|kilos?|pounds?|lbs?)$/.test(before)
    ? (named('weight') ?? named('mass'))
    : undefined;
  if (unitColumn !== undefined) return { column: unitColumn, next };
  const inUnit = state.index.columns.filter(
    (column) => column.numeric && column.unit !== null && convertUnit(1, before, column.unit) !== null,
  );
  if (isUnitWord(before) && inUnit.length === 1 && inUnit[0] !== undefined)
    return { column: inUnit[0], next };
  const noun = state.atoms
    .slice(Math.max(0, state.at - 4), state.at)
    .some(
      (atom) =>
        (atom.kind === 'table' || atom.kind === 'column' || atom.kind === 'value') &&
        isPersonNoun(state.tokens[atom.from]?.stem ?? ''),
    );
  // "mothers weighed more than 120" is not about their age.
  const said = state.atoms[state.at - 1];
  const other =
    said?.kind === 'column' && said.links[0]?.column.numeric === true && said.links[0].column.yes === null;
  if (noun && !other && age !== undefined && endsPhrase(state, next)) {
    state.penalty += 0.05;
    return { column: age, next };
  }
  if (state.index.view !== null && said?.kind === 'table' && said.exact && endsPhrase(state, next)) {
    // "Payments over 200" of the one column that says how much.
    const amount = moneyColumn(state.index.columns);
    if (amount !== null) return { column: amount, next };
  }
  return null;
}

/** Nothing that the number itself could count follows it. */
function endsPhrase(state: ReaderState, next: number): boolean {
  const atom = state.atoms[next];
  return (
    atom === undefined ||
    atom.kind === 'operator' ||
    (atom.kind === 'column' && atom.links[0]?.column.yes !== null)
  );
}
