import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LearningMetric, ModelEvaluation, MonitorFindings, MonitorRule } from '@stroma/contracts';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import type { ServedVersion } from '../serving/served-models.ts';
import { engine } from '../training/engine.ts';
import { type LoggedStream, loggedStream } from './logged-stream.ts';
import type { CheckDocument } from './monitor-documents.ts';
import type { CheckTools, Looked } from './monitor-look.ts';
import { judgeRules } from './monitor-rules.ts';
import type { MonitoringTask } from './monitoring.worker.ts';
import { type CheckInput, checkKind, type MonitorWalls } from './monitors.service.ts';
import {
  type CheckRow,
  findMonitor,
  insertCheck,
  lockMonitor,
  type MonitorRow,
  pruneChecks,
} from './monitors.store.ts';
import { actOnRules, planned } from './rule-actions.ts';
import { foundInWords } from './rule-words.ts';
import type { MonitorTask } from './watched-windows.ts';

/** Of a monitor. */
const mostChecks = 500;
const worker = new URL('./monitoring.worker.ts', import.meta.url);

/** Looks at the newest predictions of a version with the rights of its monitor's owner, and does what the rules say. */
export function checkJob(tools: CheckTools): JobDefinition<CheckInput> {
  return {
    kind: checkKind,
    title: ({ name }) => `Looking at the predictions of ${name}`,
    timeoutSeconds: 1800,
    retries: 1,
    concurrency: 1,
    run: (input, ctx, job) => check(tools, input, ctx, job),
    async onFailed({ monitor_id, scheduled }, ctx, _job, error, tx) {
      const row = await findMonitor(tx, ctx.actor.tenantId, monitor_id);
      if (row === null) return;
      await insertCheck(tx, {
        ...nothing,
        id: newId('monitorCheck'),
        tenantId: row.tenantId,
        monitorId: row.id,
        number: row.anchorNumber ?? 0,
        status: 'failed',
        scheduled,
        error: { code: error.code, message: error.message },
        createdBy: ctx.actor.id,
        createdAt: new Date(),
      });
    },
  };
}

const nothing = {
  versionId: null,
  severity: null,
  rows: 0,
  labelledRows: 0,
  windowCount: 0,
  driftedColumns: 0,
  datasetId: null,
  datasetVersionId: null,
  view: '',
  error: null,
  document: null,
  sealed: null,
  provenanceId: null,
};

async function check(
  tools: CheckTools,
  { monitor_id, scheduled }: CheckInput,
  ctx: Context,
  job: RunningJob,
): Promise<JobOutcome> {
  const { parts, models, served, outcomes } = tools;
  const startedAt = new Date();
  const monitor = await findMonitor(parts.platform.db.sql, ctx.actor.tenantId, monitor_id);
  if (monitor === null) return { result: {} };
  const owner = await ownerOf(tools, ctx, monitor);
  const model = await models.require(owner, 'models:read', monitor.modelId);
  const found = await served.ofModel(owner, model, monitor.version, 'tell');
  const table = await parts.data.openTable(owner, found.trained.datasetId, found.trained.datasetVersionId);
  const stream = await loggedStream(parts, outcomes, monitor, found.version.number, startedAt);
  const findings =
    stream.said.length === 0 ? null : await compute(tools, monitor, owner, found, table, stream, job);
  return conclude(tools, { monitor, owner, found, table, stream, findings, scheduled, startedAt });
}

/** Throws UNPROCESSABLE where nobody's rights are left to look with. */
export async function ownerOf(
  { parts }: Pick<MonitorWalls, 'parts'>,
  ctx: Context,
  { tenantId, ownerId }: Pick<MonitorRow, 'tenantId' | 'ownerId'>,
): Promise<Context> {
  const actor =
    (await parts.access.people.actor(tenantId, ownerId)) ??
    fail(
      'UNPROCESSABLE',
      'Whoever owns the monitor is gone or closed. Somebody else takes it over by changing it.',
    );
  return { ...ctx, actor };
}

