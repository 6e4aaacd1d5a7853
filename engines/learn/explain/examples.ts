import { StromaError } from '@stroma/kernel';
import { median } from '@stroma/stats';
import type { Matrix } from '../estimator.ts';
import { factor } from '../linear/cholesky.ts';
import { checkSameColumns } from '../trees/checks.ts';
import type { TreeModel } from '../trees/tree-model.ts';
import { leafOf } from '../trees/tree-set.ts';
import { checkAlike, checkCells, checkRow, checkSomeRows, checkWhole } from './predicting.ts';
import { leastOf, RowDistance, rowOf } from './row-distance.ts';

export interface Example {
  /** Of the data. */
  row: number;
  /** 1 for a row the model takes for the same, 0 for one it does not hold alike at all. */
  similarity: number;
}

/**
 * Training rows that a model of trees holds most alike to a row: share of the trees in which both come to the same leaf
 * (Breiman 2001, doi:10.1023/A:1010933404324). Most alike first, equal ones by row. O(data rows · trees · depth). Throws
 * INVALID_INPUT for other columns than the model's and a row that is not there.
 */
export function alikeByTrees(
  model: TreeModel,
  matrix: Matrix,
  { row, data, count = 5 }: { row: number; data: Matrix; count?: number },
): Example[] {
  checkSameColumns(model, matrix);
  checkSameColumns(model, data);
  checkRow(matrix, row);
  const { trees, categoryBins } = model;
  const apart = new Float64Array(data.rows).fill(1);
  const number = trees.outputs.length;
  for (let tree = 0; tree < number; tree++) {
    const root = trees.roots[tree] as number;
    const own = leafOf(trees, categoryBins, root, matrix.columns, row);
    for (let at = 0; at < data.rows; at++)
      if (leafOf(trees, categoryBins, root, data.columns, at) === own)
        apart[at] = (apart[at] as number) - 1 / number;
  }
  return leastOf(apart, count).map((at) => ({
    row: at,
    similarity: Math.max(0, Math.round((1 - (apart[at] as number)) * number) / number),
  }));
}

/**
 * Training rows nearest to a row, by columns: differences of numbers in spreads of the data, 1 for another category,
 * each times the column's weight (as its mean |SHAP|, so that what the model does not look at does not count; all 1 unless said).
 * `similarity` is 1 / (1 + distance). O(data rows · columns). Throws INVALID_INPUT for other columns or weights below 0.
 */
export function alikeByColumns(
  matrix: Matrix,
  { row, data, count = 5, weights }: { row: number; data: Matrix; count?: number; weights?: Float64Array },
): Example[] {
  checkAlike(matrix, data, 'The data');
  checkRow(matrix, row);
  if (weights !== undefined && (weights.length !== matrix.names.length || !weights.every((own) => own >= 0)))
    throw new StromaError(
      'INVALID_INPUT',
      `A weight of 0 or more was expected for each of ${matrix.names.length} columns; ${weights.length} were given, the least ${Math.min(...weights)}.`,
    );
  const away = new RowDistance(data, weights ?? null).toEach(rowOf(matrix, row), data);
  return leastOf(away, count).map((at) => ({ row: at, similarity: 1 / (1 + (away[at] as number)) }));
}

export interface Prototypes {
  /** Rows that stand for the data, the one that tells most first, and the share of rows nearest to each. */
  prototypes: { row: number; share: number }[];
  /** Rows that the prototypes stand for least. */
  criticisms: { row: number; witness: number }[];
  /** Squared distance of the prototypes' distribution from that of the data (maximum mean discrepancy); 0 is the same. */
  discrepancy: number;
}

/** The kernel of all pairs is held, and every pair of values compared for it. */
const mostPrototypeRows = 2000;
const mostDifferences = 1_000_000_000;

/**
 * Rows that stand for the data, and rows they do not stand for: MMD-critic. Kim, Khanna & Koyejo 2016 (NeurIPS 29): both are
 * chosen one by one, prototypes by how near their distribution comes to the data's, criticisms by how much the two differ
 * there, unlike each other (log determinant). The kernel is exp(-distance / median distance), distance as in
 * `alikeByColumns`. O(rows² · columns). Throws INVALID_INPUT for more of them than rows, UNPROCESSABLE past 2000 rows.
 */
