import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audit } from '../access/index.ts';
import type { Context } from '../platform/context.ts';
import type { Sql } from '../platform/db/database.ts';
import { fail } from '../platform/failure.ts';
import { newId } from '../platform/ids.ts';
import type { JobDefinition, JobOutcome, RunningJob } from '../platform/jobs/job-types.ts';
import type { Platform } from '../platform/platform.ts';
import { findByIdentity, findBySource } from './datasets/dataset-versions.store.ts';
import type { DatasetWithVersion } from './datasets/datasets.store.ts';
import { versionIdentity } from './datasets/version-identity.ts';
import { type JoinsInput, joinsKind } from './joins/joins.jobs.ts';
import { type ProcessInput, processKind } from './process.input.ts';
import { markFailed, markRead } from './raw-files.store.ts';
import type { ReadFileInput, ReadFileResult } from './read-file.worker.ts';
import { makeCurrent, type NewVersion, registerVersion } from './register-version.ts';
import { findUpload, type UploadRow } from './uploads.store.ts';

/** Everything a version keeps beside its raw file, as objects under its prefix. */
export const lakeFiles = [
  'data.parquet',
  'rejects.parquet',
  'report.json',
  'profile.json',
  'values.json',
] as const;

const reader = new URL('./read-file.worker.ts', import.meta.url);

/** Share of the progress that reading and profiling take; storing takes the rest. */
const readingShare = 0.95;

/** Reads a raw file, profiles it, stores the result and registers the dataset version. */
export function processJob(platform: Platform, audit: Audit): JobDefinition<ProcessInput> {
  return {
    kind: processKind,
    title: (input) => `${input.again ? 'Reading again' : 'Reading'} ${input.file_name}`,
    timeoutSeconds: 6 * 3600,
    retries: 2,
    concurrency: platform.config.STROMA_JOB_CONCURRENCY,
    run: (input, ctx, job) => processUpload({ platform, audit }, input, ctx, job),
    async onFailed(input, ctx, job, error, tx) {
      await markFailed(tx, ctx, input.upload_id, job.jobId);
      await platform.events.publish(tx, ctx, 'data.processing.failed', job.jobId, {
        job_id: job.jobId,
        code: error.code,
        message: error.message,
      });
    },
  };
}

interface Walls {
  platform: Platform;
  audit: Audit;
}

