import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cache } from '../cache/cache.ts';
import { openRateLimits, type RateLimits } from './rate-limits.ts';

/** What rate limits do wherever they are counted. `pass` lets time go by: really, or on the clock of the cache. */
export function describeRateLimits(
  name: string,
  open: () => Promise<{ cache: Cache; pass: (ms: number) => Promise<void> }>,
): void {
  describe(`rate limits: ${name}`, () => {
    let cache: Cache;
    let pass: (ms: number) => Promise<void>;
    let rates: RateLimits;
    beforeAll(async () => {
      ({ cache, pass } = await open());
      rates = openRateLimits(cache, pino({ level: 'silent' }));
    });
    afterAll(() => cache.close());
    const caller = () => `suite:${randomUUID()}`;

    it('lets exactly as many through as the limit says, whatever comes at once', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 0, max: 40 }),
          async (most, asked) => {
            const key = caller();
            const limit = { name: 'property', most, windowMs: 60_000 };
            const standings = await Promise.all(Array.from({ length: asked }, () => rates.take(limit, key)));
            expect(standings.filter(({ allowed }) => allowed)).toHaveLength(Math.min(most, asked));
            expect(standings.filter(({ first }) => first)).toHaveLength(asked > most ? 1 : 0);
            for (const { remaining, resetMs } of standings) {
              expect(remaining).toBeGreaterThanOrEqual(0);
              expect(resetMs).toBeLessThanOrEqual(60_000);
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    it('keeps callers and limits apart', async () => {
      const [one, other] = [caller(), caller()];
      const a = { name: 'a', most: 1, windowMs: 60_000 };
      expect((await rates.take(a, one)).allowed).toBe(true);
      expect((await rates.take(a, one)).allowed).toBe(false);
      expect((await rates.take(a, other)).allowed).toBe(true);
      expect((await rates.take({ ...a, name: 'b' }, one)).allowed).toBe(true);
    });

    it('begins anew when the window is over', async () => {
      const key = caller();
      const limit = { name: 'window', most: 1, windowMs: 300 };
      await rates.take(limit, key);
      expect((await rates.take(limit, key)).allowed).toBe(false);
      await pass(350);
      expect((await rates.take(limit, key)).allowed).toBe(true);
    });

    it('blocks past the window where the limit says so, and trying on does not prolong it', async () => {
      const key = caller();
      const limit = { name: 'block', most: 1, windowMs: 200, blockMs: 900 };
      await rates.take(limit, key);
      expect(await rates.take(limit, key)).toMatchObject({ allowed: false, first: true });
      await pass(400);
      const still = await rates.take(limit, key);
      expect(still).toMatchObject({ allowed: false, first: false });
      expect(still.resetMs).toBeLessThanOrEqual(500);
      await pass(600);
      expect((await rates.take(limit, key)).allowed).toBe(true);
    });

    it('gives back what turned out not to count', async () => {
      const key = caller();
      const limit = { name: 'back', most: 2, windowMs: 60_000, blockMs: 60_000 };
      for (let i = 0; i < 10; i += 1) {
        expect((await rates.take(limit, key)).allowed).toBe(true);
        await rates.giveBack(limit, key);
      }
      await rates.take(limit, key);
      await rates.take(limit, key);
      expect((await rates.take(limit, key)).allowed).toBe(false);
    });
  });
}
