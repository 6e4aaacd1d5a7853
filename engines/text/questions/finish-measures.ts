import type { Atom } from './atoms.ts';
import { oppositePair } from './finish-comparisons.ts';
import { isRowNoun } from './finish-entities.ts';
import { type Condition, type Frame, type Measure, ReadFailure } from './frame.ts';
import { fixDefaults, measureOf } from './measure-defaults.ts';
import { columnOperand, measure } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';

/** Splits an answer by the values that were named with `and`, unless they are grouped by already. */
export function splitByNamedValues(state: ReaderState, frame: Frame): void {
  for (const condition of frame.conditions) {
    if (condition.kind !== 'equals' || condition.values.length < 2 || condition.negated) continue;
    const split = condition.joined === 'and' || state.compareGroups || state.versus;
    if (split && !frame.groups.some((group) => group.column === condition.column))
      frame.groups.push({ column: condition.column, grain: null, part: null });
  }
}

/** "Compare 2012 and 2013" sets the years side by side. */
function splitByYears(state: ReaderState, frame: Frame): void {
  if (!state.compareGroups || frame.groups.length > 0) return;
  const time = frame.conditions.find((item) => item.kind === 'time');
  if (time?.kind !== 'time' || time.spec.kind !== 'range') return;
  const { from, to } = time.spec.years ?? { from: null, to: null };
  if (from === null || to !== from + 1)
    throw new ReadFailure('It is not clear which periods are compared.', [time.spec.label]);
  frame.groups.push({ column: time.column, grain: time.column.temporal ? 'year' : null, part: null });
}

/** `smokers and non-smokers` splits the answer by the column that says which is which. */
function splitByOpposites(state: ReaderState, frame: Frame): void {
  // "Emergency and non-emergency": both sides of what the answer is split by.
  frame.conditions = frame.conditions.filter(
    (item) =>
      !(
        item.kind === 'equals' &&
        item.negated &&
        item.column.yes !== null &&
        frame.groups.some((group) => group.column === item.column)
      ),
  );
  const pair = oppositePair(frame.conditions);
  if (pair === null || pair[0].kind !== 'equals') return;
  const { column } = pair[0];
  frame.conditions = frame.conditions.filter((item) => !pair.includes(item));
  if (!frame.groups.some((group) => group.column === column))
    frame.groups.push({ column, grain: null, part: null });
  state.notes.push(`split by ${column.name}`);
}

export function finishMeasures(state: ReaderState, frame: Frame): Frame {
  const measures = frame.measures;
  for (const item of state.target === null
    ? state.bare
    : [{ at: -1, column: state.target, after: '' }, ...state.bare]) {
    const { column } = item;
    if (frame.groups.some((group) => group.column === column)) continue;
    if (item.at >= 0 && isRowNoun(state, item) && measures.length > 0) {
      state.penalty += 0.05;
      state.skipped.add(column.name);
      continue;
    }
    const first =
      measures.length === 0 ||
      measures.every((other) => other.operand === null && other.fn === 'rows' && false);
    if (first && (column.identifier || (column.entity && column.numeric)) && item.at >= 0) {
      // "patients per treatment"
      measures.push({ ...measure('distinct', columnOperand(column)), table: column.table });
      state.penalty += 0.08;
      continue;
    }
    if (first && column.numeric && !column.year && column.yes === null && item.at >= 0) {
      measures.push(measureOf(state, item));
      continue;
    }
    if (column.numeric && !column.category && !column.year)
      throw new ReadFailure(`It is not clear what "${column.name}" is for.`, [column.name]);
    const sure =
      item.at < 0 ||
      (item.after === 'between' && state.mode !== 'difference') ||
      state.mode === 'list' ||
      state.compareGroups ||
      ['by', 'each', 'across'].includes(item.after);
    if (!sure && column.numeric)
      throw new ReadFailure(`It is not clear what "${column.name}" is for.`, [column.name]);
    // "Amount sent per sender" does not ask for the time it was sent.
    if (!sure && column.temporal && state.index.view !== null)
      throw new ReadFailure(`It is not clear what "${column.name}" is for.`, [column.name]);
    if (!sure) state.penalty += 0.25;
    frame.groups.push({ column, grain: null, part: null });
  }
  if (measures.length === 0) measures.push(measure('rows'));
  const divisor = frame.groups.find(
    ({ column }) =>
      column.numeric &&
      !column.category &&
      !column.year &&
      !column.entity &&
      !column.identifier &&
      column.yes === null,
  );
  if (divisor !== undefined && frame.groups.length > 1 && divisor.column.profile.distinct > 30)
    throw new ReadFailure(
      `"${divisor.column.name}" is measured, so it has no groups; ask for a ratio, or say ranges.`,
      [divisor.column.name],
    );
  splitByYears(state, frame);
  splitByOpposites(state, frame);
  splitByNamedValues(state, frame);
  if (measures.some((item) => item.fn === 'default') && measures.every((item) => item.operand !== null)) {
    state.penalty += 0.1;
    const pinned = frame.groups.length === 0 && pinsOneRow(frame.conditions);
    if (pinned)
      return {
        ...frame,
        task: 'list',
        measures: [],
        outputs: measures.flatMap((item) => (item.operand?.kind === 'column' ? [item.operand.column] : [])),
      };
  }
  const fixed = fixDefaults(measures);
  return { ...frame, task: 'measure', measures: fixed, order: orderOf(state, fixed) };
}

