import { StromaError } from '@stroma/kernel';
import { checkMemory, type FitOptions, type Matrix, type Target } from '../../estimator.ts';
import { binsOf, type ColumnBins, categoryBinsOf, writeBins } from '../binning.ts';
import { checkData, checkSettings } from '../checks.ts';
import { type TreeKind, TreeModel } from '../tree-model.ts';
import { bytesOfTrees, joinTrees, type TreeSet } from '../tree-set.ts';
import type { TreeThreads } from '../tree-threads.ts';
import type { ForestJob } from './forest-job.ts';
import { growForest } from './forest-tree.ts';
import { outOfBagScore } from './out-of-bag.ts';

export interface ForestSettings {
  trees?: number;
  depth?: number;
  /** Rows of a leaf, at least; of a node to be cut. */
  minRows?: number;
  minSplit?: number;
  /** Columns that vary, looked at for each cut: a number, the square root of all, or all. */
  columnsPerSplit?: number | 'sqrt' | 'all';
  bootstrap?: boolean;
  /** A weight for each class, or weights that make all classes count the same. */
  classWeights?: 'balanced' | readonly number[];
  /** Up to this many rows, at most 60,000, every value has a bin of its own; of more, a column has 255. */
  exactRows?: number;
  /** Has `notes.out_of_bag` say how well rows are predicted by trees that have not seen them: accuracy, or R². */
  outOfBag?: boolean;
  threads?: TreeThreads;
}

/** One tree, grown until leaves are pure unless told otherwise (CART; Breiman et al. 1984). As `fitRandomForest`. */
export function fitDecisionTree(
  matrix: Matrix,
  target: Target,
  options: ForestSettings & FitOptions,
): TreeModel {
  return fitForest('decision_tree', matrix, target, {
    columnsPerSplit: 'all',
    ...options,
    trees: 1,
    bootstrap: false,
  });
}

/**
 * Breiman's random forest (2001, doi:10.1023/A:1010933404324): trees on bootstrapped rows, each cut chosen among some
 * columns; a class's probability is the mean of its shares in leaves. Missing values and categories are learned as they
 * are. Targets are numbers or classes. The same seed gives the same bits with any number of threads. Throws
 * INVALID_INPUT for data nothing can be learned from, and the reason of an aborted signal.
 */
export function fitRandomForest(
  matrix: Matrix,
  target: Target,
  options: ForestSettings & FitOptions,
): TreeModel {
  return fitForest('random_forest', matrix, target, { bootstrap: true, ...options });
}

/** Extremely randomised trees: cuts at random places (Geurts et al. 2006, doi:10.1007/s10994-006-6226-1). As above. */
export function fitExtraTrees(
  matrix: Matrix,
  target: Target,
  options: ForestSettings & FitOptions,
): TreeModel {
  return fitForest('extra_trees', matrix, target, { bootstrap: false, ...options });
}

const maxExact = 60_000;

