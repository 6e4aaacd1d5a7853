import { StromaError, seededRandom } from '@stroma/kernel';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import { shuffled } from '../table/splits.ts';
import type { AutomlModel } from './automl-model.ts';

export interface RowExplanation {
  /** What the model says on average of the rows the row is held against. */
  base: number;
  /** What it says of the row: base and all contributions together. */
  value: number;
  /** In the order of the model's columns; in the target's unit, or probability of the class. */
  contributions: { column: string; contribution: number; standard_error: number }[];
}

/** Rows predicted for one explanation, about. */
const mostRows = 12_000;

/**
 * What each column adds to one output of one row: Shapley values by drawn orders of the columns, each walked forth and
 * back from a row of the model's background to the row. Štrumbelj & Kononenko 2014, doi:10.1007/s10115-013-0679-x. They
 * sum exactly to `value - base`; each has the standard error of the draws. The same seed gives the same numbers. Throws
 * INVALID_INPUT for a row the table does not have.
 */
export function explainRow(
  model: AutomlModel,
  table: FeatureTable,
  { row, output, seed, signal }: { row: number; output: number; seed: number; signal?: AbortSignal },
): RowExplanation {
  if (!Number.isInteger(row) || row < 0 || row >= table.rows)
    throw new StromaError(
      'INVALID_INPUT',
      `A row from 0 to ${table.rows - 1} was expected; ${row} was given.`,
      { row, rows: table.rows },
    );
  const { background, schema, problem } = model.saved;
  const width = Math.max(1, problem.labels.length);
  const names = schema.map(({ name }) => name);
  const own = takeRows(table, Uint32Array.of(row));
  const random = seededRandom(seed);
  const steps = names.length + 1;
  const walks = 2 * Math.max(4, Math.min(64, Math.floor(mostRows / steps / 2)));
  const contributions = names.map(() => ({ sum: 0, squares: 0 }));
  let base = 0;
  let value = 0;
  const drawn = shuffled(background.rows, random);
  let order = shuffled(names.length, random);
  for (let walk = 0; walk < walks; walk++) {
    signal?.throwIfAborted();
    order = walk % 2 === 0 ? shuffled(names.length, random) : order.slice().reverse();
    const other = drawn[(walk >> 1) % drawn.length] as number;
    const outputs = model.outputs(walked(own, background, other, names, order));
    const at = (step: number) => outputs[step * width + output] as number;
    base += at(0) / walks;
    value = at(steps - 1);
    order.forEach((column, step) => {
      const gain = at(step + 1) - at(step);
      const kept = contributions[column] as { sum: number; squares: number };
      kept.sum += gain;
      kept.squares += gain * gain;
    });
  }
  return {
    base,
    value,
    contributions: contributions.map(({ sum, squares }, at) => ({
      column: names[at] as string,
      contribution: sum / walks,
      standard_error: Math.sqrt(Math.max(0, squares / walks - (sum / walks) ** 2) / walks),
    })),
  };
}

/** Step 0 is the background's row; each step more has one column more of the row's own. */
function walked(
  own: FeatureTable,
  background: FeatureTable,
  other: number,
  names: readonly string[],
  order: Uint32Array,
): FeatureTable {
  const rows = names.length + 1;
  const turns = new Int32Array(names.length);
  order.forEach((column, step) => {
    turns[column] = step + 1;
  });
  const columns = names.map((name, at) => {
    const turn = turns[at] as number;
    const before = background.columns.find((column) => column.name === name);
    const after = own.columns.find((column) => column.name === name);
    if (before === undefined) throw new StromaError('INTERNAL', `The background has no column "${name}".`);
    const chosen = <T>(first: T, second: T): T[] =>
      Array.from({ length: rows }, (_, row) => (row < turn ? first : second));
    if (before.kind === 'category') {
      const text = after === undefined ? null : textAt(after);
      const levels = text === null || before.levels.includes(text) ? before.levels : [...before.levels, text];
      const code = text === null ? -1 : levels.indexOf(text);
      return { ...before, levels, codes: Int32Array.from(chosen(before.codes[other] as number, code)) };
    }
    if (before.kind === 'text')
      return {
        ...before,
        values: chosen(before.values[other] ?? null, after === undefined ? null : textAt(after)),
      };
    const value =
      after === undefined || after.kind === 'category' || after.kind === 'text'
        ? Number.NaN
        : after.values[0];
    return {
      ...before,
      values: Float64Array.from(chosen(before.values[other] as number, value ?? Number.NaN)),
    };
  });
  return { rows, columns };
}

function textAt(column: FeatureTable['columns'][number]): string | null {
  if (column.kind === 'category') return column.levels[column.codes[0] as number] ?? null;
  if (column.kind === 'text') return column.values[0] ?? null;
  return Number.isNaN(column.values[0]) ? null : String(column.values[0]);
}
