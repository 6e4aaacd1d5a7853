import { describe, expect, it } from 'vitest';
import { Remembered } from './remembered.ts';

interface Entry {
  user: string;
  expiresAt: Date;
}
const later = () => new Date(Date.now() + 60_000);

function cacheOver(store: Map<string, Entry>, lifeMs = 60_000, size = 10) {
  let loads = 0;
  const cache = new Remembered<Entry>(
    async (token) => {
      loads += 1;
      return store.get(token) ?? null;
    },
    lifeMs,
    size,
  );
  return { cache, loads: () => loads };
}

describe('what is remembered of the store', () => {
  it('asks the store once for many requests, also when they come at once', async () => {
    const { cache, loads } = cacheOver(new Map([['t', { user: 'a', expiresAt: later() }]]));
    const all = await Promise.all(Array.from({ length: 50 }, () => cache.get('t')));
    expect(all.every((entry) => entry?.user === 'a')).toBe(true);
    await cache.get('t');
    expect(loads()).toBe(1);
  });

  it('forgets at once what was revoked', async () => {
    const store = new Map([['t', { user: 'a', expiresAt: later() }]]);
    const { cache } = cacheOver(store);
    await cache.get('t');
    store.delete('t');
    cache.forget((entry) => entry.user === 'a');
    expect(await cache.get('t')).toBeNull();
  });

  it('does not keep what a look-up begun before the revocation found', async () => {
    const store = new Map([['t', { user: 'a', expiresAt: later() }]]);
    const gate = Promise.withResolvers<void>();
    let first = true;
    const cache = new Remembered<Entry>(async (token) => {
      const found = store.get(token) ?? null;
      if (first) {
        first = false;
        await gate.promise;
      }
      return found;
    }, 60_000);
    const pending = cache.get('t');
    store.delete('t');
    cache.forget(() => true);
    gate.resolve();
    expect(await pending).toBeNull();
    expect(await cache.get('t')).toBeNull();
  });

  it('does not answer for an expired session, kept or not', async () => {
    const { cache } = cacheOver(new Map([['t', { user: 'a', expiresAt: new Date(Date.now() - 1) }]]));
    expect(await cache.get('t')).toBeNull();
  });

  it('notices a revocation elsewhere once its life is over', async () => {
    const store = new Map([['t', { user: 'a', expiresAt: later() }]]);
    const { cache } = cacheOver(store, 0);
    await cache.get('t');
    store.delete('t');
    expect(await cache.get('t')).toBeNull();
  });

  it('stays within its size', async () => {
    const store = new Map(
      Array.from({ length: 30 }, (_, index) => [`t${index}`, { user: 'a', expiresAt: later() }]),
    );
    const { cache, loads } = cacheOver(store);
    for (const token of store.keys()) await cache.get(token);
    await cache.get('t0');
    expect(loads()).toBe(31);
    await cache.get('t29');
    expect(loads()).toBe(31);
  });
});
