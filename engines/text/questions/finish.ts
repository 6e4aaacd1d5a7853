import { finishChange, finishDifference, finishDistribution, finishPair } from './finish-comparisons.ts';
import { chooseTarget, countEntities, rankByMaximum } from './finish-entities.ts';
import { joinSameColumn, resolveLeftovers } from './finish-leftovers.ts';
import { finishHaving, finishMeasures } from './finish-measures.ts';
import { finishRanking } from './finish-ranking.ts';
import { addShown, finishRows, finishWhen, withShown } from './finish-rows.ts';
import { finishShare } from './finish-shares.ts';
import { addTimeGroup } from './finish-times.ts';
import { countHandedOver, settleView } from './finish-views.ts';
import { type Condition, conditionColumns, type Frame, operandColumns, ReadFailure } from './frame.ts';
import type { ReaderState } from './reader-state.ts';

/** Makes one frame of everything that was read, or says what is missing. */
export function finish(state: ReaderState): Frame {
  const frame = assembled(state);
  nothingDropped(state, frame);
  measurable(frame);
  comparable([...frame.conditions, ...frame.numerator, ...(frame.sides ?? [])]);
  return frame;
}

/** Only numbers are averaged, added up or reckoned with. */
function measurable(frame: Frame): void {
  const measures = [
    ...frame.measures,
    ...frame.having.map((item) => item.measure),
    ...(frame.order?.by == null ? [] : [frame.order.by]),
  ];
  for (const { fn, operand } of measures) {
    if (operand === null || fn === 'distinct' || fn === 'rows') continue;
    const ends = (fn === 'min' || fn === 'max') && operand.kind === 'column';
    const wrong = operandColumns(operand).find((column) => !column.numeric && !(ends && column.temporal));
    if (wrong !== undefined) throw new ReadFailure(`"${wrong.name}" does not hold numbers.`, [wrong.name]);
  }
}

/** Only numbers are more or less than a number. */
function comparable(conditions: Condition[]): void {
  for (const item of conditions) {
    if (item.kind === 'any') comparable(item.items);
    if (item.kind !== 'compare' && item.kind !== 'between') continue;
    const wrong = operandColumns(item.operand).find((column) => !column.numeric);
    if (wrong !== undefined)
      throw new ReadFailure(`"${wrong.name}" does not hold numbers, so it cannot be compared with one.`, [
        wrong.name,
      ]);
  }
}

/** Every column that was read must have a part in the answer; a condition is never lost on the way. */
function nothingDropped(state: ReaderState, frame: Frame): void {
  const measures = [
    ...frame.measures,
    ...frame.having.map((item) => item.measure),
    ...(frame.order?.by == null ? [] : [frame.order.by]),
  ];
  const conditions = [...frame.conditions, ...frame.numerator, ...(frame.sides ?? [])];
  const used = new Set<string>(
    [
      ...measures.flatMap((item) => (item.operand === null ? [] : operandColumns(item.operand))),
      ...conditions.flatMap(conditionColumns),
      ...frame.groups.map((group) => group.column),
      ...frame.outputs,
      ...(frame.target === null ? [] : [frame.target]),
      ...(frame.order?.column == null ? [] : [frame.order.column]),
    ].map((column) => column.name),
  );
  const lost = state.marks.find(
    (mark) => mark.column !== null && mark.role !== 'ignored' && !used.has(mark.column),
  );
  if (lost?.column != null && !state.skipped.has(lost.column))
    throw new ReadFailure(`It is not clear what "${lost.column}" is for.`, [lost.column]);
  const having = state.having.length > 0 && frame.having.length === 0;
  if (having) throw new ReadFailure('It is not clear what the comparison is about.', []);
}

function assembled(state: ReaderState): Frame {
  const frame = assemble(state);
  return frame.task === 'list' || frame.task === 'distinct' || frame.task === 'extreme_rows'
    ? withShown(state, frame)
    : addShown(state, frame);
}

function assemble(state: ReaderState): Frame {
  settleView(state);
  resolveLeftovers(state);
  const frame = emptyFrame(state);
  joinSameColumn(state);
  if (state.mode === 'share' || (state.rate && state.conditions.length > 0 && state.measures.length === 0))
    return finishShare(state, frame);
  if (state.mode === 'correlation') return finishPair(state, frame, 'correlation');
  if (state.mode === 'pairs') return finishPair(state, frame, 'pairs');
  if (state.mode === 'difference' || state.mode === 'ratio') return finishDifference(state, frame);
  if (state.mode === 'distribution') return finishDistribution(state, frame);
  if (state.mode === 'change' && !state.overTime) return finishChange(state, frame);
  frame.conditions = state.conditions.map((item) => item.condition);
  if (state.overTime) addTimeGroup(state);
  if (asksWhether(state)) state.mode = 'exists';
  if (state.mode === 'exists') return { ...frame, task: 'exists' };
  chooseTarget(state);
  countEntities(state);
  countHandedOver(state);
  rankByMaximum(state);
  if (state.extreme !== null) return finishRanking(state, frame);
  if (state.having.length > 0) return finishHaving(state, frame);
  if (state.mode === 'when') return finishWhen(state, frame);
  groupInOrder(state);
  if (state.measures.length > 0 || state.groups.length > 0) return finishMeasures(state, frame);
  return finishRows(state, frame);
}

/** "Feeds ordered by average weight" shows each feed with its average. */
function groupInOrder(state: ReaderState): void {
  const by = state.order?.measure ?? null;
  const [only] = state.bare;
  if (by?.operand == null || only === undefined || state.bare.length > 1 || state.target !== null) return;
  if (state.measures.length > 0 || state.groups.length > 0 || (only.column.numeric && !only.column.category))
    return;
  state.groups.push({ column: only.column, grain: null, part: null });
  state.measures.push(by);
  state.bare = [];
}

const habits = new Set([
  'usually',
  'generally',
  'typically',
  'often',
  'always',
  'mostly',
  'most',
  'normally',
  'all',
  'only',
]);

/** "Is Utah in it", "did it snow in 2013": conditions alone, after a verb that comes first. */
function asksWhether(state: ReaderState): boolean {
  const first = state.tokens[0]?.lower ?? '';
  return (
    state.mode === null &&
    ['is', 'are', 'was', 'were', 'did', 'does', 'do'].includes(first) &&
    state.conditions.length > 0 &&
    state.conditions.every(({ condition }) => condition.kind !== 'equals' || condition.values.length === 1) &&
    !state.tokens.some((token) => habits.has(token.lower)) &&
    state.bare.length === 0 &&
    state.measures.length === 0 &&
    state.groups.length === 0 &&
    state.having.length === 0 &&
    state.extreme === null &&
    !state.versus
  );
}

function emptyFrame(state: ReaderState): Frame {
  return {
    task: 'measure',
    table: state.table?.table ?? null,
    measures: state.measures,
    groups: state.groups,
    conditions: [],
    numerator: [],
    percent: state.percent,
    having: state.having,
    outputs: [],
    target: null,
    order: null,
    limit: null,
    sign: 1,
    sides: null,
    notes: state.notes,
    confidence: 1,
  };
}
