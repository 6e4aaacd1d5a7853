import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StromaError } from '@stroma/kernel';
import { conformalHalfWidth, prepareTable, takeRows, takeTarget } from '@stroma/learn';
import { exportTableNetwork, loadImageNetwork, type SavedTableNetwork } from '@stroma/learn/networks';
import { type BaseModel, describeOnnx, exportOnnx, fitTransfer, headLayer } from '@stroma/learn/onnx';
import { findBaseModel } from '../base-models.ts';
import { readKept } from '../kept/kept-model.ts';
import type { SavedKept, SavedNetworkModel, SavedTransferModel } from '../kept/saved-models.ts';
import { openTransferModel } from '../kept/transfer-model.ts';
import { readLearningTable } from '../learning-table.ts';
import type { LearnedModel } from './automl-learning.ts';
import { baseLeaks, knownRows, requireColumns } from './base-rows.ts';
import { factsOf, learnedModel, metricFor, takeColumns } from './found-model.ts';
import type { OwnRun, OwnTask, OwnWork, TransferBase } from './own-task.ts';

type Work = Extract<OwnWork, { kind: 'transfer' }>;

const coverage = 0.9;
/** Of the rows to learn from, those the interval is told by. */
const intervalShare = 0.2;

/** A head on the frozen layers of another model, learned from four fifths of the rows and judged by the others. */
export async function learnTransfer(task: OwnTask, work: Work, run: OwnRun): Promise<LearnedModel> {
  const began = performance.now();
  const { table, leftOut } = await readLearningTable(task.table, new AbortController().signal);
  const base = await baseOf(work.base, work.layer);
  const { card } = base;
  const numbers = table.columns.flatMap(({ name, kind }) => (kind === 'number' ? [name] : []));
  requireColumns(card, task.target, numbers, 'columns of numbers');
  const ready = prepareTable({
    table: takeColumns(table, [...card.columns, task.target]),
    target: task.target,
    seed: task.seed,
    memory_limit_bytes: task.memoryBytes,
    ...(task.problem && { problem: task.problem }),
  });
  // What looks like an identifier is left out of other trainings; the base takes what it takes.
  const { target, rows } = ready;
  const known = takeColumns(table, card.columns);
  const features = takeRows(known, knownRows(ready.table.rows, table, task.target));
  const metric = metricFor(target, task.metric);
  const learns =
    target.kind === 'number' ? splitForInterval(rows.train) : { fit: rows.train, interval: null };
  run.progress(0.2, 'training');
  const train = takeTarget(target, learns.fit);
  const bytes = await base.bytes();
  await using learned = await fitTransfer(base, takeRows(features, learns.fit), train, {
    seed: task.seed,
    onProgress: (fraction) => run.progress(0.2 + 0.5 * fraction, 'training'),
  });
  run.progress(0.7, 'evaluating');
  const interval = await intervalFor();
  const saved: SavedTransferModel = {
    ...factsOf(ready, task.target, features, takeRows(features, rows.train)),
    kind: 'transfer',
    version: 1,
    interval,
    card,
    file: bytes,
    transfer: learned.save(),
  };
  const model = await openTransferModel(saved);
  try {
    return await learnedModel(
      task,
      {
        saved,
        model,
        metric,
        features,
        rows: table.rows,
        test: { table: takeRows(features, rows.test), target: takeTarget(target, rows.test) },
        learnedFrom: train,
        told: {
          leaderboard: [],
          stopped: {
            reason: 'fitted',
            message: `A linear head was fitted on "${card.layer}" of "${card.name}".`,
          },
          decisions: [
            ...ready.decisions.filter(({ decision }) => decision !== 'column_left_out'),
            {
              decision: 'frozen_layers',
              columns: [...card.columns],
              message: `Everything up to "${card.layer}" is as it was; what was learned is the head.`,
            },
          ],
          leaks: [...ready.leaks, ...baseLeaks(work, task.seed, rows.test.length)],
          failed: [],
          fits: 1,
          memory_bytes: bytes.byteLength,
        },
        more: {
          learned_by: `transfer from ${card.name}`,
          domain_shift:
            learned.shift === null ? null : { ...learned.shift, outside: [...learned.shift.outside] },
          base: {
            name: card.name,
            sha256: card.model.sha256,
            licence: card.licence === '' ? null : card.licence,
            layer: card.layer,
            model_id: null,
            number: null,
            mode: 'frozen',
          },
        },
      },
      leftOut,
      began,
    );
  } finally {
    await model.close();
  }

  async function intervalFor(): Promise<SavedTransferModel['interval']> {
    if (learns.interval === null) return null;
    const own = takeTarget(target, learns.interval);
    if (own.kind !== 'number') return null;
    const half = conformalHalfWidth(
      own.values,
      await learned.predict(takeRows(features, learns.interval)),
      coverage,
    );
    return Number.isFinite(half) ? { half_width: half, coverage } : null;
  }
}

