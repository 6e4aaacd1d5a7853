import { expect, it } from 'vitest';
import type { DataServer } from '../../data/data-server.suite.ts';
import { newId } from '../../platform/ids.ts';
import { sweepTrainings } from './training-sweep.jobs.ts';

/** Of a server that has trained something. */
export function sweepTests(serverOf: () => DataServer): void {
  it('are swept once they are old, and no others', async () => {
    const { platform } = serverOf();
    const { objects } = platform;
    const keys = async () => {
      const found: string[] = [];
      for await (const key of objects.list('models/')) found.push(key);
      return found;
    };
    const before = (await keys()).filter((key) => !key.includes('/imports/'));
    const orphan = `models/${newId('dataset')}/${newId('run')}/model-1`;
    await objects.put(orphan, Buffer.from('left behind'));
    const { signal } = new AbortController();
    expect(await sweepTrainings(platform, Date.now() - 3_600_000, signal)).toBe(0);
    expect(await sweepTrainings(platform, Date.now() + 1000, signal)).toBeGreaterThan(1);
    expect((await keys()).sort()).toEqual(before.sort());
  });
}
