import { seededRandom } from '@stroma/kernel';
import type { Matrix, Target } from '../estimator.ts';
import { fitLeastSquares, type LinearModel, loadLinear } from '../linear/least-squares.ts';
import { fitLogistic, type LogisticModel, loadLogistic } from '../linear/logistic.ts';
import { shuffled } from '../table/splits.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import { outputsOf, takeOutputs } from './fold-fit.ts';
import type { Objective, TestedRows } from './objective.ts';
import { OutOfTime } from './time-limit.ts';

/** How predictions of members become one. `members` are places in the list it was fitted to. */
export type Combination =
  | { kind: 'blend'; members: number[]; weights: number[] }
  | { kind: 'stack'; members: number[]; model: LogisticModel | LinearModel };

const rounds = 16;
/** Members a round looks at, and rows it is judged by. */
const mostLookedAt = 12;
const mostRows = 3_000;
/** Losses that `chooseCombination` computes, about: each fold and all rows choose once. */
export const lossesOfChoice = (folds: number): number => (folds + 1) * rounds * mostLookedAt;
export function rowsOfChoice(rows: number, outputs: number): number {
  const own = Math.min(rows, mostRows);
  return own * drawsFor(own, outputs);
}

/**
 * Greedy choice with replacement: each round takes the member that makes the mean best. Caruana et al. 2004,
 * doi:10.1145/1015330.1015432. `predictions` are out of fold, rows x outputs of each member.
 */
export function greedyBlend(
  predictions: readonly Float64Array[],
  target: Target,
  objective: Objective,
  most: number,
): Combination {
  const losses = predictions.map((own) => objective.loss(target, own));
  const able = [...losses.keys()]
    .sort((a, b) => (losses[a] as number) - (losses[b] as number) || a - b)
    .slice(0, mostLookedAt);
  const counts = new Map<number, number>();
  const sum = new Float64Array(predictions[0]?.length ?? 0);
  const mean = new Float64Array(sum.length);
  let best = { loss: Number.POSITIVE_INFINITY, counts: new Map<number, number>() };
  for (let round = 1; round <= (most === 1 ? 1 : rounds); round++) {
    let chosen = { at: -1, loss: Number.POSITIVE_INFINITY };
    for (const at of able) {
      if (counts.size >= most && !counts.has(at)) continue;
      const own = predictions[at] as Float64Array;
      for (let cell = 0; cell < sum.length; cell++)
        mean[cell] = ((sum[cell] as number) + (own[cell] as number)) / round;
      const loss = objective.loss(target, mean);
      if (loss < chosen.loss) chosen = { at, loss };
    }
    if (chosen.at < 0) break;
    counts.set(chosen.at, (counts.get(chosen.at) ?? 0) + 1);
    const own = predictions[chosen.at] as Float64Array;
    for (let cell = 0; cell < sum.length; cell++) sum[cell] = (sum[cell] as number) + (own[cell] as number);
    if (chosen.loss < best.loss - 1e-12) best = { loss: chosen.loss, counts: new Map(counts) };
  }
  const members = [...best.counts.keys()].sort((a, b) => a - b);
  const total = members.reduce((all, at) => all + (best.counts.get(at) ?? 0), 0);
  return { kind: 'blend', members, weights: members.map((at) => (best.counts.get(at) ?? 0) / total) };
}

/** Draws of the rows that a blend is chosen for: the fewer rows, the more chance has its way with one choice. */
const drawsFor = (rows: number, outputs: number): number =>
  Math.max(1, Math.min(12, Math.round((2 * mostRows) / Math.max(1, rows * outputs))));

/**
 * The mean of greedy choices, each by rows drawn with replacement, cut to the heaviest `most` members. Which of nearly
 * equal members is best in few rows is chance: each draw finds others, and they share the weight. Caruana et al. 2004
 * draw members for the same end.
 */
