import type { FitOptions, Matrix, Target } from '../estimator.ts';
import { foldsOf } from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';

export interface PenaltySearch {
  lambda: number;
  /** Descending. */
  lambdas: Float64Array;
  /** Mean loss of a row over the folds at each penalty, and its standard error. */
  errors: Float64Array;
  standardErrors: Float64Array;
}

export type PathFit = (
  matrix: Matrix,
  target: Target,
  weights: Float64Array | undefined,
) => {
  /** Loss of a row of the whole at each penalty. */
  loss: (row: number, at: number) => number;
};

/**
 * The penalty by cross-validation over one path: that of the least mean loss, or the largest within one standard error
 * of it.
 */
export function searchPenalty(
  matrix: Matrix,
  target: Target,
  lambdas: Float64Array,
  fitPath: PathFit,
  options: FitOptions & { folds?: number; choose?: 'least' | 'one-se' },
): PenaltySearch {
  const { folds = 5, choose = 'least', seed, onProgress, weights } = options;
  const plan =
    target.kind === 'class'
      ? ({ by: 'stratified', codes: target.codes } as const)
      : { by: 'random' as const };
  const foldOf = foldsOf(matrix.rows, plan, folds, seed);
  const means = Array.from({ length: folds }, (_, fold) => {
    onProgress?.(fold / (folds + 1));
    const rows = Uint32Array.from(foldOf.keys());
    const train = rows.filter((row) => foldOf[row] !== fold);
    const own = weights === undefined ? undefined : Float64Array.from(train, (row) => weights[row] as number);
    const { loss } = fitPath(takenRows(matrix, train), takeTarget(target, train), own);
    const losses = new Float64Array(lambdas.length);
    let total = 0;
    for (const row of rows) {
      if (foldOf[row] !== fold) continue;
      const weight = weights?.[row] ?? 1;
      total += weight;
      for (let at = 0; at < losses.length; at++) losses[at] = (losses[at] as number) + weight * loss(row, at);
    }
    return losses.map((own) => own / total);
  });
  const errors = lambdas.map((_, at) => means.reduce((sum, own) => sum + (own[at] as number) / folds, 0));
  const standardErrors = errors.map((mean, at) =>
    Math.sqrt(means.reduce((sum, own) => sum + ((own[at] as number) - mean) ** 2, 0) / (folds - 1) / folds),
  );
  const best = errors.indexOf(errors.reduce((a, b) => Math.min(a, b), Infinity));
  const bound = (errors[best] as number) + (choose === 'one-se' ? (standardErrors[best] as number) : 0);
  const chosen = errors.findIndex((own) => own <= bound);
  return { lambda: lambdas[chosen] as number, lambdas, errors, standardErrors };
}

const takenRows = (matrix: Matrix, rows: Uint32Array): Matrix => ({
  ...matrix,
  rows: rows.length,
  columns: matrix.columns.map((column) => Float64Array.from(rows, (row) => column[row] as number)),
});
