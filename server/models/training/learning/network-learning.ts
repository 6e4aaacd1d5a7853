import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { NetworkOptions, TrainingProgress, TrainingStep } from '@stroma/contracts';
import {
  conformalHalfWidth,
  fitEncoder,
  holdOut,
  nativeEncoding,
  type Prepared,
  prepareTable,
  type Target,
  takeRows,
  takeTarget,
} from '@stroma/learn';
import {
  denseForm,
  fitConvolution1d,
  fitConvolution2d,
  fitFtTransformer,
  fitGru,
  fitLstm,
  fitMlp,
  fitTabularResNet,
  fitTransformerEncoder,
  type NetworkProgress,
  type NetworkTrainingOptions,
  type NetworkTrainingState,
} from '@stroma/learn/networks';
import type { SavedFacts } from '../kept/asked-model.ts';
import { openKept } from '../kept/kept-model.ts';
import { arrangementFor, imagesOf, sequencesOf } from '../kept/network-model.ts';
import type { SavedKept, SavedNetworkModel } from '../kept/saved-models.ts';
import { readLearningTable } from '../learning-table.ts';
import type { LearnedModel } from './automl-learning.ts';
import { factsOf, learnedModel, metricFor, takeColumns } from './found-model.ts';
import type { OwnRun, OwnTask, OwnWork } from './own-task.ts';

const coverage = 0.9;
const shownPoints = 200;
/** Of the rows it learns from, held out for early stopping. */
const validationShare = 0.2;

type Settings = Record<string, number | string>;
type Fitted = Pick<SavedNetworkModel, 'sees' | 'network'> & { settings: Settings };

/**
 * Trains a network on four fifths of the rows, a fifth of which stops it, and judges it by the others. Cut off and begun
 * again from the state that was kept it ends with the same bits.
 */
export async function learnNetwork(
  task: OwnTask,
  { options }: Extract<OwnWork, { kind: 'network' }>,
  run: OwnRun,
): Promise<LearnedModel> {
  const began = performance.now();
  const never = new AbortController().signal;
  const { table, leftOut } = await readLearningTable(task.table, never);
  const ready = prepareTable({
    table,
    target: task.target,
    seed: task.seed,
    memory_limit_bytes: task.memoryBytes,
    ...(task.problem && { problem: task.problem }),
  });
  const metric = metricFor(ready.target, task.metric);
  const watch = new Watch(task, ready, options, run);
  const train = takeTarget(ready.target, ready.rows.train);
  const validation = validationRows(train, task.seed);
  const { sees, network, settings } = await watch.through((course) =>
    fitted(ready, train, options, {
      seed: task.seed,
      epochs: options.epochs,
      rate: options.rate,
      course: options.course,
      weightDecay: options.weight_decay,
      patience: options.patience ?? Number.POSITIVE_INFINITY,
      validation,
      memoryLimitBytes: Math.max(0, task.memoryBytes - ready.memoryBytes),
      ...(options.batch === undefined ? {} : { batch: options.batch }),
      ...(task.metric === null ? {} : { metric: task.metric }),
      ...course,
    }),
  );
  const features = 'encoder' in sees ? ready.table : takeColumns(ready.table, sees.arrangement.columns);
  const facts = factsOf(ready, task.target, features, takeRows(features, ready.rows.train));
  const keptAs = (interval: SavedFacts['interval']) =>
    savedAs({ ...facts, interval }, { sees, network, settings });
  const held = Uint32Array.from(validation, (row) => ready.rows.train[row] as number);
  const saved = keptAs(await intervalOf(keptAs(null), ready, held));
  const asked = await openKept(saved);
  try {
    const { notes } = network;
    return await learnedModel(
      task,
      {
        saved,
        model: asked,
        metric,
        features,
        rows: table.rows,
        test: {
          table: takeRows(features, ready.rows.test),
          target: takeTarget(ready.target, ready.rows.test),
        },
        learnedFrom: train,
        told: {
          leaderboard: [
            {
              model: options.network,
              family: options.network,
              metric: watch.metric ?? metric,
              score: notes.score ?? Number.NaN,
              ci: null,
              settings,
              seconds: (performance.now() - began) / 1000,
              weight: 1,
            },
          ],
          stopped: watch.stopped(notes),
          decisions: [...ready.decisions, ...unused(ready, features), ...watch.decisions(held.length)],
          leaks: ready.leaks,
          failed: [],
          fits: 1,
          memory_bytes: watch.memoryBytes,
        },
        more: {
          training_curve: [...notes.checks],
          ...(watch.metric === null ? {} : { training_metric: watch.metric }),
        },
      },
      leftOut,
      began,
    );
  } finally {
    await asked.close?.();
  }
}

