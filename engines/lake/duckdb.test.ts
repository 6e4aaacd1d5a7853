import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openDuckDb, quoteIdentifier, quoteLiteral } from './duckdb.ts';

const limits = { memoryMb: 256, threads: 1, tempFolder: null };

it('carries any text through a literal unchanged', async () => {
  using db = await openDuckDb(limits);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
      expect(await db.row(`SELECT ${quoteLiteral(text)}`)).toEqual([text]);
    }),
    { examples: [["'; DROP TABLE t; --"], ['a\0b'], ['\0'], ["''"], ['\\']] },
  );
});

it('carries any non-empty name through an identifier unchanged', async () => {
  using db = await openDuckDb(limits);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (name) => {
      fc.pre(!name.includes('\0'));
      const reader = await db.connection.runAndReadAll(`SELECT 1 AS ${quoteIdentifier(name)}`);
      expect(reader.columnNames()).toEqual([name]);
    }),
    { examples: [['"; DROP TABLE t; --'], ['a""b'], [' ']] },
  );
});

it('refuses to load extensions and closes twice without complaint', async () => {
  const db = await openDuckDb(limits);
  await expect(db.run('LOAD httpfs')).rejects.toThrow();
  db.close();
  db.close();
});