export function prototypesOf(
  data: Matrix,
  { prototypes, criticisms = 0, signal }: { prototypes: number; criticisms?: number; signal?: AbortSignal },
): Prototypes {
  checkSomeRows(data, 'What is to be stood for');
  checkWhole('prototypes', prototypes, 1, data.rows);
  checkWhole('criticisms', criticisms, 0, data.rows - prototypes);
  if (data.rows > mostPrototypeRows)
    throw new StromaError(
      'UNPROCESSABLE',
      `Prototypes are chosen from at most ${mostPrototypeRows} rows; ${data.rows} were given. Draw some of them (drawRows).`,
      { limit: mostPrototypeRows, given: data.rows },
    );
  checkCells(data.rows ** 2 * data.names.length, mostDifferences, 'Give fewer rows or columns.');
  const kernel = kernelOf(data, signal);
  const n = data.rows;
  const means = Float64Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (let other = 0; other < n; other++) sum += kernel[row * n + other] as number;
    return sum / n;
  });
  const chosen = choosePrototypes(kernel, means, prototypes);
  const witness = means.map(
    (mean, row) =>
      mean - chosen.reduce((sum, own) => sum + (kernel[row * n + own] as number), 0) / chosen.length,
  );
  const shares = new Float64Array(chosen.length);
  for (let row = 0; row < n; row++) {
    const like = chosen.map((own) => kernel[row * n + own] as number);
    const nearest = like.indexOf(Math.max(...like));
    shares[nearest] = (shares[nearest] as number) + 1 / n;
  }
  let among = 0;
  for (const a of chosen) for (const b of chosen) among += (kernel[a * n + b] as number) / chosen.length ** 2;
  const toData = chosen.reduce((sum, own) => sum + (means[own] as number), 0) / chosen.length;
  const all = means.reduce((sum, mean) => sum + mean, 0) / n;
  return {
    prototypes: chosen.map((row, at) => ({ row, share: shares[at] as number })),
    criticisms: chooseCriticisms(kernel, witness, chosen, criticisms).map((row) => ({
      row,
      witness: witness[row] as number,
    })),
    discrepancy: Math.max(0, all - 2 * toData + among),
  };
}

function kernelOf(data: Matrix, signal: AbortSignal | undefined): Float64Array {
  const n = data.rows;
  const distance = new RowDistance(data);
  const kernel = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    if (row % 64 === 0) signal?.throwIfAborted();
    kernel.set(distance.toEach(rowOf(data, row), data), row * n);
  }
  const apart = new Float64Array((n * (n - 1)) / 2);
  let at = 0;
  for (let row = 0; row < n; row++)
    for (let other = 0; other < row; other++) apart[at++] = kernel[row * n + other] as number;
  const width = (n > 1 ? median(apart) : 0) || 1;
  return kernel.map((away) => Math.exp(-away / width));
}

/** Each time the row that lessens the discrepancy most. */
function choosePrototypes(kernel: Float64Array, means: Float64Array, count: number): number[] {
  const n = means.length;
  const chosen: number[] = [];
  const toChosen = new Float64Array(n);
  let [sumMeans, among] = [0, 0];
  while (chosen.length < count) {
    const size = chosen.length + 1;
    let [best, most] = [-1, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < n; row++) {
      if (chosen.includes(row)) continue;
      const gain =
        (2 * (sumMeans + (means[row] as number))) / size -
        (among + 2 * (toChosen[row] as number) + 1) / size ** 2;
      if (gain > most) [best, most] = [row, gain];
    }
    sumMeans += means[best] as number;
    among += 2 * (toChosen[best] as number) + 1;
    chosen.push(best);
    for (let row = 0; row < n; row++)
      toChosen[row] = (toChosen[row] as number) + (kernel[row * n + best] as number);
  }
  return chosen;
}

/** Each time the row of the largest difference, and of what the criticisms before do not tell of it. */
function chooseCriticisms(
  kernel: Float64Array,
  witness: Float64Array,
  prototypes: readonly number[],
  count: number,
): number[] {
  const n = witness.length;
  const chosen: number[] = [];
  while (chosen.length < count) {
    const size = chosen.length;
    const known = new Float64Array(size * size);
    chosen.forEach((a, row) => {
      chosen.forEach((b, column) => {
        known[row * size + column] = kernel[a * n + b] as number;
      });
    });
    factor(known, size);
    let [best, most] = [-1, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < n; row++) {
      if (chosen.includes(row) || prototypes.includes(row)) continue;
      const left = remaining(
        known,
        size,
        Float64Array.from(chosen, (own) => kernel[row * n + own] as number),
      );
      const gain = Math.abs(witness[row] as number) + Math.log(Math.max(left, Number.MIN_VALUE));
      if (gain > most) [best, most] = [row, gain];
    }
    chosen.push(best);
  }
  return chosen;
}

/** 1 - kᵀ K⁻¹ k from the factor of K. */
function remaining(lower: Float64Array, size: number, k: Float64Array): number {
  let left = 1;
  for (let i = 0; i < size; i++) {
    let sum = k[i] as number;
    for (let j = 0; j < i; j++) sum -= (lower[i * size + j] as number) * (k[j] as number);
    const pivot = lower[i * size + i] as number;
    k[i] = pivot > 0 ? sum / pivot : 0;
    left -= (k[i] as number) ** 2;
  }
  return left;
}
