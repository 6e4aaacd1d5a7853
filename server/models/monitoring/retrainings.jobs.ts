import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEvaluation } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { Actor, Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import { listPromotions } from '../registry/model-versions.store.ts';
import type { Promotions } from '../registry/promotions.service.ts';
import type { ServedVersion } from '../serving/served-models.ts';
import type { TableTask } from '../training/learning-table.ts';
import type { ComparedOnOutcomes, CompareTask } from './compared-versions.ts';
import { labelledStream } from './logged-stream.ts';
import { ownerOf } from './monitor-checks.jobs.ts';
import { retrainingDocument } from './monitor-documents.ts';
import type { CheckTools } from './monitor-look.ts';
import type { MonitoringTask } from './monitoring.worker.ts';
import {
  findMonitor,
  lockRetraining,
  type MonitorRow,
  type RetrainingRow,
  updateRetraining,
} from './monitors.store.ts';
import { type Comparison, verdictOf } from './retraining-comparison.ts';
import { comparedInWords } from './rule-words.ts';
import { heldOutDifference } from './window-figures.ts';

export type RetrainingTools = CheckTools & { promotions: Promotions };

export const compareKind = 'ml.retraining-compare';
const worker = new URL('./monitoring.worker.ts', import.meta.url);
/** What came of a training is compared on outcomes of this long before it. */
const outcomesMs = 180 * 24 * 3_600_000;

export interface CompareInput {
  retraining_id: string;
  name: string;
}

/** Holds what a retraining made against the version before, and asks for its promotion where it is no worse. */
export function compareJob(tools: RetrainingTools): JobDefinition<CompareInput> {
  return {
    kind: compareKind,
    title: ({ name }) => `Comparing what retraining made of ${name}`,
    timeoutSeconds: 1800,
    retries: 2,
    concurrency: 1,
    run: (input, ctx, job) => compare(tools, input, ctx, job),
    async onFailed({ retraining_id }, ctx, _job, error, tx) {
      const row = await lockRetraining(tx, ctx.actor.tenantId, retraining_id);
      if (row !== null && row.endedAt === null)
        await endRetraining(tx, tools, ctx, row, { state: 'failed', message: error.message });
    },
  };
}

async function compare(
  tools: RetrainingTools,
  { retraining_id }: CompareInput,
  ctx: Context,
  job: RunningJob,
): Promise<JobOutcome> {
  const { parts, models, served } = tools;
  const { tenantId } = ctx.actor;
  const row = await parts.platform.db.transaction((tx) => lockRetraining(tx, tenantId, retraining_id));
  if (row === null || row.endedAt !== null || row.toNumber === null) return { result: {} };
  const monitor = await findMonitor(parts.platform.db.sql, tenantId, row.monitorId);
  if (monitor === null) return { result: {} };
  const owner = await ownerOf(tools, ctx, monitor);
  const model = await models.require(owner, 'models:read', row.modelId);
  const [before, after] = [
    await served.ofModel(owner, model, String(row.fromNumber), 'tell'),
    await served.ofModel(owner, model, String(row.toNumber), 'tell'),
  ];
  const comparison = await comparisonOf(tools, owner, monitor, before, after, job);
  const asked = await askForPromotion(tools, owner, row, after, comparison);
  return {
    result: { retraining_id, verdict: comparison?.verdict ?? null, promotion_id: asked.promotionId },
    async commit(tx) {
      const present = await lockRetraining(tx, tenantId, retraining_id);
      if (present !== null && present.endedAt === null)
        await endRetraining(tx, tools, owner, present, { comparison, ...asked });
    },
  };
}

/** With the record of it and the event. */
export async function endRetraining(
  tx: Sql,
  { parts, retrainings }: RetrainingTools,
  ctx: Context,
  row: RetrainingRow,
  change: Partial<RetrainingRow>,
): Promise<void> {
  const after = { ...row, ...change, endedAt: new Date() };
  await updateRetraining(tx, row.tenantId, row.id, after);
  await parts.access.audit.record(tx, ctx, {
    action: 'model-retraining.ended',
    object: { kind: 'model', id: row.modelId },
    outcome: after.state === 'failed' ? 'failure' : 'success',
    before: retrainingDocument(row),
    after: retrainingDocument(after),
    details: {
      monitor_id: row.monitorId,
      retraining_id: row.id,
      state: after.state,
      from_number: row.fromNumber,
      ...(row.toNumber === null ? {} : { to_number: row.toNumber }),
      ...(after.promotionId === null ? {} : { promotion_id: after.promotionId }),
    },
  });
  await retrainings.announce(tx, ctx, after);
}

/** On rows that neither learned from where there are enough, else each on its own; null where nothing can be told. */
async function comparisonOf(
  { parts, served, outcomes, threads }: RetrainingTools,
  owner: Context,
  monitor: MonitorRow,
  before: ServedVersion,
  after: ServedVersion,
  job: RunningJob,
): Promise<Comparison | null> {
  const { platform } = parts;
  const evaluations = [
    await served.evaluation(owner, before),
    await served.evaluation(owner, after),
  ] as const;
  const { metric } = evaluations[0];
  const folder = join(platform.scratchFolder, `retraining-${randomBytes(8).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const seen = async (found: ServedVersion, { signature }: ModelEvaluation, name: string) => ({
    model: await platform.objects.localPath(found.trained.modelKey),
    signature,
    learned: await tablesOf(parts, owner, found, join(folder, name)),
  });
  try {
    const task: CompareTask = {
      before: await seen(before, evaluations[0], 'before'),
      after: await seen(after, evaluations[1], 'after'),
      logged: await labelledStream(parts, outcomes, monitor, new Date(Date.now() - outcomesMs)),
      metric,
      seed: monitor.seed,
    };
    const found = await threads.run<MonitoringTask, ComparedOnOutcomes>(
      worker,
      { kind: 'compare', task },
      {
        signal: owner.signal,
        onProgress: (fraction, phase) => job.progress(fraction, phase),
      },
    );
    return found === null ? ownHeldOut(...evaluations) : { basis: 'outcomes', metric, ...found };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a version learned from, and what the models it is made of did. */
function tablesOf(
  { platform, data }: CheckTools['parts'],
  owner: Context,
  { trained }: ServedVersion,
  folder: string,
): Promise<TableTask[]> {
  const own = {
    dataset_id: trained.datasetId,
    version_id: trained.datasetVersionId,
    columns: trained.columns,
  };
  return Promise.all(
    [own, ...trained.origins].map(async ({ dataset_id, version_id, columns }, at) => {
      const table = await data.openTable(owner, dataset_id, version_id);
      const known = new Set(columns);
      return {
        parquet: await table.path(),
        restriction: table.restriction,
        columns: table.columns.filter(({ name }) => known.has(name) && !table.hidden.has(name)),
        folder: join(folder, String(at)),
        memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
      };
    }),
  );
}

function ownHeldOut(before: ModelEvaluation, after: ModelEvaluation): Comparison | null {
  const { metric } = before;
  const found = heldOutDifference(metric, before.holdout, after.holdout);
  if (found === null) return null;
  return {
    basis: 'own_held_out',
    metric,
    rows: after.holdout?.rows ?? 0,
    left_out: 0,
    ...found,
    verdict: verdictOf(metric, found.change),
  };
}

type Asked = Pick<RetrainingRow, 'state' | 'message' | 'promotionId'>;

/** A promotion waits for a person whatever the policy says: it is asked for without the right to promote. */
async function askForPromotion(
  { parts, promotions }: RetrainingTools,
  owner: Context,
  { promoteTo, fromNumber, toNumber, id }: RetrainingRow,
  after: ServedVersion,
  comparison: Comparison | null,
): Promise<Asked> {
  const not = (message: string): Asked => ({ state: 'not_promoted', message, promotionId: null });
  const told = comparison === null ? 'Nothing could be told of both.' : comparedInWords(comparison);
  if (promoteTo === null)
    return not(`Version ${toNumber} is registered. ${told} No promotion was to be asked for.`);
  if (comparison?.verdict === 'worse')
    return not(
      `Version ${toNumber} is surely worse than version ${fromNumber}. ${told} No promotion was asked for.`,
    );
  const permissions = new Set(owner.actor.permissions);
  permissions.delete('models:promote');
  const actor: Actor = { ...owner.actor, permissions };
  const asked = (promotionId: string): Asked => ({
    state: 'promotion_asked',
    message: `Version ${toNumber} waits for somebody to agree to ${promoteTo}. ${told}`,
    promotionId,
  });
  try {
    const promotion = await promotions.promote({ ...owner, actor }, after.model.id, after.version.number, {
      stage: promoteTo,
      archive_existing: true,
      comment: `Retrained from version ${fromNumber} (${id}). ${told}`,
    });
    return asked(promotion.promotion_id);
  } catch (error) {
    if (!(error instanceof StromaError)) throw error;
    // An attempt before this one may have asked already.
    const waiting = await listPromotions(
      parts.platform.db.sql,
      owner,
      { versionId: after.version.id },
      { state: 'waiting', limit: 50 },
    );
    const known = waiting.find(({ promotion }) => promotion.toStage === promoteTo);
    return known === undefined
      ? not(`Version ${toNumber} is registered, and no promotion could be asked for: ${error.message}`)
      : asked(known.promotion.id);
  }
}
