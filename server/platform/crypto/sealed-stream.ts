import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Content } from '../objects/object-store.ts';
import type { DataKey } from './data-key-cache.ts';
import type { OpenedStream, SealedSource, SealedStream, Source } from './keys.ts';
import { broken, uuidOf } from './sealed-field.ts';

/**
 * A sealed stream: a header, chunks of fixed size each with its tag, and a trailer that holds size and hash of the
 * content. The key of the chunks is derived (HKDF, RFC 5869) from the data key, a salt of this stream alone, its
 * purpose and its context, so its nonces may count: kind of chunk, then position. As in STREAM (Hoang, Reyhanitabar,
 * Rogaway and Vizár, doi:10.1007/978-3-662-48000-7_24) the last chunk is sealed as such: a stream that is cut short,
 * put in another order or taken to another place does not open.
 */
const magic = Buffer.from('STRSEAL1');
const saltBytes = 32;
export const headerBytes = magic.byteLength + 16 + saltBytes;
export const chunkBytes = 256 * 1024;
const tagBytes = 16;
const sealedChunkBytes = chunkBytes + tagBytes;
const trailerBytes = 32 + 8 + tagBytes;
export const leastSealedBytes = headerBytes + tagBytes + trailerBytes;

const chunkKinds = { inner: 0, last: 1, trailer: 2 } as const;
type ChunkKind = keyof typeof chunkKinds;

/** Sealed length of a content. */
export const sealedLength = (bytes: number): number =>
  headerBytes + bytes + Math.max(1, Math.ceil(bytes / chunkBytes)) * tagBytes + trailerBytes;

export const isSealed = (start: Uint8Array): boolean => magic.equals(start.subarray(0, magic.byteLength));

/** Id of the data key that the start of a sealed stream names. */
export const keyIdOf = (start: Uint8Array): string =>
  uuidOf(start.subarray(magic.byteLength, magic.byteLength + 16));

/**
 * Seals a stream. With `known`, its size and hash as whoever wrote it knows them, it is not hashed again; the stream
 * fails when it turns out to be of another length.
 */
export function sealStream(
  key: DataKey,
  source: Source,
  purpose: string,
  context: string,
  known?: Content,
): SealedStream {
  const salt = randomBytes(saltBytes);
  const header = Buffer.concat([magic, Buffer.from(key.id.replaceAll('-', ''), 'hex'), salt]);
  const secret = streamSecret(key.secret, header, purpose, context);
  const settled = Promise.withResolvers<Content>();
  settled.promise.catch(() => {});

  async function* sealed(): AsyncGenerator<Buffer> {
    const sum = known === undefined ? createHash('sha256') : null;
    let bytes = 0;
    let position = 0;
    let waiting: Uint8Array | null = null;
    yield header;
    // One chunk is always held back: only at the end is it known to be the last.
    for await (const chunk of chunksOf(source)) {
      if (waiting !== null) yield sealChunk(secret, 'inner', position++, waiting);
      sum?.update(chunk);
      bytes += chunk.byteLength;
      waiting = chunk;
    }
    if (known !== undefined && known.bytes !== bytes)
      throw new Error(`expected ${known.bytes} bytes to seal, given ${bytes}`);
    yield sealChunk(secret, 'last', position++, waiting ?? new Uint8Array());
    const digest = sum?.digest() ?? Buffer.from(known?.sha256 ?? '', 'hex');
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes));
    yield sealChunk(secret, 'trailer', position, Buffer.concat([digest, length]));
    settled.resolve({ bytes, sha256: digest.toString('hex') });
  }

  const stream = Readable.from(sealed(), { objectMode: false, highWaterMark: 2 * sealedChunkBytes });
  stream.once('error', (error) => settled.reject(error));
  stream.once('close', () => settled.reject(new Error('the stream was closed before its end')));
  return { stream, content: settled.promise };
}

