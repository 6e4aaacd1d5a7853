import { seededRandom } from '@stroma/kernel';
import type { Matrix, Target } from '../estimator.ts';
import { fitLeastSquares, type LinearModel } from '../linear/least-squares.ts';
import { r2 } from '../scores/regression-errors.ts';
import { firstAtLeast, knownSorted, quantileEdges } from './grid.ts';
import {
  asking,
  type ColumnGroup,
  checkAlike,
  checkCells,
  checkOutput,
  checkParts,
  checkRow,
  checkSomeRows,
  checkWhole,
  type ExplanationRun,
  groupsOf,
  type Predict,
} from './predicting.ts';
import { rowOf } from './row-distance.ts';
import { type ShownValue, shown } from './shap-summary.ts';

export interface LimeOptions extends ExplanationRun {
  row: number;
  /** Whose values: 0 where there is one. */
  output: number;
  /** Rows whose values, column by column, the neighbourhood is drawn from. */
  data: Matrix;
  seed: number;
  /** Columns the surrogate may speak of; 6 unless said. */
  columns?: number;
  /** Rows drawn; 2000 unless said. */
  samples?: number;
  /** Reach of the neighbourhood, in square roots of changed columns; 0.75 · √columns unless said. */
  kernelWidth?: number;
  /** Penalty on the squares of the surrogate's coefficients; 1 unless said. */
  l2?: number;
  groups?: readonly ColumnGroup[];
  /** Names of codes, by column. */
  levels?: ReadonlyMap<string, readonly string[]>;
}

export interface LimeExplanation {
  /** What the model says of the row, and what its surrogate does. */
  value: number;
  surrogate: number;
  /** The surrogate's for a row like the drawn ones in none of its columns. */
  intercept: number;
  /** Share of the model's variance in the neighbourhood that the surrogate tells; null where the model does not vary. */
  r2: number | null;
  kernel_width: number;
  samples: number;
  /**
   * What it adds that the column is as in the row: of a number in the same quarter of the data, `low` < value <= `high`
   * (null where open), otherwise the same. In the order they were chosen.
   */
  contributions: {
    column: string;
    value: ShownValue;
    low: number | null;
    high: number | null;
    contribution: number;
  }[];
}

const mostCells = 50_000_000;

/**
 * A sparse linear stand-in for the model near one row: of rows whose columns are drawn from the data, those that share
 * more with the row weigh more; columns are chosen one by one by what they tell, and fitted by ridge regression. Ribeiro,
 * Singh & Guestrin 2016, arXiv:1602.04938. Look at `r2`: a low one says that no such stand-in is faithful. The same seed
 * gives the same numbers. Predicts `samples` rows. Throws INVALID_INPUT for a row, column or output that is not there,
 * UNPROCESSABLE past `mostPredictions`, and the reason of an aborted signal.
 */
