import { refused } from '../parts/checks.ts';
import type { Values } from '../parts/scaling.ts';

/** Rows x steps x channels: a row is one sequence, a step holds a value of each channel. */
export interface Sequences {
  rows: number;
  steps: number;
  channels: number;
  /** By row, then step, then channel. NaN is missing. */
  values: Values;
  /** Steps each row has, 1 to `steps`; all when left out. What stands past them is never looked at. */
  lengths?: Int32Array;
  /** Of the channels, for messages. */
  names?: readonly string[];
}

/** Throws INVALID_INPUT where sizes and lengths do not fit. */
export function checkSequences({ rows, steps, channels, values, lengths }: Sequences): void {
  if (![rows, steps, channels].every((size) => Number.isInteger(size) && size >= 1))
    throw refused(
      `Sequences need one row, one step and one channel or more; given ${rows}, ${steps}, ${channels}.`,
    );
  if (values.length !== rows * steps * channels)
    throw refused(
      `${rows} rows x ${steps} steps x ${channels} channels need ${rows * steps * channels} values; given ${values.length}.`,
    );
  if (lengths === undefined) return;
  if (lengths.length !== rows)
    throw refused(`Each of ${rows} rows needs a length; given ${lengths.length} of them.`);
  const bad = lengths.findIndex((length) => length < 1 || length > steps);
  if (bad >= 0)
    throw refused(`Row ${bad + 1} has a length of ${lengths[bad]}; lengths are 1 to ${steps} steps.`);
}

/** Whether all rows have all steps. */
export const areFull = ({ steps, lengths }: Sequences): boolean =>
  lengths?.every((length) => length === steps) ?? true;

/** 1 for each step a row has: rows x steps. Null where all have all. */
export function stepsHeld(sequences: Sequences): Uint8Array | null {
  const { rows, steps, lengths } = sequences;
  if (lengths === undefined || areFull(sequences)) return null;
  return Uint8Array.from({ length: rows * steps }, (_, at) =>
    at % steps < (lengths[Math.floor(at / steps)] as number) ? 1 : 0,
  );
}

/** The same rows with more steps at their ends, which no row has. */
export function withSteps(sequences: Sequences, steps: number): Sequences {
  if (steps === sequences.steps) return sequences;
  const { rows, channels, values } = sequences;
  const longer = new Float64Array(rows * steps * channels);
  const size = sequences.steps * channels;
  for (let row = 0; row < rows; row++)
    longer.set(values.subarray(row * size, (row + 1) * size), row * steps * channels);
  const lengths = sequences.lengths ?? new Int32Array(rows).fill(sequences.steps);
  return { ...sequences, steps, values: longer, lengths };
}
