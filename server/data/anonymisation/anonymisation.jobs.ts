import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnonymisationResult } from '@stroma/contracts';
import { fileStem } from '@stroma/kernel';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import { requireWhole, type SeenDataset } from '../datasets/dataset-visibility.ts';
import type { Datasets } from '../datasets/datasets.service.ts';
import { setDatasetAccess } from '../datasets/datasets.store.ts';
import { versionIdentity } from '../datasets/version-identity.ts';
import { joinsKind } from '../joins/joins.jobs.ts';
import { lakeFiles } from '../process.jobs.ts';
import type { ReadFileInput, ReadFileResult } from '../read-file.worker.ts';
import { registerVersion } from '../register-version.ts';
import { software } from '../software.ts';
import { insertUpload, type UploadRow } from '../uploads.store.ts';
import { type AnonymiseJobInput, anonymiseKind } from './anonymisation.input.ts';
import { type ColumnPlan, completePlan } from './anonymisation.plan.ts';
import { rulesForCopy } from './anonymisation.rules.ts';
import { type Anonymisation, anonymiseWorker } from './anonymisation.service.ts';
import type { AnonymiseInput, AnonymiseOutput } from './anonymisation.worker.ts';

export interface AnonymiseWalls {
  platform: Platform;
  audit: Audit;
  datasets: Pick<Datasets, 'resolve'>;
  anonymisation: Anonymisation;
}

interface Run {
  input: AnonymiseJobInput;
  ctx: Context;
  job: RunningJob;
  seen: SeenDataset;
  plan: ColumnPlan[];
  folder: string;
  startedAt: Date;
}

const reader = new URL('../read-file.worker.ts', import.meta.url);
/** Share of the progress that changing the values takes; reading the result and storing it takes the rest. */
const changingShare = 0.6;

