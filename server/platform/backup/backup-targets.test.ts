import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../config/config.ts';
import { credentials, startS3Server } from '../objects/s3-server.suite.ts';
import { type BackupTarget, backupName, splitAddress } from './backup-target.ts';
import { openTarget } from './open-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-targets-'));
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server(['backups']);
});
afterAll(async () => {
  await s3.close();
  rmSync(folder, { recursive: true, force: true });
});

const config = () => ({
  ...configSchema.parse({}),
  STROMA_S3_ENDPOINT: s3.endpoint,
  STROMA_S3_ACCESS_KEY: credentials.accessKeyId,
  STROMA_S3_SECRET_KEY: credentials.secretAccessKey,
});

describe.each([
  ['a folder', () => join(folder, 'somewhere', 'new')],
  ['a bucket', () => 's3://backups'],
  ['a place in a bucket', () => 's3://backups/lab/one'],
])('backups in %s', (_, address) => {
  let target: BackupTarget;
  const names = ['00000001', '00000002'].map((id, day) =>
    backupName(new Date(Date.UTC(2026, 0, day + 1)), id),
  );
  const [first = '', second = ''] = names;
  beforeAll(async () => {
    target = await openTarget(address(), config());
  });

  it('are there whole, in the order of their making, and can be read in parts', async () => {
    expect(await target.list()).toEqual([]);
    const content = randomBytes(7_000_000);
    expect(await target.write(second, Readable.from([Buffer.from('later')]))).toEqual({
      name: second,
      bytes: 5,
    });
    expect(await target.write(first, Readable.from([content.subarray(0, 10), content.subarray(10)]))).toEqual(
      {
        name: first,
        bytes: content.length,
      },
    );
    expect(await target.list()).toEqual([
      { name: first, bytes: content.length },
      { name: second, bytes: 5 },
    ]);
    const source = await target.open(first);
    expect(source.bytes).toBe(content.length);
    expect(await buffer(await source.read(0, source.bytes))).toEqual(content);
    expect(await buffer(await source.read(5_000_000, 5_000_010))).toEqual(
      content.subarray(5_000_000, 5_000_010),
    );
  });

  it('are absent where writing failed or was stopped', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield randomBytes(1000);
      throw new Error('the source broke');
    }
    const third = backupName(new Date(Date.UTC(2026, 0, 3)), '00000003');
    await expect(target.write(third, Readable.from(failing()))).rejects.toThrow('the source broke');
    const stopped = target.write(third, Readable.from([randomBytes(1000)]), AbortSignal.abort());
    await expect(stopped).rejects.toThrow();
    expect((await target.list()).map(({ name }) => name)).toEqual(names);
    await expect(target.open(third)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are removed one by one', async () => {
    await target.remove(first);
    expect((await target.list()).map(({ name }) => name)).toEqual([second]);
    await target.remove(second);
  });
});

describe('the address of backups', () => {
  it('leaves what is not a backup alone, and shows its files to their owner only', async () => {
    const target = await openTarget(folder, config());
    const name = backupName(new Date(), 'abcdef01');
    await target.write(name, Readable.from([Buffer.from('x')]));
    expect(readdirSync(folder).length).toBeGreaterThan(1);
    expect((await target.list()).map((each) => each.name)).toEqual([name]);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('is a folder or s3://, and nothing else', async () => {
    for (const address of ['https://example.org/x', 'ftp://x/y', 's3://'])
      await expect(openTarget(address, config())).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect((await openTarget('s3://nowhere', config())).list()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    expect(splitAddress('s3://backups/lab/x.backup')).toEqual({
      place: 's3://backups/lab',
      name: 'x.backup',
    });
    expect(splitAddress('/mnt/x.backup')).toEqual({ place: '/mnt', name: 'x.backup' });
    expect(splitAddress('x.backup')).toEqual({ place: '.', name: 'x.backup' });
    expect(() => splitAddress('/mnt/')).toThrow();
  });
});