/** Dense layers as a model of AutoML, which answers at once wherever one is asked; other networks as they are. */
function savedAs(facts: SavedFacts, { sees, network, settings }: Fitted): SavedKept {
  if (!('encoder' in sees) || (network.kind !== 'mlp' && network.kind !== 'tabular_resnet'))
    return { ...facts, kind: 'network', version: 1, sees, network };
  const { names, categories } = network;
  const model = {
    ...({ kind: 'dense-networks', version: 1, names, categories } as const),
    networks: [denseForm(network)],
  };
  const configuration = { id: network.kind, family: network.kind, settings };
  return {
    ...facts,
    kind: 'automl',
    version: 1,
    encoders: [sees.encoder],
    members: [{ configuration, encoder: 0, model, seen: null }],
    combination: { kind: 'blend', members: [0], weights: [1] },
    calibration: { kind: 'none' },
  };
}

/** Places among the rows it learns from, so that classes are in both as they are in all. */
function validationRows(target: Target, seed: number): Uint32Array {
  const rows =
    target.kind === 'class' ? target.codes.length : target.kind === 'number' ? target.values.length : 0;
  const plan =
    target.kind === 'class' ? { by: 'stratified' as const, codes: target.codes } : { by: 'random' as const };
  return holdOut(rows, plan, { share: validationShare, seed }).test;
}

/** Of numbers, by the errors on rows that no step has learned from. */
async function intervalOf(
  saved: SavedKept,
  { target, table }: Prepared,
  rows: Uint32Array,
): Promise<SavedFacts['interval']> {
  if (target.kind !== 'number') return null;
  const model = await openKept(saved);
  try {
    const predicted = await model.outputs(takeRows(table, rows));
    const own = takeTarget(target, rows);
    if (own.kind !== 'number') return null;
    const half = conformalHalfWidth(own.values, predicted, coverage);
    return Number.isFinite(half) ? { half_width: half, coverage } : null;
  } finally {
    await model.close?.();
  }
}

const unused = ({ table }: Prepared, features: { columns: readonly { name: string }[] }) => {
  const used = new Set(features.columns.map(({ name }) => name));
  const left = table.columns.flatMap(({ name }) => (used.has(name) ? [] : [name]));
  return left.length === 0
    ? []
    : [
        {
          decision: 'column_left_out',
          columns: left,
          message: `${left.length} columns are no part of the sequence or image and were left out.`,
        },
      ];
};

async function fitted(
  ready: Prepared,
  train: Target,
  options: NetworkOptions,
  training: NetworkTrainingOptions,
): Promise<Fitted> {
  const rows = takeRows(ready.table, ready.rows.train);
  const { network, layers, width, heads = 4, dropout } = options;
  const dropped: { dropout?: number } = dropout === undefined ? {} : { dropout };
  const told = (own: object): Settings => Object.fromEntries(Object.entries(own));
  if (network === 'mlp' || network === 'tabular_resnet' || network === 'ft_transformer') {
    const { encoder, matrix } = fitEncoder(rows, train, { ...nativeEncoding, seed: training.seed });
    const sees = { encoder: encoder.save() };
    if (network === 'mlp') {
      const settings = { layers: layers ?? 2, width: width ?? 128, ...dropped };
      const hidden = Array.from({ length: settings.layers }, () => settings.width);
      await using own = await fitMlp(matrix, train, { hidden, ...dropped, ...training });
      return { sees, network: own.save(), settings: told(settings) };
    }
    if (network === 'tabular_resnet') {
      const settings = { blocks: layers ?? 2, width: width ?? 96, ...dropped };
      await using own = await fitTabularResNet(matrix, train, { ...settings, ...training });
      return { sees, network: own.save(), settings: told(settings) };
    }
    const settings = { blocks: layers ?? 2, width: width ?? 32, heads, ...dropped };
    await using own = await fitFtTransformer(matrix, train, { ...settings, ...training });
    return { sees, network: own.save(), settings: told(settings) };
  }
  const arrangement = arrangementFor(ready.table, options);
  const sees = { arrangement };
  if (network === 'convolution_2d') {
    const settings = { stages: layers ?? 2, width: width ?? 16, ...dropped };
    await using own = await fitConvolution2d(imagesOf(rows, arrangement), train, {
      ...settings,
      ...training,
    });
    return { sees, network: own.save(), settings: told(settings) };
  }
  const sequences = sequencesOf(rows, arrangement);
  if (network === 'convolution_1d') {
    const settings = { blocks: layers ?? 3, width: width ?? 32, ...dropped };
    await using own = await fitConvolution1d(sequences, train, { ...settings, ...training });
    return { sees, network: own.save(), settings: told(settings) };
  }
  if (network === 'transformer_encoder') {
    const settings = { layers: layers ?? 2, width: width ?? 32, heads, ...dropped };
    await using own = await fitTransformerEncoder(sequences, train, { ...settings, ...training });
    return { sees, network: own.save(), settings: told(settings) };
  }
  const settings = { layers: layers ?? 1, hidden: width ?? 32, ...dropped };
  await using own = await (network === 'lstm' ? fitLstm : fitGru)(sequences, train, {
    ...settings,
    ...training,
  });
  return { sees, network: own.save(), settings: told(settings) };
}

