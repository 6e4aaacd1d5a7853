import { type SeededRandom, StromaError, seededRandom } from '@stroma/kernel';
import type { FitOptions, Matrix } from '../estimator.ts';
import { byRow, checkColumns, designOf } from '../linear/design.ts';

export interface KMeansOptions {
  clusters: number;
  /** Beginnings tried, the best kept; 10 when left out. */
  starts?: number;
  iterations?: number;
}

export interface KMeansModel {
  kind: 'k-means';
  version: 1;
  names: readonly string[];
  categories: readonly number[];
  clusters: number;
  /** clusters x columns, by cluster; clusters in the order of their first column, then the next. */
  centres: Float64Array;
  /** Sum of the weighted squared distances to the own centre. */
  inertia: number;
}

export interface KMeans {
  /** Cluster of each row, 0 ... clusters - 1. */
  readonly assigned: Int32Array;
  readonly inertia: number;
  /** Of rows fitted or new. Throws INVALID_INPUT where columns differ from those that were fitted to. */
  assign(matrix: Matrix): Int32Array;
  save(): KMeansModel;
}

const learner = 'k-means';

/**
 * Clusters of least squared distance to their mean (Lloyd 1982, doi:10.1109/TIT.1982.1056489), begun by k-means++
 * (Arthur & Vassilvitskii 2007). Standardise columns first where their units differ. An emptied cluster begins anew
 * at the row farthest from its centre. Throws INVALID_INPUT for missing or infinite values and for fewer different
 * rows than clusters. O(starts · iterations · rows · clusters · columns).
 */
export function kMeans(matrix: Matrix, options: KMeansOptions & FitOptions): KMeans {
  const { clusters, starts = 10, iterations = 300, seed, signal, onProgress } = options;
  const { rows, width, values, weights } = designOf(matrix, options, learner);
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > rows)
    throw new StromaError(
      'INVALID_INPUT',
      `A whole number of clusters, 1 to the ${rows} rows there are, was expected; ${clusters} was given.`,
    );
  const random = seededRandom(seed);
  let best: Found | null = null;
  for (let start = 0; start < starts; start++) {
    onProgress?.(start / starts);
    const centres = spreadCentres(values, weights, width, clusters, random);
    const found = settled(values, weights, width, centres, iterations, signal);
    if (best === null || found.inertia < best.inertia) best = found;
  }
  onProgress?.(1);
  const { centres, inertia } = best as Found;
  const ordered = inOrder(centres, width);
  return loadKMeans(
    {
      kind: 'k-means',
      version: 1,
      names: matrix.names,
      categories: matrix.categories,
      clusters,
      centres: ordered,
      inertia,
    },
    values,
  );
}

/** What `save` gave. `fitted`, by row, are the rows of `assigned`; none when left out. */
export function loadKMeans(saved: KMeansModel, fitted: Float64Array = new Float64Array()): KMeans {
  const width = saved.names.length;
  return {
    assigned: nearestOf(fitted, width, saved.centres).assigned,
    inertia: saved.inertia,
    assign(matrix) {
      checkColumns(saved, matrix);
      return nearestOf(byRow(matrix, learner), width, saved.centres).assigned;
    },
    save: () => saved,
  };
}

interface Found {
  centres: Float64Array;
  inertia: number;
}

function squareTo(
  values: Float64Array,
  row: number,
  centres: Float64Array,
  at: number,
  width: number,
): number {
  let sum = 0;
  for (let column = 0; column < width; column++)
    sum += ((values[row * width + column] as number) - (centres[at * width + column] as number)) ** 2;
  return sum;
}

function nearestOf(values: Float64Array, width: number, centres: Float64Array) {
  const rows = values.length / width;
  const clusters = centres.length / width;
  const assigned = new Int32Array(rows);
  const squares = new Float64Array(rows).fill(Infinity);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < clusters; at++) {
      const square = squareTo(values, row, centres, at, width);
      if (square < (squares[row] as number)) {
        squares[row] = square;
        assigned[row] = at;
      }
    }
  return { assigned, squares };
}

