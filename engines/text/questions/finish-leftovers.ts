import { isPluralNoun } from './finish-entities.ts';
import { type Condition, ReadFailure } from './frame.ts';
import { columnOfDimension } from './reader-comparisons.ts';
import { columnOperand, measure } from './reader-parts.ts';
import type { Bare, ReaderState } from './reader-state.ts';
import type { IndexedColumn } from './schema-index.ts';

export function resolveLeftovers(state: ReaderState): void {
  if (state.howAdjective !== null) {
    const { dimensions } = state.howAdjective;
    const ends = state.pending.filter((item) => item.fn === 'max' || item.fn === 'min');
    if (ends.length === 2 && state.measures.length === 0 && !state.bare.some((item) => item.column.numeric)) {
      const column = columnOfDimension(state, dimensions, null, dimensions[0] as string);
      for (const item of ends) state.measures.push(measure(item.fn, columnOperand(column)));
      state.pending = state.pending.filter((item) => !ends.includes(item));
    } else if (ends.length === 2) state.howAdjective = null;
    else if (state.extreme === null || state.extreme.dimensions.length === 0) {
      if (dimensions.length === 0)
        throw new ReadFailure('It is not clear which column is asked for.', ['how']);
      const column = columnOfDimension(state, dimensions, null, dimensions[0] as string);
      state.measures.push(measure('default', columnOperand(column)));
    }
  }
  addTrailingStatistics(state);
  for (const item of state.pending) {
    if (state.comparative !== null && state.measures.length === 0) {
      state.comparativeFn = item.fn;
      continue;
    }
    if (
      state.extreme !== null &&
      state.extreme.operand === null &&
      state.extreme.dimensions.length > 0 &&
      state.measures.length === 0 &&
      ['avg', 'median', 'sum'].includes(item.fn)
    ) {
      const said = state.textOf(state.atoms[state.extreme.at] as never);
      const { dimensions } = state.extreme;
      const column =
        (dimensions.includes('size') ? soleMeasure(state) : null) ??
        columnOfDimension(state, dimensions, null, said);
      state.measures.push(measure(item.fn, columnOperand(column)));
      continue;
    }
    const bare = state.bare.findIndex(
      (other) =>
        other.column.numeric &&
        !other.column.year &&
        !other.column.identifier &&
        !(other.column.entity && isPluralNoun(state, other)),
    );
    if (bare >= 0 && state.extreme === null) {
      const [taken] = state.bare.splice(bare, 1);
      state.measures.push(measure(item.fn, columnOperand((taken as Bare).column), item.p));
    } else if (state.measures.some((other) => other.fn === 'default')) {
      for (const other of state.measures) if (other.fn === 'default') other.fn = item.fn;
    } else if (
      item.fn === 'sum' &&
      state.measures.some((other) => other.fn === 'rows' || other.fn === 'sum')
    ) {
      // "in total" beside a count says it again.
    } else if ((item.fn === 'max' || item.fn === 'min') && state.extreme !== null) {
      // "the highest maximum" says it twice.
    } else if (item.fn === 'mode' && state.bare.length === 1) {
      state.extreme = { sign: 1, dimensions: [], operand: null, limit: null, at: item.at, counting: true };
    } else if (item.fn === 'quartiles' && state.bare.length === 1) {
      state.measures.push(measure('quartiles', columnOperand((state.bare.shift() as Bare).column)));
    } else if (state.extreme?.operand != null) {
      state.measures.push(measure(item.fn, state.extreme.operand, item.p));
    } else
      throw new ReadFailure(`It is not clear of which column the ${words[item.fn] ?? item.fn} is asked.`, [
        words[item.fn] ?? item.fn,
      ]);
  }
  state.pending = [];
  if (state.missing !== null) {
    const bare = state.bare.pop();
    if (bare === undefined) throw new ReadFailure('It is not clear which column is missing.', ['missing']);
    state.conditions.push({
      condition: { kind: 'null', column: bare.column, negated: false },
      place: 'predicate',
      joiner: 'and',
    });
  }
  for (const item of state.bare.filter(
    (bare) =>
      bare.after === 'with' &&
      bare.column.profile.nulls > 0 &&
      !bare.column.numeric &&
      state.table !== null &&
      state.extreme === null,
  ))
    if (['count', 'share', 'list', 'exists', 'which'].includes(state.mode ?? '')) {
      // "penguins that have comments": rows where there is one.
      state.bare = state.bare.filter((other) => other !== item);
      state.conditions.push({
        condition: { kind: 'null', column: item.column, negated: true },
        place: 'predicate',
        joiner: 'and',
      });
    }
  if (state.joiner === 'or') throw new ReadFailure('It is not clear what "or" chooses between.', ['or']);
  if (state.negate) throw new ReadFailure('It is not clear what "not" leaves out.', ['not']);
  if (state.top !== null && state.extreme === null)
    throw new ReadFailure(`I do not know what the number ${state.top} is for.`, [String(state.top)]);
}

