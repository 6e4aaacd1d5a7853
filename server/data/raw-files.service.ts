import { decide, type IngestOverridesInput, type Permission, type UploadRecord } from '@stroma/contracts';
import type { Audit } from '../access/index.ts';
import type { Context } from '../platform/context.ts';
import type { Sql } from '../platform/db/database.ts';
import { fail } from '../platform/failure.ts';
import { readCursor, toPage } from '../platform/paging.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatasetVisibility } from './datasets/dataset-visibility.ts';
import { findDataset } from './datasets/datasets.store.ts';
import type { HiddenDatasets } from './datasets/hidden-datasets.ts';
import { type ProcessInput, processKind } from './process.input.ts';
import {
  datasetOfUpload,
  listRawFiles,
  lockRawFile,
  type RawFile,
  rawFileDocument,
  saveReading,
} from './raw-files.store.ts';
import { deleteUpload, findUpload } from './uploads.store.ts';

/** Files as they were sent, those above all that could not be read. */
export class RawFiles {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #visibility: DatasetVisibility;
  readonly #hidden: HiddenDatasets;

  constructor(platform: Platform, audit: Audit, visibility: DatasetVisibility, hidden: HiddenDatasets) {
    this.#platform = platform;
    this.#audit = audit;
    this.#visibility = visibility;
    this.#hidden = hidden;
  }

  async list(
    ctx: Context,
    query: {
      status?: UploadRecord['status'] | undefined;
      job_id?: string | undefined;
      limit: number;
      cursor?: string | undefined;
    },
  ): Promise<{ items: UploadRecord[]; next_cursor: string | null }> {
    const cursor = readCursor(query.cursor);
    const rows = await listRawFiles(this.#platform.db.sql, ctx, {
      reached: await this.#visibility.reached(ctx),
      reading: query.status,
      jobId: query.job_id,
      before: cursor?.[1] ?? null,
      limit: query.limit + 1,
    });
    const page = toPage(rows, query.limit, ({ upload }) => [upload.id, upload.id], rawFileDocument);
    const others = page.items.filter(({ created_by }) => created_by !== ctx.actor.id);
    const hidden = await this.#hidden.ofUploads(
      ctx,
      others.map(({ upload_id }) => upload_id),
    );
    return { ...page, items: page.items.filter(({ upload_id }) => !hidden.has(upload_id)) };
  }

  /** Throws NOT_FOUND for the upload of somebody else that became a dataset the asker must not know of. */
  async requireKnown(ctx: Context, id: string): Promise<void> {
    const upload = await findUpload(this.#platform.db.sql, ctx, id);
    if (upload === null || upload.createdBy === ctx.actor.id) return;
    if ((await this.#hidden.ofUploads(ctx, [id])).size > 0)
      fail('NOT_FOUND', 'There is no such upload.', { upload_id: id });
  }

  /**
   * Has a whole raw file read with these decisions, in place of those of before; returns the job. What became a
   * dataset gets a new version.
   */
  async read(ctx: Context, id: string, overrides: IngestOverridesInput): Promise<string> {
    const { db, jobs, objects } = this.#platform;
    const before = await findUpload(db.sql, ctx, id);
    if (before?.objectKey && (await objects.stat(before.objectKey)) === null)
      return fail('NOT_FOUND', 'The raw file is no longer kept. Send it again.', { upload_id: id });
    return db.transaction(async (tx) => {
      const found = await lockEnded(tx, ctx, id);
      const { upload, reading } = found;
      requireOwned(ctx, 'datasets:write', upload.createdBy);
      const input: ProcessInput = {
        upload_id: id,
        file_name: upload.fileName,
        dataset_id: await targetOf(tx, ctx, found),
        overrides,
        again: true,
      };
      const jobId = await jobs.send(ctx, processKind, input, { tx });
      if (reading === 'failed') await saveReading(tx, ctx, id, { jobId, overrides });
      await this.#audit.record(tx, ctx, {
        action: 'dataset.reingested',
        object: { kind: 'upload', id },
        outcome: 'success',
        before: upload.overrides,
        after: overrides,
        details: { job_id: jobId, dataset_id: input.dataset_id },
      });
      return jobId;
    });
  }

  /** For good, with its bytes. Throws CONFLICT for what became a dataset. */
  async remove(ctx: Context, id: string): Promise<void> {
    const { db, objects } = this.#platform;
    const key = await db.transaction(async (tx) => {
      const { upload, reading } = await lockEnded(tx, ctx, id);
      requireOwned(ctx, 'datasets:delete', upload.createdBy);
      if (reading === 'read' || (await datasetOfUpload(tx, ctx, id)) !== null)
        fail('CONFLICT', 'This file became a dataset and is kept with it. Delete the dataset instead.', {
          upload_id: id,
        });
      await deleteUpload(tx, id);
      await this.#audit.record(tx, ctx, {
        action: 'upload.removed',
        object: { kind: 'upload', id },
        outcome: 'success',
        before: { sha256: upload.sha256 },
      });
      return upload.objectKey;
    });
    if (key !== null) await objects.delete(key);
  }
}

/** Throws FORBIDDEN where the role may do it only with what is its own. */
function requireOwned(ctx: Context, permission: Permission, ownerId: string): void {
  const { actor } = ctx;
  const resource = { tenantId: actor.tenantId, ownerId };
  const { allowed, reason, rule } = decide({ permission, actor, resource, now: new Date() });
  if (!allowed && actor.kind !== 'system') fail('FORBIDDEN', reason, { permission, rule });
}

/** Throws CONFLICT while the file is being received or read. */
async function lockEnded(tx: Sql, ctx: Context, id: string): Promise<RawFile> {
  const found =
    (await lockRawFile(tx, ctx, id)) ?? fail('NOT_FOUND', 'There is no such upload.', { upload_id: id });
  const { upload, reading } = found;
  if (reading === 'receiving')
    fail('CONFLICT', 'This file is still being received. Send the rest of it first.', {
      upload_id: id,
      received_bytes: upload.receivedBytes,
    });
  if (reading === 'reading')
    fail('CONFLICT', 'This file is being read now. Wait for the end of its job, or cancel the job.', {
      upload_id: id,
      job_id: upload.jobId,
    });
  return found;
}

/** The dataset that gets the new version; null makes a new dataset. */
async function targetOf(tx: Sql, ctx: Context, { upload, reading, job }: RawFile): Promise<string | null> {
  const became = job?.result?.dataset_id;
  const target =
    reading === 'read'
      ? ((await datasetOfUpload(tx, ctx, upload.id)) ?? (typeof became === 'string' ? became : null))
      : upload.datasetId;
  if (target !== null && !(await findDataset(tx, ctx, target)))
    fail('CONFLICT', 'The dataset of this file is deleted. Restore it, or send the file again.', {
      dataset_id: target,
    });
  return target;
}
