import type { IngestOverridesInput, UploadStatus } from '@stroma/contracts';
import { ApiError } from './api-error.ts';
import type { Calls } from './calls.ts';
import { pause } from './pause.ts';

/** A file (in Node: `await openAsBlob(path)` of `node:fs`), or a stream of bytes with the name it shall have. */
export type UploadSource = File | { name: string; data: Blob | AsyncIterable<Uint8Array> };

export interface UploadProgress {
  uploadId: string | null;
  sentBytes: number;
  /** Null for a stream whose length is not known. */
  totalBytes: number | null;
}

export interface UploadOptions {
  onProgress?: (progress: UploadProgress) => void;
  signal?: AbortSignal;
  /** Bytes a request carries; what is lost at most when the connection breaks. Default 8 MiB. */
  chunkBytes?: number;
  /** Makes the file a new version of this dataset. */
  datasetId?: string;
  /** Decisions to read the file with. */
  overrides?: IngestOverridesInput;
  /** An upload that was broken off, to go on with; only for a file, whose bytes can be read again. */
  uploadId?: string;
  /** First pause after a broken connection, doubled each time without progress. Default 500. */
  retryDelayMs?: number;
  /** Failures in a row, without a byte of progress, before it gives up. Default 8. */
  maxFailures?: number;
}

interface Chunk {
  first: number;
  bytes: Blob;
  /** Known from the start for a file, with the last chunk for a stream. */
  total: number | null;
}

const mebibyte = 1024 * 1024;
/** The first request is small, so that the upload soon has an id by which it can be resumed. */
const firstChunkBytes = 256 * 1024;

/** See `Client.uploadFile`. Rejects with `ApiError`, or the signal's reason when aborted. */
export async function uploadFile(
  calls: Pick<Calls['datasets'], 'upload' | 'getUpload' | 'createUpload'>,
  source: UploadSource,
  options: UploadOptions = {},
): Promise<UploadStatus> {
  const { signal, onProgress, chunkBytes = 8 * mebibyte, retryDelayMs = 500, maxFailures = 8 } = options;
  const data = source instanceof Blob ? source : source.data;
  const chunkAt = data instanceof Blob ? fileReader(data, chunkBytes) : streamReader(data, chunkBytes);
  let status: UploadStatus | null = options.uploadId
    ? await calls.getUpload({ params: { id: options.uploadId }, signal })
    : await begun(calls, source.name, data, options);
  let failures = 0;
  while (status?.status !== 'queued') {
    const offset = status?.received_bytes ?? 0;
    const chunk = await chunkAt(offset);
    if (chunk.bytes.size === 0 && status !== null && offset > 0) throw neverQueued(status);
    try {
      status = await sendChunk(calls, source.name, status?.upload_id ?? null, chunk, options);
    } catch (error) {
      if (!canResume(error) || ++failures > maxFailures) throw error;
      await pause(Math.min(8000, retryDelayMs * 2 ** (failures - 1)), signal);
      status = await statusAfterBreak(calls, status, signal);
    }
    if (status === null) continue;
    if (status.received_bytes > offset) failures = 0;
    onProgress?.({
      uploadId: status.upload_id,
      sentBytes: status.received_bytes,
      totalBytes: chunk.total ?? (data instanceof Blob ? data.size : null),
    });
  }
  return status;
}

/** Decisions go before the first chunk; without any, that chunk begins the upload. */
async function begun(
  calls: Pick<Calls['datasets'], 'createUpload'>,
  name: string,
  data: Blob | AsyncIterable<Uint8Array>,
  { overrides = {}, datasetId, signal }: UploadOptions,
): Promise<UploadStatus | null> {
  if (Object.keys(overrides).length === 0) return null;
  return calls.createUpload({
    body: {
      file_name: name,
      overrides,
      dataset_id: datasetId,
      ...(data instanceof Blob && { size_bytes: data.size }),
    },
    signal,
  });
}

function fileReader(file: Blob, chunkBytes: number) {
  return async (offset: number): Promise<Chunk> => {
    const length = offset === 0 ? Math.min(firstChunkBytes, chunkBytes) : chunkBytes;
    return { first: offset, bytes: file.slice(offset, offset + length), total: file.size };
  };
}

/** Holds one chunk at a time; an offset before it is lost, because a stream is read once. */
function streamReader(data: AsyncIterable<Uint8Array>, chunkBytes: number) {
  const chunks = chunksOf(data, chunkBytes);
  let held: Chunk = { first: 0, bytes: new Blob([]), total: null };
  return async (offset: number): Promise<Chunk> => {
    const end = held.first + held.bytes.size;
    if (offset < held.first || offset > end) throw lostBytes(offset, held.first);
    if (offset === end && held.total === null) held = (await chunks.next()).value ?? { ...held, total: end };
    return { ...held, first: offset, bytes: held.bytes.slice(offset - held.first) };
  };
}

async function sendChunk(
  calls: Pick<Calls['datasets'], 'upload'>,
  name: string,
  uploadId: string | null,
  { first, bytes, total }: Chunk,
  options: UploadOptions,
): Promise<UploadStatus> {
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
  if (bytes.size > 0) headers['content-range'] = `bytes ${first}-${first + bytes.size - 1}/${total ?? '*'}`;
  return calls.upload({
    query: uploadId === null ? { file_name: name, dataset_id: options.datasetId } : { upload_id: uploadId },
    body: bytes,
    headers,
    signal: options.signal,
  });
}

const canResume = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.transient || error.code === 'UPLOAD_OFFSET_MISMATCH');

/** What the server has; while it cannot be asked, what it last said. */
async function statusAfterBreak(
  calls: Pick<Calls['datasets'], 'getUpload'>,
  status: UploadStatus | null,
  signal: AbortSignal | undefined,
): Promise<UploadStatus | null> {
  if (status === null) return null;
  return calls.getUpload({ params: { id: status.upload_id }, signal }).catch((error: unknown) => {
    if (canResume(error)) return status;
    throw error;
  });
}

function lostBytes(offset: number, first: number): ApiError {
  return new ApiError({
    code: 'UPLOAD_OFFSET_MISMATCH',
    status: 409,
    message: `The server goes on at byte ${offset}, but the stream now stands at ${first} and cannot be read again. Send it anew.`,
  });
}

function neverQueued(status: UploadStatus): ApiError {
  return new ApiError({
    code: 'UNEXPECTED_ANSWER',
    status: 202,
    message: `Expected the upload to be queued after its last byte, but after ${status.received_bytes} bytes it is ${status.status}.`,
    details: { upload_id: status.upload_id },
  });
}

/** Cuts a stream into chunks; the last one, possibly empty, carries the total. */
async function* chunksOf(data: AsyncIterable<Uint8Array>, chunkBytes: number): AsyncGenerator<Chunk> {
  let first = 0;
  let held: Uint8Array<ArrayBuffer>[] = [];
  let heldBytes = 0;
  let ready: Chunk | null = null;
  for await (const piece of data) {
    held.push(new Uint8Array(piece));
    heldBytes += piece.byteLength;
    if (heldBytes < chunkBytes) continue;
    if (ready !== null) yield ready;
    ready = { first, bytes: new Blob(held), total: null };
    first += heldBytes;
    held = [];
    heldBytes = 0;
  }
  if (ready !== null && heldBytes > 0) yield ready;
  const last = heldBytes > 0 || ready === null ? { first, bytes: new Blob(held), total: null } : ready;
  yield { ...last, total: last.first + last.bytes.size };
}
