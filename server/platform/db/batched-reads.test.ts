import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchReads } from './batched-reads.ts';

describe('batched reads', () => {
  it('give each key its own answer in few statements', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 300 }),
        async (keys) => {
          let statements = 0;
          const read = batchReads(async (asked: string[]) => {
            statements += 1;
            await Promise.resolve();
            return new Map(asked.filter((key) => key !== '').map((key) => [key, `value of ${key}`]));
          }, 100);
          const answers = await Promise.all(keys.map(read));
          expect(answers).toEqual(keys.map((key) => (key === '' ? null : `value of ${key}`)));
          expect(statements).toBeLessThanOrEqual(2 + Math.ceil(new Set(keys).size / 100));
        },
      ),
    );
  });

  it('never answer from a statement that began before the asking', async () => {
    let stored = 'old';
    const began = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const read = batchReads(async (keys: string[]) => {
      const seen = stored;
      began.resolve();
      await end.promise;
      return new Map(keys.map((key) => [key, seen]));
    });
    const before = read('a');
    await began.promise;
    stored = 'new';
    const after = read('a');
    end.resolve();
    expect(await Promise.all([before, after])).toEqual(['old', 'new']);
  });

  it('pass a failure to those who waited for it and to nobody else', async () => {
    let broken = true;
    const read = batchReads(async (keys: string[]) => {
      if (broken) throw new Error('the store is away');
      return new Map(keys.map((key) => [key, 1]));
    });
    await expect(read('a')).rejects.toThrow('away');
    broken = false;
    expect(await read('a')).toBe(1);
  });
});