export function orderOf(state: ReaderState, measures: Measure[]): Frame['order'] {
  if (state.order === null && state.direction === null) return null;
  const descending = state.direction ?? state.order?.descending ?? null;
  if (state.order?.measure != null)
    return { by: state.order.measure, column: null, descending: descending ?? false };
  if (state.order?.column != null) {
    const { column } = state.order;
    const same = measures.find((item) => item.operand?.kind === 'column' && item.operand.column === column);
    if (same !== undefined) return { by: same, column: null, descending: descending ?? false };
    return { by: null, column, descending: descending ?? false };
  }
  return { by: measures[0] ?? null, column: null, descending: descending ?? true };
}

/** True when the conditions name one row: a value of a column without repeats. */
export function pinsOneRow(conditions: Condition[]): boolean {
  if (
    conditions.some(
      (item) => item.kind === 'equals' && !item.negated && item.values.length === 1 && item.column.unique,
    )
  )
    return true;
  const named = conditions.some(
    (item) => item.kind === 'equals' && !item.negated && item.column.profile.type === 'text',
  );
  const timed = conditions.some(
    (item) =>
      (item.kind === 'time' &&
        item.spec.kind === 'range' &&
        item.spec.years?.from !== null &&
        item.spec.years?.from === item.spec.years?.to &&
        item.column.year) ||
      (item.kind === 'equals' && item.column.year && item.values.length === 1),
  );
  return named && timed;
}

export function finishHaving(state: ReaderState, frame: Frame): Frame {
  const target =
    state.target ??
    state.bare.find((item) => item.column.category || item.column.entity || !item.column.numeric)?.column ??
    null;
  const counted = state.measures.find((item) => item.fn === 'distinct' && item.operand?.kind === 'column');
  if (counted?.operand?.kind === 'column') {
    const { column } = counted.operand;
    return {
      ...frame,
      task: 'group_count',
      target: column,
      groups: [{ column, grain: null, part: null }],
      measures: [],
      conditions: frame.conditions,
    };
  }
  if (
    target !== null &&
    (state.mode === null || state.mode === 'count') &&
    (state.operatorAt(state.skipFrom(0))?.op === 'count' ||
      /^number of /i.test(state.textOf(state.atoms[state.skipFrom(0)] ?? (state.atoms[0] as Atom)))) &&
    frame.groups.length === 0 &&
    state.measures.every((item) => item.fn === 'rows')
  )
    return {
      ...frame,
      task: 'group_count',
      target,
      groups: [{ column: target, grain: null, part: null }],
      measures: [],
    };
  if (target?.yes != null && state.index.view !== null)
    throw new ReadFailure(`"${target.name}" only says yes or no; name what has so many rows.`, [target.name]);
  if (target !== null && !frame.groups.some((group) => group.column === target))
    frame.groups.unshift({ column: target, grain: null, part: null });
  if (frame.groups.length === 0)
    throw new ReadFailure('It is not clear which groups the comparison is about.', []);
  const measures =
    state.measures.filter((item) => item.fn !== 'default').length > 0
      ? fixDefaults(state.measures)
      : state.having.map((item) => item.measure);
  return { ...frame, task: 'measure', measures, target, order: orderOf(state, measures) };
}