export async function lime(predict: Predict, matrix: Matrix, options: LimeOptions): Promise<LimeExplanation> {
  const { row, output, data, seed, columns = 6, samples = 2000, l2 = 1, groups, levels, ...run } = options;
  checkRow(matrix, row);
  checkAlike(matrix, data, 'The data');
  checkSomeRows(data, 'The data');
  checkWhole('samples', samples, 20, 1_000_000);
  checkWhole('columns', columns, 1, 100);
  const parts = groupsOf(matrix.names, groups);
  checkParts(parts);
  checkCells(samples * matrix.names.length, mostCells, 'Give fewer samples or columns.');
  const width = options.kernelWidth ?? 0.75 * Math.sqrt(parts.length);
  const own = asking(predict, samples, 'Give fewer samples.', run);
  const given = rowOf(matrix, row);
  const random = seededRandom(seed);
  const cells = data.columns.map((_, column) => cellOf(data, column, given[column] as number));
  const same = parts.map(() => new Float64Array(samples).fill(1));
  const drawn = Array.from(given, (value) => new Float64Array(samples).fill(value));
  // The first is the row itself.
  for (let sample = 1; sample < samples; sample++)
    parts.forEach(({ columns: members }, part) => {
      const other = random.whole(data.rows);
      for (const column of members) {
        const value = data.columns[column]?.[other] as number;
        (drawn[column] as Float64Array)[sample] = value;
        if (!cells[column]?.holds(value)) (same[part] as Float64Array)[sample] = 0;
      }
    });
  const outputs = await own.ask({ ...matrix, rows: samples, columns: drawn });
  checkOutput(output, own.width);
  const values = Float64Array.from(
    { length: samples },
    (_, sample) => outputs[sample * own.width + output] as number,
  );
  const weights = values.map((_, sample) => {
    const changed = same.reduce((sum, is) => sum + 1 - (is[sample] as number), 0);
    return Math.exp(-changed / (width * width));
  });
  const found = surrogate(parts, same, values, weights, columns, l2);
  return {
    value: values[0] as number,
    surrogate: found.coefficients.reduce((sum, coefficient) => sum + coefficient, found.intercept),
    intercept: found.intercept,
    r2: found.r2,
    kernel_width: width,
    samples,
    contributions: found.chosen.map((part, at) => {
      const { name, columns: members } = parts[part] as ColumnGroup;
      const [column = 0] = members;
      const alone = members.length === 1;
      return {
        column: name,
        value: alone ? shown(matrix, column, row, levels) : null,
        low: (alone ? cells[column]?.low : null) ?? null,
        high: (alone ? cells[column]?.high : null) ?? null,
        contribution: found.coefficients[at] as number,
      };
    }),
  };
}

interface Cell {
  low: number | null;
  high: number | null;
  holds(value: number): boolean;
}

/** Which values count as that of the row. */
function cellOf(data: Matrix, column: number, own: number): Cell {
  const known = knownSorted(data.columns[column] as Float64Array);
  if ((data.categories[column] as number) > 0 || Number.isNaN(own) || known.length === 0)
    return { low: null, high: null, holds: (value) => Object.is(value, own) };
  // Open at both ends: a row may lie outside the data.
  const inner = [...quantileEdges(known, 4).slice(1, -1), Number.POSITIVE_INFINITY];
  const place = firstAtLeast(inner, own);
  const low = place > 0 ? (inner[place - 1] as number) : null;
  const high = place < inner.length - 1 ? (inner[place] as number) : null;
  return {
    low,
    high,
    holds: (value) =>
      value > (low ?? Number.NEGATIVE_INFINITY) && value <= (high ?? Number.POSITIVE_INFINITY),
  };
}

/** Forward selection: each time the column with which the fit tells most. */
function surrogate(
  parts: readonly ColumnGroup[],
  same: readonly Float64Array[],
  values: Float64Array,
  weights: Float64Array,
  most: number,
  l2: number,
): { chosen: number[]; coefficients: Float64Array; intercept: number; r2: number | null } {
  const nothing = { chosen: [], coefficients: new Float64Array() };
  if (values.every((value) => value === values[0]))
    return { ...nothing, intercept: values[0] as number, r2: null };
  const target: Target = { kind: 'number', values };
  const fitOf = (chosen: readonly number[]) => {
    const matrix: Matrix = {
      rows: values.length,
      names: chosen.map((part) => parts[part]?.name ?? ''),
      columns: chosen.map((part) => same[part] as Float64Array),
      categories: chosen.map(() => 0),
    };
    const model = fitLeastSquares(matrix, target, { seed: 0, weights, l2 });
    const { coefficients, intercept } = model.save() as LinearModel;
    return { chosen: [...chosen], coefficients, intercept, r2: r2(values, model.predict(matrix), weights) };
  };
  let best: ReturnType<typeof fitOf> | null = null;
  const left = new Set(parts.keys().filter((part) => same[part]?.some((is) => is === 0)));
  while (left.size > 0 && (best?.chosen.length ?? 0) < most) {
    const before: readonly number[] = best?.chosen ?? [];
    const tried = Array.from(left, (part) => fitOf([...before, part]));
    const next = tried.reduce((a, b) => (b.r2 > a.r2 ? b : a));
    best = next;
    left.delete(next.chosen.at(-1) as number);
  }
  if (best !== null) return best;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = values.reduce((sum, value, at) => sum + (value * (weights[at] as number)) / total, 0);
  return { ...nothing, intercept: mean, r2: 0 };
}
