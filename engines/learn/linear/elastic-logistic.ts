import type { Fit, FitOptions, Matrix, Target } from '../estimator.ts';
import { largestPenalty, penaltyPath, pullsOfRows, settle } from './coordinate-descent.ts';
import { checkNumber, classesOf, type Design, designOf } from './design.ts';
import { checkRatio, columnsOf, type ElasticNetOptions } from './elastic-net.ts';
import { centred } from './least-squares.ts';
import { loadLogistic, softmax } from './logistic.ts';
import { searchPenalty } from './penalty-search.ts';

const learner = 'Elastic net of classes';
type Given = ElasticNetOptions & FitOptions;

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
  const lambdas = options.lambda === undefined ? new Sequence(matrix, target, options).path() : null;
  const search =
    lambdas === null
      ? null
      : searchPenalty(
          matrix,
          target,
          lambdas,
          (train, own, weights) => {
            const path = pathOf(
              new Sequence(train, own, { ...options, ...(weights ? { weights } : {}) }),
              lambdas,
            );
            return { loss: (row, at) => lossAt(matrix, row, codes[row] as number, path, at, classes) };
          },
          options,
        );
  const lambda = options.lambda ?? search?.lambda ?? 0;
  checkNumber('lambda', lambda, 0);
  const before = lambdas?.filter((own) => own > lambda) ?? new Float64Array();
  const path = pathOf(new Sequence(matrix, target, options), Float64Array.of(...before, lambda));
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

