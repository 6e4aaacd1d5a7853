import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { asTrained, type FeatureTable, prepareTable, takeRows, takeTarget } from '@stroma/learn';
import type { FineTuningOptions } from '@stroma/learn/networks';
import { domainShift } from '@stroma/learn/onnx';
import { openKept, readKept } from '../kept/kept-model.ts';
import { readLearningTable } from '../learning-table.ts';
import type { TuningAsk } from '../tuning-ask.ts';
import type { LearnedModel } from './automl-learning.ts';
import { baseLeaks, knownRows, requireColumns } from './base-rows.ts';
import { factsOf, learnedModel, metricFor, takeColumns } from './found-model.ts';
import { intervalOf, type Settings, savedAs, validationRows, weightsIn } from './kept-network.ts';
import type { OwnRun, OwnTask, OwnWork, TransferBase } from './own-task.ts';
import { Watch } from './training-watch.ts';
import { type TunableBase, tunableBase } from './tunable-base.ts';

type Work = Extract<OwnWork, { kind: 'transfer' }>;

/**
 * A network learned on from one that was trained here: its last layers, all of them, or adapters, by four fifths of the
 * rows, a fifth of which stops it, and judged by the others. It is a network as any other afterwards.
 */
export async function learnTuned(
  task: OwnTask,
  work: Work,
  from: Extract<TransferBase, { from: 'model' }>,
  tuning: TuningAsk,
  run: OwnRun,
): Promise<LearnedModel> {
  const began = performance.now();
  const { table, leftOut } = await readLearningTable(task.table, new AbortController().signal);
  const packed = readFileSync(from.file);
  const kept = readKept(packed);
  const base = tunableBase(kept, from.name);
  requireColumns(
    { name: from.name, columns: base.columns },
    task.target,
    table.columns.map(({ name }) => name),
  );
  const ready = prepareTable({
    table: takeColumns(table, [...base.columns, task.target]),
    target: task.target,
    seed: task.seed,
    memory_limit_bytes: task.memoryBytes,
    ...(task.problem && { problem: task.problem }),
  });
  const { target, rows, problem } = ready;
  const known = asTrained(takeColumns(table, base.columns), kept.schema);
  const features = takeRows(known, knownRows(ready.table.rows, table, task.target));
  const metric = metricFor(target, task.metric);
  const learned = { table: takeRows(features, rows.train), target: takeTarget(target, rows.train) };
  const validation = validationRows(learned.target, task.seed);
  const watch = new Watch(task, ready, tuning.patience, run);
  const labels = kept.problem.labels;
  // A head says what it said: of other classes or another amount it begins anew.
  const keepsHead =
    labels.length > 0
      ? labels.join('\n') === problem.labels.join('\n')
      : problem.labels.length === 0 && kept.target === task.target;
  const network = await watch.through((course) =>
    base.tuned(learned.table, learned.target, {
      ...optionsOf(tuning),
      seed: task.seed,
      head: keepsHead ? 'kept' : 'new',
      validation,
      memoryLimitBytes: Math.max(0, task.memoryBytes - ready.memoryBytes),
      ...(task.metric === null ? {} : { metric: task.metric }),
      ...course,
    }),
  );
  run.progress(0.98, 'evaluating');
  const { mode, layers, rank } = tuning;
  const settings: Settings = { mode, rate_decay: tuning.rate_decay, ...base.settings };
  if (layers !== null) settings.tuned_layers = layers;
  if (rank !== null) settings.rank = rank;
  const fitted = { sees: base.sees, network, settings };
  const facts = factsOf(ready, task.target, features, learned.table);
  const held = Uint32Array.from(validation, (row) => rows.train[row] as number);
  const interval = await intervalOf(savedAs({ ...facts, interval: null }, fitted), target, features, held);
  const saved = savedAs({ ...facts, interval }, fitted);
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
        test: { table: takeRows(features, rows.test), target: takeTarget(target, rows.test) },
        learnedFrom: learned.target,
        weights: weightsIn(network),
        told: {
          leaderboard: [
            {
              model: network.kind,
              family: network.kind,
              metric: watch.metric ?? metric,
              score: notes.score ?? Number.NaN,
              ci: null,
              settings,
              seconds: (performance.now() - began) / 1000,
              weight: 1,
            },
          ],
          stopped: watch.stopped(notes),
          decisions: [
            ...ready.decisions.filter(({ decision }) => decision !== 'column_left_out'),
            { decision: 'tuned_layers', columns: [], message: wordsOf(from.name, tuning, keepsHead) },
            ...watch.decisions(held.length),
          ],
          leaks: [...ready.leaks, ...baseLeaks(work, task.seed, rows.test.length)],
          failed: [],
          fits: 1,
          memory_bytes: watch.memoryBytes,
        },
        more: {
          learned_by: `${network.kind} from ${from.name}`,
          training_curve: [...notes.checks],
          ...(watch.metric === null ? {} : { training_metric: watch.metric }),
          domain_shift: await shiftOf(base, kept.background, learned.table, task.seed),
          base: {
            name: from.name,
            sha256: createHash('sha256').update(gunzipSync(packed)).digest('hex'),
            licence: null,
            layer: null,
            model_id: null,
            number: null,
            ...{ mode, layers, rank, kept_head: keepsHead },
          },
        },
      },
      leftOut,
      began,
    );
  } finally {
    await asked.close?.();
  }
}

function optionsOf(tuning: TuningAsk): Omit<FineTuningOptions, 'seed'> {
  const { layers, rank, batch, patience } = tuning;
  return {
    layers: layers ?? 'all',
    rateDecay: tuning.rate_decay,
    ...(rank === null ? {} : { adapterRank: rank }),
    epochs: tuning.epochs,
    ...(batch === null ? {} : { batch }),
    rate: tuning.rate,
    course: tuning.course,
    weightDecay: tuning.weight_decay,
    patience: patience ?? Number.POSITIVE_INFINITY,
  };
}

function wordsOf(name: string, { layers, rank }: TuningAsk, keepsHead: boolean): string {
  const which =
    layers === null
      ? `All layers of "${name}" were learned on`
      : `Of "${name}" the ${layers === 1 ? 'last layer was' : `last ${layers} layers were`} learned on, those below are as they were`;
  const adapters = rank === null ? '' : `, with adapters of rank ${rank} that were written into them`;
  return `${which}${adapters}. The head ${keepsHead ? 'began as that of the base' : 'was learned anew: the base said something else'}.`;
}

/** To the layer below the head, before anything was learned on. */
async function shiftOf(base: TunableBase, background: FeatureTable, own: FeatureTable, seed: number) {
  const seen = async (table: FeatureTable) => ({ table, seen: await base.features(table) });
  const { outside, ...shift } = domainShift(await seen(background), await seen(own), { seed });
  return { ...shift, outside: [...outside] };
}
