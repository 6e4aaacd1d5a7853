import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogBatch, LogChunk, LogTopic, StreamLog } from './stream-log.ts';

export interface TestLog {
  open(): Promise<StreamLog>;
  remove(): Promise<void>;
}

const hour = 3_600_000;
let topics = 0;

export function testTopic(change: Partial<LogTopic> = {}): LogTopic {
  topics += 1;
  return {
    tenantId: 'tnt_suite',
    topicId: `top_suite-${process.pid}-${topics}`,
    retention: { ms: hour, bytes: 1024 ** 3 },
    keepFrom: Number.MAX_SAFE_INTEGER,
    ...change,
  };
}

export const batchOf = (lines: readonly string[], key: LogBatch['key'] = null): LogBatch => ({
  lines,
  key,
  receivedAt: new Date(),
});

export const keyOf = (fingerprint = 'one') => ({
  id: randomBytes(16),
  fingerprint: Buffer.alloc(16, fingerprint),
});

export async function readAll(
  log: StreamLog,
  topic: LogTopic,
  from = 0,
  pageBytes = 1000,
): Promise<string[]> {
  const found: string[] = [];
  for (let at = from; ; ) {
    const page = await log.read(topic, at, pageBytes);
    for (const { firstOffset, lines } of page.chunks) {
      expect(firstOffset).toBe(at);
      at = firstOffset + lines.length;
      found.push(...lines);
    }
    if (page.chunks.length === 0) return found;
    expect(page.next).toBe(at);
  }
}

/** What holds for the log of a topic, whichever engine keeps it. */
export function describeStreamLog(name: string, makeLog: () => Promise<TestLog>): void {
  describe(`stream log: ${name}`, () => {
    let test: TestLog;
    let log: StreamLog;

    beforeAll(async () => {
      test = await makeLog();
      log = await test.open();
    }, 60_000);
    afterAll(async () => {
      await log.close();
      await test.remove();
    });

    it('gives back what was appended, from any offset, in its order', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.json(), { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 8 }),
          fc.nat(),
          async (batches, at) => {
            const topic = testTopic();
            const lines = batches.map((batch) => batch.map((each) => JSON.stringify(JSON.parse(each))));
            let next = 0;
            for (const each of lines) {
              const appended = await log.append(topic, batchOf(each));
              expect(appended).toEqual({ firstOffset: next, count: each.length, repeated: false });
              next += each.length;
            }
            const all = lines.flat();
            const from = at % (all.length + 1);
            expect(await readAll(log, topic, from)).toEqual(all.slice(from));
            expect(await log.bounds(topic)).toMatchObject({ first: 0, next: all.length });
          },
        ),
        { numRuns: 10 },
      );
    });

    it('numbers batches that come at once without a gap', async () => {
      const topic = testTopic();
      const appended = await Promise.all(
        Array.from({ length: 40 }, (_, n) => log.append(topic, batchOf([`${n}.0`, `${n}.1`]))),
      );
      const all = await readAll(log, topic);
      expect(all).toHaveLength(80);
      for (const [n, { firstOffset }] of appended.entries())
        expect(all.slice(firstOffset, firstOffset + 2)).toEqual([`${n}.0`, `${n}.1`]);
    });

    it('keeps a batch once however often it comes with its key, also at once', async () => {
      const topic = testTopic();
      const key = keyOf();
      const [first, ...others] = await Promise.all(
        Array.from({ length: 5 }, () => log.append(topic, batchOf(['a', 'b'], key))),
      );
      const later = await log.append(topic, batchOf(['a', 'b'], key));
      const repeated = [first, ...others].filter((each) => each?.repeated === true);
      expect(repeated).toHaveLength(4);
      for (const each of [...others, later]) expect(each.firstOffset).toBe(first?.firstOffset);
      expect(later).toMatchObject({ repeated: true });
      expect(await readAll(log, topic)).toEqual(['a', 'b']);
      const other = batchOf(['c'], { ...key, fingerprint: Buffer.alloc(16, 'two') });
      await expect(log.append(topic, other)).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('knows events and keys again after it was closed', async () => {
      const topic = testTopic();
      const key = keyOf();
      await log.append(topic, batchOf(['a'], key));
      await log.append(topic, batchOf(['b', 'c']));
      await log.close();
      log = await test.open();
      expect(await log.append(topic, batchOf(['a'], key))).toEqual({
        firstOffset: 0,
        count: 1,
        repeated: true,
      });
      expect(await log.append(topic, batchOf(['d']))).toMatchObject({ firstOffset: 3 });
      expect(await readAll(log, topic)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('tells who follows all that comes, in order, until they leave', async () => {
      const topic = testTopic();
      await log.append(topic, batchOf(['before']));
      const heard: LogChunk[] = [];
      const stop = await log.follow(topic, (chunk) => heard.push(chunk));
      await Promise.all(Array.from({ length: 10 }, (_, n) => log.append(topic, batchOf([`e${n}`]))));
      await expect.poll(() => heard.flatMap(({ lines }) => lines)).toHaveLength(10);
      expect(heard.flatMap(({ lines }) => lines)).toEqual(await readAll(log, topic, 1));
      stop();
      await log.append(topic, batchOf(['after']));
      expect(await readAll(log, topic, 11)).toEqual(['after']);
      expect(heard.flatMap(({ lines }) => lines)).not.toContain('after');
    });

    it('keeps topics and organisations apart, and nothing of one that was dropped', async () => {
      const [mine, other] = [testTopic(), testTopic()];
      const theirs = { ...mine, tenantId: 'tnt_other' };
      await log.append(mine, batchOf(['mine']));
      await log.append(other, batchOf(['other']));
      await log.append(theirs, batchOf(['theirs']));
      await log.drop(mine);
      expect(await readAll(log, other)).toEqual(['other']);
      expect(await readAll(log, theirs)).toEqual(['theirs']);
    });
  });
}