async function compute(
  { parts, served, threads }: CheckTools,
  monitor: MonitorRow,
  owner: Context,
  found: ServedVersion,
  table: ReadableTable,
  { said, observed, at, drawnShare }: LoggedStream,
  job: RunningJob,
): Promise<MonitorFindings> {
  const { platform } = parts;
  const evaluation = await served.evaluation(owner, found);
  const known = new Set(found.trained.columns);
  const folder = join(platform.scratchFolder, `monitor-${randomBytes(8).toString('hex')}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const task: MonitorTask = {
      model: await platform.objects.localPath(found.trained.modelKey),
      signature: evaluation.signature,
      heldOut: evaluation.holdout,
      metrics: metricsOf(evaluation, monitor.rules),
      ruleColumns: monitor.rules.flatMap(({ when }) =>
        'column' in when && when.column !== null ? [when.column] : [],
      ),
      reference: {
        parquet: await table.path(),
        restriction: table.restriction,
        columns: table.columns.filter(({ name }) => known.has(name) && !table.hidden.has(name)),
        folder,
        memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
      },
      logged: { said, observed, at },
      window: monitor.window,
      windows: monitor.windows,
      thresholds: monitor.thresholds,
      drawnShare,
      now: Date.now(),
      seed: monitor.seed,
    };
    return await threads.run<MonitoringTask, MonitorFindings>(
      worker,
      { kind: 'watch', task },
      {
        signal: owner.signal,
        onProgress: (fraction, phase) => job.progress(fraction, phase),
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The one the version was chosen by, one that everybody reads, one that tells of the probabilities, and those of rules. */
function metricsOf({ metric, labels }: ModelEvaluation, rules: readonly MonitorRule[]): LearningMetric[] {
  const usual: LearningMetric[] = labels.length > 0 ? ['accuracy', 'brier'] : ['rmse', 'mae'];
  const asked = rules.flatMap(({ when }) => (when.kind === 'metric' ? [when.metric] : []));
  return [...new Set([metric, ...usual, ...asked])];
}

async function conclude(tools: CheckTools, looked: Looked): Promise<JobOutcome> {
  const { parts, monitors, retrainings } = tools;
  const { monitor, owner, found, findings } = looked;
  const { platform } = parts;
  const judged = judgeRules(monitor.rules, findings, monitor.window);
  const checkId = newId('monitorCheck');
  const wantsTraining = judged.some(({ rule, state }) => rule.retrain && state === 'firing');
  const plan = wantsTraining ? await planned(() => retrainings.plan(owner, found)) : null;
  const document: CheckDocument = {
    findings,
    rules: judged.map(({ rule: { rule_id }, state, found: what }) => ({
      ...{ rule_id, state, since: null, message: foundInWords(what), found: what },
    })),
  };
  const texts = await monitors.documents.seal(monitor.tenantId, checkId, {
    document: JSON.stringify(document),
  });
  await monitors.messages.prepare(monitor.tenantId);
  await platform.provenance.prepare(monitor.tenantId);
  await platform.jobs.open();
  const head = headOf(looked);
  return {
    result: { monitor_id: monitor.id, check_id: checkId, severity: head.severity, rows: head.rows },
    async commit(tx) {
      const present = await lockMonitor(tx, monitor.tenantId, monitor.id);
      // It was deleted meanwhile.
      if (present === null) return;
      const createdAt = new Date();
      await insertCheck(tx, {
        ...nothing,
        ...head,
        ...texts,
        id: checkId,
        provenanceId: await provenanceOf(tx, tools, looked, checkId),
        createdBy: owner.actor.id,
        createdAt,
      });
      await pruneChecks(tx, monitor.tenantId, monitor.id, mostChecks);
      await actOnRules(tx, tools, looked, present, judged, plan, checkId);
      await parts.access.audit.record(tx, owner, {
        action: 'model-monitor.checked',
        object: { kind: 'model', id: monitor.modelId },
        outcome: 'success',
        after: document,
        details: {
          name: found.model.name,
          monitor_id: monitor.id,
          check_id: checkId,
          number: found.version.number,
          severity: head.severity ?? 'unknown',
        },
      });
      await platform.events.publish(tx, owner, 'model.monitor.checked', monitor.id, {
        model_id: monitor.modelId,
        monitor_id: monitor.id,
        check_id: checkId,
        number: found.version.number,
      });
    },
  };
}

function headOf({ monitor, found, table, stream, findings, scheduled }: Looked) {
  const newest = findings?.windows.findLast(({ whole }) => whole);
  return {
    tenantId: monitor.tenantId,
    monitorId: monitor.id,
    versionId: found.version.id,
    number: found.version.number,
    status: 'succeeded',
    scheduled,
    severity: findings?.severity ?? null,
    rows: stream.said.length,
    labelledRows: stream.observed.filter((own) => own !== null).length,
    windowCount: findings?.windows.length ?? 0,
    driftedColumns: newest?.drifted_count ?? 0,
    datasetId: table.dataset_id,
    datasetVersionId: table.version_id,
    view: table.view,
  } satisfies Partial<CheckRow>;
}

function provenanceOf(
  tx: Sql,
  { parts }: CheckTools,
  { monitor, owner, found, table, stream, startedAt }: Looked,
  checkId: string,
): Promise<string> {
  const { version, model } = found;
  const link = `/ml/monitors/${monitor.id}`;
  return parts.platform.provenance.record(tx, owner, {
    kind: 'evaluation',
    label: `Watching ${model.name}, version ${version.number}`,
    parameters: {
      monitor_id: monitor.id,
      window: monitor.window,
      windows: monitor.windows,
      thresholds: monitor.thresholds,
      predictions: stream.ids.length,
      first_prediction_id: stream.ids[0] ?? null,
      last_prediction_id: stream.ids.at(-1) ?? null,
      drawn_share: stream.drawnShare,
    },
    seed: monitor.seed,
    software: engine,
    startedAt,
    endedAt: new Date(),
    inputs: [
      {
        id: version.id,
        kind: 'model_version',
        label: `${model.name}, version ${version.number}`,
        sha256: version.factsSha256,
        link: `/ml/models/${model.id}/versions/${version.number}`,
      },
      {
        id: table.version_id,
        kind: 'dataset_version',
        label: table.name,
        sha256: table.content_sha256,
        link: `/data/datasets/${table.dataset_id}?version_id=${table.version_id}`,
      },
    ],
    outputs: [
      {
        id: checkId,
        kind: 'model_report',
        label: `${monitor.name}: a check`,
        sha256: null,
        link: `${link}/checks/${checkId}`,
      },
    ],
  });
}
