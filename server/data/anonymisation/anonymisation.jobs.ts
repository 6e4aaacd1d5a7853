import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnonymisationResult } from '@stroma/contracts';
import { fileStem } from '@stroma/kernel';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import { requireWhole, type SeenDataset } from '../datasets/dataset-visibility.ts';
import type { Datasets } from '../datasets/datasets.service.ts';
import { versionIdentity } from '../datasets/version-identity.ts';
import { lakeFiles } from '../process.jobs.ts';
import type { ReadFileInput, ReadFileResult } from '../read-file.worker.ts';
import type { UploadRow } from '../uploads.store.ts';
import { type AnonymiseJobInput, anonymiseKind } from './anonymisation.input.ts';
import { type ColumnPlan, completePlan } from './anonymisation.plan.ts';
import { register } from './anonymisation.registration.ts';
import { rulesForCopy } from './anonymisation.rules.ts';
import { type Anonymisation, anonymiseWorker } from './anonymisation.service.ts';
import type { AnonymiseInput, AnonymiseOutput } from './anonymisation.worker.ts';

export interface AnonymiseWalls {
  platform: Platform;
  audit: Audit;
  datasets: Pick<Datasets, 'resolve'>;
  anonymisation: Anonymisation;
}

export interface Run {
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

async function anonymise(walls: AnonymiseWalls, run: Run): Promise<JobOutcome> {
  const made = join(run.folder, 'anonymised.parquet');
  const changed = await changeValues(walls, run, made);
  const upload = uploadFor(run);
  const readFolder = join(run.folder, 'read');
  const read = await readBack(walls.platform, run, { made, fileName: upload.fileName, readFolder });
  run.job.progress(0.95, 'storing');
  const stored = await storeFiles(walls.platform, run, upload, made, readFolder, read);
  const datasetId = run.input.target.kind === 'version' ? run.seen.dataset.id : newId('dataset');
  const result = resultOf(run, changed, { datasetId, versionId: newId('version') });
  const finished = { upload: { ...upload, ...stored.raw }, read, stored, result };
  return { result: { ...result }, commit: (tx) => register(walls, tx, run, finished) };
}

/** The file without what points to persons, written to `made`. Throws UNPROCESSABLE when no row is left. */
async function changeValues(
  { platform, anonymisation }: AnonymiseWalls,
  { input, ctx, job, seen, plan, folder }: Run,
  made: string,
): Promise<AnonymiseOutput> {
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
  return changed;
}

/** Reads the file as every other file is read. */
async function readBack(
  platform: Platform,
  { ctx, job }: Run,
  { made, fileName, readFolder }: { made: string; fileName: string; readFolder: string },
): Promise<ReadFileResult> {
  await mkdir(readFolder);
  return platform.threads.run<ReadFileInput, ReadFileResult>(
    reader,
    {
      sourcePath: made,
      fileName,
      outputFolder: readFolder,
      overrides: {},
      memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
    },
    {
      signal: ctx.signal,
      onProgress: (fraction, phase) => job.progress(changingShare + fraction * 0.35, phase),
    },
  );
}

export interface Finished {
  upload: UploadRow;
  read: ReadFileResult;
  stored: Awaited<ReturnType<typeof storeFiles>>;
  result: AnonymisationResult;
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
