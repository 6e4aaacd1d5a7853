import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Content } from '../objects/object-store.ts';
import type { DataKey } from './data-key-cache.ts';
import type { OpenedStream, SealedSource, SealedStream, Source } from './keys.ts';
import { PieceQueue } from './piece-queue.ts';
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
export const chunkBytes = 4 * 1024 * 1024;
const tagBytes = 16;
/** Pieces a stream holds ready; object mode, since byte streams are copied together where they are read. */
const piecesAhead = 2;
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

  async function* sealed(): AsyncGenerator<Uint8Array> {
    const sum = known === undefined ? createHash('sha256') : null;
    const queue = new PieceQueue();
    let bytes = 0;
    let position = 0;
    yield header;
    for await (const given of source instanceof Uint8Array ? [source] : source) {
      const piece: Uint8Array = typeof given === 'string' ? Buffer.from(given) : given;
      sum?.update(piece);
      bytes += piece.byteLength;
      queue.push(piece);
      // One chunk is always held back: only at the end is it known to be the last.
      while (queue.bytes > chunkBytes) yield* sealChunk(secret, 'inner', position++, queue.take(chunkBytes));
    }
    if (known !== undefined && known.bytes !== bytes)
      throw new Error(`expected ${known.bytes} bytes to seal, given ${bytes}`);
    yield* sealChunk(secret, 'last', position++, queue.take(queue.bytes));
    const digest = sum?.digest() ?? Buffer.from(known?.sha256 ?? '', 'hex');
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes));
    yield* sealChunk(secret, 'trailer', position, [digest, length]);
    settled.resolve({ bytes, sha256: digest.toString('hex') });
  }

  const stream = Readable.from(sealed(), { highWaterMark: piecesAhead });
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

  async function* opened(from: number, to: number): AsyncGenerator<Uint8Array> {
    const first = Math.floor(from / chunkBytes);
    const last = to > from ? Math.floor((to - 1) / chunkBytes) : first;
    const queue = new PieceQueue();
    let position = first;
    for await (const piece of await read(startOf(first), endOf(last))) {
      queue.push(piece);
      while (position <= last && queue.bytes >= endOf(position) - startOf(position)) {
        const kind = position === chunks - 1 ? 'last' : 'inner';
        let at = position * chunkBytes;
        for (const plain of openChunk(secret, kind, position, queue, endOf(position) - startOf(position))) {
          const part = plain.subarray(Math.max(0, from - at), Math.max(0, to - at));
          at += plain.byteLength;
          if (part.byteLength > 0) yield part;
        }
        position += 1;
      }
    }
    if (position !== last + 1 || queue.bytes > 0) broken();
  }

  return {
    async content() {
      const queue = new PieceQueue();
      for await (const piece of await read(sealedBytes - trailerBytes, sealedBytes)) queue.push(piece);
      if (queue.bytes !== trailerBytes) return broken();
      const trailer = Buffer.concat(openChunk(secret, 'trailer', chunks, queue, trailerBytes));
      if (Number(trailer.readBigUInt64BE(32)) !== plainBytes) broken();
      return { bytes: plainBytes, sha256: trailer.toString('hex', 0, 32) };
    },
    read(from = 0, to = plainBytes) {
      const start = Math.min(Math.max(0, from), plainBytes);
      const range = opened(start, Math.min(Math.max(start, to), plainBytes));
      return Readable.from(range, { highWaterMark: piecesAhead });
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
): AsyncGenerator<Uint8Array> {
  const queue = new PieceQueue();
  let secret: Buffer | null = null;
  let position = 0;
  let bytes = 0;
  for await (const piece of sealed) {
    queue.push(piece);
    if (secret === null) {
      if (queue.bytes < headerBytes) continue;
      const header = queue.takeWhole(headerBytes);
      if (!isSealed(header)) return broken();
      secret = streamSecret((await keyOf(keyIdOf(header))).secret, header, purpose, context);
    }
    // What is held may be the last chunk and the trailer until there is more than both can be.
    while (queue.bytes > sealedChunkBytes + trailerBytes) {
      yield* openChunk(secret, 'inner', position++, queue, sealedChunkBytes);
      bytes += chunkBytes;
    }
  }
  if (secret === null || queue.bytes < tagBytes + trailerBytes) return broken();
  bytes += queue.bytes - trailerBytes - tagBytes;
  const last = openChunk(secret, 'last', position++, queue, queue.bytes - trailerBytes);
  const trailer = Buffer.concat(openChunk(secret, 'trailer', position, queue, trailerBytes));
  if (Number(trailer.readBigUInt64BE(32)) !== bytes) return broken();
  yield* last;
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

/** The sealed pieces of one chunk, its tag last. */
function sealChunk(secret: Buffer, kind: ChunkKind, position: number, plain: Uint8Array[]): Uint8Array[] {
  const cipher = createCipheriv('aes-256-gcm', secret, nonceOf(kind, position));
  const sealed: Uint8Array[] = plain.map((piece) => cipher.update(piece));
  cipher.final();
  sealed.push(cipher.getAuthTag());
  return sealed;
}

/** The content of the next chunk, in pieces; none is given out before the whole chunk is known to be authentic. */
function openChunk(
  secret: Buffer,
  kind: ChunkKind,
  position: number,
  queue: PieceQueue,
  sealedLength: number,
): Uint8Array[] {
  if (sealedLength < tagBytes) return broken();
  const sealed = queue.take(sealedLength - tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', secret, nonceOf(kind, position));
  decipher.setAuthTag(queue.takeWhole(tagBytes));
  try {
    const plain = sealed.map((piece) => decipher.update(piece));
    decipher.final();
    return plain;
  } catch (error) {
    return broken(error);
  }
}

async function readWhole(stream: Readable, bytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  const whole = Buffer.concat(parts);
  return whole.byteLength === bytes ? whole : broken();
}
