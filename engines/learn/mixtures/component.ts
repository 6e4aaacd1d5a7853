import { factor, logDeterminant } from '../linear/cholesky.ts';

/** A normal of some columns: covariances (columns x columns) or variances alone. */
export class Component {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly #lower: Float64Array;
  readonly #constant: number;
  readonly #scratch: Float64Array;

  constructor(mean: Float64Array, covariance: Float64Array) {
    const width = mean.length;
    this.mean = mean;
    this.covariance = covariance;
    this.#scratch = new Float64Array(width);
    const full = covariance.length === width * width && width > 1;
    if (full) {
      this.#lower = covariance.slice();
      factor(this.#lower, width, 1e-15);
    } else this.#lower = covariance.map(Math.sqrt);
    const logs = full
      ? logDeterminant(this.#lower, width)
      : this.#lower.reduce((sum, own) => sum + 2 * Math.log(own), 0);
    this.#constant = -(width * Math.log(2 * Math.PI) + logs) / 2;
  }

  /** Mean and covariance of rows by their weights, which sum to `share`. */
  static of(
    values: Float64Array,
    weights: Float64Array,
    width: number,
    covariance: 'full' | 'diagonal',
    leastVariance: number,
  ): { part: Component; share: number } {
    const mean = new Float64Array(width);
    // A component that no row is of would have no mean.
    let share = 10 * Number.EPSILON;
    for (let row = 0; row < weights.length; row++) {
      const weight = weights[row] as number;
      share += weight;
      for (let at = 0; at < width; at++)
        mean[at] = (mean[at] as number) + weight * (values[row * width + at] as number);
    }
    for (let at = 0; at < width; at++) mean[at] = (mean[at] as number) / share;
    const full = covariance === 'full' && width > 1;
    const spread = new Float64Array(full ? width * width : width);
    const apart = new Float64Array(width);
    for (let row = 0; row < weights.length; row++) {
      const weight = (weights[row] as number) / share;
      if (weight === 0) continue;
      for (let at = 0; at < width; at++)
        apart[at] = (values[row * width + at] as number) - (mean[at] as number);
      for (let i = 0; i < width; i++) {
        const own = weight * (apart[i] as number);
        if (!full) spread[i] = (spread[i] as number) + own * (apart[i] as number);
        else
          for (let j = 0; j <= i; j++)
            spread[i * width + j] = (spread[i * width + j] as number) + own * (apart[j] as number);
      }
    }
    for (let i = 0; i < width; i++) {
      const diagonal = full ? i * width + i : i;
      spread[diagonal] = (spread[diagonal] as number) + leastVariance;
      if (full) for (let j = 0; j < i; j++) spread[j * width + i] = spread[i * width + j] as number;
    }
    return { part: new Component(mean, spread), share };
  }

  logDensity(values: Float64Array, row: number): number {
    const width = this.mean.length;
    const lower = this.#lower;
    const full = lower.length > width;
    let square = 0;
    for (let i = 0; i < width; i++) {
      let sum = (values[row * width + i] as number) - (this.mean[i] as number);
      if (full)
        for (let j = 0; j < i; j++) sum -= (lower[i * width + j] as number) * (this.#scratch[j] as number);
      const pivot = lower[full ? i * width + i : i] as number;
      const own = pivot > 0 ? sum / pivot : 0;
      this.#scratch[i] = own;
      square += own * own;
    }
    return this.#constant - square / 2;
  }
}
