import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import type { TestStore } from '../db/test-database.suite.ts';
import { openKeyFile } from './key-file.ts';
import type { KeyProvider } from './key-provider.ts';
import type { SealedTable } from './sealed-table.ts';
import { SealedTables } from './sealed-tables.ts';
import { openTestKeys } from './test-keys.suite.ts';

/** What sealed texts are, on any store. */
export function describeSealedTable(name: string, make: () => Promise<TestStore>): void {
  let store: TestStore;
  let db: Database;
  let tables: SealedTables;
  let words: SealedTable<'said' | 'meant'>;
  let folder: string;
  let asked = 0;

  /** A key file that counts how often it is asked, as a service far away would be. */
  async function countedKeyFile(path: string): Promise<KeyProvider> {
    const file = await openKeyFile(path);
    return {
      ...file,
      wrap: (plain) => {
        asked += 1;
        return file.wrap(plain);
      },
      unwrap: (key) => {
        asked += 1;
        return file.unwrap(key);
      },
    };
  }

  beforeAll(async () => {
    store = await make();
    folder = mkdtempSync(join(tmpdir(), 'stroma-sealing-'));
    const provider = await countedKeyFile(join(folder, 'keys', 'master.json'));
    const opened = await openTestKeys(await store.open(), folder, provider);
    db = opened.db;
    tables = new SealedTables(opened.keys, db);
    await db.execute(
      'create table words (id text primary key, tenant_id text not null, said text, meant text, sealed bytea)',
    );
    words = tables.know({ table: 'words', columns: ['said', 'meant'] });
  });
  afterAll(async () => {
    await db.close();
    await store.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const insert = (id: string, tenant: string, said: string | null, meant: string | null = null) =>
    db.execute('insert into words (id, tenant_id, said, meant) values ($1, $2, $3, $4)', [
      id,
      tenant,
      said,
      meant,
    ]);
  const raw = async () => (await db.execute('select * from words order by id')).rows;
  const said = async (tenant: string) => {
    const found: Record<string, string | null> = {};
    for await (const page of words.pages(tenant)) for (const { id, texts } of page) found[id] = texts.said;
    return found;
  };

  describe(`texts of a table: ${name}`, () => {
    it('opens in its own row alone, and costs one key for each tenant', async () => {
      asked = 0;
      const rows = await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          await words.prepare('tnt_a');
          return words.seal('tnt_a', `w${n}`, { said: `Ada ${n}`, meant: null });
        }),
      );
      const opened = await words.openAll(
        'tnt_a',
        rows.map((row, n) => ({ ...row, id: `w${n}` })),
        ({ id }) => id,
      );
      expect(opened.map((row) => row.said)).toEqual(rows.map((_, n) => `Ada ${n}`));
      expect(JSON.stringify(rows)).not.toContain('Ada');
      const [first] = rows;
      if (first === undefined) throw new Error('expected rows');
      for (const [tenant, id] of [
        ['tnt_a', 'w1'],
        ['tnt_b', 'w0'],
      ] as const)
        await expect(words.open(tenant, id, first)).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
      const after = asked;
      await words.seal('tnt_a', 'w', { said: 'x', meant: 'y' });
      expect(asked).toBe(after);
    });

    it('of before is read as it is, sealed by the job in batches, and stays what it was', async () => {
      for (let n = 0; n < 450; n += 1)
        await insert(`old${n}`, n % 2 === 0 ? 'tnt_a' : 'tnt_b', `Ada Lovelace ${n} "\\u0000`);
      await insert('oldest', 'tnt_a', null, 'only meant');
      const before = { a: await said('tnt_a'), b: await said('tnt_b') };
      expect(Object.keys(before.a)).toHaveLength(226);
      expect(await words.anyClear()).toBe(true);
      const never = new AbortController().signal;
      expect(await tables.seal(never, () => undefined)).toBe(451);
      expect(await words.anyClear()).toBe(false);
      expect(await tables.seal(never, () => undefined)).toBe(0);
      const rows = await raw();
      expect(rows.every((row) => row.said === null && row.meant === null && row.sealed !== null)).toBe(true);
      expect(Buffer.concat(rows.map((row) => Buffer.from(row.sealed as Uint8Array))).includes('Ada')).toBe(
        false,
      );
      expect({ a: await said('tnt_a'), b: await said('tnt_b') }).toEqual(before);
    });

    it('is sealed only as it was read: what is written meanwhile counts', async () => {
      await insert('x1', 'tnt_a', 'before');
      const seal = words.seal.bind(words);
      words.seal = async (...given) => {
        const made = await seal(...given);
        await db.execute("update words set said = 'meanwhile' where id = 'x1'");
        return made;
      };
      const never = new AbortController().signal;
      await tables.seal(never, () => undefined);
      words.seal = seal;
      expect((await said('tnt_a')).x1).toBe('meanwhile');
      await tables.seal(never, () => undefined);
      expect(await words.anyClear()).toBe(false);
      expect((await said('tnt_a')).x1).toBe('meanwhile');
    });

    it('is replaced where it stands, in the transaction of who replaces it', async () => {
      const redact = (text: string) => text.replace('Ada Lovelace', '[erased]');
      const ids = ['old0', 'old1', 'old2', 'oldest'];
      const broken = db.transaction(async (tx) => {
        expect(await words.replace(tx, 'tnt_a', ids, redact)).toBe(2);
        throw new Error('rolled back');
      });
      await expect(broken).rejects.toThrow('rolled back');
      expect((await said('tnt_a')).old0).toContain('Ada');
      expect(await db.transaction((tx) => words.replace(tx, 'tnt_a', ids, redact))).toBe(2);
      const after = await said('tnt_a');
      expect([after.old0, after.old2]).toEqual(['[erased] 0 "\\u0000', '[erased] 2 "\\u0000']);
      expect((await said('tnt_b')).old1).toContain('Ada');
    });
  });
}
