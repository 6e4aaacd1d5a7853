import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

describe('a fair queue', () => {
  it('serves callers in turn and each in order', async () => {
    const queue = new FairQueue<string>(100, 100);
    for (const item of ['a1', 'a2', 'a3']) queue.push('a', item);
    queue.push('b', 'b1');
    queue.push('c', 'c1');
    queue.push('c', 'c2');
    const served: (string | null)[] = [];
    while (queue.size > 0) served.push(await queue.take());
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('refuses more than it may hold, in all and for one caller', () => {
    const queue = new FairQueue<number>(3, 2);
    queue.push('a', 1);
    queue.push('a', 2);
    expect(() => queue.push('a', 3)).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
    queue.push('b', 4);
    expect(() => queue.push('c', 5)).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
  });

  it('hands an item to whoever waits, and null once it is closed', async () => {
    const queue = new FairQueue<number>(3, 3);
    const first = queue.take();
    const second = queue.take();
    queue.push('a', 1);
    expect(await first).toBe(1);
    queue.push('a', 2);
    queue.push('a', 3);
    expect(await second).toBe(2);
    expect(queue.close()).toEqual([3]);
    expect(await queue.take()).toBeNull();
  });

  it('loses and repeats nothing, whatever is taken out on the way', async () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('push', 'take', 'remove'));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const queue = new FairQueue<{ key: string }>(1000, 1000);
        const waiting: { key: string }[] = [];
        for (const [key, action] of steps) {
          if (action === 'push') {
            const item = { key };
            waiting.push(item);
            queue.push(key, item);
          } else if (queue.size > 0) {
            const item = action === 'take' ? await queue.take() : waiting.at(-1);
            if (!item) throw new Error('expected an item');
            if (action === 'remove') expect(queue.remove(item.key, item)).toBe(true);
            expect(queue.remove(item.key, item)).toBe(false);
            waiting.splice(waiting.indexOf(item), 1);
          }
          expect(queue.size).toBe(waiting.length);
        }
        expect(new Set(queue.close())).toEqual(new Set(waiting));
      }),
    );
  });
});
