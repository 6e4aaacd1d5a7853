import type { Matrix, Target } from '../../estimator.ts';
import type { TreeModel } from '../tree-model.ts';
import { leafOf } from '../tree-set.ts';
import { drawBag, type ForestJob, randomOfTree } from './forest-job.ts';

/**
 * How well rows are predicted by the trees whose bags they are not in: accuracy of classes, R² of numbers. Rows that are
 * in every bag do not count.
 */
export function outOfBagScore(
  job: ForestJob,
  model: TreeModel,
  matrix: Matrix,
  target: Target & { kind: 'number' | 'class' },
): number {
  const { trees, categoryBins } = model;
  const sums = new Float64Array(job.rows * job.width);
  const votes = new Uint32Array(job.rows);
  for (let tree = 0; tree < job.trees; tree++) {
    const bag = drawBag(job, randomOfTree(job.seed, tree));
    for (let row = 0; row < job.rows; row++) {
      if (bag[row] !== 0) continue;
      const leaf = leafOf(trees, categoryBins, trees.roots[tree] as number, matrix.columns, row);
      votes[row] = (votes[row] as number) + 1;
      for (let k = 0; k < job.width; k++)
        sums[row * job.width + k] =
          (sums[row * job.width + k] as number) + (trees.values[leaf * job.width + k] as number) * job.trees;
    }
  }
  const rows = Array.from(votes.keys()).filter((row) => (votes[row] as number) > 0);
  if (rows.length === 0) return Number.NaN;
  const mean = (row: number, k: number) => (sums[row * job.width + k] as number) / (votes[row] as number);
  if (target.kind === 'class') {
    const right = rows.filter((row) => {
      if (job.width === 1) return (mean(row, 0) > 0.5 ? 1 : 0) === target.codes[row];
      let best = 0;
      for (let k = 1; k < job.width; k++) if (mean(row, k) > mean(row, best)) best = k;
      return best === target.codes[row];
    });
    return right.length / rows.length;
  }
  const centre = rows.reduce((sum, row) => sum + (job.targets[row] as number), 0) / rows.length;
  let left = 0;
  let all = 0;
  for (const row of rows) {
    left += ((job.targets[row] as number) - mean(row, 0)) ** 2;
    all += ((job.targets[row] as number) - centre) ** 2;
  }
  return 1 - left / all;
}
