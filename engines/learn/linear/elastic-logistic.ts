import type { Fit, Matrix } from '../estimator.ts';
import { ClassDescent } from './class-descent.ts';
import { checkNumber, classesOf } from './design.ts';
import type { ElasticNetOptions } from './elastic-net.ts';
import { loadLogistic, softmax } from './logistic.ts';
import { searchPenalty } from './penalty-search.ts';

const learner = 'Elastic net of classes';
/** Tolerance enough to tell one penalty from another by rows held out: a millionth of the loss. */
const roughly = 1e-4;

/** Class by class at each penalty: intercepts, and coefficients by class, then column. */
interface ClassPath {
  intercepts: Float64Array[];
  coefficients: Float64Array[];
}

/**
 * Logistic (two classes) or multinomial regression of least 1 / Σ w Σ -w ln probability + lambda (l1Ratio |b| +
 * (1 - l1Ratio) / 2 b²): quadratic approximations class by class, each by coordinate descent, warm along a path of
 * penalties. Friedman, Hastie & Tibshirani 2010, doi:10.18637/jss.v033.i01. The penalty by the cross-validated log loss
 * when left out; the model, of kind logistic, saves the `search`. Throws INVALID_INPUT as logistic regression does.
 */
export const fitElasticNetClasses: Fit<ElasticNetOptions> = (matrix, target, options) => {
  const { classes } = classesOf(target, matrix.rows, learner);
  const codes = target.kind === 'class' ? target.codes : new Int32Array();
  const { tolerance = 1e-6 } = options;
  const rough = Math.max(tolerance, roughly);
  const lambdas =
    options.lambda === undefined ? new ClassDescent(matrix, target, options, learner).path() : null;
  const search =
    lambdas === null
      ? null
      : searchPenalty(
          matrix,
          target,
          lambdas,
          (train, own, weights) => {
            const given = { ...options, ...(weights ? { weights } : {}) };
            const path = pathOf(new ClassDescent(train, own, given, learner), lambdas, rough);
            return { loss: (row, at) => lossAt(matrix, row, codes[row] as number, path, at, classes) };
          },
          options,
        );
  const lambda = options.lambda ?? search?.lambda ?? 0;
  checkNumber('lambda', lambda, 0);
  const before = lambdas?.filter((own) => own > lambda) ?? new Float64Array();
  const descent = new ClassDescent(matrix, target, options, learner);
  pathOf(descent, before, rough);
  const path = pathOf(descent, Float64Array.of(lambda), tolerance);
  options.onProgress?.(1);
  return loadLogistic({
    kind: 'logistic',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    classes,
    intercepts: path.intercepts.at(-1) as Float64Array,
    coefficients: path.coefficients.at(-1) as Float64Array,
    lambda,
    search,
  });
};

function pathOf(descent: ClassDescent, lambdas: Float64Array, tolerance: number): ClassPath {
  const path: ClassPath = { intercepts: [], coefficients: [] };
  for (const lambda of lambdas) {
    descent.settle(lambda, tolerance);
    const { intercepts, coefficients } = descent.inUnits();
    path.intercepts.push(intercepts);
    path.coefficients.push(coefficients);
  }
  return path;
}

function lossAt(
  { columns }: Matrix,
  row: number,
  code: number,
  path: ClassPath,
  at: number,
  classes: number,
): number {
  const scores = (path.intercepts[at] as Float64Array).slice();
  const coefficients = path.coefficients[at] as Float64Array;
  for (let column = 0; column < columns.length; column++) {
    const value = (columns[column] as Float64Array)[row] as number;
    for (let k = 0; k < scores.length; k++)
      scores[k] = (scores[k] as number) + value * (coefficients[k * columns.length + column] as number);
  }
  const all = classes === 2 ? Float64Array.of(0, scores[0] as number) : scores;
  const own = all[code] as number;
  return softmax(all) - own;
}