const outOfTime = Symbol('out of time');
type Course = Pick<
  NetworkTrainingOptions,
  'onProgress' | 'onState' | 'onMemory' | 'signal' | 'from' | 'patience'
>;

/** Tells of a training, keeps its state, and ends it in time with the best it had. */
class Watch {
  readonly #task: OwnTask;
  readonly #ready: Prepared;
  readonly #options: NetworkOptions;
  readonly #run: OwnRun;
  readonly #began = performance.now();
  readonly #late = new AbortController();
  #state: NetworkTrainingState | null = null;
  #curve: TrainingStep[] = [];
  #keptAt = performance.now();
  #kept = 0;
  #timedOut = false;
  memoryBytes = 0;
  metric: TrainingProgress['metric'] = null;

  constructor(task: OwnTask, ready: Prepared, options: NetworkOptions, run: OwnRun) {
    this.#task = task;
    this.#ready = ready;
    this.#options = options;
    this.#run = run;
  }

  async through(fit: (course: Course) => Promise<Fitted>): Promise<Fitted> {
    const { state } = this.#task;
    const from = state === null ? null : (deserialize(readFileSync(state)) as NetworkTrainingState);
    this.#state = from;
    this.#curve = [...(from?.checks ?? [])];
    const course: Course = {
      signal: this.#late.signal,
      onMemory: (bytes) => {
        this.memoryBytes = bytes;
      },
      onState: (reached) => this.#keep(reached),
      onProgress: (progress) => this.#tell(progress),
      ...(from !== null && { from }),
    };
    try {
      return await fit(course);
    } catch (error) {
      if (error !== outOfTime || this.#state?.best == null) throw error;
      this.#timedOut = true;
      // Without patience it ends at once, with the best that state holds.
      return fit({ from: this.#state, patience: 0 });
    }
  }

  stopped({ stopped, step }: { stopped: string; step: number }): { reason: string; message: string } {
    if (this.#timedOut)
      return {
        reason: 'time_limit',
        message: `The ${this.#task.timeLimitSeconds} seconds were over; the best look, after step ${step}, was taken.`,
      };
    return stopped === 'no_better'
      ? {
          reason: 'no_better',
          message: `${this.#options.patience} looks brought no better score; the best, after step ${step}, was taken.`,
        }
      : {
          reason: 'all_epochs',
          message: `All epochs were gone through; the best look, after step ${step}, was taken.`,
        };
  }

  decisions(heldOut: number) {
    return [
      {
        decision: 'early_stopping_rows',
        columns: [],
        message: `${heldOut} of the rows it learned from stopped it, and are not among those its scores are of. It was not trained again with the rows kept back.`,
      },
    ];
  }

  #keep(reached: NetworkTrainingState): void {
    this.#state = reached;
    const { stateMs, table, timeLimitSeconds } = this.#task;
    const now = performance.now();
    if (now - this.#began > timeLimitSeconds * 1000) this.#late.abort(outOfTime);
    if (now - this.#keptAt < stateMs) return;
    this.#keptAt = now;
    const path = join(table.folder, `state-${this.#kept++}`);
    writeFileSync(`${path}.part`, serialize(reached));
    renameSync(`${path}.part`, path);
    this.#run.kept(path);
  }

  #tell({ epoch, epochs, step, steps, loss, score, best, metric, secondsLeft }: NetworkProgress): void {
    this.#curve.push({ step, epoch, loss, score });
    this.metric = metric as TrainingProgress['metric'];
    const seconds = (performance.now() - this.#began) / 1000;
    const left = Math.max(0, Math.min(secondsLeft, this.#task.timeLimitSeconds - seconds));
    const fraction = Math.max(step / steps, seconds / this.#task.timeLimitSeconds);
    this.#run.progress(Math.min(0.98, fraction), 'training');
    this.#run.told({
      phase: 'training',
      fraction: Math.min(0.98, fraction),
      seconds,
      fits: 0,
      metric: this.metric,
      problem_type: this.#ready.problem.type,
      leaderboard: [],
      search_curve: [],
      network: {
        step,
        steps,
        epoch,
        epochs,
        best,
        seconds_left: left,
        memory_bytes: this.memoryBytes,
        curve: thinned(this.#curve),
      },
    });
  }
}

/** At most so many, the last among them. */
function thinned(checks: readonly TrainingStep[]): TrainingStep[] {
  const every = Math.ceil(checks.length / shownPoints);
  return checks.filter((_, at) => (checks.length - 1 - at) % every === 0);
}
