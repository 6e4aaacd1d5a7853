import { StromaError } from '@stroma/kernel';
import type { Fit, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { checkColumns, checkMagnitude, checkNumber, classesOf, weightsOf } from '../linear/design.ts';
import { softmax } from '../linear/logistic.ts';

export interface NaiveBayesOptions {
  /** Rows that each category counts as beforehand (Laplace), 1 when left out. */
  smoothing?: number;
  /** Added to each variance, as a share of the largest variance of any number column. */
  leastVariance?: number;
}

export interface NaiveBayesModel extends SavedModel {
  kind: 'naive-bayes';
  classes: number;
  /** ln share of each class. */
  priors: Float64Array;
  /** For each column by class: mean and variance, or ln share of each category. */
  parts: readonly Float64Array[];
}

export interface NaiveBayesPredictor extends Predictor {
  save(): NaiveBayesModel;
}

const learner = 'Naive Bayes';

/**
 * Columns taken as independent within a class: numbers as normal (Gaussian), codes as categories. Missing values are
 * left out of counting and of predicting; a code that is none of those fitted says nothing. Weights count rows. A class
 * that no row is of gets no chance. Throws INVALID_INPUT for infinite or too large values, and for columns that are all
 * missing in a class.
 */
export const fitNaiveBayes: Fit<NaiveBayesOptions> = (matrix, target, options) => {
  const { smoothing = 1, leastVariance = 1e-9 } = options;
  checkNumber('smoothing', smoothing, 0);
  checkNumber('leastVariance', leastVariance, 0);
  const { codes, classes } = classesOf(target, matrix.rows, learner);
  const weights = weightsOf(matrix.rows, options.weights);
  const totals = new Float64Array(classes);
  codes.forEach((code, row) => {
    totals[code] = (totals[code] as number) + (weights[row] as number);
  });
  const all = totals.reduce((sum, own) => sum + own, 0);
  const floor = leastVariance * largestVariance(matrix, weights);
  const parts = matrix.columns.map((column, at) => {
    const categories = matrix.categories[at] as number;
    const name = matrix.names[at] ?? '';
    checkValues(column, name);
    return categories > 0
      ? sharesOf(column, codes, weights, classes, categories, smoothing)
      : normalsOf(column, codes, weights, classes, floor, name, totals);
  });
  return loadNaiveBayes({
    kind: 'naive-bayes',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    classes,
    priors: totals.map((own) => Math.log(own / all)),
    parts,
  });
};

/** What `save` gave. */
export function loadNaiveBayes(saved: NaiveBayesModel): NaiveBayesPredictor {
  const { classes, parts, categories } = saved;
  return {
    kind: saved.kind,
    outputs: classes,
    predict(matrix: Matrix) {
      checkColumns(saved, matrix);
      const predicted = new Float64Array(matrix.rows * classes);
      for (let row = 0; row < matrix.rows; row++) {
        const own = predicted.subarray(row * classes, (row + 1) * classes);
        own.set(saved.priors);
        matrix.columns.forEach((column, at) => {
          addEvidence(own, column[row] as number, parts[at] as Float64Array, categories[at] as number);
        });
        softmax(own);
      }
      return predicted;
    },
    save: () => saved,
  };
}

function addEvidence(scores: Float64Array, value: number, part: Float64Array, categories: number): void {
  if (Number.isNaN(value)) return;
  for (let code = 0; code < scores.length; code++) {
    if (scores[code] === -Infinity) continue;
    if (categories > 0) {
      if (isCode(value, categories))
        scores[code] = (scores[code] as number) + (part[code * categories + value] as number);
      continue;
    }
    const [mean, variance] = [part[2 * code] as number, part[2 * code + 1] as number];
    scores[code] =
      (scores[code] as number) - (Math.log(2 * Math.PI * variance) + (value - mean) ** 2 / variance) / 2;
  }
}

const isCode = (value: number, categories: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < categories;

function checkValues(column: Float64Array, name: string): void {
  const row = column.findIndex((value) => value === Infinity || value === -Infinity);
  if (row >= 0)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects finite values; "${name}" holds an infinite one in row ${row + 1}. Correct it first.`,
      { column: name, row: row + 1 },
    );
  checkMagnitude(column, `in column "${name}"`, learner);
}

function sharesOf(
  column: Float64Array,
  codes: Int32Array,
  weights: Float64Array,
  classes: number,
  categories: number,
  smoothing: number,
): Float64Array {
  const counts = new Float64Array(classes * categories).fill(smoothing);
  codes.forEach((code, row) => {
    const value = column[row] as number;
    if (isCode(value, categories))
      counts[code * categories + value] =
        (counts[code * categories + value] as number) + (weights[row] as number);
  });
  for (let code = 0; code < classes; code++) {
    const own = counts.subarray(code * categories, (code + 1) * categories);
    const total = own.reduce((sum, count) => sum + count, 0);
    own.forEach((count, value) => {
      own[value] = total > 0 ? Math.log(count / total) : -Math.log(categories);
    });
  }
  return counts;
}

function normalsOf(
  column: Float64Array,
  codes: Int32Array,
  weights: Float64Array,
  classes: number,
  floor: number,
  name: string,
  totals: Float64Array,
): Float64Array {
  const part = new Float64Array(2 * classes);
  for (let own = 0; own < classes; own++) {
    const { mean, variance, total } = momentsOf(column, weights, (row) => codes[row] === own);
    if (total === 0 && (totals[own] as number) > 0)
      throw new StromaError(
        'INVALID_INPUT',
        `${learner} expects known values of each column in each class; "${name}" has none in class ${own}. Leave the column out or impute it.`,
        { column: name, class: own },
      );
    part[2 * own] = total > 0 ? mean : 0;
    part[2 * own + 1] = Math.max(total > 0 ? variance + floor : 1, Number.MIN_VALUE * 2 ** 52);
  }
  return part;
}

function momentsOf(column: Float64Array, weights: Float64Array, has: (row: number) => boolean) {
  let [sum, total, squares] = [0, 0, 0];
  const each = (add: (value: number, weight: number) => void) => {
    for (let row = 0; row < column.length; row++)
      if (!Number.isNaN(column[row]) && has(row)) add(column[row] as number, weights[row] as number);
  };
  each((value, weight) => {
    sum += weight * value;
    total += weight;
  });
  const mean = sum / total;
  each((value, weight) => {
    squares += weight * (value - mean) ** 2;
  });
  return { mean, variance: squares / total, total };
}

function largestVariance({ columns, categories, rows }: Matrix, weights: Float64Array): number {
  const plain = weights.map(() => 1);
  let most = 0;
  columns.forEach((column, at) => {
    if ((categories[at] as number) > 0 || rows === 0) return;
    const { variance, total } = momentsOf(column, plain, () => true);
    if (total > 0) most = Math.max(most, variance);
  });
  return most;
}