export async function openSealed(
  { bytes: sealedBytes, read }: SealedSource,
  purpose: string,
  context: string,
  keyOf: (id: string) => Promise<DataKey>,
): Promise<OpenedStream> {
  if (sealedBytes < leastSealedBytes) return broken();
  const header = await readWhole(await read(0, headerBytes), headerBytes);
  if (!isSealed(header)) return broken();
  const key = await keyOf(keyIdOf(header));
  const secret = streamSecret(key.secret, header, purpose, context);
  const body = sealedBytes - headerBytes - trailerBytes;
  const chunks = Math.ceil(body / sealedChunkBytes);
  const plainBytes = body - chunks * tagBytes;
  const startOf = (position: number) => headerBytes + position * sealedChunkBytes;
  const endOf = (position: number) => Math.min(startOf(position + 1), headerBytes + body);

  async function* opened(from: number, to: number): AsyncGenerator<Buffer> {
    const first = Math.floor(from / chunkBytes);
    const last = to > from ? Math.floor((to - 1) / chunkBytes) : first;
    let position = first;
    for await (const chunk of chunksOf(await read(startOf(first), endOf(last)), sealedChunkBytes)) {
      if (chunk.byteLength !== endOf(position) - startOf(position)) broken();
      const plain = openChunk(secret, position === chunks - 1 ? 'last' : 'inner', position, chunk);
      const start = position * chunkBytes;
      const part = plain.subarray(Math.max(0, from - start), Math.max(0, to - start));
      if (part.byteLength > 0) yield part;
      position += 1;
    }
    if (position !== last + 1) broken();
  }

  return {
    async content() {
      const sealed = await readWhole(await read(sealedBytes - trailerBytes, sealedBytes), trailerBytes);
      const trailer = openChunk(secret, 'trailer', chunks, sealed);
      if (Number(trailer.readBigUInt64BE(32)) !== plainBytes) broken();
      return { bytes: plainBytes, sha256: trailer.toString('hex', 0, 32) };
    },
    read(from = 0, to = plainBytes) {
      const start = Math.min(Math.max(0, from), plainBytes);
      const range = opened(start, Math.min(Math.max(start, to), plainBytes));
      return Readable.from(range, { objectMode: false, highWaterMark: 2 * chunkBytes });
    },
  };
}

/**
 * The content of a sealed stream read in one go, where its length is not known before: an object may be replaced
 * between two looks at it, but a stream that was begun is of one object.
 */
export async function* openWhole(
  sealed: AsyncIterable<Uint8Array>,
  purpose: string,
  context: string,
  keyOf: (id: string) => Promise<DataKey>,
): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let secret: Buffer | null = null;
  let position = 0;
  let bytes = 0;
  for await (const piece of sealed) {
    held = held.byteLength === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    if (secret === null) {
      if (held.byteLength < headerBytes) continue;
      if (!isSealed(held)) return broken();
      const key = await keyOf(keyIdOf(held));
      secret = streamSecret(key.secret, held.subarray(0, headerBytes), purpose, context);
      held = held.subarray(headerBytes);
    }
    // What is held may be the last chunk and the trailer until there is more than both can be.
    while (held.byteLength > sealedChunkBytes + trailerBytes) {
      const plain = openChunk(secret, 'inner', position++, held.subarray(0, sealedChunkBytes));
      bytes += plain.byteLength;
      yield plain;
      held = held.subarray(sealedChunkBytes);
    }
  }
  if (secret === null || held.byteLength < tagBytes + trailerBytes) return broken();
  const end = held.byteLength - trailerBytes;
  const plain = openChunk(secret, 'last', position++, held.subarray(0, end));
  bytes += plain.byteLength;
  const trailer = openChunk(secret, 'trailer', position, held.subarray(end));
  if (Number(trailer.readBigUInt64BE(32)) !== bytes) return broken();
  if (plain.byteLength > 0) yield plain;
}

function streamSecret(key: Uint8Array, header: Buffer, purpose: string, context: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(purpose));
  const info = Buffer.concat([
    header.subarray(0, headerBytes - saltBytes),
    length,
    createHash('sha256').update(purpose).update('\n').update(context).digest(),
  ]);
  return Buffer.from(hkdfSync('sha256', key, header.subarray(headerBytes - saltBytes), info, 32));
}

function nonceOf(kind: ChunkKind, position: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce[0] = chunkKinds[kind];
  nonce.writeBigUInt64BE(BigInt(position), 4);
  return nonce;
}

function sealChunk(secret: Buffer, kind: ChunkKind, position: number, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', secret, nonceOf(kind, position));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return sealed;
}

function openChunk(secret: Buffer, kind: ChunkKind, position: number, sealed: Uint8Array): Buffer {
  if (sealed.byteLength < tagBytes) return broken();
  const end = sealed.byteLength - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', secret, nonceOf(kind, position));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    const plain = decipher.update(sealed.subarray(0, end));
    decipher.final();
    return plain;
  } catch (error) {
    return broken(error);
  }
}

/** Pieces of exactly `size` bytes, the last aside; bytes are copied only where a piece spans what the source gives. */
async function* chunksOf(source: Source, size = chunkBytes): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const given of source instanceof Uint8Array ? [source] : source) {
    const piece: Uint8Array = typeof given === 'string' ? Buffer.from(given) : given;
    let from = 0;
    while (held + piece.byteLength - from >= size) {
      const taken = piece.subarray(from, from + size - held);
      yield parts.length === 0 ? taken : Buffer.concat([...parts, taken], size);
      from += taken.byteLength;
      parts = [];
      held = 0;
    }
    if (from < piece.byteLength) {
      parts.push(piece.subarray(from));
      held += piece.byteLength - from;
    }
  }
  if (held > 0) yield parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, held);
}

async function readWhole(stream: Readable, bytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  const whole = Buffer.concat(parts);
  return whole.byteLength === bytes ? whole : broken();
}
