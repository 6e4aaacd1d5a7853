import { StromaError } from '@stroma/kernel';
import type { Matrix } from '../estimator.ts';
import { codesThere, firstAtLeast, knownSorted, quantileEdges } from './grid.ts';
import { orderOfLevels } from './level-order.ts';
import { columnOf } from './partial-dependence.ts';
import {
  asking,
  checkOutput,
  checkWhole,
  type ExplanationRun,
  type Predict,
  takeMatrixRows,
} from './predicting.ts';

export interface AccumulatedEffectsOptions extends ExplanationRun {
  column: number;
  /** Whose values: 0 where there is one. */
  output: number;
  /** Of a number: parts of about as many rows each; 20 unless said. */
  bins?: number;
}

export interface AccumulatedEffects {
  column: string;
  /** With a known value. */
  rows: number;
  /**
   * Edges of the parts, ascending, or codes in the order of how alike their rows are. `rows`: between the edge before
   * and this one, or of the code. Over the rows the effects average 0.
   */
  points: { value: number; effect: number; rows: number }[];
}

/**
 * First-order accumulated local effects (ALE): how what a model says changes on average when a value moves within its
 * own neighbourhood, summed up from one end. Unlike partial dependence it asks for no rows that cannot be where columns
 * go together. Apley & Zhu 2020, doi:10.1111/rssb.12377 (levels of a category stand in an order of likeness in the
 * other columns, as those of the authors' R package ALEPlot do). Rows with the value missing are left aside. Predicts 2 x rows. Throws
 * INVALID_INPUT for a column or output that is not there and for one without two values, UNPROCESSABLE past
 * `mostPredictions`, and the reason of an aborted signal.
 */
export async function accumulatedEffects(
  predict: Predict,
  matrix: Matrix,
  { column, output, bins = 20, ...run }: AccumulatedEffectsOptions,
): Promise<AccumulatedEffects> {
  checkWhole('bins', bins, 1, 1000);
  const values = columnOf(matrix, column);
  const rows = Uint32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  const known = takeMatrixRows(matrix, rows);
  const isCategory = (matrix.categories[column] as number) > 0;
  const steps = isCategory
    ? stepsOfLevels(known, column)
    : stepsOfNumbers(known.columns[column] as Float64Array, bins);
  if (steps.values.length < 2)
    throw new StromaError(
      'INVALID_INPUT',
      `Two different values were expected in "${matrix.names[column]}"; it holds ${steps.values[0]} alone.`,
    );
  const own = asking(predict, 2 * steps.rows.length, 'Give fewer rows.', run);
  const at = takeMatrixRows(known, steps.rows);
  const said = async (side: 0 | 1): Promise<Float64Array> => {
    const set = Float64Array.from(steps.of, (step) => steps.values[step + side] as number);
    const outputs = await own.ask({ ...at, columns: at.columns.map((all, k) => (k === column ? set : all)) });
    checkOutput(output, own.width);
    return Float64Array.from(steps.of, (_, row) => outputs[row * own.width + output] as number);
  };
  const [before, after] = [await said(0), await said(1)];
  const sums = new Float64Array(steps.values.length - 1);
  const counts = new Float64Array(sums.length);
  steps.of.forEach((step, row) => {
    sums[step] = (sums[step] as number) + (after[row] as number) - (before[row] as number);
    counts[step] = (counts[step] as number) + 1;
  });
  const effects = new Float64Array(steps.values.length);
  sums.forEach((sum, step) => {
    const gain = (counts[step] as number) > 0 ? sum / (counts[step] as number) : 0;
    effects[step + 1] = (effects[step] as number) + gain;
  });
  const centre = isCategory
    ? effects.reduce((sum, effect, level) => sum + effect * (steps.counts[level] as number), 0)
    : counts.reduce(
        (sum, count, step) => sum + (count * ((effects[step] as number) + (effects[step + 1] as number))) / 2,
        0,
      );
  return {
    column: matrix.names[column] as string,
    rows: known.rows,
    points: steps.values.map((value, point) => ({
      value,
      effect: (effects[point] as number) - centre / known.rows,
      rows: steps.counts[point] as number,
    })),
  };
}

/** Rows (some twice) that move from `values[of]` to the one after it. */
interface Steps {
  values: number[];
  rows: Uint32Array;
  of: Uint32Array;
  /** By value. */
  counts: number[];
}

function stepsOfNumbers(values: Float64Array, bins: number): Steps {
  const edges = quantileEdges(knownSorted(values), bins);
  const of = Uint32Array.from(values, (value) => Math.max(1, firstAtLeast(edges, value)) - 1);
  const counts = edges.map(() => 0);
  for (const step of of) counts[step + 1] = (counts[step + 1] as number) + 1;
  return { values: edges, rows: Uint32Array.from(values.keys()), of, counts };
}

/** A row moves to the level after its own, and one moves from the level before: both tell of their step. */
function stepsOfLevels(matrix: Matrix, column: number): Steps {
  const values = matrix.columns[column] as Float64Array;
  const levels = orderOfLevels(matrix, column, codesThere(values));
  const placeOf = new Map(levels.map((level, place) => [level, place]));
  const rows: number[] = [];
  const of: number[] = [];
  const counts = levels.map(() => 0);
  values.forEach((value, row) => {
    const place = placeOf.get(value) as number;
    counts[place] = (counts[place] as number) + 1;
    for (const step of [place - 1, place])
      if (step >= 0 && step < levels.length - 1) {
        rows.push(row);
        of.push(step);
      }
  });
  return { values: levels, rows: Uint32Array.from(rows), of: Uint32Array.from(of), counts };
}
