import { foldsOf } from '../table/splits.ts';
import { sigmoid, softplus } from './logistic.ts';

/** Probability of the positive class at a decision value f: 1 / (1 + exp(slope f + offset)). */
export interface Platt {
  slope: number;
  offset: number;
}

export const probabilityAt = ({ slope, offset }: Platt, decision: number): number =>
  sigmoid(-(slope * decision + offset));

/**
 * The sigmoid that fits decision values to their classes, targets drawn in from 0 and 1 by the counts. Platt 1999, by
 * Newton's method with backtracking of Lin, Lin & Weng 2007, doi:10.1007/s10994-007-5018-6.
 */
export function fitPlatt(decisions: Float64Array, isPositive: Uint8Array, weights: Float64Array): Platt {
  let [positive, negative] = [0, 0];
  isPositive.forEach((own, row) => {
    if (own === 1) positive += weights[row] as number;
    else negative += weights[row] as number;
  });
  const [high, low] = [(positive + 1) / (positive + 2), 1 / (negative + 2)];
  const wanted = Float64Array.from(isPositive, (own) => (own === 1 ? high : low));
  const lossOf = (slope: number, offset: number) =>
    decisions.reduce((sum, decision, row) => {
      const at = slope * decision + offset;
      return sum + (weights[row] as number) * (softplus(-at) + (wanted[row] as number) * at);
    }, 0);
  let [slope, offset] = [0, Math.log((negative + 1) / (positive + 1))];
  let loss = lossOf(slope, offset);
  for (let round = 0; round < 100; round++) {
    let [h11, h22, h21, g1, g2] = [1e-12, 1e-12, 0, 0, 0];
    decisions.forEach((decision, row) => {
      const p = sigmoid(-(slope * decision + offset));
      const weight = weights[row] as number;
      const bend = weight * p * (1 - p);
      const pull = weight * ((wanted[row] as number) - p);
      h11 += decision * decision * bend;
      h22 += bend;
      h21 += decision * bend;
      g1 += decision * pull;
      g2 += pull;
    });
    if (Math.abs(g1) < 1e-7 && Math.abs(g2) < 1e-7) break;
    const determinant = h11 * h22 - h21 * h21;
    const [a, b] = [-(h22 * g1 - h21 * g2) / determinant, -(h11 * g2 - h21 * g1) / determinant];
    const descent = g1 * a + g2 * b;
    let step = 1;
    for (; step >= 1e-10; step /= 2) {
      const next = lossOf(slope + step * a, offset + step * b);
      if (next >= loss + 1e-4 * step * descent) continue;
      [slope, offset, loss] = [slope + step * a, offset + step * b, next];
      break;
    }
    if (step < 1e-10) break;
  }
  return { slope, offset };
}

/** Rows of a matrix for which something else decides than what was fitted to them. */
export type Decide = (train: Uint32Array, test: Uint32Array) => Float64Array;

const folds = 5;

/**
 * Decision values of each row from the rows of the other folds, stratified; of all rows at once where a class has too
 * few for folds.
 */
export function outOfFold(isPositive: Uint8Array, seed: number, decide: Decide): Float64Array {
  const all = Uint32Array.from(isPositive.keys());
  const positive = isPositive.reduce((sum, own) => sum + own, 0);
  if (Math.min(positive, isPositive.length - positive) < folds) return decide(all, all);
  const foldOf = foldsOf(all.length, { by: 'stratified', codes: Int32Array.from(isPositive) }, folds, seed);
  const decisions = new Float64Array(all.length);
  for (let fold = 0; fold < folds; fold++) {
    const test = all.filter((row) => foldOf[row] === fold);
    const found = decide(
      all.filter((row) => foldOf[row] !== fold),
      test,
    );
    test.forEach((row, at) => {
      decisions[row] = found[at] as number;
    });
  }
  return decisions;
}
