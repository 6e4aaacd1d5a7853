import { StromaError, seededRandom } from '@stroma/kernel';
import { type MetricName, metrics, metricsOf } from '../scores/metrics.ts';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import type { Leak } from '../table/leakage.ts';
import type { Problem, ProblemType } from '../table/problem-type.ts';
import { shuffled } from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';
import type { TreeThreads } from '../trees/tree-threads.ts';
import type { SavedAutoml } from './automl-model.ts';
import { type AutomlState, fingerprintOf, stateFor } from './automl-state.ts';
import { Finish } from './finish.ts';
import { outputsOf } from './fold-fit.ts';
import { type HeldOutRows, type Holdout, heldOutRows, holdoutOf, resamplesFor } from './holdout.ts';
import { type LeaderboardEntry, leaderboardOf, leaderOrder } from './leaderboard.ts';
import { checkLearnerSettings } from './learner-settings.ts';
import { type FamilyName, families, type Settings } from './learners.ts';
import { type LearningPoint, learningCurve } from './learning-curve.ts';
import { isNetwork, type NetworkLearners } from './network-families.ts';
import {
  defaultMetric,
  intervalOfFolds,
  objectiveOf,
  type ScoreInterval,
  scoresByFold,
} from './objective.ts';
import { type Decision, prepare } from './preparation.ts';
import { foldsFor, type Preset, presetSettings } from './presets.ts';
import type { AutomlSplit } from './row-parts.ts';
import { mostMembers, Search, type StopReason } from './search.ts';
import { TimeLimit } from './time-limit.ts';

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
  /** How rows are parted; by chance when left out, of classes with each one's share. */
  split?: AutomlSplit;
  /** Of tables, encoded rows and learners, beside the process itself; 4 GiB when left out. */
  memory_limit_bytes?: number;
  threads?: TreeThreads;
  /** Has networks tried too: `networkLearners` of @stroma/learn/networks. They hold the thread for up to 20 steps at a time. */
  learners?: NetworkLearners;
  signal?: AbortSignal;
  /** A shared number: 0, written by any thread, ends it with CANCELLED, a network after the step it is in. */
  go?: Int32Array;
  /** The one learner to train, in place of a search: its settings as leaderboards tell them; others are refused. */
  only?: { family: FamilyName; settings: Settings };
  onProgress?: (progress: AutomlProgress) => void;
  /** After each fit: what to store, to go on with after a crash. It is changed by the next fit: store it at once. */
  onState?: (state: AutomlState) => void;
  /** Of a run that was cut off: what it used of the time limit counts, but for the time to learn from all rows. */
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
  const { seed, signal, learners, preset = 'balanced' } = options;
  const { refinements } = presetSettings[preset];
  const { only } = options;
  if (only !== undefined) checkLearnerSettings(only.family, only.settings);
  const used = options.state?.seconds ?? 0;
  const limit = new TimeLimit(options.clock, options.time_limit_seconds, used);
  const ready = prepare(options);
  const run = {
    ...(options.threads && { threads: options.threads }),
    ...(options.go && { go: options.go }),
    // As much again is for the members of a blend, which are there together.
    memoryLimitBytes: (ready.memoryLimitBytes - ready.memoryBytes) / 2,
  };
  const { target, rows, problem } = ready;
  const metric = options.metric ?? defaultMetric(target);
  if (metrics[metric].of !== target.kind)
    throw new StromaError(
      'INVALID_INPUT',
      `A metric of ${problem.type} was expected, one of ${metricsOf(target.kind).join(', ')}; "${metric}" was given.`,
      { metric, known: metricsOf(target.kind) },
    );
  if (only !== undefined && !families[only.family].learns.some((kind) => kind === target.kind))
    throw new StromaError(
      'INVALID_INPUT',
      `A learner of ${target.kind === 'class' ? 'classes' : 'numbers'} was expected; "${only.family}" learns ${families[only.family].learns.map((kind) => (kind === 'class' ? 'classes' : 'numbers')).join(' and ')}.`,
      { learner: only.family },
    );
  if (only !== undefined && isNetwork(only.family) && learners === undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `"${only.family}" is a network: give \`learners\`, the networkLearners of @stroma/learn/networks.`,
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
      ...(options.split === undefined ? [] : [JSON.stringify(options.split)]),
      ...(learners === undefined ? [] : ['networks']),
    ]),
    options.state,
  );
  const train = { table: takeRows(ready.table, rows.train), target: takeTarget(target, rows.train) };
  const parted = ready.foldsOf(rows.train, foldsFor(rows.train.length, preset), seed);
  const judged = new Map<string, ScoreInterval>();
  const soFar = (): LeaderboardEntry[] =>
    leaderOrder(
      metric,
      search.evaluated().map(({ configuration: { id, family, settings }, outOfFold, seconds }) => {
        const score = judged.get(id) ?? intervalOfFolds(scoresByFold(objective, search.tested, outOfFold));
        judged.set(id, score);
        return { model: id, family, metric, settings, seconds, weight: 0, ...score };
      }),
    );
  const search: Search = new Search(
    {
      ...train,
      ...parted,
      objective,
      seed,
      limit,
      refinements: options.only === undefined ? refinements : 0,
      ...(options.only && { only: { id: options.only.family, ...options.only } }),
      refits: ready.rows.test.length > 0,
      run,
      ...(learners && { learners }),
      ...(signal && { signal }),
      testing: (lossSeconds) =>
        (lossSeconds *
          rows.test.length *
          metricsOf(target.kind).length *
          resamplesFor(rows.test.length, outputsOf(target))) /
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
  if (used > 0) limit.leave(search.reserve());
  const reason = await search.run();
  if (options.only !== undefined && search.evaluated().length === 0)
    throw unlearned(options.only.family, failuresOf(state), limit.seconds);
  const finish = new Finish({
    ...train,
    objective,
    seed,
    limit,
    search,
    learners,
    run,
    signal,
  });
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
    objective,
    seed,
    limit,
    learners,
    run,
    signal,
  });
  return {
    problem,
    metric,
    leaderboard: leaderboardOf(search, chosen, objective),
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

const unlearned = (family: string, failures: readonly { fault: string }[], seconds: number): StromaError =>
  new StromaError(
    'INVALID_INPUT',
    failures[0] === undefined
      ? `"${family}" would not have ended within ${seconds} s. Give more time, fewer rows or quicker settings.`
      : `"${family}" could not learn this table: ${failures[0].fault}`,
    { learner: family },
  );

/** Cells. */
const mostBackground = 50_000;

function backgroundOf(table: FeatureTable, seed: number): FeatureTable {
  const rows = Math.max(64, Math.min(400, Math.floor(mostBackground / table.columns.length)));
  const drawn = shuffled(table.rows, seededRandom(seed)).slice(0, rows).sort();
  return takeRows(table, drawn);
}