/** k-means++: each next centre a row drawn by its squared distance to those before. */
export function spreadCentres(
  values: Float64Array,
  weights: Float64Array,
  width: number,
  clusters: number,
  random: SeededRandom,
): Float64Array {
  const centres = new Float64Array(clusters * width);
  const squares = weights.map(() => Infinity);
  let chances: Float64Array = weights;
  for (let at = 0; at < clusters; at++) {
    const row = drawn(chances, random);
    if (row < 0)
      throw new StromaError(
        'INVALID_INPUT',
        `As many different rows as clusters were expected; there are ${at} for ${clusters} clusters. Ask for fewer.`,
        { different: at, clusters },
      );
    centres.set(values.subarray(row * width, (row + 1) * width), at * width);
    chances = weights.map((weight, own) => {
      squares[own] = Math.min(squares[own] as number, squareTo(values, own, centres, at, width));
      return weight * (squares[own] as number);
    });
  }
  return centres;
}

function drawn(chances: Float64Array, random: SeededRandom): number {
  const total = chances.reduce((sum, own) => sum + own, 0);
  let left = random.next() * total;
  let last = -1;
  for (let row = 0; row < chances.length; row++) {
    const own = chances[row] as number;
    if (own === 0) continue;
    last = row;
    left -= own;
    if (left < 0) break;
  }
  return last;
}

function settled(
  values: Float64Array,
  weights: Float64Array,
  width: number,
  start: Float64Array,
  iterations: number,
  signal: AbortSignal | undefined,
): Found {
  let centres = start;
  for (let round = 0; round < iterations; round++) {
    signal?.throwIfAborted();
    const { assigned, squares } = nearestOf(values, width, centres);
    const next = meansOf(values, weights, width, assigned, squares, centres.length / width);
    const still = next.every((own, at) => own === centres[at]);
    centres = next;
    if (still) break;
  }
  const { squares } = nearestOf(values, width, centres);
  return { centres, inertia: squares.reduce((sum, own, row) => sum + own * (weights[row] as number), 0) };
}

function meansOf(
  values: Float64Array,
  weights: Float64Array,
  width: number,
  assigned: Int32Array,
  squares: Float64Array,
  clusters: number,
): Float64Array {
  const means = new Float64Array(clusters * width);
  const totals = new Float64Array(clusters);
  for (let row = 0; row < assigned.length; row++) {
    const at = assigned[row] as number;
    const weight = weights[row] as number;
    totals[at] = (totals[at] as number) + weight;
    for (let column = 0; column < width; column++)
      means[at * width + column] =
        (means[at * width + column] as number) + weight * (values[row * width + column] as number);
  }
  const far = squares.map((square, row) => square * (weights[row] as number));
  for (let at = 0; at < clusters; at++) {
    const total = totals[at] as number;
    if (total > 0) {
      for (let column = 0; column < width; column++)
        means[at * width + column] = (means[at * width + column] as number) / total;
      continue;
    }
    const row = far.indexOf(far.reduce((a, b) => Math.max(a, b), 0));
    far[row] = -1;
    means.set(values.subarray(row * width, (row + 1) * width), at * width);
  }
  return means;
}

/** So that names of clusters do not hang on the draw. */
function inOrder(centres: Float64Array, width: number): Float64Array {
  const order = [...Array(centres.length / width).keys()].sort((a, b) => {
    for (let column = 0; column < width; column++) {
      const apart = (centres[a * width + column] as number) - (centres[b * width + column] as number);
      if (apart !== 0) return apart;
    }
    return a - b;
  });
  const ordered = new Float64Array(centres.length);
  order.forEach((own, at) => {
    ordered.set(centres.subarray(own * width, (own + 1) * width), at * width);
  });
  return ordered;
}
