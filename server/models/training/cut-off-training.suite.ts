import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnSchema } from '@stroma/kernel';
import { openDuckDb } from '@stroma/lake';
import { expect, it } from 'vitest';
import type { LearnedModel } from './learning/automl-learning.ts';
import { learnInProcess } from './learning/own-process.ts';
import type { OwnTask } from './learning/own-task.ts';
import { sumRows } from './sum-rows.suite.ts';

/** The process a network is trained in, ended in the middle. */
export function cutOffTests(): void {
  it('goes on from the state that was kept and ends with the same bits', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stroma-cut-off-'));
    const columns = ['kind', 'length', 'width', 'depth'].map(
      (name): ColumnSchema => ({ name, type: name === 'kind' ? 'text' : 'number' }),
    );
    try {
      const csv = join(folder, 'flowers.csv');
      const parquet = join(folder, 'flowers.parquet');
      await writeFile(csv, sumRows(200));
      {
        using db = await openDuckDb({ memoryMb: 256, threads: 1, tempFolder: join(folder, 'spill') });
        await db.run(
          `COPY (SELECT kind, length, width, depth FROM read_csv('${csv}')) TO '${parquet}' (FORMAT parquet)`,
        );
      }
      const taskIn = async (name: string, state: string | null): Promise<OwnTask> => {
        const own = join(folder, name);
        await mkdir(own);
        return {
          work: {
            kind: 'network',
            options: {
              ...{ network: 'mlp', width: 8, epochs: 40, rate: 0.01, course: 'cosine' },
              ...{ weight_decay: 1e-5, patience: null },
            },
          },
          table: { parquet, restriction: null, columns, folder: own, memoryMb: 256 },
          ...{ target: 'kind', problem: null, metric: null, seed: 3, timeLimitSeconds: 300 },
          ...{ memoryBytes: 2 ** 30, state, stateMs: 0 },
        };
      };
      const learn = (task: OwnTask, onState?: (path: string) => void, onStart?: (pid: number) => void) =>
        learnInProcess(task, {
          signal: new AbortController().signal,
          onProgress: () => {},
          onNews: (news) => {
            if (news.kind === 'state') onState?.(news.path);
          },
          ...(onStart && { onStart }),
        });
      const whole: LearnedModel = await learn(await taskIn('whole', null));
      let pid = 0;
      const states: string[] = [];
      const cut = learn(
        await taskIn('cut', null),
        (path) => {
          states.push(path);
          if (states.length === 3) process.kill(pid, 'SIGKILL');
        },
        (own) => {
          pid = own;
        },
      );
      await expect(cut).rejects.toMatchObject({ code: 'TRAINING_CUT_OFF' });
      const resumed = await learn(await taskIn('resumed', states[2] ?? null));
      expect(resumed.sha256).toBe(whole.sha256);
      expect(resumed.learned.training_curve).toEqual(whole.learned.training_curve);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
