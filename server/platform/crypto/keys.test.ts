import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { embeddedStore, type TestStore } from '../db/test-database.suite.ts';
import { dataKeys } from './data-keys.tables.ts';
import { openKeyFile } from './key-file.ts';
import type { Keys } from './keys.ts';
import { openTestKeys } from './test-keys.suite.ts';

let store: TestStore;
let db: Database;
let keys: Keys;
const plain = Buffer.from('JBSWY3DPEHPK3PXP');

beforeAll(async () => {
  store = await embeddedStore();
  ({ keys, db } = await openTestKeys(await store.open(), store.config.STROMA_DATA));
});
afterAll(async () => {
  await keys.close();
  await db.close();
  await store.remove();
});

const rowOf = async (context: string) =>
  (await db.sql.select().from(dataKeys).where(eq(dataKeys.context, context)))[0];

describe('a sealed field', () => {
  it('opens for its purpose and context alone', async () => {
    const sealed = await keys.encrypt(plain, 'totp', 'usr_1');
    await keys.encrypt(plain, 'totp', 'usr_2');
    expect(Buffer.from(await keys.decrypt(sealed, 'totp', 'usr_1'))).toEqual(plain);
    expect(Buffer.from(sealed).includes(plain)).toBe(false);
    await expect(keys.decrypt(sealed, 'recovery', 'usr_1')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
    await expect(keys.decrypt(sealed, 'totp', 'usr_2')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
    await expect(keys.decrypt(sealed, 'totp', 'usr_3')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
  });

  it('is refused with any of its bits changed, or cut anywhere', async () => {
    const sealed = await keys.encrypt(plain, 'totp', 'usr_bits');
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length * 8 - 1), async (bit) => {
        const altered = Buffer.from(sealed);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expect(keys.decrypt(altered, 'totp', 'usr_bits')).rejects.toMatchObject({
          code: 'SEAL_BROKEN',
        });
        const cut = sealed.subarray(0, bit >> 3);
        await expect(keys.decrypt(cut, 'totp', 'usr_bits')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
      }),
      { numRuns: 60 },
    );
  });

  it('holds any text, and never reads the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const [first, second] = await Promise.all([
          keys.encryptText(text, 'note', 'row_1'),
          keys.encryptText(text, 'note', 'row_1'),
        ]);
        expect(first).not.toBe(second);
        expect(await keys.decryptText(first, 'note', 'row_1')).toBe(text);
      }),
      { numRuns: 30 },
    );
  });
});

