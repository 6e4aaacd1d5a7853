export interface MachineProblem {
  /** By row. */
  values: Float64Array;
  width: number;
  /** 1 or -1 of each multiplier; those past the rows are of the same rows once more. */
  signs: Float64Array;
  /** What each multiplier is pulled by at 0: -1 for classes. */
  linear: Float64Array;
  /** The most each may be. */
  costs: Float64Array;
  gamma: number;
  tolerance: number;
  memoryLimitBytes?: number;
  signal?: AbortSignal;
}

/** Bytes of kernel rows that are kept, at most, and of what learning may take. */
const mostKept = 2 ** 28;
const shareKept = 0.5;
const tiny = 1e-12;
/** Some milliseconds. */
const stepsBetweenLooks = 2e6;

/**
 * The dual of a support vector machine, two multipliers at a time: of those that may move the one that breaks its
 * condition most, and the one with which most is gained. Ends where none breaks it by more than `tolerance`. `shares`
 * are the signed multipliers, of each row.
 */
export function supportVectors(problem: MachineProblem): { shares: Float64Array; intercept: number } {
  const { signs: sign, costs, tolerance, signal } = problem;
  const n = sign.length;
  const rows = problem.values.length / problem.width;
  const kernel = new Kernel(problem, rows);
  const rowOf = (at: number) => (at < rows ? at : at - rows);
  const alphas = new Float64Array(n);
  const gradient = problem.linear.slice();
  const mayRise = (row: number) =>
    sign[row] === 1 ? (alphas[row] as number) < (costs[row] as number) : (alphas[row] as number) > 0;
  const mayFall = (row: number) =>
    sign[row] === 1 ? (alphas[row] as number) > 0 : (alphas[row] as number) < (costs[row] as number);
  const mostRounds = Math.max(1e6, 100 * n);
  // A round that reckons a row of the kernel takes about as many steps.
  const looked = Math.max(1, Math.min(1000, Math.floor(stepsBetweenLooks / (rows * problem.width))));
  for (let round = 0; round < mostRounds; round++) {
    if (round % looked === 0) signal?.throwIfAborted();
    let [first, highest] = [-1, -Infinity];
    for (let row = 0; row < n; row++) {
      const pull = -(sign[row] as number) * (gradient[row] as number);
      if (pull > highest && mayRise(row)) [first, highest] = [row, pull];
    }
    if (first < 0) break;
    const near = kernel.row(rowOf(first));
    let [second, best, lowest] = [-1, 0, Infinity];
    for (let row = 0; row < n; row++) {
      if (!mayFall(row)) continue;
      const pull = -(sign[row] as number) * (gradient[row] as number);
      if (pull < lowest) lowest = pull;
      const gap = highest - pull;
      if (gap <= 0) continue;
      const gain = (gap * gap) / Math.max(tiny, 2 - 2 * (near[rowOf(row)] as number));
      if (gain > best) [second, best] = [row, gain];
    }
    if (second < 0 || highest - lowest < tolerance) break;
    move(first, second, near);
  }
  const shares = new Float64Array(rows);
  alphas.forEach((alpha, at) => {
    shares[rowOf(at)] = (shares[rowOf(at)] as number) + alpha * (sign[at] as number);
  });
  return { shares, intercept: intercept() };

  function move(i: number, j: number, nearFirst: Float64Array): void {
    const [yi, yj] = [sign[i] as number, sign[j] as number];
    const [before, other] = [alphas[i] as number, alphas[j] as number];
    const [mostFirst, mostSecond] = [costs[i] as number, costs[j] as number];
    const bend = Math.max(tiny, 2 - 2 * (nearFirst[rowOf(j)] as number));
    // Along the line that keeps the signed sum, in units of the first.
    const step = (-yi * (gradient[i] as number) + yj * (gradient[j] as number)) / bend;
    const roomFirst = yi === 1 ? mostFirst - before : before;
    const roomSecond = yj === 1 ? other : mostSecond - other;
    const length = Math.min(step, roomFirst, roomSecond);
    // At its bound exactly, or rounding would leave it a little room for ever.
    alphas[i] = length === roomFirst ? (yi === 1 ? mostFirst : 0) : before + yi * length;
    alphas[j] = length === roomSecond ? (yj === 1 ? 0 : mostSecond) : other - yj * length;
    const nearSecond = kernel.row(rowOf(j));
    const changeFirst = yi * ((alphas[i] as number) - before);
    const changeSecond = yj * ((alphas[j] as number) - other);
    for (let row = 0; row < n; row++)
      gradient[row] =
        (gradient[row] as number) +
        (sign[row] as number) *
          (changeFirst * (nearFirst[rowOf(row)] as number) +
            changeSecond * (nearSecond[rowOf(row)] as number));
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
  readonly #rows: number;
  readonly #most: number;

  constructor(problem: MachineProblem, rows: number) {
    this.#problem = problem;
    this.#rows = rows;
    const kept = Math.min(mostKept, shareKept * (problem.memoryLimitBytes ?? Number.POSITIVE_INFINITY));
    this.#most = Math.max(2, Math.floor(kept / (8 * rows)));
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
    const { values, width, gamma } = this.#problem;
    const found = new Float64Array(this.#rows);
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
