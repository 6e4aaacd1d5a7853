import { Readable } from 'node:stream';
import { StromaError } from '@stroma/kernel';
import type { FastifyRequest } from 'fastify';
import type { Audit } from '../../access/index.ts';
import type { Context } from '../../platform/context.ts';
import { newId } from '../../platform/ids.ts';
import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import type { Platform } from '../../platform/platform.ts';
import { deleteFile, insertFile, takeUnusedFiles } from './connections.store.ts';
import { sourceFileKey } from './sources.ts';

const magic = Buffer.from('SQLite format 3\0', 'latin1');
const unusedAfterMs = 24 * 3600 * 1000;

/** Keeps an SQLite file for a connection. Throws MISLABELLED_FILE for another one, PAYLOAD_TOO_LARGE. */
export async function receiveSqliteFile(
  platform: Platform,
  audit: Audit,
  ctx: Context,
  request: FastifyRequest,
): Promise<{ file_id: string; bytes: number; sha256: string }> {
  const { objects, db, config } = platform;
  const id = newId('sourceFile');
  const key = sourceFileKey(ctx.actor.tenantId, id);
  const content = checkedFile(request.raw, config.STROMA_UPLOAD_LIMIT_BYTES);
  try {
    const { bytes, sha256 } = await objects.put(key, Readable.from(content, { objectMode: false }));
    await db.transaction(async (tx) => {
      await insertFile(tx, { id, tenantId: ctx.actor.tenantId, bytes, sha256, createdBy: ctx.actor.id });
      await audit.record(tx, ctx, {
        action: 'connection.file-received',
        object: { kind: 'source_file', id },
        outcome: 'success',
        details: { bytes, sha256 },
      });
    });
    return { file_id: id, bytes, sha256 };
  } catch (error) {
    await objects.delete(key);
    throw error;
  }
}

/** What comes, for as long as it is an SQLite file of a size that may be sent. */
async function* checkedFile(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  let head = Buffer.alloc(0);
  const wrong = () =>
    new StromaError('MISLABELLED_FILE', 'Expected an SQLite file; the content is something else.');
  // Let go of half-way, the request is left open: its answer goes by the same way.
  const chunks = source[Symbol.asyncIterator]();
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    const chunk = next.value;
    bytes += chunk.length;
    if (head.length < magic.length)
      head = Buffer.concat([head, chunk.subarray(0, magic.length - head.length)]);
    if (!magic.subarray(0, head.length).equals(head)) throw wrong();
    if (bytes > maxBytes)
      throw new StromaError('PAYLOAD_TOO_LARGE', `Expected a file of at most ${maxBytes} bytes.`, {
        limit_bytes: maxBytes,
      });
    yield chunk;
  }
  if (head.length < magic.length) throw wrong();
}

/** Files that were sent and never became a connection. */
export function sweepSourceFilesJob({ db, objects }: Platform): JobDefinition<object> {
  return {
    kind: 'connections.sweep-files',
    title: () => 'Removing files that no connection uses',
    cron: '19 4 * * *',
    timeoutSeconds: 3600,
    retries: 1,
    concurrency: 1,
    async run() {
      const unused = await takeUnusedFiles(db.sql, new Date(Date.now() - unusedAfterMs), 1000);
      for (const { id, tenantId } of unused) {
        await deleteFile(db.sql, id);
        await objects.delete(sourceFileKey(tenantId, id));
      }
      return { result: { removed: unused.length } };
    },
  };
}