function pathOf(sequence: Sequence, lambdas: Float64Array): ClassPath {
  const path: ClassPath = { intercepts: [], coefficients: [] };
  for (const lambda of lambdas) {
    sequence.settle(lambda);
    const { intercepts, coefficients } = sequence.inUnits();
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
  for (let index = 0; index < coefficients.length; index++) {
    const own = coefficients[index] as number;
    if (own === 0) continue;
    const k = Math.floor(index / columns.length);
    scores[k] =
      (scores[k] as number) + own * ((columns[index % columns.length] as Float64Array)[row] as number);
  }
  const all = classes === 2 ? Float64Array.of(0, scores[0] as number) : scores;
  const own = all[code] as number;
  return softmax(all) - own;
}

const mostRounds = 200;
/** Times a column's factor of 0 it is 0 still, which infinity is not. */
const prohibitive = 1e300;
/** A bend below this would let one sure row move everything. */
const leastBend = 1e-5;

/** One fit after another, each begun where the last ended. Columns are standardised, the last is of ones. */
class Sequence {
  readonly #design: Design;
  readonly #columns: Float64Array[];
  readonly #codes: Int32Array;
  readonly #classes: number;
  readonly #outputs: number;
  readonly #shares: Float64Array;
  readonly #factors: Float64Array;
  readonly #centres: Float64Array;
  readonly #scales: Float64Array;
  readonly #coefficients: Float64Array[];
  /** Of each row by class; the first of two classes has 0. */
  readonly #scores: Float64Array[];
  readonly #options: Given;
  readonly #l1Ratio: number;

  constructor(matrix: Matrix, target: Target, options: Given) {
    const { l1Ratio = 0.5, standardise = true } = options;
    checkRatio(l1Ratio);
    const { codes, classes } = classesOf(target, matrix.rows, learner);
    this.#design = designOf(matrix, options, learner);
    const { rows, width, weights } = this.#design;
    const { centres, scales, total } = centred(this.#design);
    this.#columns = [...columnsOf(this.#design), new Float64Array(rows).fill(1)];
    this.#codes = codes;
    this.#classes = classes;
    this.#outputs = classes === 2 ? 1 : classes;
    this.#shares = weights.map((weight) => weight / total);
    this.#factors = Float64Array.from({ length: width + 1 }, (_, at) =>
      at === width ? 0 : standardise ? 1 : 1 / (scales[at] as number),
    );
    this.#centres = centres;
    this.#scales = scales;
    this.#options = options;
    this.#l1Ratio = l1Ratio;
    this.#coefficients = Array.from({ length: this.#outputs }, () => new Float64Array(width + 1));
    this.#scores = Array.from({ length: this.#outputs }, () => new Float64Array(rows));
  }

  path(): Float64Array {
    const { rows, width } = this.#design;
    const { path = 60, least = width > rows ? 1e-2 : 1e-3 } = this.#options;
    // Intercepts alone: the shares of the classes.
    this.settle(prohibitive);
    const largest = this.#coefficients.map((_, k) => {
      const apart = this.#chancesOf(k).map((own, row) => this.#isOf(row, k) - own);
      return largestPenalty(pullsOfRows(this.#columns, this.#shares, apart), {
        l1Ratio: this.#l1Ratio,
        factors: this.#factors,
      });
    });
    return penaltyPath(Math.max(...largest), path, least);
  }

  settle(lambda: number): void {
    const { tolerance = 1e-6, signal } = this.#options;
    for (let round = 0; round < mostRounds; round++) {
      signal?.throwIfAborted();
      const moved = this.#coefficients.map((_, k) => this.#improve(k, lambda));
      if (Math.max(...moved) <= tolerance) return;
    }
  }

  inUnits(): { intercepts: Float64Array; coefficients: Float64Array } {
    const { width } = this.#design;
    const coefficients = new Float64Array(this.#outputs * width);
    const intercepts = Float64Array.from(this.#coefficients, (own, k) => {
      let intercept = own[width] as number;
      for (let at = 0; at < width; at++) {
        const value = (own[at] as number) / (this.#scales[at] as number);
        coefficients[k * width + at] = value;
        intercept -= value * (this.#centres[at] as number);
      }
      return intercept;
    });
    return { intercepts, coefficients };
  }

  #isOf(row: number, k: number): number {
    return this.#codes[row] === (this.#outputs === 1 ? 1 : k) ? 1 : 0;
  }

  /** Chance of a class in each row. */
  #chancesOf(k: number): Float64Array {
    const scores = new Float64Array(this.#classes);
    return Float64Array.from(this.#codes, (_, row) => {
      scores.fill(0);
      this.#scores.forEach((own, at) => {
        scores[this.#outputs === 1 ? 1 : at] = own[row] as number;
      });
      softmax(scores);
      return scores[this.#outputs === 1 ? 1 : k] as number;
    });
  }

  /** One class's quadratic made least; the step halved until the whole is no worse. Returns the largest move. */
  #improve(k: number, lambda: number): number {
    const own = this.#coefficients[k] as Float64Array;
    const before = own.slice();
    const chances = this.#chancesOf(k);
    const bends = chances.map((chance) => Math.max(leastBend, chance * (1 - chance)));
    const residual = chances.map((chance, row) => (this.#isOf(row, k) - chance) / (bends[row] as number));
    const shares = bends.map((bend, row) => bend * (this.#shares[row] as number));
    const start = this.#value(lambda);
    const pulls = pullsOfRows(this.#columns, shares, residual);
    const penalty = { lambda, l1Ratio: this.#l1Ratio, factors: this.#factors };
    settle(own, pulls, penalty, (this.#options.tolerance ?? 1e-6) / 10, this.#options.signal);
    const wanted = own.slice();
    for (let length = 1; length > 1e-6; length /= 2) {
      for (let at = 0; at < own.length; at++)
        own[at] = (before[at] as number) + length * ((wanted[at] as number) - (before[at] as number));
      this.#score(k);
      if (this.#value(lambda) <= start + 1e-15) break;
    }
    return own.reduce((most, value, at) => Math.max(most, Math.abs(value - (before[at] as number))), 0);
  }

  #score(k: number): void {
    const scores = (this.#scores[k] as Float64Array).fill(0);
    (this.#coefficients[k] as Float64Array).forEach((value, at) => {
      if (value === 0) return;
      const column = this.#columns[at] as Float64Array;
      for (let row = 0; row < scores.length; row++)
        scores[row] = (scores[row] as number) + value * (column[row] as number);
    });
  }

  /** What is made least. */
  #value(lambda: number): number {
    const scores = new Float64Array(this.#classes);
    let value = 0;
    for (let row = 0; row < this.#codes.length; row++) {
      scores.fill(0);
      this.#scores.forEach((own, at) => {
        scores[this.#outputs === 1 ? 1 : at] = own[row] as number;
      });
      const own = scores[this.#codes[row] as number] as number;
      value += (this.#shares[row] as number) * (softmax(scores) - own);
    }
    for (const own of this.#coefficients)
      own.forEach((coefficient, at) => {
        const size = Math.abs(coefficient) * (this.#factors[at] as number);
        if (size > 0) value += lambda * (this.#l1Ratio * size + ((1 - this.#l1Ratio) / 2) * size * size);
      });
    return value;
  }
}
