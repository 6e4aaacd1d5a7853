import type { NetworkOptions } from '@stroma/contracts';
import {
  fitEncoder,
  nativeEncoding,
  type Prepared,
  prepareTable,
  type Target,
  takeRows,
  takeTarget,
} from '@stroma/learn';
import {
  fitConvolution1d,
  fitConvolution2d,
  fitFtTransformer,
  fitGru,
  fitLstm,
  fitMlp,
  fitTabularResNet,
  fitTransformerEncoder,
  type NetworkTrainingOptions,
} from '@stroma/learn/networks';
import type { SavedFacts } from '../kept/asked-model.ts';
import { openKept } from '../kept/kept-model.ts';
import { arrangementFor, imagesOf, sequencesOf } from '../kept/network-model.ts';
import { readLearningTable } from '../learning-table.ts';
import type { LearnedModel } from './automl-learning.ts';
import { factsOf, learnedModel, metricFor, takeColumns } from './found-model.ts';
import {
  type Fitted,
  intervalOf,
  type Settings,
  savedAs,
  validationRows,
  weightsIn,
} from './kept-network.ts';
import type { OwnRun, OwnTask, OwnWork } from './own-task.ts';
import { Watch } from './training-watch.ts';

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
  const watch = new Watch(task, ready, options.patience, run);
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
  const saved = keptAs(await intervalOf(keptAs(null), ready.target, ready.table, held));
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
        weights: weightsIn(network),
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
