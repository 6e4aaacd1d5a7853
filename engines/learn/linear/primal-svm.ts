import { factor, solveFactored } from './cholesky.ts';
import type { Design } from './design.ts';
import { crossProduct, towards } from './least-squares.ts';

/** A Newton step costs rows x columns²: past this the dual is quicker. */
const mostCost = 1e9;
const mostWidth = 600;

/** Whether `primalPlane` is the quicker way: many rows of few columns. */
export const isTall = ({ width }: Design, rows: number): boolean =>
  rows > 2 * width && width <= mostWidth && rows * width ** 2 <= mostCost;

/**
 * Least of b²/2 + cost Σ w max(0, 1 - y Xb)² by Newton's method on the rows inside the margin, with halved steps.
 * Chapelle 2007, doi:10.1162/neco.2007.19.5.1155. Ends where a step gains less than rounding.
 */
export function primalPlane(
  { width, values, weights }: Design,
  isPositive: Uint8Array,
  rows: Uint32Array,
  cost: number,
  signal?: AbortSignal,
): Float64Array {
  const n = rows.length;
  const taken = new Float64Array(n * width);
  rows.forEach((row, at) => {
    taken.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  const inside: Design = { rows: n, width, values: taken, weights: new Float64Array(n) };
  const costs = Float64Array.from(rows, (row) => 2 * cost * (weights[row] as number));
  const signs = Float64Array.from(rows, (row) => (isPositive[row] === 1 ? 1 : -1));
  let at = new Float64Array(width);
  let state = lookAt(at);
  for (let round = 0; round < 100; round++) {
    signal?.throwIfAborted();
    inside.weights.set(costs.map((own, row) => ((state.gaps[row] as number) > 0 ? own : 0)));
    const hessian = crossProduct(inside);
    for (let i = 0; i < width; i++) hessian[i * width + i] = (hessian[i * width + i] as number) + 1;
    factor(hessian, width, 1e-15);
    const pull = towards(
      inside,
      state.gaps.map((gap, row) => gap * (signs[row] as number)),
    );
    for (let i = 0; i < width; i++) pull[i] = (pull[i] as number) - (at[i] as number);
    const slope = pull.slice();
    const step = solveFactored(hessian, width, pull);
    const gain = step.reduce((sum, own, i) => sum + own * (slope[i] as number), 0);
    if (gain <= 1e-16 * Math.max(1, state.loss)) break;
    let length = 1;
    let next = at;
    let found = state;
    for (let half = 0; half < 40; half++, length /= 2) {
      next = at.map((own, i) => own + length * (step[i] as number));
      found = lookAt(next);
      if (found.loss <= state.loss - 1e-4 * length * gain) break;
    }
    if (!(found.loss < state.loss)) break;
    [at, state] = [next, found];
  }
  return at;

  function lookAt(point: Float64Array): { loss: number; gaps: Float64Array } {
    const gaps = new Float64Array(n);
    let loss = point.reduce((sum, own) => sum + own * own, 0) / 2;
    for (let row = 0; row < n; row++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += (taken[row * width + i] as number) * (point[i] as number);
      const gap = Math.max(0, 1 - (signs[row] as number) * sum);
      gaps[row] = gap;
      loss += ((costs[row] as number) * gap * gap) / 2;
    }
    return { loss, gaps };
  }
}
