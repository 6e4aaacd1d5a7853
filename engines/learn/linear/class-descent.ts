import type { FitOptions, Matrix, Target } from '../estimator.ts';
import { ClassScores } from './class-scores.ts';
import { largestPenalty, penaltyPath, pullsOfRows, settle } from './coordinate-descent.ts';
import { classesOf, type Design, designOf } from './design.ts';
import { checkRatio, columnsOf, type ElasticNetOptions } from './elastic-net.ts';
import { centred } from './least-squares.ts';

type Given = ElasticNetOptions & FitOptions;

const mostRounds = 200;
/** Times a column's factor of 0 it is 0 still, which infinity is not. */
const prohibitive = 1e300;
/** A bend below this would let one sure row move everything. */
const leastBend = 1e-5;

/** One fit after another, each begun where the last ended. Columns are standardised, the last is of ones. */
export class ClassDescent {
  readonly #design: Design;
  readonly #columns: Float64Array[];
  readonly #codes: Int32Array;
  readonly #outputs: number;
  readonly #shares: Float64Array;
  readonly #factors: Float64Array;
  readonly #centres: Float64Array;
  readonly #scales: Float64Array;
  readonly #coefficients: Float64Array[];
  /** The first of two classes has 0. */
  readonly #scores: ClassScores;
  readonly #options: Given;
  readonly #l1Ratio: number;

  constructor(matrix: Matrix, target: Target, options: Given, learner: string) {
    const { l1Ratio = 0.5, standardise = true } = options;
    checkRatio(l1Ratio);
    const { codes, classes } = classesOf(target, matrix.rows, learner);
    this.#design = designOf(matrix, options, learner);
    const { rows, width, weights } = this.#design;
    const { centres, scales, total } = centred(this.#design);
    this.#columns = [...columnsOf(this.#design), new Float64Array(rows).fill(1)];
    this.#codes = codes;
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
    this.#scores = new ClassScores(codes, classes, this.#shares);
  }

  path(): Float64Array {
    const { rows, width } = this.#design;
    const { path = 60, least = width > rows ? 1e-2 : 1e-3 } = this.#options;
    // Intercepts alone: the shares of the classes.
    this.settle(prohibitive);
    const largest = this.#coefficients.map((_, k) => {
      const own = this.#classOf(k);
      const apart = this.#scores
        .chances(own, this.#scores.rest(own))
        .map((chance, row) => (this.#codes[row] === own ? 1 : 0) - chance);
      return largestPenalty(pullsOfRows(this.#columns, this.#shares, apart), {
        l1Ratio: this.#l1Ratio,
        factors: this.#factors,
      });
    });
    return penaltyPath(Math.max(...largest), path, least);
  }

  /** Ends where a round moves nothing by more than the tolerance, or makes the whole less by next to nothing of itself. */
  settle(lambda: number, tolerance = this.#options.tolerance ?? 1e-6): void {
    const { signal } = this.#options;
    this.#rescore();
    let still = 1e-2;
    const own = this.#classOf(0);
    const none = new Float64Array(this.#codes.length);
    let value = this.#scores.loss(own, this.#scores.rest(own), none, 0) + this.#penaltyOf(lambda);
    for (let round = 0; round < mostRounds; round++) {
      let most = 0;
      const before = value;
      for (let k = 0; k < this.#outputs; k++) {
        signal?.throwIfAborted();
        const improved = this.#improve(k, lambda, Math.max(still, tolerance / 10), value);
        most = Math.max(most, improved.moved);
        value = improved.value;
      }
      if (most <= tolerance || before - value <= tolerance ** 1.5 * Math.abs(value)) return;
      // Far from the end no class is worth more than a rough look.
      still = Math.min(still, most / 10);
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

  #classOf(k: number): number {
    return this.#outputs === 1 ? 1 : k;
  }

  /** One class's quadratic made least; the step halved until the whole is no worse. */
  #improve(k: number, lambda: number, still: number, start: number): { moved: number; value: number } {
    const coefficients = this.#coefficients[k] as Float64Array;
    const before = coefficients.slice();
    const own = this.#classOf(k);
    const rest = this.#scores.rest(own);
    const bends = this.#scores.chances(own, rest);
    const residual = new Float64Array(bends.length);
    for (let row = 0; row < bends.length; row++) {
      const chance = bends[row] as number;
      const bend = Math.max(leastBend, chance * (1 - chance));
      residual[row] = ((this.#codes[row] === own ? 1 : 0) - chance) / bend;
      bends[row] = bend;
    }
    const step = residual.slice();
    const shares = bends.map((bend, row) => bend * (this.#shares[row] as number));
    const pulls = pullsOfRows(this.#columns, shares, residual);
    const penalty = { lambda, l1Ratio: this.#l1Ratio, factors: this.#factors };
    settle(coefficients, pulls, penalty, still, this.#options.signal);
    // What the moves took from the residual they gave to the scores.
    for (let row = 0; row < step.length; row++) step[row] = (step[row] as number) - (residual[row] as number);
    const wanted = coefficients.slice();
    for (let length = 1; length > 1e-6; length /= 2) {
      for (let at = 0; at < wanted.length; at++)
        coefficients[at] =
          length === 1
            ? (wanted[at] as number)
            : (before[at] as number) + length * ((wanted[at] as number) - (before[at] as number));
      const value = this.#scores.loss(own, rest, step, length) + this.#penaltyOf(lambda);
      if (!(value <= start + 1e-15)) continue;
      this.#scores.move(own, rest, step, length);
      const moved = coefficients.reduce(
        (most, after, at) => Math.max(most, Math.abs(after - (before[at] as number))),
        0,
      );
      return { moved, value };
    }
    coefficients.set(before);
    return { moved: 0, value: start };
  }

  #rescore(): void {
    this.#scores.set((own, scores) => {
      const k = this.#outputs === 1 ? own - 1 : own;
      this.#coefficients[k]?.forEach((value, at) => {
        if (value === 0) return;
        const column = this.#columns[at] as Float64Array;
        for (let row = 0; row < scores.length; row++)
          scores[row] = (scores[row] as number) + value * (column[row] as number);
      });
    });
  }

  #penaltyOf(lambda: number): number {
    let sum = 0;
    for (const own of this.#coefficients)
      for (let at = 0; at < own.length; at++) {
        const size = Math.abs(own[at] as number) * (this.#factors[at] as number);
        if (size > 0) sum += lambda * (this.#l1Ratio * size + ((1 - this.#l1Ratio) / 2) * size * size);
      }
    return sum;
  }
}
