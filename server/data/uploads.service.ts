import type { Readable } from 'node:stream';
import type { UploadStatus } from '@stroma/contracts';
import type { FastifyRequest } from 'fastify';
import type { Audit } from '../access/index.ts';
import type { Context } from '../platform/context.ts';
import { fail } from '../platform/failure.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import type { DatasetVisibility } from './datasets/dataset-visibility.ts';
import { findDataset } from './datasets/datasets.store.ts';
import { cleanFileName } from './file-names.ts';
import { GrowingHashes } from './growing-hashes.ts';
import { appendTo, partialPath, partialSize, removePartial, tooLarge } from './partial-file.ts';
import { type ProcessInput, processKind } from './process.input.ts';
import { type ContentRange, contentRange, type IncomingFile, readUpload } from './upload-request.ts';
import {
  deleteUpload,
  findUpload,
  insertUpload,
  markQueued,
  saveReceived,
  takeStale,
  type UploadRow,
  uploadDocument,
} from './uploads.store.ts';

export interface UploadTarget {
  file_name?: string | undefined;
  upload_id?: string | undefined;
  dataset_id?: string | undefined;
}

export interface UploadBeginning {
  file_name: string;
  size_bytes?: number | undefined;
  dataset_id?: string | undefined;
  overrides?: UploadRow['overrides'] | undefined;
}

const staleAfterMs = 7 * 24 * 3600 * 1000;
/** What multipart may add around a file of the largest size. */
const envelopeBytes = 1024 * 1024;

interface ActiveUpload {
  /** Null when it is not a client's request that holds the upload. */
  request: FastifyRequest | null;
  ended: Promise<void>;
}

/** Files on their way in: streamed to disk, resumable, and handed to the reader once whole. */
export class Uploads {
  readonly #platform: Platform;
  readonly #audit: Audit;
  readonly #visibility: DatasetVisibility;
  readonly #active = new Map<string, ActiveUpload>();
  readonly #hashes = new GrowingHashes();

  constructor(platform: Platform, audit: Audit, visibility: DatasetVisibility) {
    this.#platform = platform;
    this.#audit = audit;
    this.#visibility = visibility;
  }

