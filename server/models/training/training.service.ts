import type { api, RowSplit, Training, TrainingKind } from '@stroma/contracts';
import { nearestName } from '@stroma/lake';
import { checkLearnerSettings } from '@stroma/learn/learner-settings';
import type { z } from 'zod';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { cutPage, readIdCursor } from '../../platform/paging.ts';
import { type ModelParts, RunDocuments } from '../experiments/run-documents.ts';
import { findModelByName } from '../registry/models.store.ts';
import { type RegisteredModels, requireAddressable } from '../registry/registered-models.service.ts';
import { type TrainInput, trainKind } from './training.input.ts';
import { findTraining, insertTraining, listTrainings, type TrainingRow } from './training.store.ts';

type AutomlBody = z.output<typeof api.training.automl.body>;
type LearnerBody = z.output<typeof api.training.learner.body>;
type ListQuery = z.output<typeof api.training.list.query>;

/** Trainings as jobs: what may be learned from is checked before one begins. */
export class Trainings {
  readonly #parts: ModelParts;
  readonly #models: RegisteredModels;
  readonly #documents: RunDocuments;

  constructor(parts: ModelParts, models: RegisteredModels) {
    this.#parts = parts;
    this.#models = models;
    this.#documents = new RunDocuments(parts);
  }

  automl(ctx: Context, body: AutomlBody) {
    const { preset, time_limit_s, split } = body;
    const own = { preset, time_limit_s, learner: null, settings: {}, ...(split && { split }) };
    return this.start(ctx, 'automl', body, own);
  }

  learner(ctx: Context, body: LearnerBody) {
    const { learner, settings, time_limit_s, split } = body;
    checkLearnerSettings(learner, settings);
    const own = { preset: 'balanced', time_limit_s, learner, settings, ...(split && { split }) } as const;
    return this.start(ctx, 'learner', body, own);
  }

  /** What may be learned from is checked; `hasTarget` where the dataset need not have it. */
  async start(
    ctx: Context,
    kind: TrainInput['kind'],
    body: Omit<AutomlBody, 'preset' | 'time_limit_s' | 'split'>,
    own: Pick<TrainInput, 'preset' | 'time_limit_s' | 'learner' | 'settings' | 'split' | 'own'>,
    hasTarget = true,
  ): Promise<{ job_id: string; training_id: string }> {
    const { platform, access, data } = this.#parts;
    const table = await data.openTable(ctx, body.dataset_id, body.version_id);
    if (hasTarget || table.columns.some(({ name }) => name === body.target))
      checkColumns(table, body.target, body.leave_out, own.split);
    const name = body.name ?? `${body.target} of ${table.name}`.replace(/[/:]/g, ' ').trim().slice(0, 250);
    await this.#requireName(ctx, name);
    const input: TrainInput = {
      kind,
      dataset_id: table.dataset_id,
      version_id: table.version_id,
      target: body.target,
      leave_out: body.leave_out,
      problem_type: body.problem_type ?? null,
      metric: body.metric ?? null,
      seed: body.seed,
      name,
      ...own,
    };
    await platform.jobs.open();
    const jobId = await platform.db.transaction(async (tx) => {
      const id = await platform.jobs.send(ctx, trainKind, input, { tx });
      const { dataset_id, version_id, target, name: _, own: asked, ...rest } = input;
      const parameters = asked === undefined ? rest : { ...rest, ...asked };
      await insertTraining(tx, {
        jobId: id,
        tenantId: ctx.actor.tenantId,
        kind,
        name,
        datasetId: dataset_id,
        datasetVersionId: version_id,
        target,
        parameters,
        progress: null,
        stateKey: null,
        error: null,
        result: null,
        createdBy: ctx.actor.id,
        createdAt: new Date(),
        finishedAt: null,
      });
      await access.audit.record(tx, ctx, {
        action: 'training.started',
        object: { kind: 'dataset', id: dataset_id },
        outcome: 'success',
        after: input,
        details: { job_id: id, version_id, kind, name },
      });
      return id;
    });
    platform.events.announce(ctx.actor.tenantId, 'job.changed', jobId, {
      job_id: jobId,
      status: 'queued',
      progress: 0,
    });
    return { job_id: jobId, training_id: jobId };
  }

