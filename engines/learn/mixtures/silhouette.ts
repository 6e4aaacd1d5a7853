import { StromaError } from '@stroma/kernel';
import type { Matrix } from '../estimator.ts';
import { byRow } from '../linear/design.ts';

/** Distances grow with the square of the rows: past this, ask of a sample. */
export const mostSilhouetteRows = 20_000;

/**
 * How much nearer each row is to its own cluster than to the next, -1 to 1, and 0 for a cluster of one row. Euclidean.
 * Throws INVALID_INPUT for fewer than two clusters, and past `mostSilhouetteRows`. O(rows² · columns).
 * Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7.
 */
export function silhouette(matrix: Matrix, assigned: Int32Array, clusters: number): Float64Array {
  const { rows } = matrix;
  if (rows > mostSilhouetteRows)
    throw new StromaError(
      'INVALID_INPUT',
      `At most ${mostSilhouetteRows} rows can be compared with each other; ${rows} were given. Take a sample.`,
    );
  const counts = new Float64Array(clusters);
  for (const own of assigned) counts[own] = (counts[own] as number) + 1;
  if (counts.filter((count) => count > 0).length < 2)
    throw new StromaError('INVALID_INPUT', 'Rows of two clusters at least were expected; all are of one.');
  const width = matrix.columns.length;
  const values = byRow(matrix, 'The silhouette');
  const sums = new Float64Array(rows * clusters);
  for (let a = 0; a < rows; a++)
    for (let b = 0; b < a; b++) {
      let square = 0;
      for (let column = 0; column < width; column++)
        square += ((values[a * width + column] as number) - (values[b * width + column] as number)) ** 2;
      const distance = Math.sqrt(square);
      const [first, second] = [
        a * clusters + (assigned[b] as number),
        b * clusters + (assigned[a] as number),
      ];
      sums[first] = (sums[first] as number) + distance;
      sums[second] = (sums[second] as number) + distance;
    }
  return Float64Array.from(assigned, (own, row) => {
    if ((counts[own] as number) < 2) return 0;
    const inside = (sums[row * clusters + own] as number) / ((counts[own] as number) - 1);
    let outside = Infinity;
    for (let other = 0; other < clusters; other++)
      if (other !== own && (counts[other] as number) > 0)
        outside = Math.min(outside, (sums[row * clusters + other] as number) / (counts[other] as number));
    const most = Math.max(inside, outside);
    return most > 0 ? (outside - inside) / most : 0;
  });
}