/** Makes the file without what points to persons, and reads it in as every other file is. */
export function anonymiseJob(walls: AnonymiseWalls): JobDefinition<AnonymiseJobInput> {
  return {
    kind: anonymiseKind,
    title: ({ name }) => `Anonymising ${name}`,
    timeoutSeconds: 6 * 3600,
    retries: 1,
    concurrency: 1,
    async run(input, ctx, job) {
      const { platform, datasets } = walls;
      const seen = await datasets.resolve(ctx, input.dataset_id, input.version_id);
      requireWhole(seen, 'anonymising it');
      const plan = completePlan(input, seen.version.columns);
      const folder = join(platform.scratchFolder, `privacy-${randomBytes(8).toString('hex')}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        return await anonymise(walls, { input, ctx, job, seen, plan, folder, startedAt: new Date() });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function anonymise({ platform, audit, anonymisation }: AnonymiseWalls, run: Run): Promise<JobOutcome> {
  const { input, ctx, job, seen, plan, folder } = run;
  const made = join(folder, 'anonymised.parquet');
  const key = await anonymisation.keyFor(ctx, seen.dataset.id, input.key);
  const task = await anonymisation.input(seen, plan, input.model, { key, target: made, folder });
  const changed = await platform.threads.run<AnonymiseInput, AnonymiseOutput>(anonymiseWorker, task, {
    signal: ctx.signal,
    onProgress: (fraction, phase) => job.progress(fraction * changingShare, phase),
  });
  if (changed.rows === 0)
    fail(
      'UNPROCESSABLE',
      'No row is left: every one stands in a group that is too small. Choose coarser steps, fewer quasi-identifiers or a smaller k.',
    );
  const upload = uploadFor(run);
  const readFolder = join(folder, 'read');
  await mkdir(readFolder);
  const read = await platform.threads.run<ReadFileInput, ReadFileResult>(
    reader,
    {
      sourcePath: made,
      fileName: upload.fileName,
      outputFolder: readFolder,
      overrides: {},
      memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
    },
    {
      signal: ctx.signal,
      onProgress: (fraction, phase) => job.progress(changingShare + fraction * 0.35, phase),
    },
  );
  job.progress(0.95, 'storing');
  const stored = await storeFiles(platform, run, upload, made, readFolder, read);
  const datasetId = input.target.kind === 'version' ? seen.dataset.id : newId('dataset');
  const versionId = newId('version');
  const result = resultOf(run, changed, { datasetId, versionId });
  return {
    result: { ...result },
    async commit(tx) {
      const endedAt = new Date();
      const whole = { ...upload, ...stored.raw };
      await insertUpload(tx, whole);
      await recordDerivation(platform, tx, run, whole, result, endedAt);
      const { dataset, version } = await registerVersion(platform, tx, ctx, {
        input: {
          upload_id: upload.id,
          file_name: upload.fileName,
          dataset_id: input.target.kind === 'version' ? seen.dataset.id : null,
          overrides: {},
          again: false,
        },
        upload: whole,
        read,
        identity: stored.identity,
        lakePrefix: stored.lakePrefix,
        startedAt: run.startedAt,
        endedAt,
        datasetId,
        versionId,
      });
      if (input.target.kind === 'dataset') await inheritAccess(tx, run, datasetId, version.columns);
      await audit.record(tx, ctx, {
        action: 'data.anonymised',
        object: { kind: 'dataset', id: dataset.id },
        outcome: 'success',
        after: { content_sha256: version.contentSha256 },
        details: {
          source_dataset_id: seen.dataset.id,
          source_version_id: seen.version.id,
          version_id: versionId,
          removed_columns: result.removed_columns,
          changed_columns: result.changed_columns,
          suppressed_rows: result.suppressed_rows,
          k: input.model?.k ?? null,
          key: input.key,
        },
      });
      await platform.events.publish(tx, ctx, 'data.processing.complete', dataset.id, {
        job_id: job.jobId,
        dataset_id: dataset.id,
        version_id: versionId,
        rows: version.rows,
        rejected_rows: version.rejectedRows,
      });
      await platform.jobs.send(
        ctx,
        joinsKind,
        { dataset_id: dataset.id, name: dataset.name },
        { tx, priority: -1 },
      );
    },
  };
}

/** The file counts as sent by who asked for it; its name does not tell the source's. */
function uploadFor({ input, ctx, job, seen, startedAt }: Run): UploadRow {
  const { target } = input;
  const name = (target.kind === 'dataset' ? target.name : undefined) ?? `${seen.dataset.name}, anonymised`;
  return {
    id: newId('upload'),
    tenantId: ctx.actor.tenantId,
    fileName: `${fileStem(seen.version.fileName)}-anonymised.parquet`,
    status: 'queued',
    sizeBytes: null,
    receivedBytes: 0,
    datasetId: target.kind === 'version' ? seen.dataset.id : null,
    overrides: {},
    sample: false,
    description:
      target.kind === 'dataset'
        ? `Anonymised from ${seen.dataset.name}, version ${seen.version.number}.`
        : '',
    name,
    objectKey: null,
    sha256: null,
    jobId: job.jobId,
    createdBy: ctx.actor.id,
    createdAt: startedAt,
    updatedAt: startedAt,
  };
}

async function storeFiles(
  platform: Platform,
  { ctx, folder }: Run,
  upload: UploadRow,
  made: string,
  readFolder: string,
  { report }: ReadFileResult,
) {
  const identity = versionIdentity(report.source_sha256, report.decisions);
  const lakePrefix = `lake/${ctx.actor.tenantId}/${report.content_sha256}/${identity.slice(0, 16)}`;
  const known = { bytes: report.parquet_bytes, sha256: report.content_sha256 };
  for (const name of lakeFiles)
    await platform.objects.putFile(
      `${lakePrefix}/${name}`,
      join(readFolder, name),
      name === 'data.parquet' ? known : undefined,
    );
  // The store takes the file over; the folder it lies in goes.
  const copy = join(folder, 'raw');
  await copyFile(made, copy);
  const { key, bytes, sha256 } = await platform.objects.putFile(
    `raw/${ctx.actor.tenantId}/${upload.id}`,
    copy,
  );
  return { identity, lakePrefix, raw: { objectKey: key, sha256, receivedBytes: bytes, sizeBytes: bytes } };
}

async function recordDerivation(
  platform: Platform,
  tx: Sql,
  { input, ctx, seen, plan, startedAt }: Run,
  upload: UploadRow,
  result: AnonymisationResult,
  endedAt: Date,
): Promise<void> {
  const address = `/api/v1/data/datasets/${seen.dataset.id}`;
  await platform.provenance.record(tx, ctx, {
    kind: 'anonymisation',
    label: `Anonymising ${seen.dataset.name}`,
    parameters: {
      columns: plan.map(({ column, action }) => ({ column, action: withoutLists(action) })),
      model: input.model,
      key: input.key,
      levels: result.levels,
      suppressed_rows: result.suppressed_rows,
    },
    seed: null,
    software,
    startedAt,
    endedAt,
    inputs: [
      {
        id: seen.version.id,
        kind: 'dataset_version',
        label: `${seen.dataset.name}, version ${seen.version.number}`,
        sha256: seen.version.contentSha256,
        link: `${address}/versions`,
      },
    ],
    outputs: [
      {
        id: upload.id,
        kind: 'raw_file',
        label: upload.fileName,
        sha256: upload.sha256,
        link: `/api/v1/data/datasets/${result.dataset_id}/download?format=raw&version_id=${result.version_id}`,
      },
    ],
  });
}

/** A hierarchy given as a list holds values of the data: how long it is must do. */
function withoutLists(action: ColumnPlan['action']): Record<string, unknown> {
  if (!('hierarchy' in action) || action.hierarchy === null) return { ...action };
  const { kind } = action.hierarchy;
  return kind === 'rows' || kind === 'csv' || kind === 'tree'
    ? { ...action, hierarchy: { kind } }
    : { ...action };
}

/** As sensitive as its source unless said otherwise, with its rules. */
async function inheritAccess(
  tx: Sql,
  { input, ctx, seen, plan }: Run,
  datasetId: string,
  columns: SeenDataset['version']['columns'],
): Promise<void> {
  const { dataset } = seen;
  const wanted = input.target.kind === 'dataset' ? input.target.sensitivity : undefined;
  const { rules } = rulesForCopy(dataset.rules, plan, columns);
  await setDatasetAccess(tx, ctx, datasetId, {
    sensitivity: wanted ?? dataset.sensitivity,
    rules,
    pseudonymKey: null,
  });
}

function resultOf(
  { seen, plan, input }: Run,
  { rows, suppressedRows, riskBefore, after, leaks }: AnonymiseOutput,
  { datasetId, versionId }: { datasetId: string; versionId: string },
): AnonymisationResult {
  const columns = seen.version.columns.filter(({ name }) =>
    plan.some(({ column, action }) => column === name && action.kind !== 'remove'),
  );
  const { changed } = rulesForCopy(seen.dataset.rules, plan, columns);
  return {
    dataset_id: datasetId,
    version_id: versionId,
    source_dataset_id: seen.dataset.id,
    source_version_id: seen.version.id,
    rows,
    suppressed_rows: suppressedRows,
    removed_columns: plan.filter(({ action }) => action.kind === 'remove').length,
    changed_columns: plan.filter(({ action }) => !['keep', 'remove'].includes(action.kind)).length,
    risk_before: riskBefore,
    risk_after: after?.risk ?? null,
    loss: after?.loss ?? null,
    levels: after?.levels ?? [],
    diversity: after?.diversity ?? [],
    leaks,
    changed_rules: input.target.kind === 'dataset' ? changed : 0,
  };
}
