import { StromaError } from '@stroma/kernel';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { openInProcessCache } from '../cache/in-process-cache.ts';
import { describeRateLimits } from './rate-limits.suite.ts';
import { openRateLimits } from './rate-limits.ts';

describeRateLimits('in process', async () => {
  let time = 1_000_000;
  return {
    cache: openInProcessCache({ now: () => time }),
    pass: async (ms) => {
      time += ms;
    },
  };
});

it('counts alone while the shared counters do not answer, and says so once', async () => {
  const logged: string[] = [];
  const gone = {
    ...openInProcessCache(),
    increment: () => Promise.reject(new StromaError('NOT_READY', 'Redis does not answer.')),
  };
  const rates = openRateLimits(gone, pino({}, { write: (line: string) => void logged.push(line) }));
  const limit = { name: 'alone', most: 2, windowMs: 60_000 };
  const answers = await Promise.all([1, 2, 3].map(() => rates.take(limit, 'caller')));
  expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  expect(logged).toHaveLength(1);
});

it('does not hide another fault of the counters', async () => {
  const broken = { ...openInProcessCache(), increment: () => Promise.reject(new TypeError('a fault')) };
  const rates = openRateLimits(broken, pino({ level: 'silent' }));
  await expect(rates.take({ name: 'x', most: 1, windowMs: 1000 }, 'caller')).rejects.toThrow('a fault');
});
