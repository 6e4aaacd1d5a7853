import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SealedSource } from './keys.ts';
import { chunkBytes, openSealed, sealedLength, sealStream } from './sealed-stream.ts';

const key = { id: '019a0000-0000-7000-8000-000000000001', secret: randomBytes(32) };
const sealedChunk = chunkBytes + 16;
const header = 56;

const seal = (content: Uint8Array, context = 'raw/a') =>
  buffer(sealStream(key, Readable.from(pieces(content)), 'object', context).stream);

/** As a disk or a network gives them: in pieces of any size. */
function* pieces(content: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0, size = 70_001; at < content.length; at += size) yield content.subarray(at, at + size);
}

function sourceOf(sealed: Uint8Array, reads: [number, number][] = []): SealedSource {
  return {
    bytes: sealed.byteLength,
    read: async (from, to) => {
      reads.push([from, to]);
      return Readable.from(pieces(sealed.subarray(from, to)));
    },
  };
}

const open = (sealed: Uint8Array, context = 'raw/a', reads?: [number, number][]) =>
  openSealed(sourceOf(sealed, reads), 'object', context, async (id) => {
    if (id !== key.id) throw Object.assign(new Error('another key'), { code: 'SEAL_BROKEN' });
    return key;
  });

/** Reads everything there is to read: the content, its size and its hash. */
async function readAll(sealed: Uint8Array, context?: string): Promise<Buffer> {
  const opened = await open(sealed, context);
  await opened.content();
  return await buffer(opened.read());
}

const refused = { code: 'SEAL_BROKEN' };
const sizes = [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, 3 * chunkBytes + 17];

describe('a sealed stream', () => {
  it.each(sizes)('of %i bytes comes back as it was, with its size and hash', async (size) => {
    const content = randomBytes(size);
    const { stream, content: known } = sealStream(key, content, 'object', 'raw/a');
    const sealed = await buffer(stream);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(await known).toEqual({ bytes: size, sha256 });
    expect(sealed.length).toBe(sealedLength(size));
    const opened = await open(sealed);
    expect(await opened.content()).toEqual({ bytes: size, sha256 });
    expect((await buffer(opened.read())).equals(content)).toBe(true);
  });

  it('gives any range, reading only the chunks that hold it', async () => {
    const content = randomBytes(4 * chunkBytes + 1234);
    const sealed = await seal(content);
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length + 10), fc.nat(content.length + 10), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const reads: [number, number][] = [];
        const opened = await open(sealed, 'raw/a', reads);
        const part = await buffer(opened.read(from, to));
        expect(part.equals(content.subarray(from, to))).toBe(true);
        const [start, end] = reads.at(-1) ?? [0, 0];
        expect(end - start).toBeLessThanOrEqual(to - from + 2 * sealedChunk);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused with any bit changed', async () => {
    const sealed = await seal(randomBytes(2 * chunkBytes + 99));
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.nat(7), async (at, bit) => {
        const altered = Buffer.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ (1 << bit);
        await expect(readAll(altered)).rejects.toMatchObject(refused);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused when cut anywhere, also between chunks, or made longer', async () => {
    const sealed = await seal(randomBytes(2 * chunkBytes + 99));
    const trailer = sealed.subarray(-56);
    const cuts = [
      0,
      1,
      header,
      header + 1,
      header + sealedChunk,
      header + 2 * sealedChunk,
      sealed.length - 1,
    ];
    for (const at of cuts) {
      await expect(readAll(sealed.subarray(0, at))).rejects.toMatchObject(refused);
      await expect(readAll(Buffer.concat([sealed.subarray(0, at), trailer]))).rejects.toMatchObject(refused);
    }
    await expect(readAll(Buffer.concat([sealed, Buffer.alloc(1)]))).rejects.toMatchObject(refused);
    await expect(readAll(Buffer.concat([sealed, sealed]))).rejects.toMatchObject(refused);
  });

  it('is refused with chunks in another order, repeated or of another stream', async () => {
    const content = randomBytes(3 * chunkBytes);
    const [sealed, twin] = await Promise.all([seal(content), seal(content)]);
    const chunk = (of: Buffer, n: number) =>
      of.subarray(header + n * sealedChunk, header + (n + 1) * sealedChunk);
    const rebuilt = (...chunks: Buffer[]) =>
      Buffer.concat([sealed.subarray(0, header), ...chunks, sealed.subarray(-56)]);
    const [first, second, third] = [0, 1, 2].map((n) => chunk(sealed, n)) as [Buffer, Buffer, Buffer];
    expect((await readAll(rebuilt(first, second, third))).equals(content)).toBe(true);
    for (const each of [
      rebuilt(second, first, third),
      rebuilt(first, first, third),
      rebuilt(first, third),
      rebuilt(first, chunk(twin, 1), third),
      Buffer.concat([twin.subarray(0, header), sealed.subarray(header)]),
    ])
      await expect(readAll(each)).rejects.toMatchObject(refused);
  });

  it('is refused at another place and for another purpose', async () => {
    const sealed = await seal(Buffer.from('of a'));
    await expect(readAll(sealed, 'raw/b')).rejects.toMatchObject(refused);
    const other = openSealed(sourceOf(sealed), 'backup', 'raw/a', async () => key);
    await expect(other.then((opened) => opened.content())).rejects.toMatchObject(refused);
  });

  it('tells of a source that fails, and does not end as if it were whole', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield randomBytes(chunkBytes * 2);
      throw new Error('the network broke');
    }
    const { stream, content } = sealStream(key, failing(), 'object', 'raw/a');
    await expect(buffer(stream)).rejects.toThrow('the network broke');
    await expect(content).rejects.toThrow('the network broke');
  });
});
