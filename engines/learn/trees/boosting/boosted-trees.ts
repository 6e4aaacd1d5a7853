import { type SeededRandom, StromaError, seededRandom } from '@stroma/kernel';
import type { FitOptions, Matrix, Target } from '../../estimator.ts';
import { binsOf, type ColumnBins, categoryBinsOf, writeBins } from '../binning.ts';
import { checkData, checkSettings } from '../checks.ts';
import { drawRows, holdOut } from '../row-draws.ts';
import { TreeModel } from '../tree-model.ts';
import { addScores, type CategoryBins, joinTrees, type TreeSet } from '../tree-set.ts';
import type { TreeThreads } from '../tree-threads.ts';
import { type BoostingLoss, chooseLoss, type Problem, problemOf, startingScores } from './problem.ts';
import { meanRowLoss, weightedQuantile } from './row-losses.ts';
import type { SplitRules } from './split-search.ts';
import { layOut, rowByRow, type TrainingJob } from './training-memory.ts';
import { step, word } from './training-part.ts';
import { TreeGrower } from './tree-grower.ts';

export interface BoostingOptions {
  /**
   * Usual for the target when left out: squared, logistic or softmax, cox, lambdamart. A loss of your own is two
   * functions; its score is what is predicted.
   */
  loss?: BoostingLoss;
  /** For the loss "quantile": the share of values below what is sought. */
  quantile?: number;
  /** Trees for each output, at most. */
  rounds?: number;
  rate?: number;
  leaves?: number;
  depth?: number;
  /** Rows of a leaf, at least. */
  minRows?: number;
  /** Sum of second derivatives in a leaf, at least. */
  minHessian?: number;
  l2?: number;
  /** Of values of a column, 2 to 255. */
  bins?: number;
  /** Draws categories with few rows to the mean when they are put in order; as rows. */
  categorySmoothing?: number;
  /** Share of the rows a round sees, drawn anew. */
  rowShare?: number;
  /** Share of the columns a tree sees. */
  columnShare?: number;
  /** Columns of numbers the prediction may only rise (1) or fall (-1) with. */
  monotone?: Readonly<Record<string, -1 | 1>>;
  /** Holds a share of the rows back and keeps the rounds after which it is predicted best. */
  earlyStopping?: { share?: number; patience?: number; tolerance?: number } | false;
  threads?: TreeThreads;
}

const defaults = {
  quantile: 0.5,
  rounds: 100,
  rate: 0.1,
  leaves: 31,
  depth: Number.POSITIVE_INFINITY,
  minRows: 20,
  minHessian: 1e-3,
  l2: 0,
  bins: 255,
  categorySmoothing: 10,
  rowShare: 1,
  columnShare: 1,
};
type Settings = Required<Omit<BoostingOptions, 'loss' | 'monotone' | 'earlyStopping' | 'threads'>> &
  Pick<FitOptions, 'memoryLimitBytes'>;

/**
 * Histogram gradient boosting, leaf by leaf (Friedman 2001, doi:10.1214/aos/1013203451; Ke et al. 2017, LightGBM).
 * Missing values and categories are learned as they are; a column that does not vary is never split. Threads are used
 * where given and change no bit. Throws INVALID_INPUT for data or settings nothing can be learned from, and the reason
 * of an aborted signal. O(rounds · outputs · rows · columns · depth).
 */
