import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { SealedSource } from '../crypto/keys.ts';
import { openSealed, sealStream } from '../crypto/sealed-stream.ts';
import { fail } from '../failure.ts';

/**
 * A backup file: magic, the length of its header, the header (JSON, in clear), then everything else as one sealed
 * stream of compressed frames. The stream's key is random and lies in the header, wrapped by a key made from the
 * passphrase (scrypt, RFC 7914); the stream is bound to the header.
 */
const magic = Buffer.from('STRBACK1');
const purpose = 'backup';
const pieceBytes = 512 * 1024;
const mostHeaderBytes = 64 * 1024;
/** 128 MiB and about half a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 };

const header = z.object({
  format: z.literal('stroma-backup-1'),
  created_at: z.iso.datetime(),
  stroma: z.string(),
  store: z.enum(['embedded', 'postgresql']),
  passphrase: z.object({
    kind: z.literal('scrypt'),
    N: z.int().max(2 ** 20),
    r: z.int().max(32),
    p: z.int().max(16),
    salt: z.base64(),
  }),
  key_id: z.uuid(),
  wrapped_key: z.base64(),
});
export type BackupHeader = z.infer<typeof header>;

/** The bytes of a backup file of these frames. */
export async function sealBackup(
  frames: AsyncIterable<Uint8Array>,
  passphrase: string,
  about: Pick<BackupHeader, 'created_at' | 'stroma' | 'store'>,
): Promise<Readable> {
  const key = { id: uuidv7(), secret: randomBytes(32) };
  const salt = randomBytes(32);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await passphraseKey(passphrase, { ...cost, salt }), iv);
  const wrapped = Buffer.concat([iv, cipher.update(key.secret), cipher.final(), cipher.getAuthTag()]);
  const text = Buffer.from(
    JSON.stringify({
      format: 'stroma-backup-1',
      ...about,
      passphrase: { kind: 'scrypt', ...cost, salt: salt.toString('base64') },
      key_id: key.id,
      wrapped_key: wrapped.toString('base64'),
    } satisfies BackupHeader),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.byteLength);
  const compress = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    chunkSize: pieceBytes,
  });
  const compressed = pipeline(Readable.from(gathered(frames)), compress, () => undefined);
  const { stream } = sealStream(key, compressed, purpose, boundTo(text));
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield Buffer.concat([magic, length, text]);
    yield* stream;
  }
  return Readable.from(whole(), { objectMode: false });
}

/** Small pieces as larger ones: each piece is a turn of its own for the compressor. */
async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    held.push(piece);
    bytes += piece.byteLength;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(held, bytes);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held, bytes);
}

/** What a backup says of itself to anybody. Throws MALFORMED_FILE for what is none. */
export async function readHeader(source: SealedSource): Promise<{ header: BackupHeader; text: Buffer }> {
  const start = await buffer(await source.read(0, Math.min(source.bytes, magic.byteLength + 4)));
  if (!magic.equals(start.subarray(0, magic.byteLength))) return notABackup();
  const length = start.readUInt32BE(magic.byteLength);
  if (length > mostHeaderBytes) return notABackup();
  const from = magic.byteLength + 4;
  const text = await buffer(await source.read(from, from + length));
  try {
    return { header: header.parse(JSON.parse(text.toString())), text };
  } catch (error) {
    return notABackup(error);
  }
}

/** The frames of a backup. Throws WRONG_PASSPHRASE, and SEAL_BROKEN for a backup that was altered or cut short. */
export async function openBackup(
  source: SealedSource,
  passphrase: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { header: found, text } = await readHeader(source);
  const secret = await unwrap(found, passphrase);
  const start = magic.byteLength + 4 + text.byteLength;
  const sealed = await openSealed(
    { bytes: source.bytes - start, read: (from, to) => source.read(start + from, start + to) },
    purpose,
    boundTo(text),
    async () => ({ id: found.key_id, secret }),
  );
  // The end first: a backup that was cut short is refused before anything of it is used.
  await sealed.content();
  return pipeline(sealed.read(), createZstdDecompress({ chunkSize: pieceBytes }), () => undefined);
}

async function unwrap(found: BackupHeader, passphrase: string): Promise<Uint8Array> {
  const { N, r, p, salt } = found.passphrase;
  const key = await passphraseKey(passphrase, { N, r, p, salt: Buffer.from(salt, 'base64') });
  const wrapped = Buffer.from(found.wrapped_key, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12));
  decipher.setAuthTag(wrapped.subarray(-16));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
  } catch (error) {
    return fail('WRONG_PASSPHRASE', 'The passphrase is not the one this backup was made with.', {}, error);
  }
}

function passphraseKey(
  passphrase: string,
  { N, r, p, salt }: { N: number; r: number; p: number; salt: Buffer },
): Promise<Buffer> {
  return new Promise((done, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? done(key) : reject(error),
    );
  });
}

const boundTo = (text: Buffer): string => createHash('sha256').update(text).digest('hex');

const notABackup = (cause?: unknown): never =>
  fail('MALFORMED_FILE', 'Expected a file that "stroma backup" has written.', {}, cause);
