import { scopeOfRole, type UploadRecord, uploadReadings } from '@stroma/contracts';
import { and, desc, eq, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../platform/context.ts';
import type { Sql } from '../platform/db/database.ts';
import type { JobRow } from '../platform/jobs/jobs.store.ts';
import { jobs } from '../platform/jobs/jobs.tables.ts';
import { datasets, datasetVersions } from './datasets/datasets.tables.ts';
import type { UploadRow } from './uploads.store.ts';
import { uploads } from './uploads.tables.ts';

type Reading = UploadRecord['status'];

/** An upload with what became of reading it, and the job that tells; null once that job is forgotten. */
export interface RawFile {
  upload: UploadRow;
  reading: Reading;
  job: Pick<JobRow, 'status' | 'error' | 'result'> | null;
}

const [receiving, beingRead, read, failed] = uploadReadings;

/** The job knows best: it may have been cancelled, or run again. The upload remembers for longer. */
const readingOf = sql<Reading>`case
  when ${uploads.status} = 'receiving' then ${receiving}
  when ${jobs.status} in ('queued', 'running') then ${beingRead}
  when ${jobs.status} = 'succeeded' then ${read}
  when ${jobs.status} is not null or ${uploads.status} = 'failed' then ${failed}
  else ${read} end`;

const rawFiles = (db: Sql) =>
  db
    .select({
      upload: uploads,
      reading: readingOf,
      job: { status: jobs.status, error: jobs.error, result: jobs.result },
    })
    .from(uploads)
    .leftJoin(jobs, and(eq(jobs.id, uploads.jobId), eq(jobs.tenantId, uploads.tenantId)));

const one = (ctx: Context, id: string) => and(eq(uploads.tenantId, ctx.actor.tenantId), eq(uploads.id, id));

/** Newest first. */
export async function listRawFiles(
  db: Sql,
  ctx: Context,
  query: {
    reading?: Reading | undefined;
    jobId?: string | undefined;
    before: string | null;
    limit: number;
    /** Rows of datasets the asker reaches; null for all. */
    reached: SQL | null;
  },
): Promise<RawFile[]> {
  return rawFiles(db)
    .where(
      and(
        eq(uploads.tenantId, ctx.actor.tenantId),
        query.reading === undefined ? undefined : sql`${readingOf} = ${query.reading}`,
        query.jobId === undefined ? undefined : eq(uploads.jobId, query.jobId),
        query.before === null ? undefined : lt(uploads.id, query.before),
        query.reached === null ? undefined : withinReachOf(ctx, query.reached),
      ),
    )
    .orderBy(desc(uploads.id))
    .limit(query.limit);
}

/** One's own, what became a dataset within reach, and what became none unless one reaches only what is shared. */
function withinReachOf({ actor }: Context, reached: SQL): SQL {
  const became = (condition: SQL) => sql`exists (
    select from ${datasetVersions} join ${datasets} on ${datasets.id} = ${datasetVersions.datasetId}
    where ${datasetVersions.uploadId} = ${uploads.id} and ${condition})`;
  const own = sql`${uploads.createdBy} = ${actor.id}`;
  const { reach } = actor.scope ?? scopeOfRole(actor.role);
  return reach === 'shared'
    ? sql`(${own} or ${became(reached)})`
    : sql`(${own} or not ${became(sql`not ${reached}`)})`;
}

/** Held to the end of the transaction, so that nobody else has it read or removes it meanwhile. */
export async function lockRawFile(tx: Sql, ctx: Context, id: string): Promise<RawFile | null> {
  const [row] = await rawFiles(tx).where(one(ctx, id)).limit(1).for('update', { of: uploads });
  return row ?? null;
}

export async function saveReading(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Pick<UploadRow, 'jobId' | 'overrides'>,
): Promise<void> {
  await tx
    .update(uploads)
    .set({ ...change, status: 'queued', updatedAt: new Date() })
    .where(one(ctx, id));
}

/** False when the upload is gone. */
export async function markRead(tx: Sql, ctx: Context, id: string, jobId: string): Promise<boolean> {
  const changed = await tx
    .update(uploads)
    .set({ status: 'queued', jobId })
    .where(and(one(ctx, id), ne(uploads.status, 'receiving')))
    .returning({ id: uploads.id });
  return changed.length === 1;
}

/** Nothing when it is another job that reads the file, or read it. */
export async function markFailed(tx: Sql, ctx: Context, id: string, jobId: string): Promise<void> {
  await tx
    .update(uploads)
    .set({ status: 'failed', updatedAt: new Date() })
    .where(and(one(ctx, id), eq(uploads.jobId, jobId)));
}

/** Datasets that have or were meant to have something of this upload, deleted or not. */
export async function datasetsOfUpload(db: Sql, ctx: Context, id: string): Promise<string[]> {
  const [became, [file]] = await Promise.all([
    db
      .selectDistinct({ datasetId: datasetVersions.datasetId })
      .from(datasetVersions)
      .where(and(eq(datasetVersions.tenantId, ctx.actor.tenantId), eq(datasetVersions.uploadId, id))),
    rawFiles(db).where(one(ctx, id)).limit(1),
  ]);
  // Bytes that were known already made no version of their own: their job names the one they belong to.
  const known = file?.job?.result?.dataset_id;
  const named = [file?.upload.datasetId, known].filter((each) => typeof each === 'string');
  return [...new Set([...became.map(({ datasetId }) => datasetId), ...named])];
}

/** The dataset whose version was read from this upload last, deleted or not. */
export async function datasetOfUpload(tx: Sql, ctx: Context, id: string): Promise<string | null> {
  const [row] = await tx
    .select({ datasetId: datasetVersions.datasetId })
    .from(datasetVersions)
    .where(and(eq(datasetVersions.tenantId, ctx.actor.tenantId), eq(datasetVersions.uploadId, id)))
    .orderBy(desc(datasetVersions.createdAt))
    .limit(1);
  return row?.datasetId ?? null;
}

export function rawFileDocument({ upload, reading, job }: RawFile): UploadRecord {
  return {
    upload_id: upload.id,
    file_name: upload.fileName,
    received_bytes: upload.receivedBytes,
    status: reading,
    job_id: upload.jobId,
    error: reading === 'failed' ? (job?.error ?? null) : null,
    dataset_id: upload.datasetId,
    overrides: upload.overrides,
    created_at: upload.createdAt.toISOString(),
    updated_at: upload.updatedAt.toISOString(),
    created_by: upload.createdBy,
  };
}
