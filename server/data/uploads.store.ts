import type { UploadStatus } from '@stroma/contracts';
import { and, eq, lt } from 'drizzle-orm';
import type { Context } from '../platform/context.ts';
import type { Sql } from '../platform/db/database.ts';
import { uploads } from './uploads.tables.ts';

export type UploadRow = typeof uploads.$inferSelect;

export async function insertUpload(db: Sql, row: typeof uploads.$inferInsert): Promise<void> {
  await db.insert(uploads).values(row);
}

export async function findUpload(db: Sql, ctx: Context, id: string): Promise<UploadRow | null> {
  const [row] = await db
    .select()
    .from(uploads)
    .where(and(eq(uploads.tenantId, ctx.actor.tenantId), eq(uploads.id, id)))
    .limit(1);
  return row ?? null;
}

export async function saveReceived(
  db: Sql,
  ctx: Context,
  id: string,
  change: { receivedBytes: number; sizeBytes: number | null },
): Promise<void> {
  await db
    .update(uploads)
    .set({ ...change, updatedAt: new Date() })
    .where(
      and(eq(uploads.tenantId, ctx.actor.tenantId), eq(uploads.id, id), eq(uploads.status, 'receiving')),
    );
}

/** False when the upload was finished already. */
export async function markQueued(
  tx: Sql,
  ctx: Context,
  id: string,
  change: { objectKey: string; sha256: string; jobId: string; bytes: number },
): Promise<boolean> {
  const changed = await tx
    .update(uploads)
    .set({
      status: 'queued',
      objectKey: change.objectKey,
      sha256: change.sha256,
      jobId: change.jobId,
      receivedBytes: change.bytes,
      sizeBytes: change.bytes,
      updatedAt: new Date(),
    })
    .where(and(eq(uploads.tenantId, ctx.actor.tenantId), eq(uploads.id, id), eq(uploads.status, 'receiving')))
    .returning({ id: uploads.id });
  return changed.length === 1;
}

/** Uploads of every tenant that stopped before `before` without an end: for the sweep. */
export async function takeStale(db: Sql, before: Date, limit: number): Promise<UploadRow[]> {
  return db
    .select()
    .from(uploads)
    .where(and(eq(uploads.status, 'receiving'), lt(uploads.updatedAt, before)))
    .limit(limit);
}

export async function deleteUpload(db: Sql, id: string): Promise<void> {
  await db.delete(uploads).where(eq(uploads.id, id));
}

export async function hasUploads(db: Sql, ctx: Context): Promise<boolean> {
  const rows = await db
    .select({ id: uploads.id })
    .from(uploads)
    .where(eq(uploads.tenantId, ctx.actor.tenantId))
    .limit(1);
  return rows.length > 0;
}

export function uploadDocument(row: UploadRow): UploadStatus {
  return {
    upload_id: row.id,
    file_name: row.fileName,
    received_bytes: row.receivedBytes,
    size_bytes: row.sizeBytes,
    status: row.status === 'receiving' ? 'receiving' : 'queued',
    job_id: row.jobId,
    object_key: row.objectKey,
  };
}
