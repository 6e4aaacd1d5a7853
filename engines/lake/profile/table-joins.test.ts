import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { type DuckDb, openDuckDb, quoteLiteral } from '../duckdb.ts';
import { collectValues } from './column-values.ts';
import { profileParquet } from './profile-parquet.ts';
import { findJoins, type JoinTable } from './table-joins.ts';

let folder: string;
let db: DuckDb;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-joins-'));
  db = await openDuckDb({ memoryMb: 500, threads: 1, tempFolder: null });
});
afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

async function write(id: string, query: string): Promise<string> {
  const path = join(folder, `${id}.parquet`);
  await db.run(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
  return path;
}
async function table(id: string, query: string): Promise<JoinTable> {
  const path = await write(id, query);
  return { id, path, profile: await profileParquet(path) };
}
const described = async (...tables: JoinTable[]) =>
  (await findJoins(tables)).map(
    (join) =>
      `${join.left}.${join.left_column} ${join.kind} ${join.right}.${join.right_column} ${join.overlap}`,
  );

describe('joins between tables', () => {
  it('finds a foreign key by shared values and related names, with its direction', async () => {
    const patients = await table('patients', "SELECT i AS id, 'n' || i AS label FROM range(100) t(i)");
    const visits = await table(
      'visits',
      'SELECT i AS visit, i % 50 AS patient_id, i / 3 AS score FROM range(300) t(i)',
    );
    expect(await described(patients, visits)).toEqual(['patients.id one_to_many visits.patient_id 1']);
    expect(await described(visits, patients)).toEqual(['visits.patient_id many_to_one patients.id 1']);
  });

  it('takes equal texts whatever the names, and no equal small numbers', async () => {
    const a = await table('a', "SELECT 'S' || i AS sample, i AS age FROM range(60) t(i)");
    const b = await table('b', "SELECT 'S' || (i + 30) AS specimen, i AS wells FROM range(60) t(i)");
    expect(await described(a, b)).toEqual(['a.sample one_to_one b.specimen 0.5']);
  });

  it('joins neither flags nor people of the same name', async () => {
    const a = await table(
      'a',
      "SELECT i AS id, i % 2 = 0 AS ok, list_element(['Ann', 'Bob', 'Cid'], i::INTEGER + 1) AS first_name FROM range(3) t(i)",
    );
    const b = await table(
      'b',
      "SELECT i * 100 + 50 AS id, i % 2 = 0 AS ok, list_element(['Ann', 'Bob', 'Cid'], i::INTEGER + 1) AS first_name FROM range(3) t(i)",
    );
    expect(await described(a, b)).toEqual([]);
  });

  it('joins neither two running numbers, nor two children of one parent, nor a key to another table', async () => {
    const sales = await table('sales', 'SELECT i AS id, i % 7 + 1 AS salesperson_id FROM range(1, 31) t(i)');
    const salespersons = await table(
      'salespersons',
      "SELECT i AS id, 'p' || i AS nick FROM range(1, 41) t(i)",
    );
    const payments = await table('payments', 'SELECT i AS id, i % 20 + 1 AS sale_id FROM range(1, 51) t(i)');
    const returns = await table('returns', 'SELECT i AS id, i * 3 AS sale_id FROM range(1, 9) t(i)');
    expect((await described(sales, salespersons, payments, returns)).toSorted()).toEqual([
      'sales.id one_to_many payments.sale_id 1',
      'sales.id one_to_one returns.sale_id 1',
      'sales.salesperson_id many_to_one salespersons.id 1',
    ]);
  });

  it('joins a second table of the same things, and a key with gaps, but not equal measurements', async () => {
    const patients = await table(
      'patients',
      'SELECT i AS patient_id, 20 + i % 50 AS age FROM range(1, 81) t(i)',
    );
    const details = await table(
      'details',
      'SELECT i AS patient_id, 20 + i * 7 % 50 AS age FROM range(1, 81) t(i)',
    );
    const loans = await table('loans', 'SELECT i AS loan_no, 3 + i * i % 77 AS pid FROM range(1, 60) t(i)');
    const people = await table('people', 'SELECT i AS pid FROM range(1, 81) t(i)');
    expect(await described(patients, details)).toEqual([
      'patients.patient_id one_to_one details.patient_id 1',
    ]);
    expect(await described(people, loans)).toEqual(['people.pid one_to_many loans.pid 1']);
  });

  const schema = ['patients', 'treatments', 'doctors', 'outcomes', 'diagnoses', 'drugs'].map((name) =>
    sharedData(`text2sql/defog/csv/derm_treatment/${name}.csv`),
  );
  it.skipIf(schema.includes(null))('a real schema (needs the shared data pool)', async () => {
    const tables = await Promise.all(
      schema.map((path) =>
        table(basename(path as string, '.csv'), `FROM read_csv(${quoteLiteral(path as string)})`),
      ),
    );
    const found = await described(...tables);
    expect(found).toEqual(
      expect.arrayContaining([
        'patients.patient_id one_to_many treatments.patient_id 1',
        'treatments.doc_id many_to_one doctors.doc_id 1',
        'treatments.treatment_id one_to_many outcomes.treatment_id 1',
        'treatments.diag_id many_to_one diagnoses.diag_id 1',
        'treatments.drug_id many_to_one drugs.drug_id 1',
      ]),
    );
    expect(found).toHaveLength(5);
  });
});

describe('values of text columns', () => {
  it('come most frequent first, ties in order, without missing ones', async () => {
    const path = await write(
      'values',
      "SELECT unnest(['b', 'a', 'b', NULL, 'c', 'a', 'b']) AS t, true AS f, 1 AS n",
    );
    expect(await collectValues(path)).toEqual([
      { column: 't', values: ['b', 'a', 'c'], complete: true },
      { column: 'f', values: ['true'], complete: true },
    ]);
  });

  it('say when they are not all', async () => {
    const path = await write('many', "SELECT 'v' || i AS t, repeat('x', 2000) AS long FROM range(100) t(i)");
    const [few, long] = await collectValues(path, { maxPerColumn: 10 });
    expect(few).toMatchObject({ complete: false });
    expect(few?.values).toHaveLength(10);
    expect(long).toEqual({ column: 'long', values: [], complete: false });
    const [small] = await collectValues(path, { maxBytes: 20 });
    expect(small?.complete).toBe(false);
    expect(small?.values.join('').length).toBeLessThanOrEqual(20);
  });
});
