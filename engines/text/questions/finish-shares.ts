import { chooseTarget, isPluralNoun } from './finish-entities.ts';
import { type Frame, ReadFailure } from './frame.ts';
import { measure } from './reader-parts.ts';
import type { Bare, ReaderState } from './reader-state.ts';

/** "Percentage of countries ...": what is shared out, not what to split by. */
const isWhole = (state: ReaderState, item: Bare): boolean =>
  (item.after === 'of' || state.operatorAt(state.skipFrom(item.at - 1))?.op === 'share') &&
  !item.column.numeric &&
  !item.column.yes &&
  isPluralNoun(state, item);

export function finishShare(state: ReaderState, frame: Frame): Frame {
  const predicate = state.conditions.filter((item) => item.place === 'predicate');
  const noun = state.conditions.filter((item) => item.place === 'noun');
  const scope = state.conditions.filter((item) => item.place === 'scope');
  let numerator = predicate.length > 0 ? predicate : noun.length > 0 ? noun : scope;
  let base = predicate.length > 0 ? [...noun, ...scope] : noun.length > 0 ? scope : [];
  // "share of each species": groups and nothing to count among them.
  const bareGroups = state.bare.filter((item) => !item.column.numeric || item.column.category);
  if (
    numerator.length === scope.length &&
    predicate.length === 0 &&
    noun.length === 0 &&
    (state.groups.length > 0 || bareGroups.length > 0)
  ) {
    numerator = [];
    base = scope;
  }
  for (const item of state.bare) {
    if (numerator.length > 0 && isWhole(state, item)) {
      state.skipped.add(item.column.name);
      continue;
    }
    if (item.column.numeric && !item.column.category)
      throw new ReadFailure(`It is not clear what share of "${item.column.name}" is asked.`, [
        item.column.name,
      ]);
    if (!frame.groups.some((group) => group.column === item.column))
      frame.groups.push({ column: item.column, grain: null, part: null });
  }
  if (numerator.length === 0 && frame.groups.length > 1)
    throw new ReadFailure(
      'It is not clear within what the shares add up to one; ask for one group at a time.',
      [],
    );
  if (numerator.length === 0 && frame.groups.length === 0)
    throw new ReadFailure('It is not clear which rows the share is of.', ['share']);
  if (state.measures.some((item) => item.fn !== 'rows' && item.fn !== 'distinct'))
    throw new ReadFailure('A share of a sum or an average is not understood yet.', ['share']);
  if (
    numerator.length === 1 &&
    numerator[0]?.condition.kind === 'equals' &&
    numerator[0].condition.joined === 'and' &&
    numerator[0].condition.values.length > 1
  ) {
    frame.groups.push({ column: numerator[0].condition.column, grain: null, part: null });
    state.penalty += 0.2;
    return {
      ...frame,
      task: 'share',
      measures: [],
      numerator: [],
      conditions: base.map((item) => item.condition),
    };
  }
  // "in Train and Test": a share of each.
  for (const { condition } of base)
    if (
      condition.kind === 'equals' &&
      condition.joined === 'and' &&
      condition.values.length > 1 &&
      !condition.negated &&
      !frame.groups.some((group) => group.column === condition.column)
    )
      frame.groups.push({ column: condition.column, grain: null, part: null });
  if (state.extreme !== null) {
    chooseTarget(state);
    const target = state.target ?? state.bare[0]?.column ?? null;
    if (target !== null && !frame.groups.some((group) => group.column === target))
      frame.groups.push({ column: target, grain: null, part: null });
    frame.groups = frame.groups.filter(
      (group, index) => frame.groups.findIndex((other) => other.column === group.column) === index,
    );
    return {
      ...frame,
      task: 'share',
      measures: [],
      numerator: numerator.map((item) => item.condition),
      conditions: base.map((item) => item.condition),
      order: { by: measure('share'), column: null, descending: state.extreme.sign === 1 },
      limit: state.extreme.limit ?? 1,
      sign: state.extreme.sign,
    };
  }
  return {
    ...frame,
    task: 'share',
    measures: [],
    numerator: numerator.map((item) => item.condition),
    conditions: base.map((item) => item.condition),
  };
}
