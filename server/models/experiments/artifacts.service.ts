import { Readable } from 'node:stream';
import type { RunArtifact } from '@stroma/contracts';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context.ts';
import { fail } from '../../platform/failure.ts';
import { newId } from '../../platform/ids.ts';
import { cutPage } from '../../platform/paging.ts';
import {
  type ArtifactRow,
  type Child,
  deleteArtifacts,
  findArtifact,
  listArtifacts,
  listChildren,
  saveArtifact,
} from './artifacts.store.ts';
import type { ModelParts } from './run-documents.ts';
import type { Runs } from './runs.service.ts';

/** The versions of models that a file of a run is part of, in words: `Risk 3`. */
export type VersionsWith = (ctx: Context, runId: string, path: string) => Promise<string[]>;

/** Files of runs. What belongs to a registered version is not replaced and not removed. */
export class Artifacts {
  readonly #parts: ModelParts;
  readonly #runs: Runs;
  readonly #versionsWith: VersionsWith;

  constructor(parts: ModelParts, runs: Runs, versionsWith: VersionsWith) {
    this.#parts = parts;
    this.#runs = runs;
    this.#versionsWith = versionsWith;
  }

  async list(
    ctx: Context,
    runId: string,
    query: { under?: string | undefined; limit: number; cursor?: string | undefined },
  ) {
    await this.#runs.require(ctx, 'models:read', runId);
    const rows = await listArtifacts(this.#parts.platform.db.sql, ctx, runId, {
      under: folderPath(query.under ?? ''),
      after:
        query.cursor === undefined
          ? undefined
          : Buffer.from(query.cursor, 'base64url').toString('utf8').replaceAll('\0', ''),
      limit: query.limit + 1,
    });
    const { page, next_cursor } = cutPage(rows, query.limit, ({ path }) =>
      Buffer.from(path).toString('base64url'),
    );
    return { items: page.map(artifactDocument), next_cursor };
  }

  /** Directly in a folder; of a file, the file itself. */
  async children(
    ctx: Context,
    runId: string,
    folder: string,
    page: { limit: number; after: string | null },
  ): Promise<Child[]> {
    await this.#runs.require(ctx, 'models:read', runId);
    return listChildren(this.#parts.platform.db.sql, ctx, runId, folderPath(folder), page);
  }

  /** Throws PAYLOAD_TOO_LARGE, CONFLICT for a file of a registered version, CANCELLED where the sender broke off. */
  async store(ctx: Context, runId: string, path: string, request: FastifyRequest): Promise<RunArtifact> {
    const found = await this.#runs.requireActive(ctx, runId);
    const clean = filePath(path);
    const { platform, access } = this.#parts;
    const most = platform.config.STROMA_UPLOAD_LIMIT_BYTES;
    if (Number(request.headers['content-length'] ?? 0) > most) tooLarge(most);
    const { tenantId } = found.run;
    const objectKey = `models/${tenantId}/${runId}/${newId('artifact')}`;
    const stored = await this.#receive(objectKey, request, most);
    const row: ArtifactRow = {
      tenantId,
      runId,
      path: clean,
      objectKey,
      bytes: stored.bytes,
      sha256: stored.sha256,
      createdBy: ctx.actor.id,
      createdAt: new Date(),
    };
    let needless: string | null = objectKey;
    try {
      const before = await findArtifact(platform.db.sql, ctx, runId, clean);
      if (before?.sha256 === row.sha256) return artifactDocument(before);
      await this.#requireFree(ctx, runId, clean);
      await platform.db.transaction(async (tx) => {
        await saveArtifact(tx, row);
        await access.audit.record(tx, ctx, {
          action: 'artifact.stored',
          object: { kind: 'run', id: runId },
          outcome: 'success',
          before: before === null ? undefined : { sha256: before.sha256 },
          after: { path: clean, sha256: row.sha256, bytes: row.bytes },
          details: { path: clean, sha256: row.sha256, bytes: row.bytes },
        });
      });
      needless = before?.objectKey ?? null;
    } finally {
      if (needless !== null) await platform.objects.delete(needless);
    }
    return artifactDocument(row);
  }

  async #receive(key: string, request: FastifyRequest, most: number) {
    try {
      return await this.#parts.platform.objects.put(
        key,
        Readable.from(limited(request.raw, most), { objectMode: false }),
      );
    } catch (error) {
      await this.#parts.platform.objects.delete(key);
      if (!request.raw.complete && request.raw.destroyed)
        fail(
          'CANCELLED',
          'The connection broke off; nothing of the file was kept. Send it again.',
          {},
          error,
        );
      throw error;
    }
  }

  async open(ctx: Context, runId: string, path: string): Promise<{ row: ArtifactRow; content: Readable }> {
    await this.#runs.require(ctx, 'models:read', runId);
    const { platform, access } = this.#parts;
    const row =
      (await findArtifact(platform.db.sql, ctx, runId, filePath(path))) ??
      fail('NOT_FOUND', 'The run has no such file.', { run_id: runId, path });
    await access.audit.append(ctx, {
      action: 'artifact.downloaded',
      object: { kind: 'run', id: runId },
      outcome: 'success',
      details: { path: row.path, sha256: row.sha256, bytes: row.bytes },
    });
    return { row, content: await platform.objects.get(row.objectKey) };
  }

  /** A file, or a folder with all below it. */
  async remove(ctx: Context, runId: string, path: string): Promise<void> {
    await this.#runs.requireActive(ctx, runId);
    const clean = filePath(path);
    await this.#requireFree(ctx, runId, clean);
    const { platform, access } = this.#parts;
    const gone = await platform.db.transaction(async (tx) => {
      const rows = await deleteArtifacts(tx, ctx, runId, clean);
      if (rows.length === 0) fail('NOT_FOUND', 'The run has no such file.', { run_id: runId, path: clean });
      await access.audit.record(tx, ctx, {
        action: 'artifact.removed',
        object: { kind: 'run', id: runId },
        outcome: 'success',
        before: rows.map(({ path: each, sha256 }) => [each, sha256]),
        details: { path: clean, files: rows.length },
      });
      return rows;
    });
    for (const { objectKey } of gone) await platform.objects.delete(objectKey);
  }

  async #requireFree(ctx: Context, runId: string, path: string): Promise<void> {
    const versions = await this.#versionsWith(ctx, runId, path);
    if (versions.length > 0)
      fail(
        'CONFLICT',
        `The file is part of ${versions.join(', ')} and stays as it is. Log the new one to another run.`,
        {
          path,
        },
      );
  }
}

async function* limited(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > most) tooLarge(most);
    yield chunk;
  }
}

const tooLarge = (most: number): never =>
  fail('PAYLOAD_TOO_LARGE', `Expected a file of at most ${most} bytes.`, { limit_bytes: most });

const segment = /^(?!\.{1,2}$)[^\p{Cc}\\/]{1,255}$/u;

/** A path of segments that no system takes for another place. Throws INVALID_INPUT. */
export function filePath(given: string): string {
  const path = given.normalize('NFC');
  if (path.length > 1000 || !path.isWellFormed() || !path.split('/').every((each) => segment.test(each)))
    fail(
      'INVALID_INPUT',
      'Expected a path such as model/weights.bin, of segments that are not empty, . or .., without backslashes and control characters.',
      { field: 'path' },
    );
  return path;
}

/** The empty one is the folder of the run itself. */
export const folderPath = (given: string): string => {
  const path = given.replace(/\/+$/, '');
  return path === '' || path === '.' ? '' : filePath(path);
};

const artifactDocument = ({ path, bytes, sha256, createdBy, createdAt }: ArtifactRow): RunArtifact => ({
  path,
  bytes,
  sha256,
  created_by: createdBy,
  created_at: createdAt.toISOString(),
});