/** "Yield of batch C: mean, min, max": what closes the question is asked of the one column it was about. */
function addTrailingStatistics(state: ReaderState): void {
  const first = state.pending[0];
  if (first === undefined || state.extreme !== null) return;
  const joint = state.operatorAt(first.at - 1)?.op ?? '';
  const trailing = state.atoms
    .slice(first.at)
    .every(
      (atom) => atom.kind === 'operator' && ['aggregate', 'and', 'comma', 'skip'].includes(atom.operator.op),
    );
  if (!trailing || !['and', 'comma', 'skip'].includes(joint)) return;
  const said = state.bare.filter(
    (item) => item.column.numeric && !item.column.year && !item.column.identifier,
  );
  const bare = said[0];
  const only = state.measures[0];
  if (said.length > 1 && state.pending.length > 1)
    throw new ReadFailure(
      'It is not clear which of the columns is meant.',
      said.map((item) => item.column.name),
    );
  let operand = only?.operand ?? null;
  if (bare !== undefined) {
    if (only !== undefined || said.length > 1) return;
    operand = columnOperand(bare.column);
    state.bare = state.bare.filter((item) => item !== bare);
  } else if (operand === null || state.measures.some((item) => item.operand !== operand)) return;
  if (only?.fn === 'quartiles') state.measures.length = 0;
  state.measures.push(...state.pending.map((item) => measure(item.fn, operand, item.p)));
  state.pending = [];
}

/** "The biggest total" of a table with one column to add up. */
function soleMeasure(state: ReaderState): IndexedColumn | null {
  const numbers = state.index.columns.filter(
    (column) =>
      column.numeric &&
      column.joined !== 'time' &&
      !column.year &&
      !column.identifier &&
      !column.category &&
      column.yes === null,
  );
  return numbers.length === 1 && state.index.view === null ? (numbers[0] ?? null) : null;
}

const words: Record<string, string> = {
  avg: 'average',
  sum: 'sum',
  sd: 'standard deviation',
  min: 'minimum',
  max: 'maximum',
  median: 'median',
};

/** A time with both ends, so that two of them cannot hold at once. */
const closed = (condition: Condition): boolean =>
  condition.kind === 'time' &&
  (condition.spec.kind === 'part' || (condition.spec.from !== null && condition.spec.to !== null));

/** `A or B` of one column is one condition; `A and B` of one column splits the answer by it. */
export function joinSameColumn(state: ReaderState): void {
  const merged: typeof state.conditions = [];
  for (const item of state.conditions) {
    const { condition } = item;
    const twin = merged.find(
      (other) =>
        other.condition.kind === 'equals' &&
        condition.kind === 'equals' &&
        other.condition.column === condition.column &&
        other.condition.negated === condition.negated,
    );
    if (
      twin?.condition.kind === 'equals' &&
      condition.kind === 'equals' &&
      (item.joiner !== 'or' || twin === merged.at(-1)) &&
      !(state.mode === 'share' && twin.place !== item.place)
    ) {
      const known = new Set(twin.condition.values.map((value) => JSON.stringify(value)));
      const added = condition.values.filter((value) => !known.has(JSON.stringify(value)));
      if (added.length === 0) continue;
      twin.condition.values = [...twin.condition.values, ...added];
      if (twin.condition.joined !== 'or')
        twin.condition.joined = condition.joined === 'or' || item.joiner === 'or' ? 'or' : 'and';
      continue;
    }
    const other =
      condition.kind === 'time'
        ? merged.find(
            (seen) =>
              seen.condition.kind === 'time' &&
              seen.condition.column === condition.column &&
              closed(seen.condition) &&
              closed(condition) &&
              seen.condition.negated === condition.negated,
          )
        : undefined;
    if (other !== undefined && !condition.kind.startsWith('any')) {
      // "in July and August" means either month.
      other.condition = { kind: 'any', items: [other.condition, condition] };
      state.penalty += 0.08;
      continue;
    }
    const before = merged.at(-1);
    if (item.joiner === 'or' && before !== undefined) {
      if ('negated' in before.condition && before.condition.negated)
        throw new ReadFailure('It is not clear how far "not" reaches before "or".', ['or']);
      // "A and B or C" can be taken two ways.
      if (
        merged.length > 1 &&
        before.joiner === 'and' &&
        before.place === item.place &&
        before.condition.kind !== 'any'
      )
        state.penalty += 0.2;
      const items = before.condition.kind === 'any' ? before.condition.items : [before.condition];
      before.condition = { kind: 'any', items: [...items, condition] };
      continue;
    }
    merged.push(item);
  }
  state.conditions = merged;
}
