import { seededRandom } from '@stroma/kernel';
import { shuffled } from '../table/splits.ts';
import { firstBudget } from './network-families.ts';

/** So many rows of a fold a first look takes. */
const firstRows = 500;
const rowGrowth = 4;

export interface Stage {
  folds: number;
  /** Of each fold the rows fitted to. */
  train: Uint32Array[];
  /** Of what learners that know a budget are asked for. */
  budget: number;
}

/** Of each fold so many rows, in their order. */
export const drawnFrom = (train: readonly Uint32Array[], size: number, seed: number): Uint32Array[] =>
  train.map((own) =>
    Uint32Array.from(
      shuffled(own.length, seededRandom(seed)).slice(0, size),
      (at) => own[at] as number,
    ).sort(),
  );

/** Few rows and folds first; then four times the rows; all rows and folds last. */
export function stagesOf(train: Uint32Array[], seed: number): Stage[] {
  const rows = Math.min(...train.map((own) => own.length));
  const stages: Stage[] = [];
  for (let size = firstRows; size * 1.5 < rows; size *= rowGrowth)
    stages.push({ folds: 1, train: drawnFrom(train, size, seed), budget: firstBudget });
  if (stages.length === 0) stages.push({ folds: Math.min(2, train.length), train, budget: firstBudget });
  stages.push({ folds: train.length, train, budget: 1 });
  return stages;
}
