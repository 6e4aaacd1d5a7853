import { StromaError, seededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import type { Interval } from '../scores/intervals.ts';
import { type MetricName, metrics, metricsOf, scoreOf, scoreWithInterval } from '../scores/metrics.ts';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import type { Leak } from '../table/leakage.ts';
import type { Problem, ProblemType } from '../table/problem-type.ts';
import { foldsOf, shuffled } from '../table/splits.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import type { TreeThreads } from '../trees/tree-threads.ts';
import { loadAutoml, type SavedAutoml } from './automl-model.ts';
import { type AutomlState, fingerprintOf, stateFor } from './automl-state.ts';
import { Finish } from './finish.ts';
import { type FamilyName, families, type Settings } from './learners.ts';
import { type LearningPoint, learningCurve } from './learning-curve.ts';
import {
  defaultMetric,
  intervalOfFolds,
  objectiveOf,
  type ScoreInterval,
  scoresByFold,
} from './objective.ts';
import { type Decision, prepare } from './preparation.ts';
import { mostMembers, Search, type StopReason } from './search.ts';
import { TimeLimit } from './time-limit.ts';

export const presets = ['fast', 'balanced', 'thorough'] as const;
export type Preset = (typeof presets)[number];

/** Of so many rows three folds tell enough. */
const manyRows = 20_000;

/** Folds, and proposals after the portfolio. */
const presetSettings: Readonly<Record<Preset, { folds: number; refinements: number }>> = {
  fast: { folds: 3, refinements: 0 },
  balanced: { folds: 5, refinements: 30 },
  thorough: { folds: 8, refinements: 120 },
};

export interface AutomlOptions {
  table: FeatureTable;
  /** A column of it. */
  target: string;
  problem?: ProblemType;
  /** Up to 1800. */
  time_limit_seconds: number;
  /** roc_auc of two classes, accuracy of more, rmse of numbers when left out. */
  metric?: MetricName;
  preset?: Preset;
  seed: number;
  /** Milliseconds since whenever, as performance.now. */
  clock: () => number;
  /** Of the rows, kept back to say how good the model is: 0.2 when left out; 0 where the caller keeps some back. */
  holdout_share?: number;
  /** 4 GiB when left out. */
  memory_limit_bytes?: number;
  threads?: TreeThreads;
  signal?: AbortSignal;
  /** The one learner to train, in place of a search: its settings as leaderboards tell them. */
  only?: { family: FamilyName; settings: Settings };
  onProgress?: (progress: AutomlProgress) => void;
  /** After each fit: what to store, to go on with after a crash. It is changed by the next fit: store it at once. */
  onState?: (state: AutomlState) => void;
  /** Of a run that was cut off. */
  state?: AutomlState;
}

export interface AutomlProgress {
  fraction: number;
  phase: string;
  fits: number;
  seconds: number;
  problem: Problem;
  metric: MetricName;
  /** Of the models that all folds have tested, best first. */
  leaderboard: LeaderboardEntry[];
}

export interface LeaderboardEntry extends ScoreInterval {
  model: string;
  family: string;
  metric: MetricName;
  settings: Readonly<Record<string, number | string>>;
  seconds: number;
  /** Its weight in the chosen blend, or 1 / members of a stack; 0 outside. */
  weight: number;
}

export interface Holdout {
  rows: number;
  /** Of the chosen metric first. */
  scores: { metric: MetricName; score: number; ci: [number, number] }[];
  /** Of the baseline, by the chosen metric. */
  baseline: number;
  /** Share of the rows whose value lies within its interval; null for classes. */
  coverage: number | null;
}

/** Rows that no choice has seen, and what a model learned without them says of them. */
export interface HeldOutRows {
  table: FeatureTable;
  target: Target;
  /** Rows x outputs. */
  outputs: Float64Array;
  interval: { low: Float64Array; high: Float64Array; coverage: number } | null;
  model: SavedAutoml;
}

export interface AutomlResult {
  problem: Problem;
  metric: MetricName;
  /** Best first; `ensemble` is what was chosen. Scores are of rows that the model did not see, mean over folds. */
  leaderboard: LeaderboardEntry[];
  /** Of rows that no choice has seen, by a model learned without them; null where none were kept back. */
  holdout: Holdout | null;
  /** Score of the model of most weight against the rows it learned from. */
  learning_curve: LearningPoint[];
  stopped: { reason: StopReason; message: string };
  decisions: Decision[];
  leaks: Leak[];
  /** Configurations that could not learn this table, and why. */
  failed: { model: string; fault: string }[];
  memory_bytes: number;
  seconds: number;
  fits: number;
  /** What `holdout` is worked out from; null where none were kept back. */
  held_out: HeldOutRows | null;
  /** Learned from all rows. */
  model: SavedAutoml;
  state: AutomlState;
}

/**
 * Finds and trains a model for a target within a time limit. The portfolio is tried by successive halving and refined
 * while time is left; predictions out of fold choose between one model, a blend and a stack, and calibrate it; a part
 * of the rows that no choice sees says how good it is; then it learns from all rows. The same table, options and set of
 * finished fits give the same bits as long as the time is enough to learn from all rows at the end. Rows without a target are left out.
 * Throws INVALID_INPUT for a target or table that nothing can be learned from (see `inferProblem`, `checkTable`), a
 * metric of another kind of target, a state of another run, or more memory than the limit; and the signal's reason.
 * Fits hold the thread; other work has its turn between them.
 */
export async function automl(options: AutomlOptions): Promise<AutomlResult> {
  const { seed, signal, threads, preset = 'balanced' } = options;
  const { folds: wantedFolds, refinements } = presetSettings[preset];
  const used = options.state?.seconds ?? 0;
  const limit = new TimeLimit(options.clock, options.time_limit_seconds, used);
  const ready = prepare(options);
  const { target, rows, problem } = ready;
  const metric = options.metric ?? defaultMetric(target);
  if (metrics[metric].of !== target.kind)
    throw new StromaError(
      'INVALID_INPUT',
      `A metric of ${problem.type} was expected, one of ${metricsOf(target.kind).join(', ')}; "${metric}" was given.`,
      { metric, known: metricsOf(target.kind) },
    );
  const { only } = options;
  if (only !== undefined && !families[only.family].learns.some((kind) => kind === target.kind))
    throw new StromaError(
      'INVALID_INPUT',
      `A learner of ${target.kind === 'class' ? 'classes' : 'numbers'} was expected; "${only.family}" learns ${families[only.family].learns.map((kind) => (kind === 'class' ? 'classes' : 'numbers')).join(' and ')}.`,
      { learner: only.family },
    );
  const objective = objectiveOf(metric);
  const state = stateFor(
    fingerprintOf([
      ...ready.contents(),
      seed,
      metric,
      preset,
      options.holdout_share ?? 0.2,
      ...(options.only === undefined ? [] : [JSON.stringify(options.only)]),
    ]),
    options.state,
  );
  const train = { table: takeRows(ready.table, rows.train), target: takeTarget(target, rows.train) };
  const folds = rows.train.length > manyRows ? 3 : wantedFolds;
  const foldOf = foldsOf(
    rows.train.length,
    train.target.kind === 'class' ? { by: 'stratified', codes: train.target.codes } : { by: 'random' },
    folds,
    seed,
  );
  const judged = new Map<string, ScoreInterval>();
  const soFar = (): LeaderboardEntry[] =>
    leaderOrder(
      metric,
      search.evaluated().map(({ configuration: { id, family, settings }, outOfFold, seconds }) => {
        const score =
          judged.get(id) ?? intervalOfFolds(scoresByFold(objective, train.target, outOfFold, foldOf, folds));
        judged.set(id, score);
        return { model: id, family, metric, settings, seconds, weight: 0, ...score };
      }),
    );
  const search: Search = new Search(
    {
      ...train,
      foldOf,
      folds,
      objective,
      seed,
      limit,
      refinements: options.only === undefined ? refinements : 0,
      ...(options.only && { only: { id: options.only.family, ...options.only } }),
      ...(threads && { threads }),
      ...(signal && { signal }),
      testing: (lossSeconds) =>
        (lossSeconds * rows.test.length * metricsOf(target.kind).length * resamplesFor(rows.test.length)) /
        rows.train.length,
      onFit(now, fit) {
        options.onProgress?.({
          fraction: Math.min(0.99, limit.elapsed / limit.seconds),
          phase: fit.configuration.id,
          fits: now.fits.length,
          seconds: limit.used,
          problem,
          metric,
          leaderboard: soFar(),
        });
        options.onState?.(now);
      },
    },
    state,
  );
  const reason = await search.run();
  if (options.only !== undefined && search.evaluated().length === 0)
    throw unlearned(options.only.family, failuresOf(state), limit.seconds);
  const finish = new Finish({ ...train, foldOf, folds, objective, seed, limit, search, threads, signal });
  const chosen = await finish.choose(mostMembers);
  const interval = finish.interval(chosen);
  const calibration = finish.calibration(chosen);
  const named = {
    kind: 'automl',
    version: 1,
    target: options.target,
    problem,
    schema: ready.table.columns.map(({ name, kind }) => ({ name, kind })),
    combination: chosen.placed,
    calibration,
    interval,
    background: backgroundOf(ready.table, seed),
  } as const;
  const withoutHeldOut: SavedAutoml = { ...named, ...finish.saved(chosen.fitted) };
  const tested = rows.test.length === 0 ? null : heldOutRows(withoutHeldOut, ready.table, target, rows.test);
  const holdout = tested === null ? null : holdoutOf(tested, metric, seed, train.target);
  const whole = rows.test.length === 0 ? null : await finish.refit(chosen, ready.table, target);
  if (rows.test.length > 0 && whole === null)
    ready.decisions.push({
      decision: 'learned_without_held_out_rows',
      columns: [],
      message: `There was no time left to learn from the ${rows.test.length} rows kept back for testing as well.`,
    });
  const curve = await learningCurve(search, chosen.heaviest, {
    ...train,
    foldOf,
    folds,
    objective,
    seed,
    limit,
  });
  return {
    problem,
    metric,
    leaderboard: leaderboardOf(search, chosen, objective, train.target, foldOf, folds),
    holdout,
    learning_curve: curve,
    stopped: { reason, message: messageOf(reason, limit, state) },
    decisions: ready.decisions,
    leaks: ready.leaks,
    failed: failuresOf(state),
    memory_bytes: ready.memoryBytes,
    seconds: limit.used,
    fits: state.fits.length,
    held_out: tested,
    model: whole === null ? withoutHeldOut : { ...named, ...finish.saved(whole) },
    state,
  };
}

const messageOf = (reason: StopReason, limit: TimeLimit, state: AutomlState): string =>
  reason === 'search_ended'
    ? `All configurations and refinements were tried: ${state.fits.length} fits.`
    : `The next fit would not have ended within the limit of ${limit.seconds} s, of which the last part is for learning from all rows: ${state.fits.length} fits were made.`;

function failuresOf(state: AutomlState): { model: string; fault: string }[] {
  const faults = new Map<string, string>();
  for (const { configuration, fault } of state.fits) if (fault !== null) faults.set(configuration.id, fault);
  return [...faults].map(([model, fault]) => ({ model, fault }));
}

function leaderboardOf(
  search: Search,
  chosen: Awaited<ReturnType<Finish['choose']>>,
  objective: ReturnType<typeof objectiveOf>,
  target: Target,
  foldOf: Uint8Array,
  folds: number,
): LeaderboardEntry[] {
  const { metric } = objective;
  const single = search.evaluated().map(({ configuration, outOfFold, seconds }) => ({
    model: configuration.id,
    family: configuration.family as string,
    metric,
    settings: configuration.settings,
    seconds,
    weight: chosen.weights.get(configuration.id) ?? 0,
    ...intervalOfFolds(scoresByFold(objective, target, outOfFold, foldOf, folds)),
  }));
  const ensemble: LeaderboardEntry = {
    model: 'ensemble',
    family: chosen.combination.members.length === 1 ? 'single' : chosen.combination.kind,
    metric,
    settings: {},
    seconds: single.filter(({ weight }) => weight > 0).reduce((sum, { seconds }) => sum + seconds, 0),
    weight: 1,
    ...intervalOfFolds(scoresByFold(objective, target, chosen.outOfFold, foldOf, folds)),
  };
  return [ensemble, ...leaderOrder(metric, single)];
}

const unlearned = (family: string, failures: readonly { fault: string }[], seconds: number): StromaError =>
  new StromaError(
    'INVALID_INPUT',
    failures[0] === undefined
      ? `"${family}" would not have ended within ${seconds} s. Give more time, fewer rows or quicker settings.`
      : `"${family}" could not learn this table: ${failures[0].fault}`,
    { learner: family },
  );

function leaderOrder(metric: MetricName, entries: LeaderboardEntry[]): LeaderboardEntry[] {
  const { more } = metrics[metric];
  return entries.sort(
    (a, b) => (more ? b.score - a.score : a.score - b.score) || (a.model < b.model ? -1 : 1),
  );
}

function heldOutRows(
  model: SavedAutoml,
  table: FeatureTable,
  target: Target,
  test: Uint32Array,
): HeldOutRows {
  const own = takeRows(table, test);
  const { outputs, interval } = loadAutoml(model).predict(own);
  return { table: own, target: takeTarget(target, test), outputs, interval, model };
}

function holdoutOf(
  { table: { rows }, target: own, outputs, interval }: HeldOutRows,
  metric: MetricName,
  seed: number,
  learned: Target,
): Holdout {
  const scores: Holdout['scores'] = [];
  for (const name of [metric, ...metricsOf(own.kind).filter((other) => other !== metric)]) {
    if (
      own.kind === 'class' &&
      new Set(own.codes).size < own.classes &&
      objectiveOf(name).metric !== 'accuracy'
    )
      continue;
    const { score, low, high } = intervalOf(name, own, outputs, seed);
    scores.push({ metric: name, score, ci: [low, high] });
  }
  const values = own.kind === 'number' ? own.values : null;
  return {
    rows,
    scores,
    baseline: scoreOf(metric, own, constantOf(learned, rows)),
    coverage:
      interval === null || values === null
        ? null
        : values.reduce(
            (sum, value, row) =>
              sum +
              (value >= (interval.low[row] as number) && value <= (interval.high[row] as number) ? 1 : 0),
            0,
          ) / values.length,
  };
}

function intervalOf(metric: MetricName, target: Target, outputs: Float64Array, seed: number) {
  const { score, low, high } = namedInterval(
    scoreWithInterval(metric, target, outputs, { seed, resamples: resamplesFor(rowsOfTarget(target)) }),
    scoreOf(metric, target, outputs),
  );
  return { score, low, high };
}

const namedInterval = ({ low, high }: Interval, score: number) => ({ score, low, high });

/** Of many rows fewer, which take as long and are less needed. */
const resamplesFor = (rows: number): number =>
  Math.round(Math.max(60, Math.min(400, 400_000 / Math.max(1, rows))));

/** What says the same of every row. */
function constantOf(target: Target, rows: number): Float64Array {
  if (target.kind === 'class') {
    const shares = new Float64Array(target.classes);
    for (const code of target.codes) shares[code] = (shares[code] as number) + 1 / target.codes.length;
    return Float64Array.from(
      { length: rows * target.classes },
      (_, at) => shares[at % target.classes] as number,
    );
  }
  const values = target.kind === 'number' ? target.values : new Float64Array();
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return new Float64Array(rows).fill(mean);
}

/** Cells. */
const mostBackground = 50_000;

function backgroundOf(table: FeatureTable, seed: number): FeatureTable {
  const rows = Math.max(64, Math.min(400, Math.floor(mostBackground / table.columns.length)));
  const drawn = shuffled(table.rows, seededRandom(seed)).slice(0, rows).sort();
  return takeRows(table, drawn);
}