export function fitBoostedTrees(
  matrix: Matrix,
  target: Target,
  options: BoostingOptions & FitOptions,
): TreeModel {
  checkData(matrix, target, options.weights);
  const { loss: wanted, monotone, earlyStopping, threads = null, weights, ...rest } = options;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const settings: Settings = { ...defaults, ...given };
  checkBoosting(matrix, settings);
  const loss = chooseLoss(target, wanted);
  const random = seededRandom(options.seed);
  const all = Uint32Array.from({ length: matrix.rows }, (_, row) => row).filter(
    (row) => (weights?.[row] ?? 1) > 0,
  );
  const stopping = earlyStopping ? { share: 0.1, patience: 10, tolerance: 1e-7, ...earlyStopping } : null;
  const { learn, check } =
    stopping === null
      ? { learn: all, check: new Uint32Array() }
      : holdOut(target, all, stopping.share, random);
  if (learn.length < 2 * settings.minRows)
    throw new StromaError(
      'INVALID_INPUT',
      `Expected at least ${2 * settings.minRows} rows to learn from (two leaves of minRows ${settings.minRows}), was given ${learn.length}. Bring more rows or lower minRows.`,
      { rows: learn.length },
    );
  const subset = learn.length === matrix.rows ? null : learn;
  const bins = binsOf(matrix, subset, settings.bins, options.seed);
  const rules = rulesOf(matrix, bins, settings, monotone);
  const problem = problemOf(target, loss, settings.quantile, learn, weights ?? null);
  const training = new Boosting(matrix, subset, bins, rules, problem, settings, threads, options.seed);
  const checking =
    stopping === null || check.length === 0
      ? null
      : new Check(
          matrix,
          bins,
          check,
          problemOf(target, loss, settings.quantile, check, weights ?? null),
          training.base,
        );
  try {
    const trees: TreeSet[] = [];
    let best = { rounds: 0, loss: checking?.loss() ?? 0 };
    for (let round = 0; round < settings.rounds; round++) {
      options.signal?.throwIfAborted();
      const grown = training.round();
      trees.push(...grown);
      options.onProgress?.((round + 1) / settings.rounds);
      if (checking === null || stopping === null) continue;
      checking.add(grown);
      const now = checking.loss();
      if (now < best.loss - stopping.tolerance) best = { rounds: round + 1, loss: now };
      else if (round + 1 - best.rounds >= stopping.patience) break;
    }
    const kept = checking === null ? trees.length : best.rounds * problem.width;
    return new TreeModel({
      kind: 'boosted_trees',
      names: [...matrix.names],
      categories: [...matrix.categories],
      categoryBins: categoryBinsOf(bins),
      link: problem.link,
      base: training.base,
      trees: joinTrees(trees.slice(0, kept), 1),
      notes: {
        rounds: kept / problem.width,
        rows: learn.length,
        ...(checking === null ? {} : { held_out_rows: check.length, held_out_loss: best.loss }),
      },
    });
  } finally {
    training.close();
  }
}

function checkBoosting(matrix: Matrix, settings: Settings): void {
  const endless = Number.POSITIVE_INFINITY;
  checkSettings([
    ['quantile', settings.quantile, 1e-6, 1 - 1e-6],
    ['rounds', settings.rounds, 1, 100_000],
    ['rate', settings.rate, 1e-9, 1e9],
    ['leaves', settings.leaves, 2, 65_536],
    ['depth', settings.depth, 1, endless],
    ['minRows', settings.minRows, 1, endless],
    ['minHessian', settings.minHessian, 0, endless],
    ['l2', settings.l2, 0, endless],
    ['bins', settings.bins, 2, 255],
    ['categorySmoothing', settings.categorySmoothing, 0, endless],
    ['rowShare', settings.rowShare, 1e-9, 1],
    ['columnShare', settings.columnShare, 1e-9, 1],
    ['columns', matrix.columns.length, 1, 65_535],
  ]);
}

function rulesOf(
  matrix: Matrix,
  bins: readonly ColumnBins[],
  settings: Settings,
  monotone: BoostingOptions['monotone'],
): SplitRules {
  const signs = new Int8Array(matrix.columns.length);
  for (const [name, sign] of Object.entries(monotone ?? {})) {
    const column = matrix.names.indexOf(name);
    if (column < 0 || (matrix.categories[column] ?? 0) > 0)
      throw new StromaError(
        'INVALID_INPUT',
        `Expected a column of numbers to be monotone, was given "${name}", which is ${column < 0 ? 'no column' : 'one of categories'}.`,
        { column: name },
      );
    signs[column] = sign;
  }
  return {
    minRows: settings.minRows,
    minHessian: settings.minHessian,
    l2: settings.l2,
    categorySmoothing: settings.categorySmoothing,
    monotone: signs.some((sign) => sign !== 0) ? signs : null,
    bins: Uint16Array.from(bins, (column) => column.bins),
    isCategory: Uint8Array.from(bins, ({ categories }) => (categories === null ? 0 : 1)),
  };
}

