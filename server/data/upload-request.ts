import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { type IngestOverridesInput, idOf, ingestOverrides } from '@stroma/contracts';
import type { FastifyRequest } from 'fastify';
import { fail } from '../platform/failure.ts';

export interface ContentRange {
  first: number;
  last: number;
  /** Null for `*`: the sender does not know yet. */
  total: number | null;
}

/** One file (or a piece of one) on its way in, with what was said about it before it. */
export interface IncomingFile {
  source: AsyncIterable<Uint8Array>;
  fileName: string | null;
  datasetId: string | null;
  overrides: IngestOverridesInput;
}

/** `bytes first-last/total` of RFC 9110, 14.4. */
export function contentRange(header: string | undefined): ContentRange | null {
  if (header === undefined) return null;
  const found = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header.trim());
  const first = Number(found?.[1]);
  const last = Number(found?.[2]);
  const total = found?.[3] === '*' ? null : Number(found?.[3]);
  if (!found || last < first || (total !== null && last >= total))
    fail('INVALID_INPUT', `Expected Content-Range like "bytes 0-1023/4096", got "${header.slice(0, 80)}".`, {
      field: 'content-range',
    });
  return { first, last, total };
}

/** Calls `receive` with the file of the request, as it streams in. */
export async function readUpload<T>(
  request: FastifyRequest,
  receive: (file: IncomingFile) => Promise<T>,
): Promise<T> {
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('application/octet-stream'))
    return receive({ source: request.raw, fileName: null, datasetId: null, overrides: {} });
  if (type.startsWith('multipart/form-data')) return readMultipart(request, receive);
  return fail(
    'UNSUPPORTED_MEDIA_TYPE',
    'Expected multipart/form-data with a part "file", or application/octet-stream.',
  );
}

function readMultipart<T>(request: FastifyRequest, receive: (file: IncomingFile) => Promise<T>): Promise<T> {
  const raw = request.raw;
  return new Promise<T>((resolve, reject) => {
    let received: Promise<T> | null = null;
    const said: Omit<IncomingFile, 'source'> = { fileName: null, datasetId: null, overrides: {} };
    const parser = parserFor(request);

    const parsed = Promise.withResolvers<void>();
    parsed.promise.catch(() => undefined);

    const stop = (error: unknown) => {
      raw.unpipe(parser);
      raw.resume();
      parsed.reject(error);
      reject(error);
    };
    const noFile = () =>
      fail('INVALID_INPUT', 'Expected one part named "file" with the file.', { field: 'file' });

    parser.on('field', (name, value, _nameCut, valueCut) => {
      try {
        if (received !== null)
          fail('INVALID_INPUT', `Expected the part "${name}" before the file.`, { field: name });
        if (valueCut) fail('INVALID_INPUT', `The part "${name}" is too long.`, { field: name });
        readField(said, name, value);
      } catch (error) {
        stop(error);
      }
    });
    parser.on('file', (_name, stream: Readable, fileName) => {
      const breakOff = () => stream.destroy(new Error('The connection broke off.'));
      raw.once('aborted', breakOff);
      raw.once('error', breakOff);
      stream.on('error', () => undefined);
      received = receive({
        source: untilParsed(stream, parsed.promise),
        ...said,
        fileName: fileName ?? null,
      });
      received.then(resolve, stop);
    });
    parser.on('finish', () => {
      parsed.resolve();
      try {
        if (!received) noFile();
      } catch (error) {
        reject(error);
      }
    });
    parser.on('error', (error) => {
      parsed.reject(error);
      if (received !== null) return;
      try {
        fail('INVALID_INPUT', 'The multipart body could not be read.', { field: 'body' }, error);
      } catch (failure) {
        stop(failure);
      }
    });
    raw.pipe(parser);
  });
}

/** A file is whole only when the body around it is: one that breaks off ends with an error. */
async function* untilParsed(stream: Readable, parsed: Promise<void>): AsyncGenerator<Uint8Array> {
  yield* stream;
  await parsed;
}

function parserFor(request: FastifyRequest) {
  const headers = { ...request.headers, 'content-type': request.headers['content-type'] ?? '' };
  const limits = {
    files: 1,
    fields: 8,
    parts: 9,
    fieldNameSize: 100,
    fieldSize: 256 * 1024,
    headerPairs: 50,
  };
  try {
    return new Busboy({ headers, limits, isPartAFile: (_field, type, name) => isFile(type, name) });
  } catch (error) {
    return fail(
      'INVALID_INPUT',
      'Expected a multipart body with a boundary.',
      { field: 'content-type' },
      error,
    );
  }
}

const isFile = (type: string | undefined, name: string | undefined): boolean =>
  name !== undefined || type === 'application/octet-stream';

function readField(said: Omit<IncomingFile, 'source'>, name: string, value: string): void {
  if (name === 'dataset_id') {
    if (value === '') return;
    const parsed = idOf('dataset').safeParse(value);
    said.datasetId = parsed.success
      ? parsed.data
      : fail('INVALID_INPUT', 'Expected dataset_id like ds_....', { field: name });
  } else if (name === 'overrides') {
    said.overrides = readOverrides(value);
  }
}

function readOverrides(text: string): IngestOverridesInput {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return fail('INVALID_INPUT', 'Expected overrides as JSON.', { field: 'overrides' }, error);
  }
  const parsed = ingestOverrides.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return fail('INVALID_INPUT', `overrides: ${issue?.message ?? 'not as expected'}.`, {
    field: ['overrides', ...(issue?.path ?? [])].join('.'),
    reason: issue?.message ?? '',
  });
}