function splitForInterval(rows: Uint32Array): { fit: Uint32Array; interval: Uint32Array } {
  const every = Math.round(1 / intervalShare);
  return {
    fit: rows.filter((_, at) => at % every !== 0),
    interval: rows.filter((_, at) => at % every === 0),
  };
}

/** Throws UNPROCESSABLE for a model that has no layers a head can stand on. */
async function baseOf(base: TransferBase, layer: string | null): Promise<BaseModel> {
  if (base.from === 'folder') {
    const found = await findBaseModel(base.root, base.name);
    return layer === null ? found : { ...found, card: { ...found.card, layer } };
  }
  const saved = readKept(readFileSync(base.file));
  const { bytes, columns, rows } = fileOf(saved, base.name);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const own = layer ?? headLayer(bytes);
  if (own === null)
    throw new StromaError(
      'UNPROCESSABLE',
      `"${base.name}" has no layer before a last linear one. Name the layer that a head shall stand on as "layer".`,
      { field: 'layer' },
    );
  const numbers = rows.columns.flatMap((column) =>
    column.kind === 'number' && columns.includes(column.name)
      ? [[column.name, Array.from(column.values)] as const]
      : [],
  );
  const told =
    numbers.length === columns.length && numbers.every(([, values]) => values.every(Number.isFinite));
  return {
    card: {
      format: 'stroma-base-model',
      version: 1,
      name: base.name,
      description: base.name,
      model: { file: 'model.onnx', sha256 },
      columns,
      layer: own,
      data: { description: 'Of the registry', source: base.name, rows: rows.rows },
      licence: '',
      metrics: [],
      reference: told ? Object.fromEntries(numbers) : null,
    },
    bytes: async () => bytes,
  };
}

/** The model as a file with its columns in the order it takes them, and rows it was trained on. */
function fileOf(
  saved: SavedKept,
  name: string,
): { bytes: Uint8Array; columns: readonly string[]; rows: SavedNetworkModel['background'] } {
  if (saved.kind === 'onnx')
    return { bytes: saved.file, columns: saved.schema.map((own) => own.name), rows: saved.background };
  if (saved.kind === 'transfer')
    return { bytes: saved.file, columns: saved.card.columns, rows: saved.background };
  if (saved.kind === 'automl' && saved.members.every(({ model }) => model.kind === 'dense-networks')) {
    const { bytes } = exportOnnx(saved);
    const columns = describeOnnx(bytes).columns ?? [];
    if (columns.every(({ kind }) => kind === 'number'))
      return { bytes, columns: columns.map((own) => own.name), rows: saved.background };
  }
  if (saved.kind === 'network' && 'encoder' in saved.sees) {
    const network = saved.network as SavedTableNetwork;
    const coded = network.categories.some((count) => count > 0);
    const numbers = saved.schema.every(({ kind }) => kind === 'number');
    if (!coded && numbers)
      return { bytes: exportTableNetwork(network).bytes, columns: network.names, rows: saved.background };
  }
  if (saved.kind === 'network' && 'arrangement' in saved.sees && saved.network.kind === 'convolution_2d')
    return {
      bytes: loadImageNetwork(saved.network).toOnnx(),
      columns: saved.sees.arrangement.columns,
      rows: saved.background,
    };
  throw new StromaError(
    'UNPROCESSABLE',
    `"${name}" has no layers that a head could stand on: a network of columns of numbers or of images, or an imported ONNX file, was expected.${saved.kind === 'network' ? ' Its own layers can be learned on: take the mode "last_layers", "all" or "adapters".' : ''}`,
    { field: 'base', kind: saved.kind },
  );
}
