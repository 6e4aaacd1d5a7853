/** Value at `at`, its gradient written into `gradient`. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

export interface MinimumOptions {
  /** Ends where no part of the gradient is larger, times the larger of 1 and the value. */
  tolerance?: number;
  iterations?: number;
  /** Steps remembered. */
  memory?: number;
  onStep?: (iteration: number) => void;
}

export interface Minimum {
  at: Float64Array;
  value: number;
  iterations: number;
  converged: boolean;
}

/**
 * Limited-memory BFGS with a line search to the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 7.4, 3.5 and
 * 3.6, doi:10.1007/978-0-387-40065-5). Ends, not converged, where no step makes the value less.
 */
export function minimise(objective: Objective, start: Float64Array, options: MinimumOptions = {}): Minimum {
  const { tolerance = 1e-8, iterations = 1_000, memory = 20, onStep } = options;
  const n = start.length;
  let at: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(n);
  let value = objective(at, gradient);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    onStep?.(iteration);
    if (largest(gradient) <= tolerance * Math.max(1, Math.abs(value)))
      return { at, value, iterations: iteration, converged: true };
    let direction: Float64Array = directionOf(pairs, gradient);
    if (dot(direction, gradient) >= 0) {
      pairs.length = 0;
      direction = gradient.map((own) => -own);
    }
    const first = pairs.length === 0 ? Math.min(1, 1 / norm(gradient)) : 1;
    const next = lineSearch(objective, at, value, gradient, direction, first);
    if (next === null) {
      if (pairs.length === 0) return { at, value, iterations: iteration, converged: false };
      pairs.length = 0;
      continue;
    }
    const step = next.at.map((own, index) => own - (at[index] as number));
    const change = next.gradient.map((own, index) => own - (gradient[index] as number));
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      pairs.push({ step, change, curvature });
      if (pairs.length > memory) pairs.shift();
    }
    ({ at, value, gradient } = next);
  }
  return { at, value, iterations, converged: false };
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  curvature: number;
}

interface Point {
  at: Float64Array;
  value: number;
  gradient: Float64Array;
  length: number;
  slope: number;
}

function directionOf(pairs: readonly Pair[], gradient: Float64Array): Float64Array {
  const q = gradient.map((own) => -own);
  const kept = new Float64Array(pairs.length);
  for (let index = pairs.length - 1; index >= 0; index--) {
    const { step, change, curvature } = pairs[index] as Pair;
    const share = dot(step, q) / curvature;
    kept[index] = share;
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) - share * (change[i] as number);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * scale;
  }
  pairs.forEach(({ step, change, curvature }, index) => {
    const share = (kept[index] as number) - dot(change, q) / curvature;
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) + share * (step[i] as number);
  });
  return q;
}

const enough = 1e-4;
const flat = 0.9;

function lineSearch(
  objective: Objective,
  from: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  first: number,
): Point | null {
  const slope = dot(gradient, direction);
  const pointAt = (length: number): Point => {
    const at = from.map((own, index) => own + length * (direction[index] as number));
    const own = new Float64Array(from.length);
    const found = objective(at, own);
    return { at, gradient: own, value: found, length, slope: dot(own, direction) };
  };
  const fell = (point: Point) => point.value <= value + enough * point.length * slope;
  let before: Point = { at: from, value, gradient: gradient.slice(), length: 0, slope };
  let length = first;
  for (let round = 0; round < 30; round++) {
    const point = pointAt(length);
    if (!(point.value < Infinity)) {
      length = (before.length + length) / 2;
      continue;
    }
    if (!fell(point) || (round > 0 && point.value >= before.value)) return zoom(before, point);
    if (Math.abs(point.slope) <= -flat * slope) return point;
    if (point.slope >= 0) return zoom(point, before);
    before = point;
    length *= 2;
  }
  return before.length > 0 ? before : null;

  function zoom(start: Point, end: Point): Point | null {
    let [low, high] = [start, end];
    for (let round = 0; round < 40; round++) {
      const point = pointAt(between(low, high));
      if (!fell(point) || !(point.value < low.value)) high = point;
      else {
        if (Math.abs(point.slope) <= -flat * slope) return point;
        if (point.slope * (high.length - low.length) >= 0) high = low;
        low = point;
      }
      if (Math.abs(high.length - low.length) <= 1e-14 * Math.max(1, low.length)) break;
    }
    return low.length > 0 && low.value < value ? low : null;
  }
}

/** The parabola's least point, kept from the ends. */
function between(low: Point, high: Point): number {
  const width = high.length - low.length;
  const bend = high.value - low.value - low.slope * width;
  const share = bend > 0 ? (-low.slope * width) / (2 * bend) : 0.5;
  return low.length + width * Math.min(0.9, Math.max(0.1, Number.isFinite(share) ? share : 0.5));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] as number));
  return most;
}