/** The training under way: scores and derivatives of the rows learned from, and the rounds. */
class Boosting {
  readonly base: Float64Array;
  readonly #matrix: Matrix;
  readonly #subset: Uint32Array | null;
  readonly #bins: readonly ColumnBins[];
  readonly #problem: Problem;
  readonly #settings: Settings;
  readonly #threads: TreeThreads | null;
  readonly #grower: TreeGrower;
  readonly #rows: Uint32Array;
  readonly #columns: Uint32Array;
  readonly #random: SeededRandom;
  #values: readonly Float64Array[] | null = null;

  constructor(
    matrix: Matrix,
    subset: Uint32Array | null,
    bins: readonly ColumnBins[],
    rules: SplitRules,
    problem: Problem,
    settings: Settings,
    threads: TreeThreads | null,
    seed: number,
  ) {
    this.#matrix = matrix;
    this.#subset = subset;
    this.#bins = bins;
    this.#problem = problem;
    this.#settings = settings;
    this.#threads = threads;
    this.#random = seededRandom(seed ^ 0x5bd1e995);
    const rows = problem.targets.length;
    this.#rows = Uint32Array.from({ length: rows }, (_, row) => row);
    this.#columns = Uint32Array.from(matrix.columns.keys());
    const { layout, memory, module } = layOut({
      rows,
      columns: matrix.columns.length,
      outputs: problem.width,
      leaves: settings.leaves,
      threads: threads?.threads ?? 1,
      hasWeights: problem.weights !== null,
      isSoftmax: problem.rowLoss === 'softmax',
      limitBytes: settings.memoryLimitBytes,
    });
    const bytes = new Uint8Array(memory.buffer);
    matrix.columns.forEach((values, column) => {
      writeBins(values, subset, bins[column] as ColumnBins, bytes, layout.binsByColumn + column * rows, 255);
    });
    rowByRow(bytes, layout);
    const job: TrainingJob = {
      memory,
      module,
      layout,
      rules,
      loss: problem.rowLoss,
      quantile: problem.quantile,
    };
    threads?.ask(Array.from({ length: threads.threads - 1 }, () => ({ kind: 'train', job })));
    this.#grower = new TreeGrower(job, bins, settings.leaves, threads);
    const { data } = this.#grower.part;
    data.targets.set(problem.targets);
    if (problem.weights !== null) data.weights?.set(problem.weights);
    this.base = startingScores(problem);
    this.base.forEach((score, output) => {
      data.scores.fill(score, output * rows, (output + 1) * rows);
    });
  }

