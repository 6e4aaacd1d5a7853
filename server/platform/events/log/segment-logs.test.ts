import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { silent } from '../../db/test-database.suite.ts';
import { crc32c } from './crc32c.ts';
import { plainKeys } from './plain-keys.suite.ts';
import { openSegmentLogs } from './segment-logs.ts';
import { batchOf, describeStreamLog, keyOf, readAll, testTopic } from './stream-log.suite.ts';
import type { LogTopic, StreamLog } from './stream-log.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-log-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const openIn = (folder: string, more: object = {}): StreamLog =>
  openSegmentLogs({ folder, keys: plainKeys, log: silent, ...more });
const filesOf = (folder: string, { tenantId, topicId }: LogTopic) =>
  readdirSync(join(folder, tenantId, topicId))
    .filter((name) => name.endsWith('.seg'))
    .map((name) => join(folder, tenantId, topicId, name));

describeStreamLog('segment files', async () => {
  const folder = newFolder();
  return { open: async () => openIn(folder), remove: async () => undefined };
});
describeStreamLog('segment files of few bytes', async () => {
  const folder = newFolder();
  return { open: async () => openIn(folder, { segmentBytes: 300 }), remove: async () => undefined };
});

describe('segment files', () => {
  it('have the checksum of RFC 3720', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, n) => n)))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('are cut where the last batch was torn, whatever stands there, and go on from it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), async (junk, cut) => {
        const folder = newFolder();
        const topic = testTopic();
        let log = openIn(folder);
        await log.append(topic, batchOf(['"kept"', '"too"']));
        const [file = ''] = filesOf(folder, topic);
        const whole = statSync(file).size;
        await log.append(topic, batchOf(['"torn"']));
        await log.close();
        const torn = statSync(file).size - whole;
        const bytes = execFileSync('cat', [file]);
        writeFileSync(file, bytes.subarray(0, whole + (cut % torn)));
        appendFileSync(file, junk);
        log = openIn(folder);
        expect(await readAll(log, topic)).toEqual(['"kept"', '"too"']);
        expect(await log.append(topic, batchOf(['"next"']))).toMatchObject({ firstOffset: 2 });
        await log.close();
        log = openIn(folder);
        expect(await readAll(log, topic)).toEqual(['"kept"', '"too"', '"next"']);
        await log.close();
      }),
      { numRuns: 12 },
    );
  });

  it('lose nothing acknowledged and double nothing when the process is killed while it appends', {
    timeout: 60_000,
  }, async () => {
    const folder = newFolder();
    const topic = testTopic();
    const file = fileURLToPath(new URL('./appending-process.suite.ts', import.meta.url));
    const told: number[] = [];
    for (const after of [3, 60, 400]) {
      const first = String(Math.max(-1, ...told) + 1);
      const child = spawn(process.execPath, [file, folder, JSON.stringify(topic), first], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const goal = told.length + after;
      for await (const line of createInterface({ input: child.stdout })) {
        told.push(Number(line));
        if (told.length >= goal) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    const log = openIn(folder);
    const kept = (await readAll(log, topic, 0, 100_000)).map(
      (line) => JSON.parse(line) as { batch: number; index: number },
    );
    const counts = new Map<number, number[]>();
    for (const { batch, index } of kept) counts.set(batch, [...(counts.get(batch) ?? []), index]);
    for (const batch of told) expect(counts.get(batch)).toEqual([0, 1, 2, 3, 4]);
    for (const indexes of counts.values()) expect(indexes).toEqual([0, 1, 2, 3, 4]);
    // A sender that was not told sends again with its key: what was kept all the same is not kept twice.
    const untold = [...counts.keys()].filter((batch) => !told.includes(batch));
    for (const batch of [...untold, told[0] ?? 0]) {
      const key = {
        id: createHash('md5').update(`batch ${batch}`).digest(),
        fingerprint: Buffer.alloc(16, 1),
      };
      expect(await log.append(topic, batchOf(['x'], key))).toMatchObject({ repeated: true });
    }
    await log.close();
  });

  it('let go of what is too old or too much, never of what is not in the lake', async () => {
    const folder = newFolder();
    const log = openIn(folder, { segmentBytes: 1000 });
    const topic = testTopic({ retention: { ms: 3_600_000, bytes: 3000 }, keepFrom: 0 });
    const line = JSON.stringify('x'.repeat(500));
    for (let n = 0; n < 8; n += 1) await log.append({ ...topic, keepFrom: n }, batchOf([line]));
    await log.trim(topic);
    expect(await log.bounds(topic)).toMatchObject({ first: 0, next: 8 });
    await expect(log.append(topic, batchOf([line]))).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retry_after_seconds: 30 },
    });
    await log.trim({ ...topic, keepFrom: 4 });
    expect((await log.bounds(topic)).first).toBe(4);
    await log.trim({ ...topic, keepFrom: 8, retention: { ms: -1, bytes: 3000 } });
    expect(await log.bounds(topic)).toMatchObject({ first: 8, next: 8 });
    expect(await log.read(topic, 2, 1000)).toMatchObject({ chunks: [], first: 8 });
    expect(await log.append({ ...topic, keepFrom: 8 }, batchOf([line]))).toMatchObject({ firstOffset: 8 });
    await log.close();
  });

  it('are one process’s alone: another is told so, until the first has let them go', async () => {
    const folder = newFolder();
    const topic = testTopic();
    const [first, second] = [openIn(folder), openIn(folder)];
    await first.append(topic, batchOf(['"mine"']));
    await expect(second.append(topic, batchOf(['"other"']))).rejects.toMatchObject({ code: 'NOT_READY' });
    await first.close();
    expect(await second.append(topic, batchOf(['"other"']))).toMatchObject({ firstOffset: 1 });
    await second.close();
  });

  it('take in no more than they may hold, and more once the disk has it', async () => {
    const folder = newFolder();
    const log = openIn(folder, { waitingBytes: 1000 });
    const topic = testTopic();
    const line = JSON.stringify('x'.repeat(400));
    const sent = await Promise.allSettled(
      Array.from({ length: 5 }, () => log.append(topic, batchOf([line]))),
    );
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const each of sent)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'OVERLOADED' });
    expect(log.waitingBytes()).toBe(0);
    expect(await log.append(topic, batchOf([line]))).toMatchObject({ firstOffset: 2 });
    await log.close();
  });
});

