import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SealedSource } from '../crypto/keys.ts';
import { type ArchiveEntry, readArchive, writeArchive } from './archive-frames.ts';
import { openBackup, readHeader, sealBackup } from './backup-file.ts';

const about = { created_at: '2026-01-02T03:04:05.000Z', stroma: '0.1.0', store: 'embedded' as const };
const files: [string, Buffer][] = [
  ['manifest.json', Buffer.from('{}')],
  ['store/PG_VERSION', Buffer.from('18\n')],
  ['store/empty/', Buffer.alloc(0)],
  ['objects/raw/tnt/upl', randomBytes(3_000_000)],
  ['objects/letters', Buffer.alloc(5_000_000, 'text that packs well ')],
];

async function* entriesOf(given: typeof files): AsyncGenerator<ArchiveEntry> {
  for (const [name, content] of given) yield { name, source: Readable.from([content]) };
}

const sourceOf = (file: Uint8Array): SealedSource => ({
  bytes: file.byteLength,
  read: async (from, to) => Readable.from([file.subarray(from, to)]),
});

async function unpack(file: Uint8Array, passphrase: string): Promise<[string, Buffer][]> {
  const found: [string, Buffer][] = [];
  await readArchive(await openBackup(sourceOf(file), passphrase), async (name, content) => {
    const parts: Buffer[] = [];
    for await (const part of content) parts.push(part);
    found.push([name, Buffer.concat(parts)]);
  });
  return found;
}

describe('a backup file', () => {
  let file: Buffer;
  beforeAll(async () => {
    file = await buffer(await sealBackup(writeArchive(entriesOf(files)), 'correct horse battery', about));
  });

  it('holds every entry as it was, smaller where it can be, and tells when it was made', async () => {
    expect(await unpack(file, 'correct horse battery')).toEqual(files);
    expect(file.length).toBeLessThan(3_500_000);
    expect((await readHeader(sourceOf(file))).header).toMatchObject(about);
  });

  it('shows nobody without the passphrase what it holds', async () => {
    await expect(unpack(file, 'correct horse batterz')).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' });
    expect(file.includes('manifest.json')).toBe(false);
    expect(file.includes('raw/tnt')).toBe(false);
  });

  it('is refused when it was altered or cut short, at its start, in its midst and at its end', async () => {
    const { text } = await readHeader(sourceOf(file));
    for (const at of [4, 20 + text.length, Math.floor(file.length / 2), file.length - 1]) {
      const altered = Buffer.from(file);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(unpack(altered, 'correct horse battery')).rejects.toMatchObject({
        code: at === 4 ? 'MALFORMED_FILE' : 'SEAL_BROKEN',
      });
      await expect(unpack(file.subarray(0, at), 'correct horse battery')).rejects.toMatchObject({
        code: at < 1000 && at !== 20 + text.length ? 'MALFORMED_FILE' : 'SEAL_BROKEN',
      });
    }
  });

  it('is refused when its header says something else than it was sealed with', async () => {
    const at = file.indexOf('2026-01-02');
    const altered = Buffer.from(file);
    altered.write('2027-01-02', at);
    await expect(unpack(altered, 'correct horse battery')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
  });

  it('is what it is asked for: any other file is refused', async () => {
    for (const other of [Buffer.alloc(0), Buffer.from('id,name\n1,a\n'), randomBytes(1000)])
      await expect(unpack(other, 'x')).rejects.toMatchObject({ code: 'MALFORMED_FILE' });
  });
});
