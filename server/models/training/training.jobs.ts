import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { TrainingProgress } from '@stroma/contracts';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import type { ThreadOptions, Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { ModelVersions } from '../registry/model-versions.service.ts';
import { findModelByName } from '../registry/models.store.ts';
import type { LearnedModel, TrainingNews, TrainingTask } from './learning/automl-learning.ts';
import { learnInProcess } from './learning/own-process.ts';
import { type KnownVersions, prepareWork } from './own-work.ts';
import { type OwnAsk, type TrainInput, trainKind } from './training.input.ts';
import { newTrainedIds, registerTrained } from './training.registration.ts';
import { findTraining, updateTraining } from './training.store.ts';
import type { Origin } from './training.tables.ts';

export interface TrainingTools {
  parts: ModelParts;
  versions: ModelVersions;
  /** Trainings run apart from the short work of other threads. */
  threads: Threads;
  /** What ensembles and transfer learning are made of. */
  known: KnownVersions;
  /** Between states of a network that are kept; 20 seconds when left out. */
  stateMs?: number;
}

const worker = new URL('./training.worker.ts', import.meta.url);
/** Reading, evaluating and storing come on top of the time that may be learned in. */
const besidesSeconds = 1800;
const toldMs = 1000;
/** An announcement on PostgreSQL holds 8,000 bytes. */
const announcedModels = 8;
const announcedPoints = 25;

/** Learns from a dataset as its trainer sees it, and registers what came of it. */
export function trainJob(tools: TrainingTools): JobDefinition<TrainInput> {
  return {
    kind: trainKind,
    title: ({ name }) => `Training ${name}`,
    timeoutSeconds: 1800 + besidesSeconds,
    retries: 1,
    concurrency: 1,
    run: (input, ctx, job) => train(tools, input, ctx, job),
    async onFailed(input, ctx, job, error, tx) {
      const row = await findTraining(tx, ctx, job.jobId);
      await updateTraining(tx, ctx, job.jobId, {
        error: { details: {}, ...error },
        stateKey: null,
        finishedAt: new Date(),
      });
      await tools.parts.access.audit.record(tx, ctx, {
        action: 'training.failed',
        object: { kind: 'dataset', id: input.dataset_id },
        outcome: 'failure',
        details: { job_id: job.jobId, name: input.name, code: error.code },
      });
      if (row?.stateKey != null) await tools.parts.platform.objects.delete(row.stateKey);
    },
  };
}

async function train(
  tools: TrainingTools,
  input: TrainInput,
  ctx: Context,
  job: RunningJob,
): Promise<JobOutcome> {
  const { platform, data } = tools.parts;
  const startedAt = new Date();
  const table = await data.openTable(ctx, input.dataset_id, input.version_id);
  const folder = join(platform.scratchFolder, `train-${randomBytes(8).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const told = new ToldProgress(tools, input, ctx, job);
  try {
    const task = await taskOf(tools, input, table, folder, await told.state());
    const { learned, origins } = await learn(
      tools,
      input,
      task,
      table,
      {
        signal: ctx.signal,
        onProgress: (fraction, phase) => job.progress(fraction * 0.97, phase),
        onNews: (news) => told.hear(news as TrainingNews),
      },
      ctx,
    );
    await told.settled();
    job.progress(0.98, 'storing');
    const ids = newTrainedIds(ctx, job, await findModelByName(platform.db.sql, ctx, input.name));
    await platform.objects.putFile(ids.modelKey, learned.path);
    await platform.provenance.prepare(ctx.actor.tenantId);
    const stateKey = told.stateKey;
    const registered = await registerTrained(tools, {
      ...{ input, ctx, job, table, learned, ids, startedAt, origins },
    });
    if (stateKey !== null) await platform.objects.delete(stateKey);
    return registered;
  } finally {
    await told.settled();
    await rm(folder, { recursive: true, force: true });
  }
}

type Heard = Required<Pick<ThreadOptions, 'signal' | 'onProgress' | 'onNews'>>;

/** AutoML in a thread; what ONNX Runtime runs, or files of others, in a process that can be ended at any moment. */
async function learn(
  tools: TrainingTools,
  input: TrainInput,
  task: TrainingTask,
  table: ReadableTable,
  heard: Heard,
  ctx: Context,
): Promise<{ learned: LearnedModel; origins: Origin[] }> {
  const { own } = input;
  const stateMs = tools.stateMs ?? 20_000;
  // With networks AutoML runs what no thread may be ended in.
  const isPlain = own === undefined && (input.kind === 'learner' || input.preset === 'fast');
  if (own === undefined && !isPlain)
    return {
      learned: await learnInProcess({ ...task, work: { kind: 'automl', task }, stateMs }, heard),
      origins: [],
    };
  if (own === undefined)
    return { learned: await tools.threads.run<TrainingTask, LearnedModel>(worker, task, heard), origins: [] };
  const { work, origins } = await prepareWork(tools.parts, tools.known, ctx, own, table);
  const { target, problem, metric, seed, timeLimitSeconds, memoryBytes, state } = task;
  const learned = await learnInProcess(
    {
      ...{ work, target, problem, metric, seed, timeLimitSeconds, memoryBytes, state },
      table: task.table,
      stateMs,
    },
    heard,
  );
  return { learned: withNames(learned, own), origins };
}

/** What the process was not told. */
function withNames(learned: LearnedModel, own: OwnAsk): LearnedModel {
  const { base, imported } = learned.learned;
  if (own.kind === 'imported' && imported !== undefined) {
    const { licence, source } = own;
    return { ...learned, learned: { ...learned.learned, imported: { ...imported, licence, source } } };
  }
  if (own.kind === 'transfer' && base !== undefined && 'version_id' in own.base) {
    const { model_id, number } = own.base;
    return { ...learned, learned: { ...learned.learned, base: { ...base, model_id, number } } };
  }
  return learned;
}

async function taskOf(
  { parts: { platform } }: TrainingTools,
  input: TrainInput,
  table: ReadableTable,
  folder: string,
  state: string | null,
): Promise<TrainingTask> {
  const { config } = platform;
  const columns = table.columns.filter(
    ({ name }) =>
      !table.hidden.has(name) && (!input.leave_out.includes(name) || name === input.split?.column),
  );
  if (input.kind !== 'imported' && !columns.some(({ name }) => name === input.target))
    fail('INVALID_INPUT', `The target "${input.target}" is no column that you are shown.`, {
      column: input.target,
    });
  return {
    table: {
      parquet: await table.path(),
      restriction: table.restriction,
      columns,
      folder,
      memoryMb: config.STROMA_INGEST_MEMORY_MB,
    },
    target: input.target,
    timeLimitSeconds: input.time_limit_s,
    seed: input.seed,
    problem: input.problem_type,
    metric: input.metric,
    preset: input.preset,
    split: input.split ?? null,
    only: input.learner === null ? null : { family: input.learner, settings: input.settings },
    threads: Math.min(8, availableParallelism()),
    memoryBytes: config.STROMA_TRAINING_MEMORY_MB * 2 ** 20,
    state,
  };
}

/** Keeps what a training tells where pages find it, and what it takes to go on after a crash. */
class ToldProgress {
  readonly #tools: TrainingTools;
  readonly #input: TrainInput;
  readonly #ctx: Context;
  readonly #job: RunningJob;
  /** News comes from a thread, outside of what the job was called in. */
  readonly #within = AsyncLocalStorage.snapshot();
  #latest: TrainingProgress | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  stateKey: string | null = null;

  constructor(tools: TrainingTools, input: TrainInput, ctx: Context, job: RunningJob) {
    this.#tools = tools;
    this.#input = input;
    this.#ctx = ctx;
    this.#job = job;
  }

  /** A local file of the state an earlier attempt had reached. */
  async state(): Promise<string | null> {
    const { platform } = this.#tools.parts;
    const row = await findTraining(platform.db.sql, this.#ctx, this.#job.jobId);
    this.stateKey = row?.stateKey ?? null;
    if (this.stateKey === null || (await platform.objects.stat(this.stateKey)) === null) return null;
    return platform.objects.localPath(this.stateKey);
  }

  hear(news: TrainingNews): void {
    if (news.kind === 'state') {
      this.#then(() => this.#keepState(news.path));
      return;
    }
    this.#latest = news.progress;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#then(() => this.#tell());
    }, toldMs);
  }

  /** Resolves when all that was heard is written. */
  async settled(): Promise<void> {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#then(() => this.#tell());
    }
    await this.#writing;
  }

  #then(write: () => Promise<void>): void {
    this.#writing = this.#writing
      .then(() => this.#within(write))
      .catch((error) => this.#ctx.log.warn({ err: error }, 'how far a training is could not be kept'));
  }

  async #tell(): Promise<void> {
    const progress = this.#latest;
    if (progress === null || this.#ctx.signal.aborted) return;
    this.#latest = null;
    const { platform } = this.#tools.parts;
    const { jobId } = this.#job;
    await updateTraining(platform.db.sql, this.#ctx, jobId, { progress });
    platform.events.announce(this.#ctx.actor.tenantId, 'job.training', jobId, {
      job_id: jobId,
      dataset_id: this.#input.dataset_id,
      progress: {
        ...progress,
        leaderboard: progress.leaderboard.slice(0, announcedModels),
        search_curve: progress.search_curve.slice(-announcedPoints),
      },
    });
  }

  async #keepState(path: string): Promise<void> {
    if (this.#ctx.signal.aborted) return;
    const { platform } = this.#tools.parts;
    const { tenantId } = this.#ctx.actor;
    const key = `models/${tenantId}/trainings/${this.#job.jobId}`;
    await platform.objects.putFile(key, path);
    if (this.stateKey !== key)
      await updateTraining(platform.db.sql, this.#ctx, this.#job.jobId, { stateKey: key });
    this.stateKey = key;
  }
}