/** A disk of its own takes the rights of root. */
function smallDisk(): string | null {
  const folder = newFolder();
  const at = join(folder, 'disk');
  mkdirSync(at);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', at], { stdio: 'ignore' });
    return at;
  } catch {
    return null;
  }
}
const disk = smallDisk();
afterAll(() => {
  if (disk !== null) execFileSync('umount', ['-l', disk]);
});

describe.skipIf(disk === null)('on a full disk (a tmpfs; needs the rights of root)', () => {
  it('refuse clearly, keep what they acknowledged, and go on when there is room', async () => {
    const folder = disk as string;
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(200 * 1024));
    const topic = testTopic();
    let log = openIn(folder, { segmentBytes: 100 * 1024 });
    const kept: string[] = [];
    const key = keyOf();
    let refused: unknown = null;
    for (let n = 0; refused === null; n += 1) {
      const line = JSON.stringify({ n, pad: 'x'.repeat(20_000) });
      await log.append(topic, batchOf([line], n === 0 ? key : null)).then(
        () => kept.push(line),
        (error: unknown) => {
          refused = error;
        },
      );
    }
    expect(refused).toMatchObject({ code: 'STORAGE_FULL', details: { retry_after_seconds: 30 } });
    expect(kept.length).toBeGreaterThan(3);
    expect(await readAll(log, topic, 0, 1_000_000)).toEqual(kept);
    await expect(log.append(topic, batchOf(['x'.repeat(100_000)]))).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    await log.close();
    log = openIn(folder, { segmentBytes: 100 * 1024 });
    expect(await readAll(log, topic, 0, 1_000_000)).toEqual(kept);
    rmSync(ballast);
    expect(await log.append(topic, batchOf(['"room"']))).toMatchObject({ firstOffset: kept.length });
    expect(await log.append(topic, batchOf([kept[0] ?? ''], key))).toMatchObject({ repeated: true });
    expect(await readAll(log, topic, 0, 1_000_000)).toEqual([...kept, '"room"']);
    await log.close();
  });
});