  /** Makes room for a file that is sent in parts, with all that is said about it. */
  async begin(ctx: Context, about: UploadBeginning): Promise<UploadStatus> {
    const limit = this.#platform.config.STROMA_UPLOAD_LIMIT_BYTES;
    if ((about.size_bytes ?? 0) > limit) tooLarge(limit);
    const { file_name, dataset_id = null, overrides = {} } = about;
    // An empty file has no last byte to wait for: its end is the empty body.
    const sizeBytes = about.size_bytes || null;
    return uploadDocument(await this.#create(ctx, file_name, dataset_id, overrides, { sizeBytes }));
  }

  async receive(ctx: Context, request: FastifyRequest, target: UploadTarget): Promise<UploadStatus> {
    const range = contentRange(request.headers['content-range']);
    const limit = this.#platform.config.STROMA_UPLOAD_LIMIT_BYTES;
    const length = Number(request.headers['content-length'] ?? 0);
    if ((range?.total ?? 0) > limit || length > limit + envelopeBytes) tooLarge(limit);
    return readUpload(request, (file) => this.#take(ctx, request, file, target, range));
  }

  async status(ctx: Context, id: string): Promise<UploadStatus> {
    const row = await this.#find(ctx, id);
    const whole = row.status === 'receiving' && row.sizeBytes !== null && row.receivedBytes === row.sizeBytes;
    // The process died between the last byte and the job: what it left undone is done now, for who sent it.
    if (whole && row.createdBy === ctx.actor.id && !this.#active.has(id))
      return this.#alone(row, null, () => this.#finish(ctx, row));
    return uploadDocument(row);
  }

  /** The raw file, kept also when it could not be read. */
  async raw(ctx: Context, id: string): Promise<{ fileName: string; content: Readable }> {
    const row = await this.#find(ctx, id);
    if (row.objectKey === null)
      return fail('CONFLICT', 'The upload is not whole yet.', { received_bytes: row.receivedBytes });
    await this.#audit.append(ctx, {
      action: 'dataset.downloaded',
      object: { kind: 'upload', id },
      outcome: 'success',
      details: { format: 'raw', sha256: row.sha256, bytes: row.receivedBytes },
    });
    return { fileName: row.fileName, content: await this.#platform.objects.get(row.objectKey) };
  }

  /** Stores a whole file that is already on this machine, for the samples. Returns its job. */
  async add(
    ctx: Context,
    path: string,
    about: { fileName: string; name: string; description: string; sample: boolean },
  ): Promise<string> {
    const row = await this.#create(ctx, about.fileName, null, {}, about);
    const stored = await this.#platform.objects.putFile(rawKey(row), path);
    return (await this.#queue(ctx, row, stored)).job_id ?? '';
  }

  /** Removes uploads that stopped a week ago without an end. */
  async sweep(): Promise<{ removed: number }> {
    let removed = 0;
    for (const row of await takeStale(this.#platform.db.sql, new Date(Date.now() - staleAfterMs), 1000)) {
      if (this.#active.has(row.id)) continue;
      await removePartial(this.#path(row));
      await deleteUpload(this.#platform.db.sql, row.id);
      removed += 1;
    }
    return { removed };
  }

  async #take(
    ctx: Context,
    request: FastifyRequest,
    file: IncomingFile,
    target: UploadTarget,
    range: ContentRange | null,
  ): Promise<UploadStatus> {
    if (target.upload_id === undefined) {
      if (range !== null && range.first !== 0) offsetMismatch(0, range.first);
      const name = target.file_name ?? file.fileName;
      if (name === null)
        fail('INVALID_INPUT', 'Expected the name of the file in the query.', { field: 'file_name' });
      const datasetId = target.dataset_id ?? file.datasetId;
      const row = await this.#create(ctx, name, datasetId, file.overrides, {});
      return this.#alone(row, request, () => this.#append(ctx, row, file, range));
    }
    const row = await this.#own(ctx, target.upload_id);
    if (range === null && row.receivedBytes > 0)
      fail('INVALID_INPUT', 'Expected Content-Range with the rest of an upload.', { field: 'content-range' });
    return this.#alone(row, request, async () =>
      this.#append(ctx, await this.#own(ctx, row.id), file, range),
    );
  }

  async #append(
    ctx: Context,
    row: UploadRow,
    file: IncomingFile,
    range: ContentRange | null,
  ): Promise<UploadStatus> {
    if (row.status !== 'receiving') {
      if (range && range.last + 1 === row.sizeBytes) return uploadDocument(row);
      fail('CONFLICT', 'This upload is whole already.', { received_bytes: row.receivedBytes });
    }
    const path = this.#path(row);
    const offset = Math.min(row.receivedBytes, (await partialSize(path)) ?? 0);
    if (range && range.first !== offset) offsetMismatch(offset, range.first);
    if (row.sizeBytes !== null && range?.total != null && range.total !== row.sizeBytes)
      fail('INVALID_INPUT', `Expected the same total as before, ${row.sizeBytes}, got ${range.total}.`, {
        field: 'content-range',
      });
    const { bytes, interruption } = await this.#write(ctx, row, path, offset, file, range);
    const sizeBytes = range?.total ?? row.sizeBytes ?? (range || interruption ? null : bytes);
    await saveReceived(this.#platform.db.sql, ctx, row.id, { receivedBytes: bytes, sizeBytes });
    if (interruption)
      fail(
        'CANCELLED',
        `The connection broke off; ${bytes} bytes are kept. Send the rest with Content-Range.`,
        { upload_id: row.id, received_bytes: bytes },
        interruption,
      );
    const received = { ...row, receivedBytes: bytes, sizeBytes };
    return bytes === sizeBytes ? this.#finish(ctx, received) : uploadDocument(received);
  }

  async #write(
    ctx: Context,
    row: UploadRow,
    path: string,
    offset: number,
    file: IncomingFile,
    range: ContentRange | null,
  ) {
    const { config, db } = this.#platform;
    const limits = {
      maxBytes: config.STROMA_UPLOAD_LIMIT_BYTES,
      expectedBytes: range ? range.last - range.first + 1 : row.sizeBytes,
    };
    const sizeBytes = range?.total ?? row.sizeBytes;
    const hash = this.#hashes.take(row.id, offset);
    try {
      const received = await appendTo(path, offset, file.source, limits, hash, (receivedBytes) =>
        saveReceived(db.sql, ctx, row.id, { receivedBytes, sizeBytes }),
      );
      if (hash !== null) this.#hashes.keep(row.id, hash);
      return received;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'PAYLOAD_TOO_LARGE') {
        await removePartial(path);
        await deleteUpload(db.sql, row.id);
      }
      throw error;
    }
  }

  async #finish(ctx: Context, row: UploadRow): Promise<UploadStatus> {
    const { objects } = this.#platform;
    const path = this.#path(row);
    const there = (await partialSize(path)) !== null;
    const known = this.#hashes.take(row.id, row.receivedBytes)?.content();
    const stored = there ? await objects.putFile(rawKey(row), path, known) : await objects.stat(rawKey(row));
    if (!stored) {
      await saveReceived(this.#platform.db.sql, ctx, row.id, { receivedBytes: 0, sizeBytes: row.sizeBytes });
      return offsetMismatch(0, row.receivedBytes);
    }
    return this.#queue(ctx, row, stored);
  }

  /** The upload's end and its job come into being together. */
  async #queue(
    ctx: Context,
    row: UploadRow,
    stored: { key: string; sha256: string; bytes: number },
  ): Promise<UploadStatus> {
    const { db, jobs } = this.#platform;
    const input: ProcessInput = {
      upload_id: row.id,
      file_name: row.fileName,
      dataset_id: row.datasetId,
      overrides: row.overrides,
      again: false,
    };
    await db.transaction(async (tx) => {
      const jobId = await jobs.send(ctx, processKind, input, { tx });
      const done = { objectKey: stored.key, sha256: stored.sha256, bytes: stored.bytes, jobId };
      if (!(await markQueued(tx, ctx, row.id, done)))
        fail('CONFLICT', 'This upload is whole already.', { received_bytes: stored.bytes });
      await this.#audit.record(tx, ctx, {
        action: 'upload.received',
        object: { kind: 'upload', id: row.id },
        outcome: 'success',
        details: { file_name: row.fileName, bytes: stored.bytes, sha256: stored.sha256, job_id: jobId },
      });
    });
    return uploadDocument(await this.#find(ctx, row.id));
  }

  async #create(
    ctx: Context,
    fileName: string,
    datasetId: string | null,
    overrides: UploadRow['overrides'],
    about: Partial<Pick<UploadRow, 'name' | 'description' | 'sample' | 'sizeBytes'>>,
  ): Promise<UploadRow> {
    const { db } = this.#platform;
    if (datasetId !== null) {
      const target = await findDataset(db.sql, ctx, datasetId);
      if (target === null) fail('NOT_FOUND', 'There is no such dataset.', { field: 'dataset_id' });
      await this.#visibility.require(ctx, 'datasets:write', target.dataset);
    }
    const now = new Date();
    const row = {
      id: newId('upload'),
      tenantId: ctx.actor.tenantId,
      fileName: cleanFileName(fileName),
      status: 'receiving' as const,
      datasetId,
      overrides,
      createdBy: ctx.actor.id,
      createdAt: now,
      updatedAt: now,
      ...about,
    };
    await insertUpload(db.sql, row);
    return this.#find(ctx, row.id);
  }