async function processUpload(
  walls: Walls,
  input: ProcessInput,
  ctx: Context,
  job: RunningJob,
): Promise<JobOutcome> {
  const { platform } = walls;
  const upload = await findUpload(platform.db.sql, ctx, input.upload_id);
  if (!upload?.objectKey || !upload.sha256)
    return fail('NOT_FOUND', 'The raw file of this job is no longer there.', { upload_id: input.upload_id });
  if (!input.again) {
    const source = { sha256: upload.sha256, overrides: input.overrides, fileName: input.file_name };
    const known = await findBySource(platform.db.sql, ctx, source, input.dataset_id);
    if (known) return knownOutcome(platform, input, ctx, job, known);
  }
  const startedAt = new Date();
  const folder = join(platform.scratchFolder, `read-${randomBytes(8).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  try {
    const sourcePath = await platform.objects.localPath(upload.objectKey);
    const task: ReadFileInput = {
      sourcePath,
      fileName: input.file_name,
      outputFolder: folder,
      overrides: input.overrides,
      memoryMb: platform.config.STROMA_INGEST_MEMORY_MB,
    };
    const read = await platform.threads.run<ReadFileInput, ReadFileResult>(reader, task, {
      signal: ctx.signal,
      onProgress: (fraction, phase) => job.progress(fraction * readingShare, phase),
    });
    job.progress(readingShare, 'storing');
    return await store(walls, { input, ctx, job, upload, folder, startedAt }, read);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Run {
  input: ProcessInput;
  ctx: Context;
  job: RunningJob;
  upload: UploadRow;
  folder: string;
  startedAt: Date;
}

async function store(walls: Walls, run: Run, read: ReadFileResult): Promise<JobOutcome> {
  const { platform, audit } = walls;
  const { input, ctx, job, upload, folder, startedAt } = run;
  const identity = versionIdentity(read.report.source_sha256, read.report.decisions);
  const there = await findByIdentity(platform.db.sql, ctx, identity, input.dataset_id);
  if (there) return knownOutcome(platform, input, ctx, job, there);
  const lakePrefix = `lake/${ctx.actor.tenantId}/${read.report.content_sha256}/${identity.slice(0, 16)}`;
  const known = { bytes: read.report.parquet_bytes, sha256: read.report.content_sha256 };
  for (const name of lakeFiles)
    await platform.objects.putFile(
      `${lakePrefix}/${name}`,
      join(folder, name),
      name === 'data.parquet' ? known : undefined,
    );
  const made: NewVersion = {
    input,
    upload,
    read,
    identity,
    lakePrefix,
    startedAt,
    endedAt: new Date(),
    datasetId: input.dataset_id ?? newId('dataset'),
    versionId: newId('version'),
  };
  const { rows, rejected_rows } = read.report;
  return {
    result: resultOf(made.datasetId, made.versionId, rows, rejected_rows, false),
    async commit(tx) {
      await nowRead(tx, ctx, upload.id, job);
      const registered = await registerVersion(platform, tx, ctx, made);
      await audit.record(tx, ctx, {
        action: input.dataset_id === null ? 'dataset.created' : 'dataset.version-added',
        object: { kind: 'dataset', id: made.datasetId },
        outcome: 'success',
        after: { content_sha256: registered.version.contentSha256 },
        details: {
          name: registered.dataset.name,
          version_id: made.versionId,
          version: registered.version.number,
          rows,
          source_sha256: registered.version.sourceSha256,
        },
      });
      await announce(platform, tx, ctx, job, registered);
      await platform.jobs.send(ctx, joinsKind, joinsInput(registered), { tx, priority: -1 });
    },
  };
}

const joinsInput = ({ dataset }: DatasetWithVersion): JoinsInput => ({
  dataset_id: dataset.id,
  name: dataset.name,
});

/** The same bytes, read the same way, are the version that is there. */
function knownOutcome(
  platform: Platform,
  input: ProcessInput,
  ctx: Context,
  job: RunningJob,
  known: DatasetWithVersion,
): JobOutcome {
  const { dataset, version } = known;
  return {
    result: resultOf(dataset.id, version.id, version.rows, version.rejectedRows, true),
    async commit(tx) {
      await nowRead(tx, ctx, input.upload_id, job);
      if (input.dataset_id !== null) await makeCurrent(platform, tx, ctx, known);
      await announce(platform, tx, ctx, job, known);
    },
  };
}

async function nowRead(tx: Sql, ctx: Context, uploadId: string, job: RunningJob): Promise<void> {
  if (!(await markRead(tx, ctx, uploadId, job.jobId)))
    fail('NOT_FOUND', 'The raw file was removed while it was read.', { upload_id: uploadId });
}

function resultOf(
  datasetId: string,
  versionId: string,
  rows: number,
  rejectedRows: number,
  alreadyKnown: boolean,
): Record<string, unknown> {
  return {
    dataset_id: datasetId,
    version_id: versionId,
    rows,
    rejected_rows: rejectedRows,
    already_known: alreadyKnown,
  };
}

async function announce(
  platform: Platform,
  tx: Sql,
  ctx: Context,
  job: RunningJob,
  { dataset, version }: DatasetWithVersion,
): Promise<void> {
  await platform.events.publish(tx, ctx, 'data.processing.complete', dataset.id, {
    job_id: job.jobId,
    dataset_id: dataset.id,
    version_id: version.id,
    rows: version.rows,
    rejected_rows: version.rejectedRows,
  });
}
