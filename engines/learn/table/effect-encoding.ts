import { seededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { codesIn, frequentLevels } from './category-encoding.ts';
import type { EffectPlan, EncodedPart, EncoderOptions } from './encoder-options.ts';
import type { CategoryColumn } from './feature-table.ts';
import { shuffled } from './splits.ts';

/** What of the target a level may raise: values, events, relevance, or each class (the last of two) as 0 and 1. */
export function responsesOf(target: Target): { names: string[]; values: Float64Array[] } {
  if (target.kind === 'number') return { names: [''], values: [target.values] };
  if (target.kind === 'survival') return { names: [''], values: [Float64Array.from(target.events)] };
  if (target.kind === 'ranking') return { names: [''], values: [target.relevance] };
  const classes = Array.from({ length: target.classes }, (_, code) => code);
  const kept = target.classes === 2 ? [1] : classes;
  return {
    names: target.classes === 2 ? [''] : kept.map((code) => ` of class ${code}`),
    values: kept.map((code) => Float64Array.from(target.codes, (own) => (own === code ? 1 : 0))),
  };
}

/** Smoothing does what pooling does for columns of their own; this only bounds what is saved. */
const mostLevels = 100_000;

type EffectOptions = Pick<EncoderOptions, 'smoothing' | 'folds' | 'seed'>;

/** Each level's mean response, drawn to the mean of all. */
export function planOfEffects(column: CategoryColumn, target: Target, options: EffectOptions): EffectPlan {
  const { levels } = frequentLevels(column, { rareBelow: 1, mostLevels });
  const { names, values } = responsesOf(target);
  const codes = codesIn({ levels, pooled: false }, column);
  const { prior, effects } = effectsOf(codes, levels.length, values, options.smoothing, null);
  return { plan: 'effect', name: column.name, levels, prior, effects, responses: names };
}

function effectsOf(
  codes: Int32Array,
  levels: number,
  responses: readonly Float64Array[],
  smoothing: number,
  without: { folds: Uint8Array; fold: number } | null,
): { prior: Float64Array; effects: Float64Array } {
  const width = responses.length;
  const counts = new Float64Array(levels);
  const sums = new Float64Array(levels * width);
  const prior = new Float64Array(width);
  let rows = 0;
  for (let row = 0; row < codes.length; row++) {
    if (without !== null && without.folds[row] === without.fold) continue;
    rows += 1;
    const code = codes[row] as number;
    if (code >= 0) counts[code] = (counts[code] as number) + 1;
    for (let at = 0; at < width; at++) {
      const value = responses[at]?.[row] as number;
      prior[at] = (prior[at] as number) + value;
      if (code >= 0) sums[code * width + at] = (sums[code * width + at] as number) + value;
    }
  }
  for (let at = 0; at < width; at++) prior[at] = rows > 0 ? (prior[at] as number) / rows : 0;
  for (let cell = 0; cell < sums.length; cell++) {
    const count = counts[Math.floor(cell / width)] as number;
    const drawn = (sums[cell] as number) + smoothing * (prior[cell % width] as number);
    sums[cell] = count + smoothing > 0 ? drawn / (count + smoothing) : (prior[cell % width] as number);
  }
  return { prior, effects: sums };
}

/** Missing and unseen levels get the mean of all. */
export function encodeEffects(plan: EffectPlan, column: CategoryColumn): EncodedPart {
  const codes = codesIn({ levels: plan.levels, pooled: false }, column);
  return partOf(plan, (row, at) => effectAt(codes[row] as number, at, plan), codes.length);
}

/** Rows of training: each from the effects of the folds it is not in, or it would see its own answer. */
export function encodeTrainingEffects(
  plan: EffectPlan,
  column: CategoryColumn,
  target: Target,
  { folds, smoothing, seed }: EffectOptions,
): EncodedPart {
  const codes = codesIn({ levels: plan.levels, pooled: false }, column);
  const { values } = responsesOf(target);
  const order = shuffled(codes.length, seededRandom(seed));
  const foldOf = new Uint8Array(codes.length);
  order.forEach((row, place) => {
    foldOf[row] = place % folds;
  });
  const byFold = Array.from({ length: folds }, (_, fold) =>
    effectsOf(codes, plan.levels.length, values, smoothing, { folds: foldOf, fold }),
  );
  return partOf(
    plan,
    (row, at) => effectAt(codes[row] as number, at, byFold[foldOf[row] as number] as Effects),
    codes.length,
  );
}

type Effects = Pick<EffectPlan, 'prior' | 'effects'>;

const effectAt = (code: number, at: number, { prior, effects }: Effects): number =>
  (code < 0 ? prior[at] : effects[code * prior.length + at]) as number;

const partOf = (
  { name, responses }: EffectPlan,
  value: (row: number, at: number) => number,
  rows: number,
): EncodedPart => ({
  names: responses.map((response) => `${name} (mean target${response})`),
  columns: responses.map((_, at) => Float64Array.from({ length: rows }, (_, row) => value(row, at))),
  categories: responses.map(() => 0),
  scalable: responses.map(() => true),
});
