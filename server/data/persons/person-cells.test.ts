import { openDuckDb, quoteLiteral } from '@stroma/lake';
import { describe, expect, it } from 'vitest';
import { Parameters, rowTests } from './person-cells.ts';

const columns = [
  { name: 'id', type: 'integer' as const },
  { name: 'first', type: 'text' as const },
  { name: 'last', type: 'text' as const },
  { name: 'born', type: 'date' as const },
  { name: 'weight', type: 'number' as const },
  { name: 'note', type: 'text' as const },
  { name: 'tags', type: 'nested' as const },
];
const table = `CREATE TABLE t AS SELECT * FROM (VALUES
  (4711, 'Ada', 'Lovelace', DATE '1815-12-10', 4711.0, 'well', ['a']),
  (2, 'Grace', 'Hopper', DATE '1906-12-09', 60.5, 'told Ada  Lovelace and ada lovelace', ['b']),
  (3, NULL, 'LOVELACE', NULL, NULL, NULL, ['x', 'Ada Lovelace']),
  (47110, 'Alan', 'Turing', DATE '1912-06-23', 4711.5, 'Ada Lovelace-Byron', NULL)
) v(id, first, last, born, weight, note, tags)`;

async function asked(identifiers: string[], match: 'exact' | 'normalised' | 'within') {
  using db = await openDuckDb({ memoryMb: 200, threads: 1, tempFolder: null });
  await db.run(table);
  const tests = rowTests(columns, ['first', 'last'], { identifiers, match }, quoteLiteral);
  const ids = async (test: string) =>
    (await db.rows(`SELECT id FROM t WHERE ${test} ORDER BY id`)).map(([id]) => Number(id));
  const cells = tests.replaced().map(({ column, sql }) => `${sql} AS "${column}"`);
  const left = await db.rows(`SELECT * REPLACE (${cells.join(', ')}) FROM t ORDER BY rowid`);
  return { own: await ids(tests.own), mentions: await ids(tests.mentions), left };
}

describe('rows of a person', () => {
  it('are those of which a cell is an identifier, whatever its type, or the parts of a name are', async () => {
    expect((await asked(['4711'], 'normalised')).own).toEqual([4711]);
    expect((await asked(['ada LOVELACE'], 'normalised')).own).toEqual([4711]);
    expect((await asked(['1815-12-10'], 'exact')).own).toEqual([4711]);
    expect((await asked(['lovelace'], 'exact')).own).toEqual([]);
    expect((await asked(['lovelace'], 'normalised')).own).toEqual([3, 4711]);
  });

  it('are kept apart from rows that only speak of the person', async () => {
    const { own, mentions } = await asked(['Ada Lovelace'], 'within');
    expect([own, mentions]).toEqual([[4711], [2, 3]]);
  });

  it('lose the person’s words, and nothing else, where they stay', async () => {
    const { left } = await asked(['Ada Lovelace', '4711'], 'within');
    expect(left.map((row) => row.slice(0, 3))).toEqual([
      [null, '[erased]', '[erased]'],
      [2, 'Grace', 'Hopper'],
      [3, null, 'LOVELACE'],
      [47110, 'Alan', 'Turing'],
    ]);
    expect(left.map((row) => row[5])).toEqual([
      'well',
      'told [erased] and [erased]',
      null,
      'Ada Lovelace-Byron',
    ]);
    expect(left[0]?.[4]).toBeNull();
    expect(left[2]?.[6]).toBeNull();
  });
});

describe('the statement that looks for a person', () => {
  it('stays short for many columns and identifiers, and binds what it uses', () => {
    const wide = Array.from({ length: 1200 }, (_, n) => ({ name: `column ${n} $1`, type: 'text' as const }));
    const identifiers = Array.from({ length: 20 }, (_, n) => `${'very long name '.repeat(12)}${n}`);
    const parameters = new Parameters();
    const { own, mentions } = rowTests(wide, [], { identifiers, match: 'within' }, parameters.quote);
    const { sql, params } = parameters.bind(
      `SELECT count(*) FILTER (WHERE ${own}), ${mentions} FROM dataset`,
    );
    expect(sql.length).toBeLessThan(100_000);
    expect(params).toHaveLength(3);
    expect(sql).toContain('"column 7 $1"');
    expect(parameters.bind(own).params).toHaveLength(2);
  });
});
