import { afterAll, describe, expect, it } from 'vitest';
import { openThreads } from './open-threads.ts';

const threads = openThreads({ atOnce: 2, heapMb: 128 });
const file = new URL('./sample-task.suite.ts', import.meta.url);
afterAll(() => threads.close());

describe('threads', () => {
  it('compute off the main thread and tell how far they are', async () => {
    const seen: [number, string][] = [];
    const sum = await threads.run<object, number>(
      file,
      { task: 'sum', upTo: 1000 },
      {
        onProgress: (fraction, phase) => seen.push([fraction, phase]),
      },
    );
    expect(sum).toBe(500_500);
    expect(seen).toEqual([[0.5, 'Adding']]);
  });

  it('do many things, in turn', async () => {
    const sums = await Promise.all(
      Array.from({ length: 12 }, (_, n) => threads.run<object, number>(file, { task: 'sum', upTo: n })),
    );
    expect(sums).toEqual(Array.from({ length: 12 }, (_, n) => (n * (n + 1)) / 2));
  });

  it('hand on an error with its code and details', async () => {
    await expect(threads.run(file, { task: 'fail' })).rejects.toMatchObject({
      code: 'EMPTY_FILE',
      details: { bytes: 0 },
    });
    await expect(threads.run(file, { task: 'throw' })).rejects.toThrow('plain');
  });

  it('end when told to, also when they never look', async () => {
    const stop = new AbortController();
    const endless = threads.run(
      file,
      { task: 'spin' },
      { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) },
    );
    await expect(endless).rejects.toThrow('enough');
    expect(await threads.run<object, number>(file, { task: 'sum', upTo: 3 })).toBe(6);
  });

  it('are given to nobody while they end', async () => {
    const brief = openThreads({ atOnce: 1, heapMb: 128, idleMs: 1 });
    for (let n = 0; n < 12; n += 1) {
      expect(await brief.run<object, number>(file, { task: 'sum', upTo: 3 })).toBe(6);
      await new Promise((done) => setTimeout(done, n % 4));
    }
    await brief.close();
  });

  it('do not begin what was given up before its turn', async () => {
    const stop = new AbortController();
    stop.abort(new Error('too late'));
    await expect(threads.run(file, { task: 'sum', upTo: 3 }, { signal: stop.signal })).rejects.toThrow(
      'too late',
    );
  });
});
