export interface MachineProblem {
  /** By row. */
  values: Float64Array;
  width: number;
  isPositive: Uint8Array;
  /** Of each row, the most it may count. */
  costs: Float64Array;
  gamma: number;
  tolerance: number;
  signal?: AbortSignal;
}

/** Bytes of kernel rows that are kept. */
const mostKept = 2 ** 28;
const tiny = 1e-12;

/**
 * The dual of a support vector machine, two rows at a time: of those that may move the one that breaks its condition
 * most, and the one with which most is gained. Ends where none breaks it by more than `tolerance`. `shares` are the
 * signed multipliers.
 */
export function supportVectors(problem: MachineProblem): { shares: Float64Array; intercept: number } {
  const { isPositive, costs, tolerance, signal } = problem;
  const n = isPositive.length;
  const sign = Float64Array.from(isPositive, (own) => (own === 1 ? 1 : -1));
  const kernel = new Kernel(problem);
  const alphas = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  const mayRise = (row: number) =>
    sign[row] === 1 ? (alphas[row] as number) < (costs[row] as number) : (alphas[row] as number) > 0;
  const mayFall = (row: number) =>
    sign[row] === 1 ? (alphas[row] as number) > 0 : (alphas[row] as number) < (costs[row] as number);
  const mostRounds = Math.max(1e6, 100 * n);
  for (let round = 0; round < mostRounds; round++) {
    if (round % 1000 === 0) signal?.throwIfAborted();
    let [first, highest] = [-1, -Infinity];
    for (let row = 0; row < n; row++) {
      const pull = -(sign[row] as number) * (gradient[row] as number);
      if (pull > highest && mayRise(row)) [first, highest] = [row, pull];
    }
    if (first < 0) break;
    const near = kernel.row(first);
    let [second, best, lowest] = [-1, 0, Infinity];
    for (let row = 0; row < n; row++) {
      if (!mayFall(row)) continue;
      const pull = -(sign[row] as number) * (gradient[row] as number);
      if (pull < lowest) lowest = pull;
      const gap = highest - pull;
      if (gap <= 0) continue;
      const gain = (gap * gap) / Math.max(tiny, 2 - 2 * (near[row] as number));
      if (gain > best) [second, best] = [row, gain];
    }
    if (second < 0 || highest - lowest < tolerance) break;
    move(first, second, near);
  }
  return { shares: alphas.map((alpha, row) => alpha * (sign[row] as number)), intercept: intercept() };

  function move(i: number, j: number, nearFirst: Float64Array): void {
    const [yi, yj] = [sign[i] as number, sign[j] as number];
    const [before, other] = [alphas[i] as number, alphas[j] as number];
    const [mostFirst, mostSecond] = [costs[i] as number, costs[j] as number];
    const bend = Math.max(tiny, 2 - 2 * (nearFirst[j] as number));
    // Along the line that keeps the signed sum, in units of the first.
    const step = (-yi * (gradient[i] as number) + yj * (gradient[j] as number)) / bend;
    const roomFirst = yi === 1 ? mostFirst - before : before;
    const roomSecond = yj === 1 ? other : mostSecond - other;
    const length = Math.min(step, roomFirst, roomSecond);
    // At its bound exactly, or rounding would leave it a little room for ever.
    alphas[i] = length === roomFirst ? (yi === 1 ? mostFirst : 0) : before + yi * length;
    alphas[j] = length === roomSecond ? (yj === 1 ? 0 : mostSecond) : other - yj * length;
    const nearSecond = kernel.row(j);
    const changeFirst = yi * ((alphas[i] as number) - before);
    const changeSecond = yj * ((alphas[j] as number) - other);
    for (let row = 0; row < n; row++)
      gradient[row] =
        (gradient[row] as number) +
        (sign[row] as number) *
          (changeFirst * (nearFirst[row] as number) + changeSecond * (nearSecond[row] as number));
  }

  /** Mean over the rows that lie on the margin, else the middle of where it may lie. */
  function intercept(): number {
    let [low, high, sum, free] = [-Infinity, Infinity, 0, 0];
    for (let row = 0; row < n; row++) {
      if ((costs[row] as number) === 0) continue;
      const pull = -(sign[row] as number) * (gradient[row] as number);
      const [rise, fall] = [mayRise(row), mayFall(row)];
      if (rise && fall) {
        sum += pull;
        free += 1;
      } else if (rise) low = Math.max(low, pull);
      else high = Math.min(high, pull);
    }
    return free > 0 ? sum / free : (low + high) / 2;
  }
}

/** Rows of exp(-gamma d²), the latest asked kept. */
class Kernel {
  readonly #problem: MachineProblem;
  readonly #kept = new Map<number, Float64Array>();
  readonly #most: number;

  constructor(problem: MachineProblem) {
    this.#problem = problem;
    this.#most = Math.max(2, Math.floor(mostKept / (8 * problem.isPositive.length)));
  }

  row(at: number): Float64Array {
    const known = this.#kept.get(at);
    if (known !== undefined) {
      if (this.#kept.size === this.#most) {
        this.#kept.delete(at);
        this.#kept.set(at, known);
      }
      return known;
    }
    const { values, width, gamma, isPositive } = this.#problem;
    const found = new Float64Array(isPositive.length);
    for (let row = 0; row < found.length; row++) {
      let square = 0;
      for (let column = 0; column < width; column++)
        square += ((values[at * width + column] as number) - (values[row * width + column] as number)) ** 2;
      found[row] = Math.exp(-gamma * square);
    }
    if (this.#kept.size >= this.#most) this.#kept.delete(this.#kept.keys().next().value as number);
    this.#kept.set(at, found);
    return found;
  }
}