  /** One tree for each output. */
  round(): TreeSet[] {
    const { rowShare, columnShare } = this.#settings;
    const { width, rowLoss } = this.#problem;
    const n = this.#rows.length;
    const size = Math.max(Math.min(n, 2 * this.#settings.minRows), Math.round(rowShare * n));
    const rows = size < n ? drawRows(this.#rows, size, this.#random) : this.#rows;
    if (rowLoss === 'softmax') this.#grower.run(step.normalise);
    return Array.from({ length: width }, (_, output) => {
      const columns = new Uint8Array(this.#columns.length);
      const wanted = Math.max(1, Math.round(columnShare * columns.length));
      for (const column of wanted < columns.length
        ? drawRows(this.#columns, wanted, this.#random)
        : this.#columns)
        columns[column] = 1;
      this.#derive(output);
      const tree = this.#grower.grow(rows, { ...this.#growth(), columns }, output);
      if (rows === this.#rows) this.#grower.raise(output);
      else this.#raiseAll(tree, output);
      return tree;
    });
  }

  close(): void {
    this.#threads?.ask(Array.from({ length: this.#threads.threads - 1 }, () => ({ kind: 'rest' })));
  }

  #growth() {
    const { leaves, depth, rate } = this.#settings;
    const { rowLoss, quantile } = this.#problem;
    const isQuantile = rowLoss === 'absolute' || rowLoss === 'quantile';
    return {
      leaves,
      depth,
      rate,
      valueOf: isQuantile ? this.#residualQuantile(rowLoss === 'absolute' ? 0.5 : quantile) : null,
    };
  }

  /** Of a leaf's residuals: the best step of a loss whose second derivative says nothing. */
  #residualQuantile(p: number): (rows: Uint32Array) => number {
    const { scores, targets, weights } = this.#grower.part.data;
    return (rows) =>
      weightedQuantile(
        Float64Array.from(rows, (row) => (targets[row] as number) - (scores[row] as number)),
        weights === null ? null : Float64Array.from(rows, (row) => weights[row] as number),
        p,
      );
  }

  #derive(output: number): void {
    const { scoreLoss } = this.#problem;
    const { part } = this.#grower;
    let first = 0;
    let second = 0;
    if (scoreLoss === null) {
      part.words[word.output] = output;
      this.#grower.run(step.derive);
      first = this.#grower.greatest(0);
      second = this.#grower.greatest(1);
    } else {
      scoreLoss.derive(part.data.scores, part.pairs);
      for (let at = 0; at < part.pairs.length; at += 2) {
        first = Math.max(first, Math.abs(part.pairs[at] as number));
        second = Math.max(second, part.pairs[at + 1] as number);
        if (!((part.pairs[at + 1] as number) >= 0)) second = Number.NaN;
      }
    }
    if (!Number.isFinite(first) || !Number.isFinite(second))
      throw new StromaError(
        'INVALID_INPUT',
        'Expected finite derivatives with a second one of 0 or more, was given others: the loss does not curve upwards or the scores ran away. Lower the rate, or mend a loss of your own.',
      );
    this.#grower.quantise(first, second);
  }

  /** Rows that were not drawn are raised too. */
  #raiseAll(tree: TreeSet, output: number): void {
    const n = this.#rows.length;
    const scores = this.#grower.part.data.scores.subarray(output * n, (output + 1) * n);
    this.#values ??= rowsOf(this.#matrix, this.#subset);
    addScores({ ...tree, outputs: new Uint16Array(1) }, categoryBinsOf(this.#bins), this.#values, n, scores);
  }
}

const rowsOf = (matrix: Matrix, rows: Uint32Array | null): readonly Float64Array[] =>
  rows === null
    ? matrix.columns
    : matrix.columns.map((values) => Float64Array.from(rows, (row) => values[row] as number));

/** What rounds come to on rows that were held back. */
class Check {
  readonly #columns: readonly Float64Array[];
  readonly #problem: Problem;
  readonly #categoryBins: CategoryBins;
  readonly #scores: Float64Array;

  constructor(
    matrix: Matrix,
    bins: readonly ColumnBins[],
    rows: Uint32Array,
    problem: Problem,
    base: Float64Array,
  ) {
    this.#columns = rowsOf(matrix, rows);
    this.#problem = problem;
    this.#categoryBins = categoryBinsOf(bins);
    this.#scores = new Float64Array(rows.length * problem.width);
    base.forEach((score, output) => {
      this.#scores.fill(score, output * rows.length, (output + 1) * rows.length);
    });
  }

  add(trees: readonly TreeSet[]): void {
    const rows = this.#problem.targets.length;
    trees.forEach((tree, output) => {
      const scores = this.#scores.subarray(output * rows, (output + 1) * rows);
      addScores({ ...tree, outputs: new Uint16Array(1) }, this.#categoryBins, this.#columns, rows, scores);
    });
  }

  loss(): number {
    const { rowLoss, scoreLoss, quantile, targets, weights } = this.#problem;
    if (scoreLoss !== null) return scoreLoss.mean(this.#scores);
    return meanRowLoss({
      loss: rowLoss ?? 'squared',
      quantile,
      scores: this.#scores,
      targets,
      weights,
      normaliser: null,
    });
  }
}
