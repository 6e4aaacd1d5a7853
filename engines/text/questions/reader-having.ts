import { measure } from './reader-parts.ts';
import type { ReaderState } from './reader-state.ts';

export const lastIsComparison = (state: ReaderState): boolean =>
  ['compare', 'between'].includes(state.conditions.at(-1)?.condition.kind ?? '');

/** "species with average mass over 4000": the condition is on the average, not on rows. */
export function havingFromCondition(state: ReaderState, end: number): undefined {
  const condition = state.conditions.pop()?.condition;
  const pending = state.pending.pop();
  if (condition === undefined || pending === undefined) return;
  if (condition.kind === 'compare' && typeof condition.value === 'number')
    state.having.push({
      measure: measure(pending.fn, condition.operand, pending.p),
      cmp: condition.cmp,
      value: condition.value,
      high: null,
    });
  else if (condition.kind === 'between')
    state.having.push({
      measure: measure(pending.fn, condition.operand, pending.p),
      cmp: '>=',
      value: condition.low,
      high: condition.high,
    });
  else state.fail('It is not clear what the comparison is about.');
  state.at = end;
}
