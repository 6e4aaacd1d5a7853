import { StromaError, seededRandom } from '@stroma/kernel';
import { quantileOfSorted } from '@stroma/stats';
import type { Matrix } from '../estimator.ts';
import { shuffled } from '../table/splits.ts';
import { codesThere, evenGrid, knownSorted } from './grid.ts';
import {
  asking,
  checkOutput,
  checkSomeRows,
  checkWhole,
  type ExplanationRun,
  type Predict,
} from './predicting.ts';

export interface PartialDependenceOptions extends ExplanationRun {
  column: number;
  /** Whose values: 0 where there is one. */
  output: number;
  /** Of a number: values it is set to; 20 unless said. */
  points?: number;
  /** Between which they lie, where the column has more; 0.05 and 0.95 unless said. */
  quantiles?: readonly [number, number];
  /** Rows whose own curves are told; 0 unless said. Which is drawn by `seed`. */
  curves?: number;
  /** Everything less what is said at the first value. */
  centred?: boolean;
  seed: number;
}

export interface PartialDependence {
  column: string;
  /** Averaged over. */
  rows: number;
  /** Ascending numbers, or the codes that are there. `low` and `high`: a tenth of the rows lies below, and above. */
  points: {
    value: number;
    mean: number;
    low: number;
    high: number;
    /** Of the rows whose own value is nearest to this one. */
    share: number;
  }[];
  /** Mean where the value is missing; null where it is missing in no row. */
  missing: number | null;
  /** Of single rows, at the same values. */
  curves: number[][];
}

/**
 * What a model says on average of the rows when a column is set to each value in turn (Friedman 2001,
 * doi:10.1214/aos/1013203451), and of single rows (individual conditional expectation; `centred` to compare their shapes:
 * Goldstein et al. 2015, doi:10.1080/10618600.2014.907095). Where columns go together, some of the rows that are made
 * so cannot be: see `accumulatedEffects`. Predicts rows x values. Throws INVALID_INPUT for a column or output that is not there and
 * where every value is missing, UNPROCESSABLE past `mostPredictions`, and the reason of an aborted signal.
 */
export async function partialDependence(
  predict: Predict,
  matrix: Matrix,
  options: PartialDependenceOptions,
): Promise<PartialDependence> {
  const {
    column,
    output,
    points = 20,
    quantiles = [0.05, 0.95],
    curves = 0,
    centred,
    seed,
    ...run
  } = options;
  checkSomeRows(matrix, 'What dependence is averaged over');
  checkWhole('points', points, 2, 1000);
  checkWhole('curves', curves, 0, 10_000);
  const [low, high] = quantiles;
  if (!(low >= 0 && low < high && high <= 1))
    throw new StromaError(
      'INVALID_INPUT',
      `Two quantiles from 0 to 1 were expected, the lower first; ${low} and ${high} were given.`,
    );
  const values = columnOf(matrix, column);
  const known = knownSorted(values);
  const isCategory = (matrix.categories[column] as number) > 0;
  const grid = isCategory ? codesThere(values) : evenGrid(known, points, quantiles);
  const hasMissing = known.length < matrix.rows;
  const planned = matrix.rows * (grid.length + (hasMissing ? 1 : 0));
  const own = asking(predict, planned, 'Give fewer rows or points.', run);
  const said = async (value: number): Promise<Float64Array> => {
    const columns = matrix.columns.map((others, at) =>
      at === column ? new Float64Array(matrix.rows).fill(value) : others,
    );
    const outputs = await own.ask({ ...matrix, columns });
    checkOutput(output, own.width);
    return Float64Array.from(
      { length: matrix.rows },
      (_, row) => outputs[row * own.width + output] as number,
    );
  };
  const individual: Float64Array[] = [];
  for (const value of grid) individual.push(await said(value));
  const missing = hasMissing ? await said(Number.NaN) : null;
  const first = centred === true ? individual[0]?.slice() : undefined;
  if (first !== undefined)
    for (const outputs of [...individual, ...(missing === null ? [] : [missing])])
      for (let row = 0; row < matrix.rows; row++)
        outputs[row] = (outputs[row] as number) - (first[row] as number);
  const shares = sharesOf(grid, values);
  const rows = shuffled(matrix.rows, seededRandom(seed)).slice(0, curves).sort();
  return {
    column: matrix.names[column] as string,
    rows: matrix.rows,
    points: grid.map((value, at) => {
      const sorted = (individual[at] as Float64Array).slice().sort();
      return {
        value,
        mean: mean(sorted),
        low: quantileOfSorted(sorted, 0.1),
        high: quantileOfSorted(sorted, 0.9),
        share: shares[at] as number,
      };
    }),
    missing: missing === null ? null : mean(missing),
    curves: Array.from(rows, (row) => individual.map((outputs) => outputs[row] as number)),
  };
}

/** Throws INVALID_INPUT for a column that is not there or all missing. */
export function columnOf(matrix: Matrix, column: number): Float64Array {
  const values = matrix.columns[column];
  if (values === undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `A column from 0 to ${matrix.columns.length - 1} was expected; ${column} was given.`,
    );
  if (values.every((value) => Number.isNaN(value)))
    throw new StromaError(
      'INVALID_INPUT',
      `Values were expected in "${matrix.names[column]}"; all ${matrix.rows} are missing.`,
    );
  return values;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function sharesOf(grid: readonly number[], values: Float64Array): Float64Array {
  const counts = new Float64Array(grid.length);
  let known = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    known += 1;
    let nearest = 0;
    grid.forEach((own, at) => {
      if (Math.abs(own - value) < Math.abs((grid[nearest] as number) - value)) nearest = at;
    });
    counts[nearest] = (counts[nearest] as number) + 1;
  }
  return counts.map((count) => count / known);
}