export function sharedBlend(
  predictions: readonly Float64Array[],
  target: Target,
  objective: Objective,
  { most, seed, isLate = () => false }: { most: number; seed: number; isLate?: () => boolean },
): Combination {
  const rows = rowsOfTarget(target);
  const outputs = outputsOf(target);
  const draws = drawsFor(rows, outputs);
  if (most === 1 || draws === 1) return greedyBlend(predictions, target, objective, most);
  const shares = new Float64Array(predictions.length);
  for (let draw = 0; draw < draws && (draw === 0 || !isLate()); draw++) {
    const random = seededRandom(seed + draw);
    const drawn = Uint32Array.from({ length: rows }, () => random.whole(rows)).sort();
    const blend = greedyBlend(
      predictions.map((own) => takeOutputs(own, outputs, drawn)),
      takeTarget(target, drawn),
      objective,
      most,
    );
    if (blend.kind === 'blend')
      blend.members.forEach((at, place) => {
        shares[at] = (shares[at] as number) + (blend.weights[place] as number);
      });
  }
  const members = [...shares.keys()]
    .filter((at) => (shares[at] as number) > 0)
    .sort((a, b) => (shares[b] as number) - (shares[a] as number) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  const total = members.reduce((sum, at) => sum + (shares[at] as number), 0);
  return { kind: 'blend', members, weights: members.map((at) => (shares[at] as number) / total) };
}

/** A ridge or logistic regression on the members' predictions out of fold. Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1. */
export function fitStack(
  predictions: readonly Float64Array[],
  members: readonly number[],
  target: Target,
  seed: number,
  signal?: AbortSignal,
): Combination {
  const matrix = stackMatrix(
    members.map((at) => predictions[at] as Float64Array),
    target,
  );
  const options = { seed, l2: 3, standardise: false, ...(signal && { signal }) };
  const model =
    target.kind === 'class'
      ? (fitLogistic(matrix, target, options).save() as LogisticModel)
      : (fitLeastSquares(matrix, target, { ...options, l2: 1, standardise: true }).save() as LinearModel);
  return { kind: 'stack', members: [...members], model };
}

const stackMatrix = (predictions: readonly Float64Array[], target: Target): Matrix =>
  stackColumns(predictions, outputsOf(target));

/** Numbers as they are; probabilities as log odds, of two classes those of the second alone. */
function stackColumns(predictions: readonly Float64Array[], outputs: number): Matrix {
  const rows = (predictions[0]?.length ?? 0) / outputs;
  const columns: Float64Array[] = [];
  for (const own of predictions)
    for (let output = outputs === 2 ? 1 : 0; output < outputs; output++)
      columns.push(
        Float64Array.from({ length: rows }, (_, row) => {
          const value = own[row * outputs + output] as number;
          if (outputs === 1) return value;
          const kept = Math.min(0.995, Math.max(0.005, value));
          return Math.log(kept / (1 - kept));
        }),
      );
  return { rows, names: columns.map((_, at) => `m${at}`), columns, categories: columns.map(() => 0) };
}

/** `predictions` of the members alone, in their order. */
export function combine(
  combination: Combination,
  predictions: readonly Float64Array[],
  outputs: number,
): Float64Array {
  if (combination.kind === 'stack') {
    const { model } = combination;
    const matrix = stackColumns(predictions, outputs);
    return (model.kind === 'logistic' ? loadLogistic(model) : loadLinear(model)).predict(matrix);
  }
  const mean = new Float64Array(predictions[0]?.length ?? 0);
  predictions.forEach((own, at) => {
    const weight = combination.weights[at] as number;
    for (let cell = 0; cell < mean.length; cell++)
      mean[cell] = (mean[cell] as number) + weight * (own[cell] as number);
  });
  return mean;
}

const ways = ['blend', 'single', 'stack'] as const;
type Way = (typeof ways)[number];

export interface Chosen {
  combination: Combination;
  /** What each row gets from a combination that was fitted to the other folds. */
  outOfFold: Float64Array;
  /** Of each way of combining, out of fold. */
  losses: { way: Way; loss: number }[];
}

/** A stack of classes needs two of them. */
const canStack = (target: Target): boolean => target.kind !== 'class' || new Set(target.codes).size > 1;

/**
 * One model, a blend or a stack, whichever is best in folds that had no part in fitting it; of nearly equal ones the
 * blend. A stack that `signal` ends as OutOfTime is no choice; other reasons are thrown. Once it `isLate`, blends
 * are chosen by fewer draws.
 */
export function chooseCombination(
  predictions: readonly Float64Array[],
  { target, foldOf, folds }: TestedRows,
  objective: Objective,
  {
    seed,
    most,
    signal,
    isLate,
  }: { seed: number; most: number; signal?: AbortSignal; isLate?: () => boolean },
): Chosen {
  const outputs = outputsOf(target);
  let stacks = true;
  const stackOf = (own: readonly Float64Array[], blend: Combination, known: Target): Combination => {
    if (!stacks || blend.members.length < 2 || !canStack(known)) return blend;
    try {
      return fitStack(own, blend.members, known, seed, signal);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      stacks = false;
      return blend;
    }
  };
  const fitted = (own: readonly Float64Array[], known: Target): Record<Way, Combination> => {
    const losses = own.map((each) => objective.loss(known, each));
    const best = losses.indexOf(Math.min(...losses));
    const blend = sharedBlend(...sampled(own, known, seed), objective, {
      most,
      seed,
      ...(isLate && { isLate }),
    });
    return {
      single: { kind: 'blend', members: [best], weights: [1] },
      blend,
      stack: stackOf(own, blend, known),
    };
  };
  const outOfFold = Object.fromEntries(
    ways.map((way) => [way, new Float64Array(rowsOfTarget(target) * outputs)]),
  ) as Record<Way, Float64Array>;
  for (let fold = 0; fold < folds; fold++) {
    const test = rowsWhere(foldOf, (own) => own === fold);
    const train = rowsWhere(foldOf, (own) => own !== fold);
    const found = fitted(
      predictions.map((own) => takeOutputs(own, outputs, train)),
      takeTarget(target, train),
    );
    for (const way of ways) {
      const combined = combine(
        found[way],
        found[way].members.map((at) => takeOutputs(predictions[at] as Float64Array, outputs, test)),
        outputs,
      );
      test.forEach((row, at) => {
        outOfFold[way].set(combined.subarray(at * outputs, (at + 1) * outputs), row * outputs);
      });
    }
  }
  const whole = fitted(predictions, target);
  const tried = ways
    .filter((way) => way !== 'stack' || stacks)
    .map((way) => ({ way, outOfFold: outOfFold[way], loss: objective.loss(target, outOfFold[way]) }));
  // A blend stands unless another is clearly better, in few rows by more: it is the surest of them.
  const few = 1 / Math.sqrt(rowsOfTarget(target));
  const isClass = target.kind === 'class';
  const isClearlyLess = (own: number, kept: number) =>
    isClass ? own < kept * 0.995 - 0.1 * few : own < kept * (1 - Math.max(0.005, 0.3 * few));
  const best = tried.reduce((kept, own) => (isClearlyLess(own.loss, kept.loss) ? own : kept));
  return {
    combination: whole[best.way],
    outOfFold: best.outOfFold,
    losses: tried.map(({ way, loss }) => ({ way, loss })),
  };
}

function sampled(own: readonly Float64Array[], target: Target, seed: number): [Float64Array[], Target] {
  const rows = rowsOfTarget(target);
  if (rows <= mostRows) return [[...own], target];
  const drawn = shuffled(rows, seededRandom(seed)).slice(0, mostRows).sort();
  return [own.map((each) => takeOutputs(each, outputsOf(target), drawn)), takeTarget(target, drawn)];
}

const rowsWhere = (foldOf: Uint8Array, holds: (fold: number) => boolean): Uint32Array =>
  Uint32Array.from(foldOf.keys()).filter((row) => holds(foldOf[row] as number));