describe('data keys', () => {
  it('are one for each context, also when several ask at once', async () => {
    const sealed = await Promise.all(
      Array.from({ length: 8 }, () => keys.encrypt(plain, 'totp', 'usr_many')),
    );
    for (const each of sealed)
      expect(Buffer.from(await keys.decrypt(each, 'totp', 'usr_many'))).toEqual(plain);
    expect(await db.sql.select().from(dataKeys).where(eq(dataKeys.context, 'usr_many'))).toHaveLength(1);
  });

  it('are made in the transaction that needs them, and not without it', async () => {
    const sealed = await db.transaction(async () => await keys.encrypt(plain, 'totp', 'usr_tx'));
    expect(Buffer.from(await keys.decrypt(sealed, 'totp', 'usr_tx'))).toEqual(plain);
    const refused = db.transaction(async () => {
      await keys.encrypt(plain, 'totp', 'usr_rolled_back');
      throw new Error('rolled back');
    });
    await expect(refused).rejects.toThrow('rolled back');
    expect(await keys.knows('usr_rolled_back')).toBe(false);
    const later = await keys.encrypt(plain, 'totp', 'usr_rolled_back');
    expect(await rowOf('usr_rolled_back')).toBeDefined();
    expect(Buffer.from(await keys.decrypt(later, 'totp', 'usr_rolled_back'))).toEqual(plain);
  });

  it('do not open when put into another row of the table', async () => {
    const sealed = await keys.encrypt(plain, 'totp', 'usr_from');
    await keys.encrypt(plain, 'totp', 'usr_to');
    const from = await rowOf('usr_from');
    const to = await rowOf('usr_to');
    await db.sql
      .update(dataKeys)
      .set({ wrapped: from?.wrapped ?? null })
      .where(eq(dataKeys.id, to?.id ?? ''));
    const fresh = await openTestKeys(db, store.config.STROMA_DATA);
    await expect(fresh.keys.encrypt(plain, 'totp', 'usr_to')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
    expect(Buffer.from(await fresh.keys.decrypt(sealed, 'totp', 'usr_from'))).toEqual(plain);
    await fresh.keys.close();
  });
});

describe('shredding', () => {
  it('makes what lies under a context unreadable, for good, and nothing else', async () => {
    const under = await keys.encrypt(plain, 'note', 'person_7/visit_1');
    const itself = await keys.encrypt(plain, 'note', 'person_7');
    const neighbour = await keys.encrypt(plain, 'note', 'person_71');
    const underscore = await keys.encrypt(plain, 'note', 'personx7/visit_1');
    const other = await openTestKeys(db, store.config.STROMA_DATA);
    expect(Buffer.from(await other.keys.decrypt(under, 'note', 'person_7/visit_1'))).toEqual(plain);

    expect(await keys.shred('person_7')).toBe(2);
    for (const each of [keys, other.keys]) {
      const gone = { code: 'KEY_DESTROYED' };
      await expect(each.decrypt(under, 'note', 'person_7/visit_1')).rejects.toMatchObject(gone);
      await expect(each.decrypt(itself, 'note', 'person_7')).rejects.toMatchObject(gone);
      await expect(each.encrypt(plain, 'note', 'person_7')).rejects.toMatchObject(gone);
      expect(Buffer.from(await each.decrypt(neighbour, 'note', 'person_71'))).toEqual(plain);
      expect(Buffer.from(await each.decrypt(underscore, 'note', 'personx7/visit_1'))).toEqual(plain);
    }
    expect((await rowOf('person_7'))?.wrapped).toBeNull();
    await other.keys.close();
  });

  it('happens with its transaction or not at all', async () => {
    const sealed = await keys.encrypt(plain, 'note', 'person_8');
    const refused = db.transaction(async () => {
      await keys.shred('person_8');
      throw new Error('rolled back');
    });
    await expect(refused).rejects.toThrow('rolled back');
    expect(Buffer.from(await keys.decrypt(sealed, 'note', 'person_8'))).toEqual(plain);
    await db.transaction(() => keys.shred('person_8'));
    await expect(keys.decrypt(sealed, 'note', 'person_8')).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
  });

  it('is put on record with the transaction that does it', async () => {
    const told: string[] = [];
    keys.recordWith(async (tx, who, { action, object, details }) => {
      await tx.execute('select 1');
      told.push(`${action} ${object.id} ${details.data_keys} ${who === null}`);
    });
    await keys.encrypt(plain, 'note', 'person_9/a');
    await keys.encrypt(plain, 'note', 'person_9/b');
    await keys.shred('person_9');
    expect(told).toEqual(['encryption-key.shredded person_9 2 true']);
    keys.recordWith(async () => {
      throw new Error('the record is full');
    });
    const sealed = await keys.encrypt(plain, 'note', 'person_10');
    await expect(keys.shred('person_10')).rejects.toThrow('the record is full');
    expect(Buffer.from(await keys.decrypt(sealed, 'note', 'person_10'))).toEqual(plain);
    keys.recordWith(async () => {});
  });

  it('differs from forgetting, after which the context is used anew', async () => {
    const sealed = await keys.encrypt(plain, 'object', 'raw/1');
    expect(await keys.forget('raw/1')).toBe(1);
    await expect(keys.decrypt(sealed, 'object', 'raw/1')).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
    const again = await keys.encrypt(plain, 'object', 'raw/1');
    expect(Buffer.from(await keys.decrypt(again, 'object', 'raw/1'))).toEqual(plain);
  });
});

describe('the key file', () => {
  const path = () => join(store.config.STROMA_DATA, 'keys', 'master.json');

  it('is open to its owner alone, and refused when others may read it', async () => {
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(path(), mode);
      await expect(openKeyFile(path())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
    chmodSync(path(), 0o600);
    await expect(openKeyFile(path())).resolves.toMatchObject({ kind: 'file' });
  });

  it('is not made anew where data depends on the one that is missing', async () => {
    const lost = join(store.config.STROMA_DATA, 'elsewhere', 'master.json');
    await expect(openKeyFile(lost, async () => false)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('that is damaged is said to be so, without its content', async () => {
    const damaged = join(store.config.STROMA_DATA, 'damaged.json');
    writeFileSync(damaged, readFileSync(path(), 'utf8').replace('"secret"', '"geheim"'), { mode: 0o600 });
    const error = await openKeyFile(damaged).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(`${error.message}${error.cause}${JSON.stringify(error.details)}`).not.toMatch(
      /[A-Za-z0-9+/]{40}=/,
    );
    rmSync(damaged);
  });
});
