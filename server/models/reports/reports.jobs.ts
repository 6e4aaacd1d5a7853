import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriftReport, FairnessReport, ModelEvaluation } from '@stroma/contracts';
import type { ReadableTable } from '../../data/index.ts';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import type { Threads } from '../../platform/threads/threads.ts';
import type { ModelParts } from '../experiments/run-documents.ts';
import type { ServedModels, ServedVersion } from '../serving/served-models.ts';
import { engine } from '../training/engine.ts';
import type { TableTask } from '../training/learning-table.ts';
import { useOf } from './model-reports.service.ts';
import { insertReport } from './model-reports.store.ts';
import { driftFigures, fairnessFigures } from './report-figures.ts';
import { type ReportInput, reportKind } from './reports.input.ts';
import type { HeldOutScore, ReportTask } from './reports.worker.ts';

export interface ReportTools {
  parts: ModelParts;
  served: ServedModels;
  threads: Threads;
}

const worker = new URL('./reports.worker.ts', import.meta.url);

/** Predicts a dataset as whoever asked sees it, and keeps what is found of the version. */
export function reportJob(tools: ReportTools): JobDefinition<ReportInput> {
  return {
    kind: reportKind,
    title: ({ ask }) => (ask.kind === 'fairness' ? 'Fairness of a model' : 'Drift from what a model learned'),
    timeoutSeconds: 1800,
    retries: 1,
    concurrency: 1,
    run: (input, ctx, job) => report(tools, input, ctx, job),
  };
}

async function report(
  tools: ReportTools,
  input: ReportInput,
  ctx: Context,
  job: RunningJob,
): Promise<JobOutcome> {
  const { parts, served, threads } = tools;
  const { platform, data } = parts;
  const startedAt = new Date();
  const found = await served.find(ctx, input.model_id, String(input.number), useOf(input.ask.kind));
  const { trained } = found;
  const table = await data.openTable(ctx, input.dataset_id, input.version_id);
  const folder = join(platform.scratchFolder, `report-${randomBytes(8).toString('hex')}`);
  const known = new Set([...trained.columns, ...(input.ask.kind === 'fairness' ? input.ask.protected : [])]);
  const taskOf = async (own: ReadableTable, name: string): Promise<TableTask> => ({
    parquet: await own.path(),
    restriction: own.restriction,
    columns: own.columns.filter((column) => known.has(column.name) && !own.hidden.has(column.name)),
    folder: join(folder, name),
    memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
  });
  try {
    const reference =
      input.ask.kind === 'drift'
        ? await data.openTable(ctx, trained.datasetId, trained.datasetVersionId)
        : null;
    const task: ReportTask = {
      model: await platform.objects.localPath(trained.modelKey),
      table: await taskOf(table, 'given'),
      ask:
        input.ask.kind === 'fairness'
          ? input.ask
          : {
              ...input.ask,
              reference: await taskOf(reference as ReadableTable, 'reference'),
              held_out: heldOut(await served.evaluation(ctx, found)),
            },
    };
    const document = await threads.run<ReportTask, FairnessReport | DriftReport>(worker, task, {
      signal: ctx.signal,
      onProgress: (fraction, phase) => job.progress(fraction, phase),
    });
    await platform.provenance.prepare(ctx.actor.tenantId);
    const tables = reference === null ? [table] : [table, reference];
    return outcome(parts, input, ctx, found, { document, tables, startedAt });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function heldOut({ holdout, metric }: ModelEvaluation): HeldOutScore | null {
  const known = holdout?.scores.find((own) => own.metric === metric);
  if (known === undefined || known.ci === null) return null;
  return { metric, held_out: { value: known.score, low: known.ci[0], high: known.ci[1] } };
}

interface Made {
  document: FairnessReport | DriftReport;
  /** What was told of, first, and what it was held against. */
  tables: ReadableTable[];
  startedAt: Date;
}

function outcome(
  { platform, access }: ModelParts,
  { ask, dataset_id, version_id }: ReportInput,
  ctx: Context,
  { version, model }: ServedVersion,
  { document, tables, startedAt }: Made,
): JobOutcome {
  const id = newId('modelReport');
  const { kind, ...parameters } = ask;
  const figures = 'by' in document ? fairnessFigures(document) : driftFigures(document);
  const link = `/ml/models/${model.id}/versions/${version.number}`;
  const label = `${kind === 'fairness' ? 'Fairness' : 'Drift'} of ${model.name}, version ${version.number}`;
  return {
    result: { report_id: id, model_id: model.id, number: version.number, kind, figures },
    async commit(tx) {
      const now = new Date();
      const provenanceId = await platform.provenance.record(tx, ctx, {
        kind: 'evaluation',
        label,
        parameters,
        seed: ask.seed,
        software: engine,
        startedAt,
        endedAt: now,
        inputs: [
          {
            id: version.id,
            kind: 'model_version',
            label: `${model.name}, version ${version.number}`,
            sha256: version.factsSha256,
            link,
          },
          ...tables.map((own) => ({
            id: own.version_id,
            kind: 'dataset_version' as const,
            label: own.name,
            sha256: own.content_sha256,
            link: `/data/datasets/${own.dataset_id}?version_id=${own.version_id}`,
          })),
        ],
        outputs: [{ id, kind: 'model_report', label, sha256: null, link: `${link}/${kind}` }],
      });
      await insertReport(tx, {
        id,
        tenantId: ctx.actor.tenantId,
        versionId: version.id,
        kind,
        datasetId: dataset_id,
        datasetVersionId: version_id,
        view: (tables[0] as ReadableTable).view,
        parameters,
        document: { ...document },
        figures,
        provenanceId,
        createdBy: ctx.actor.id,
        createdAt: now,
      });
      await access.audit.record(tx, ctx, {
        action: 'model-version.reported',
        object: { kind: 'model_version', id: version.id },
        outcome: 'success',
        after: { report_id: id, kind, figures },
        details: { name: model.name, number: version.number, dataset_id, kind },
      });
    },
  };
}