  /** A further version is added by who may write the model. */
  async #requireName(ctx: Context, name: string): Promise<void> {
    requireAddressable(name);
    if ((await findModelByName(this.#parts.platform.db.sql, ctx, name)) !== null)
      await this.#models.named(ctx, 'models:write', name);
  }

  async get(ctx: Context, id: string): Promise<Training> {
    const row = await findTraining(this.#parts.platform.db.sql, ctx, id);
    const [document] = row === null ? [] : await this.#told(ctx, [row]);
    return document ?? fail('NOT_FOUND', 'There is no such training.', { training_id: id });
  }

  async list(ctx: Context, query: ListQuery) {
    const rows = await listTrainings(this.#parts.platform.db.sql, ctx, {
      datasetId: query.dataset_id,
      open: query.status === 'queued' || query.status === 'running',
      before: readIdCursor('job', query.cursor),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ jobId }) => jobId);
    const items = await this.#told(ctx, page);
    return {
      items: items.filter(({ status }) => query.status === undefined || status === query.status),
      next_cursor,
    };
  }

  /** To who may know of the dataset. */
  async #told(ctx: Context, rows: readonly TrainingRow[]): Promise<Training[]> {
    const { data } = this.#parts;
    const seen = await data.tiles.see(
      ctx,
      rows.map(({ datasetId }) => datasetId),
    );
    const named = await this.#documents.names(rows.map(({ createdBy }) => createdBy));
    const told = await Promise.all(
      rows.map(async (row) => {
        if (!seen.has(row.datasetId)) return null;
        const job = await this.#job(ctx, row);
        return {
          training_id: row.jobId,
          kind: row.kind as TrainingKind,
          status: job.status,
          name: row.name,
          dataset_id: row.datasetId,
          dataset_version_id: row.datasetVersionId,
          target: row.target,
          parameters: row.parameters,
          progress: row.progress,
          error: job.error,
          result: row.result,
          created_by: named(row.createdBy),
          created_at: row.createdAt.toISOString(),
          started_at: job.started_at,
          finished_at: job.finished_at,
        };
      }),
    );
    return told.filter((each) => each !== null);
  }

  /** The job goes after a while; what came of it stays. */
  async #job(
    ctx: Context,
    row: TrainingRow,
  ): Promise<Pick<Training, 'status' | 'error' | 'started_at' | 'finished_at'>> {
    try {
      const { status, error, started_at, finished_at } = await this.#parts.platform.jobs.get(ctx, row.jobId);
      return { status, error: status === 'failed' ? error : null, started_at, finished_at };
    } catch {
      return {
        status: row.result !== null ? 'succeeded' : row.error === null ? 'cancelled' : 'failed',
        error: row.error,
        started_at: null,
        finished_at: row.finishedAt?.toISOString() ?? null,
      };
    }
  }
}

/** Throws INVALID_INPUT for columns that are not there, with the nearest name, and for a target nothing is shown of. */
function checkColumns(
  { columns, hidden, masked }: ReadableTable,
  target: string,
  leaveOut: readonly string[],
  split: RowSplit | undefined,
): void {
  const names = columns.map(({ name }) => name);
  const parting = split === undefined ? [] : [split.column];
  for (const name of [target, ...leaveOut, ...parting]) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    fail(
      'INVALID_INPUT',
      `The dataset has no column "${name}". ${nearest === null ? `It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}.` : `Did you mean "${nearest}"?`}`,
      {
        field: name === target ? 'target' : leaveOut.includes(name) ? 'leave_out' : 'split',
        column: name,
        nearest,
      },
    );
  }
  if (leaveOut.includes(target))
    fail('INVALID_INPUT', `"${target}" is the target and cannot be left out.`, { field: 'leave_out' });
  for (const name of parting) {
    if (name === target)
      fail('INVALID_INPUT', `"${target}" is the target and cannot say how rows are parted.`, {
        field: 'split',
      });
    if (hidden.has(name) || masked.has(name))
      fail('FORBIDDEN', `You are not shown "${name}" as it is, so it cannot say how rows are parted.`, {
        column: name,
      });
    if (split?.by === 'time' && leaveOut.includes(name))
      fail('INVALID_INPUT', `Rows are parted by "${name}", so it cannot be left out.`, {
        field: 'leave_out',
      });
  }
  if (hidden.has(target) || masked.has(target))
    fail('FORBIDDEN', `You are not shown "${target}" as it is, so it cannot be learned for you.`, {
      column: target,
    });
}
