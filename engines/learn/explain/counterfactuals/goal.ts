import { StromaError } from '@stroma/kernel';
import { likeliest } from '../../scores/confusion.ts';
import { checkOutput } from '../predicting.ts';

/** What is to be said of a row: a class as the likeliest, or an output within bounds (a value, a probability, a risk). */
export type Goal = { label: number } | { output: number; at_least?: number; at_most?: number };

/** Throws INVALID_INPUT for outputs that are not there and bounds that leave no room. */
export function checkGoal(goal: Goal, width: number): void {
  if ('label' in goal) {
    if (width < 2)
      throw new StromaError(
        'INVALID_INPUT',
        'Bounds of the value were expected (at_least, at_most); a class was given, and the model has none.',
      );
    checkOutput(goal.label, width);
    return;
  }
  checkOutput(goal.output, width);
  const { at_least = Number.NEGATIVE_INFINITY, at_most = Number.POSITIVE_INFINITY } = goal;
  if (!(at_least <= at_most) || (goal.at_least === undefined && goal.at_most === undefined))
    throw new StromaError(
      'INVALID_INPUT',
      `A value of at least or at most something was expected; at least ${goal.at_least ?? 'nothing'} and at most ${goal.at_most ?? 'nothing'} were given.`,
    );
}

/** How far each row is from the goal, in the unit of the outputs; 0 where it is reached. */
export function gapsOf(goal: Goal, outputs: Float64Array, width: number): Float64Array {
  const rows = outputs.length / width;
  if ('label' in goal) {
    const codes = likeliest(outputs, width);
    return Float64Array.from(codes, (code, row) => {
      if (code === goal.label) return 0;
      const apart = (outputs[row * width + code] as number) - (outputs[row * width + goal.label] as number);
      // A tie that goes to the other class is no flip.
      return Math.max(apart, Number.EPSILON);
    });
  }
  const { output, at_least = Number.NEGATIVE_INFINITY, at_most = Number.POSITIVE_INFINITY } = goal;
  return Float64Array.from({ length: rows }, (_, row) => {
    const value = outputs[row * width + output] as number;
    return Math.max(0, at_least - value, value - at_most);
  });
}
