import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { gzipSync } from 'node:zlib';
import type { SignatureColumn, TrainingProgress } from '@stroma/contracts';
import {
  type AutomlSplit,
  type AutomlState,
  automl,
  type FamilyName,
  loadAutoml,
  type MetricName,
  modelText,
  type NetworkLearners,
  type Preset,
  type ProblemType,
  type Settings,
  TreeThreads,
  withoutColumns,
} from '@stroma/learn';
import type { TaskContext } from '../../../platform/threads/serve-task.ts';
import { type LearnedPart, learnedPart } from '../evaluation.ts';
import { readLearningTable, type TableTask } from '../learning-table.ts';
import { signatureOf } from '../signature.ts';

export interface TrainingTask {
  table: TableTask;
  target: string;
  timeLimitSeconds: number;
  seed: number;
  problem: ProblemType | null;
  metric: MetricName | null;
  preset: Preset;
  split: AutomlSplit | null;
  only: { family: FamilyName; settings: Settings } | null;
  threads: number;
  memoryBytes: number;
  /** What an attempt that was cut off had reached; null where there is none. */
  state: string | null;
}

export type TrainingNews =
  | { kind: 'progress'; progress: TrainingProgress }
  /** A file with all it takes to go on from here. */
  | { kind: 'state'; path: string };

export interface LearnedModel {
  /** A file: the model's text, packed. */
  path: string;
  bytes: number;
  /** Of the text. */
  sha256: string;
  learned: LearnedPart;
  signature: SignatureColumn[];
  rows: number;
}

const progressMs = 400;
const stateMs = 20_000;
/** Soon first, then ever less often: what is lost is a small part of what was done. */
const firstStateMs = 1000;
const lostShare = 0.05;
const shownModels = 20;
const shownPoints = 60;

/** What AutoML finds in a dataset. With `learners` it tries networks too, which hold the thread for up to 20 steps. */
export async function learnAutoml(
  task: TrainingTask,
  ctx: TaskContext,
  learners?: NetworkLearners,
): Promise<LearnedModel> {
  ctx.progress(0, 'reading');
  const { table, leftOut } = await readLearningTable(task.table, ctx.signal);
  const threads = new TreeThreads(task.threads);
  try {
    const result = await automl({
      table,
      target: task.target,
      time_limit_seconds: task.timeLimitSeconds,
      seed: task.seed,
      preset: task.preset,
      clock: () => performance.now(),
      memory_limit_bytes: task.memoryBytes,
      threads,
      signal: ctx.signal,
      ...(task.problem && { problem: task.problem }),
      ...(task.metric && { metric: task.metric }),
      ...(task.split && { split: task.split }),
      ...(task.only && { only: task.only }),
      ...(learners && { learners }),
      ...stateKept(task, ctx),
      onProgress: progressTold(ctx),
    });
    ctx.progress(0.99, 'evaluating');
    for (const { name, reason } of leftOut)
      result.decisions.unshift({
        decision: 'column_left_out',
        columns: [name],
        message: `"${name}": ${reason}`,
      });
    const held = result.held_out;
    const learned = await learnedPart(result, held === null ? null : loadAutoml(held.model), {
      target: task.target,
      seed: task.seed,
      mostPredictions: Math.min(300_000, Math.max(20_000, task.timeLimitSeconds * 2000)),
      signal: ctx.signal,
    });
    const text = modelText(result.model);
    const packed = gzipSync(text, { level: 4 });
    const path = join(task.table.folder, 'model');
    writeFileSync(path, packed);
    const known = new Set(result.model.schema.map(({ name }) => name));
    const features = withoutColumns(
      table,
      table.columns.flatMap(({ name }) => (known.has(name) ? [] : [name])),
    );
    return {
      path,
      bytes: packed.byteLength,
      sha256: createHash('sha256').update(text).digest('hex'),
      learned,
      signature: signatureOf(features),
      rows: table.rows,
    };
  } finally {
    threads.close();
  }
}

function stateKept({ state, table: { folder } }: TrainingTask, { tell }: TaskContext) {
  const began = performance.now();
  let last = began;
  return {
    ...(state === null ? {} : { state: deserialize(readFileSync(state)) as AutomlState }),
    onState(reached: AutomlState) {
      const now = performance.now();
      if (now - last < Math.min(stateMs, Math.max(firstStateMs, lostShare * (now - began)))) return;
      last = now;
      const path = join(folder, `state-${reached.fits.length}`);
      writeFileSync(`${path}.part`, serialize(reached));
      renameSync(`${path}.part`, path);
      tell({ kind: 'state', path } satisfies TrainingNews);
    },
  };
}

type OnProgress = NonNullable<Parameters<typeof automl>[0]['onProgress']>;

/** The leaderboard a few times a second, and where the best score was reached. */
function progressTold({ tell, progress }: TaskContext): OnProgress {
  let last = Number.NEGATIVE_INFINITY;
  const curve: TrainingProgress['search_curve'] = [];
  return ({ fraction, phase, fits, seconds, problem, metric, leaderboard }) => {
    const best = leaderboard[0]?.score;
    if (best !== undefined && best !== curve.at(-1)?.score) curve.push({ seconds, fits, score: best });
    if (performance.now() - last < progressMs) return;
    last = performance.now();
    progress(fraction, phase);
    const told = {
      phase,
      fraction,
      seconds,
      fits,
      metric,
      problem_type: problem.type,
      leaderboard: leaderboard.slice(0, shownModels).map((entry) => ({ ...entry, weight: null })),
      search_curve: curve.slice(-shownPoints),
    } as TrainingProgress;
    tell({ kind: 'progress', progress: told } satisfies TrainingNews);
  };
}