function fitForest(
  kind: TreeKind,
  matrix: Matrix,
  target: Target,
  options: ForestSettings & FitOptions,
): TreeModel {
  checkData(matrix, target, options.weights);
  if (target.kind !== 'number' && target.kind !== 'class')
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a target of numbers or classes for a forest, was given one of kind "${target.kind}". Choose boosted trees.`,
    );
  const { trees = 100, exactRows = 10_000, threads = null } = options;
  const bins = binsOf(
    matrix,
    null,
    matrix.rows <= Math.min(exactRows, maxExact) ? maxExact : 255,
    options.seed,
  );
  const job = jobOf(kind, matrix, target, bins, options);
  checkSettings([
    ['trees', trees, 1, 100_000],
    ['depth', job.depth, 1, Number.POSITIVE_INFINITY],
    ['minRows', job.minRows, 1, Number.POSITIVE_INFINITY],
    ['minSplit', job.minSplit, 2, Number.POSITIVE_INFINITY],
    ['columnsPerSplit', job.columnsPerSplit, 1, matrix.columns.length],
    ['exactRows', exactRows, 0, maxExact],
  ]);
  const parts = threads?.threads ?? 1;
  const grown: TreeSet[][] = [];
  const own = () => {
    grown[0] = growForest(job, 0, parts, (done, last) => {
      options.signal?.throwIfAborted();
      // Trees are much alike, and for a moment all are there twice.
      if (last !== null)
        checkMemory(
          `${trees} trees on ${matrix.rows} rows`,
          2 * trees * bytesOfTrees(last),
          options.memoryLimitBytes,
          'Take fewer trees, more rows a leaf (minRows) or a sample of the rows.',
        );
      options.onProgress?.(Math.min(1, (done * parts) / trees));
      return true;
    });
  };
  if (threads === null || parts === 1) own();
  else
    grown.push(
      ...threads.ask<unknown, TreeSet[]>(
        Array.from({ length: parts - 1 }, () => ({ kind: 'forest', job })),
        own,
      ),
    );
  const inOrder = Array.from(
    { length: trees },
    (_, tree) => grown[tree % parts]?.[Math.floor(tree / parts)] as TreeSet,
  );
  const mean = target.kind === 'number' ? meanOf(target.values, options.weights ?? null) : 0;
  const shape = {
    kind,
    names: [...matrix.names],
    categories: [...matrix.categories],
    categoryBins: categoryBinsOf(bins),
    link: target.kind === 'class' && target.classes === 2 ? ('chance' as const) : ('identity' as const),
    base: new Float64Array(job.width).fill(mean),
    trees: joinTrees(inOrder, job.width),
  };
  const notes: Record<string, number> = { trees, rows: matrix.rows };
  if (options.outOfBag === true) {
    if (!job.bootstrap)
      throw new StromaError(
        'INVALID_INPUT',
        'Expected bootstrapped rows for an out-of-bag score. Set bootstrap to true.',
      );
    notes.out_of_bag = outOfBagScore(job, new TreeModel({ ...shape, notes }), matrix, target);
  }
  return new TreeModel({ ...shape, notes });
}

function jobOf(
  kind: TreeKind,
  matrix: Matrix,
  target: Target & { kind: 'number' | 'class' },
  bins: readonly ColumnBins[],
  options: ForestSettings & FitOptions,
): ForestJob {
  const columns = matrix.columns.length;
  const { columnsPerSplit = target.kind === 'class' ? 'sqrt' : 'all' } = options;
  const wanted =
    columnsPerSplit === 'sqrt'
      ? Math.max(1, Math.floor(Math.sqrt(columns)))
      : columnsPerSplit === 'all'
        ? columns
        : columnsPerSplit;
  const targets = shared(Float64Array, matrix.rows);
  if (target.kind === 'class') targets.set(target.codes);
  else {
    // About the mean squares do not cancel.
    const mean = meanOf(target.values, options.weights ?? null);
    target.values.forEach((value, row) => {
      targets[row] = value - mean;
    });
  }
  return {
    rows: matrix.rows,
    codes: matrix.columns.map((values, column) => {
      const codes = shared(Uint16Array, matrix.rows);
      const own = bins[column] as ColumnBins;
      writeBins(values, null, own, codes, 0, own.bins);
      return codes;
    }),
    bins: Uint16Array.from(bins, (column) => column.bins),
    edges: bins.map(({ edges }) => edges),
    centres: matrix.columns.map((values, column) => centresOf(values, (bins[column] as ColumnBins).edges)),
    isCategory: Uint8Array.from(bins, ({ categories }) => (categories === null ? 0 : 1)),
    targets,
    width: target.kind === 'class' && target.classes > 2 ? target.classes : 1,
    weights: weightsOf(target, options),
    trees: options.trees ?? 100,
    seed: options.seed,
    depth: options.depth ?? Number.POSITIVE_INFINITY,
    minRows: options.minRows ?? 1,
    minSplit: options.minSplit ?? 2,
    columnsPerSplit: wanted,
    bootstrap: options.bootstrap ?? false,
    randomCuts: kind === 'extra_trees',
  };
}

function shared<Values>(kind: new (buffer: SharedArrayBuffer) => Values, length: number): Values {
  const bytes = kind === (Float64Array as unknown) ? 8 : 2;
  return new kind(new SharedArrayBuffer(bytes * length));
}

function meanOf(values: Float64Array, weights: Float64Array | null): number {
  let sum = 0;
  let total = 0;
  values.forEach((value, row) => {
    const weight = weights === null ? 1 : (weights[row] as number);
    sum += weight * value;
    total += weight;
  });
  return sum / total;
}

function centresOf(values: Float64Array, edges: Float64Array): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return Float64Array.from({ length: edges.length + 1 }, (_, bin) => {
    if (bin === 0) return least;
    return bin === edges.length ? greatest : ((edges[bin - 1] as number) + (edges[bin] as number)) / 2;
  });
}

function weightsOf(
  target: Target & { kind: 'number' | 'class' },
  options: ForestSettings & FitOptions,
): Float64Array | null {
  const { classWeights, weights } = options;
  if (classWeights === undefined) return weights ?? null;
  if (target.kind !== 'class')
    throw new StromaError(
      'INVALID_INPUT',
      'Expected a target of classes for class weights, was given numbers.',
    );
  const counts = new Float64Array(target.classes);
  for (const code of target.codes) counts[code] = (counts[code] as number) + 1;
  const ofClass =
    classWeights === 'balanced'
      ? Array.from(counts, (count) => (count > 0 ? target.codes.length / target.classes / count : 0))
      : classWeights;
  if (
    ofClass.length !== target.classes ||
    ofClass.some((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY))
  )
    throw new StromaError(
      'INVALID_INPUT',
      `Expected ${target.classes} class weights of 0 or more, was given ${ofClass.join(', ')}.`,
    );
  return Float64Array.from(target.codes, (code, row) => (ofClass[code] as number) * (weights?.[row] ?? 1));
}
