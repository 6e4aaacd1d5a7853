import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedStore, type TestStore } from '../db/test-database.suite.ts';
import type { KeyProvider } from './key-provider.ts';
import { openTestKeys } from './test-keys.suite.ts';

export interface ProviderUnderTest {
  /** Opened again it is another process's view of the same keys. */
  open(): Promise<KeyProvider>;
  remove(): Promise<void>;
}

/** What every keeper of key-encryption keys does. */
export function describeKeyProvider(name: string, start: () => Promise<ProviderUnderTest>): void {
  describe(`key provider: ${name}`, () => {
    let under: ProviderUnderTest;
    let provider: KeyProvider;
    let store: TestStore;
    beforeAll(async () => {
      under = await start();
      provider = await under.open();
      store = await embeddedStore();
    });
    afterAll(async () => {
      await provider.close();
      await under.remove();
      await store.remove();
    });

    const secret = randomBytes(64);
    const unwrapped = async (...given: Parameters<KeyProvider['unwrap']>) =>
      Buffer.from(await provider.unwrap(...given));

    it('unwraps what it wrapped, which tells nothing of the secret', async () => {
      const wrapped = await provider.wrap(secret);
      expect(wrapped.keyId).toBe(await provider.currentKeyId());
      expect(Buffer.from(wrapped.wrapped).includes(secret.subarray(0, 16))).toBe(false);
      expect(await unwrapped(wrapped)).toEqual(secret);
    });

    it('refuses a wrapped key that was altered', async () => {
      const { keyId, wrapped } = await provider.wrap(secret);
      for (const at of [wrapped.length - 6, wrapped.length - 40]) {
        const altered = Buffer.from(wrapped);
        altered[at] = altered[at] === 65 ? 66 : 65;
        await expect(provider.unwrap({ keyId, wrapped: altered })).rejects.toMatchObject({
          code: 'SEAL_BROKEN',
        });
      }
    });

    it('rotates: the new key wraps, the old ones still unwrap, and rewrapping brings them along', async () => {
      const old = await Promise.all([1, 2, 3].map(() => provider.wrap(secret)));
      const next = await provider.rotate();
      expect(next).not.toBe(old[0]?.keyId);
      expect(await provider.currentKeyId()).toBe(next);
      expect((await provider.wrap(secret)).keyId).toBe(next);
      for (const each of old) expect(await unwrapped(each)).toEqual(secret);
      const renewed = await provider.rewrap(old);
      expect(renewed.map((each) => each.keyId)).toEqual([next, next, next]);
      for (const each of renewed) expect(await unwrapped(each)).toEqual(secret);
      expect(await provider.rewrap([])).toEqual([]);
    });

    it('shows another process the new key once it looks again, and opens what that one wrapped', async () => {
      const other = await under.open();
      await other.currentKeyId();
      const next = await provider.rotate();
      const wrapped = await provider.wrap(secret);
      expect(Buffer.from(await other.unwrap(wrapped))).toEqual(secret);
      await other.refresh();
      expect(await other.currentKeyId()).toBe(next);
      await other.close();
    });

    it('holds the data keys of Stroma through a rotation that is broken off and begun again', async () => {
      const { keys, db } = await openTestKeys(await store.open(), store.config.STROMA_DATA, provider);
      const contexts = Array.from({ length: 230 }, (_, n) => `row_${n}`);
      const sealed = new Map<string, Uint8Array>();
      for (const each of contexts) sealed.set(each, await keys.encrypt(secret, 'note', each));
      await keys.shred('row_7');
      const { key_id: next } = await keys.rotate();
      expect(await keys.state()).toEqual({
        provider: provider.kind,
        key_id: next,
        data_keys: 229,
        to_rewrap: 229,
        destroyed: 1,
      });
      const breaking = new AbortController();
      const broken = keys.rewrap({ signal: breaking.signal, onProgress: () => breaking.abort() });
      await expect(broken).rejects.toThrow();
      expect((await keys.state()).to_rewrap).toBe(129);
      const fresh = await keys.encrypt(secret, 'note', 'row_new');
      expect(await keys.rewrap()).toEqual({ rewrapped: 129, left: 0 });

      const other = await openTestKeys(db, store.config.STROMA_DATA, await under.open());
      for (const [context, value] of sealed) {
        const opened = other.keys.decrypt(value, 'note', context);
        if (context === 'row_7') await expect(opened).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
        else expect(Buffer.from(await opened)).toEqual(secret);
      }
      expect(Buffer.from(await other.keys.decrypt(fresh, 'note', 'row_new'))).toEqual(secret);
      await other.keys.close();
      await db.close();
    });
  });
}
