import type { MonitorRetrainingRun } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Access } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { ServedVersion } from '../serving/served-models.ts';
import { type TrainInput, trainKind } from '../training/training.input.ts';
import { insertTraining, type TrainingRow } from '../training/training.store.ts';
import { trainings } from '../training/training.tables.ts';
import { retrainingDocument } from './monitor-documents.ts';
import {
  insertRetraining,
  listRetrainings,
  lockMonitor,
  type MonitorRow,
  type RetrainingRow,
} from './monitors.store.ts';

export interface MonitoringParts extends ModelParts {
  access: ModelParts['access'] & Pick<Access, 'people'>;
}

/** A training that could begin: the configuration of a version, on the present data. */
export interface PlannedRetraining {
  training: TrainingRow;
  input: TrainInput;
  number: number;
}

const hourMs = 3_600_000;

/** Trainings of a version’s configuration on the present data, one at a time of a monitor and never too soon. */
export class Retrainings {
  readonly #parts: MonitoringParts;

  constructor(parts: MonitoringParts) {
    this.#parts = parts;
  }

  /** Throws UNPROCESSABLE for a version whose training is not on record, and as opening its dataset does. */
  async plan(ctx: Context, { version, model, trained }: ServedVersion): Promise<PlannedRetraining> {
    const { platform, data } = this.#parts;
    const [training] = await platform.db.sql
      .select()
      .from(trainings)
      .where(
        and(
          eq(trainings.tenantId, ctx.actor.tenantId),
          eq(trainings.datasetId, trained.datasetId),
          sql`${trainings.result} ->> 'version_id' = ${version.id}`,
        ),
      )
      .orderBy(desc(trainings.jobId))
      .limit(1);
    if (training === undefined)
      return fail(
        'UNPROCESSABLE',
        `How version ${version.number} of "${model.name}" was trained is not on record, so it cannot be trained again.`,
        { number: version.number },
      );
    const table = await data.openTable(ctx, trained.datasetId);
    if (training.kind === 'imported')
      fail(
        'UNPROCESSABLE',
        `Version ${version.number} of "${model.name}" was imported as a file: nothing was trained.`,
      );
    const input = { ...askedOf(training), ...present(table), target: training.target, name: model.name };
    return { training, input, number: version.number };
  }

  /**
   * In the caller's transaction, which holds the monitor. Throws CONFLICT while one goes on and before the floor is
   * over.
   */
  async startIn(
    tx: Sql,
    ctx: Context,
    monitor: MonitorRow,
    { training, input, number }: PlannedRetraining,
    cause: Pick<RetrainingRow, 'cause' | 'ruleId'>,
  ): Promise<RetrainingRow> {
    const { platform, access } = this.#parts;
    const { tenantId } = ctx.actor;
    const now = new Date();
    const settings =
      monitor.retraining ?? fail('CONFLICT', 'This monitor says nothing of retraining. Set it first.');
    const [last] = await listRetrainings(tx, tenantId, monitor.id, { limit: 1 });
    requireApart(last, settings.floor_hours, now);
    const trainingId = await platform.jobs.send(ctx, trainKind, input, { tx });
    await insertTraining(tx, {
      ...training,
      jobId: trainingId,
      name: input.name,
      datasetVersionId: input.version_id,
      progress: null,
      stateKey: null,
      error: null,
      result: null,
      createdBy: ctx.actor.id,
      createdAt: now,
      finishedAt: null,
    });
    const row: RetrainingRow = {
      id: newId('retraining'),
      tenantId,
      monitorId: monitor.id,
      modelId: monitor.modelId,
      ...cause,
      state: 'training',
      fromNumber: number,
      toNumber: null,
      trainingId,
      datasetId: input.dataset_id,
      datasetVersionId: input.version_id,
      promoteTo: settings.promote_to,
      comparison: null,
      promotionId: null,
      message: 'Being trained.',
      startedBy: ctx.actor.id,
      startedAt: now,
      endedAt: null,
    };
    await insertRetraining(tx, row);
    await access.audit.record(tx, ctx, {
      action: 'training.started',
      object: { kind: 'dataset', id: input.dataset_id },
      outcome: 'success',
      after: input,
      details: { job_id: trainingId, version_id: input.version_id, kind: input.kind, name: input.name },
    });
    await access.audit.record(tx, ctx, {
      action: 'model-retraining.started',
      object: { kind: 'model', id: monitor.modelId },
      outcome: 'success',
      after: retrainingDocument(row),
      details: {
        name: input.name,
        monitor_id: monitor.id,
        retraining_id: row.id,
        cause: row.cause,
        number,
        ...(row.ruleId === null ? {} : { rule_id: row.ruleId }),
      },
    });
    await this.announce(tx, ctx, row);
    return row;
  }

  async announce(tx: Sql, ctx: Context, { id, modelId, monitorId, state }: RetrainingRow): Promise<void> {
    await this.#parts.platform.events.publish(tx, ctx, 'model.retraining.changed', id, {
      model_id: modelId,
      monitor_id: monitorId,
      retraining_id: id,
      state,
    });
  }

  /** By hand or by the clock. Throws CONFLICT as `startIn`. */
  async start(
    ctx: Context,
    monitor: MonitorRow,
    found: ServedVersion,
    cause: RetrainingRow['cause'],
  ): Promise<MonitorRetrainingRun> {
    const plan = await this.plan(ctx, found);
    const { platform } = this.#parts;
    await platform.jobs.open();
    const row = await platform.db.transaction(async (tx) => {
      const present = await lockMonitor(tx, ctx.actor.tenantId, monitor.id);
      if (present === null) return fail('NOT_FOUND', 'There is no such monitor.', { monitor_id: monitor.id });
      return this.startIn(tx, ctx, present, plan, { cause, ruleId: null });
    });
    return retrainingDocument(row);
  }
}

const present = ({ dataset_id, version_id }: { dataset_id: string; version_id: string }) => ({
  dataset_id,
  version_id,
});

/** A training’s parameters as they were asked for; what a process of its own did lies among them. */
function askedOf({ kind, parameters }: TrainingRow): TrainInput {
  const { leave_out, problem_type, metric, preset, time_limit_s, seed, learner, settings, split, ...rest } =
    parameters as unknown as TrainInput;
  const asked = {
    kind,
    leave_out,
    problem_type,
    metric,
    preset,
    time_limit_s,
    seed,
    learner,
    settings,
    ...(split && { split }),
  };
  const isOwn = kind !== 'automl' && kind !== 'learner';
  return { ...asked, ...(isOwn && { own: { ...rest, kind } }) } as TrainInput;
}

/** Throws CONFLICT, with when the next may begin. */
function requireApart(last: RetrainingRow | undefined, floorHours: number, now: Date): void {
  if (last === undefined) return;
  if (last.endedAt === null)
    throw new StromaError('CONFLICT', 'A retraining of this monitor goes on. Wait until it has ended.', {
      retraining_id: last.id,
    });
  const next = new Date(last.startedAt.getTime() + floorHours * hourMs);
  if (next > now)
    throw new StromaError(
      'CONFLICT',
      `The last retraining began at ${last.startedAt.toISOString()}; the next may begin ${floorHours} hours later, at ${next.toISOString()}.`,
      { retraining_id: last.id, next_at: next.toISOString() },
    );
}