  /** Nobody goes on with what somebody else began to send: it would become theirs. */
  async #own(ctx: Context, id: string): Promise<UploadRow> {
    const row = await this.#find(ctx, id);
    return row.createdBy === ctx.actor.id
      ? row
      : fail('NOT_FOUND', 'You have begun no such upload.', { upload_id: id });
  }

  async #find(ctx: Context, id: string): Promise<UploadRow> {
    const row = await findUpload(this.#platform.db.sql, ctx, id);
    return row ?? fail('NOT_FOUND', 'There is no such upload.', { upload_id: id });
  }

  /** Two chunks of one upload never write at once; one whose connection is gone is waited for. */
  async #alone<T>(row: UploadRow, request: FastifyRequest | null, work: () => Promise<T>): Promise<T> {
    for (let active = this.#active.get(row.id); active; active = this.#active.get(row.id)) {
      if (!active.request?.raw.destroyed)
        fail(
          'CONFLICT',
          'Another request is sending this upload now. Wait for its end, then ask how far it is.',
          {
            received_bytes: row.receivedBytes,
          },
        );
      await active.ended;
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    this.#active.set(row.id, { request, ended });
    try {
      return await work();
    } finally {
      this.#active.delete(row.id);
      resolve();
    }
  }

  #path(row: UploadRow): string {
    return partialPath(this.#platform.config.STROMA_DATA, row.tenantId, row.id);
  }
}

const rawKey = (row: UploadRow): string => `raw/${row.tenantId}/${row.id}`;

const offsetMismatch = (received: number, first: number): never =>
  fail('UPLOAD_OFFSET_MISMATCH', `Expected the chunk to start at byte ${received}, it starts at ${first}.`, {
    received_bytes: received,
  });
