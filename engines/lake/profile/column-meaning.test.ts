import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QualityIssue, TableProfile } from '@stroma/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import { type DuckDb, openDuckDb, quoteIdentifier, quoteLiteral } from '../duckdb.ts';
import { profileParquet } from './profile-parquet.ts';

let folder: string;
let db: DuckDb;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-meaning-'));
  db = await openDuckDb({ memoryMb: 500, threads: 1, tempFolder: null });
});
afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

async function profileOf(query: string, rejectedRows = 0): Promise<TableProfile> {
  const path = join(folder, `${files++}.parquet`);
  await db.run(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
  return profileParquet(path, { rejectedRows });
}

/** A column beside a running number, from texts or an SQL expression over `i`. */
async function only(name: string, values: readonly string[] | string, rows = 40) {
  const cell =
    typeof values === 'string'
      ? values
      : `list_element([${values.map(quoteLiteral)}], (i % ${values.length})::INTEGER + 1)`;
  const profile = await profileOf(
    `SELECT i AS row, ${cell} AS ${quoteIdentifier(name)} FROM range(${rows}) t(i)`,
  );
  const column = profile.columns[1];
  if (!column) throw new Error('no column');
  const issues = profile.issues.filter((issue) => issue.column === name).map((issue) => issue.kind);
  return { semantic: column.semantic, unit: column.unit, issues };
}

describe('what a column means', () => {
  it.each([
    ['contact', "'user' || i || '@example.org'", 'email'],
    ['homepage', "'https://example.org/' || i", 'url'],
    ['host', "'10.0.0.' || i", 'ip_address'],
    ['v6', "'2001:db8::' || i", 'ip_address'],
    ['phone', "'555-01' || (10 + i)", 'phone'],
    ['anything', "'+44 20 7946 0' || (100 + i)", 'phone'],
    ['id', 'uuid()::VARCHAR', 'identifier'],
    ['probe', "'ENSG' || lpad(i::VARCHAR, 11, '0')", 'identifier'],
    ['patient_id', 'i % 7', 'identifier'],
    ['Subject', '300 + i % 18', 'identifier'],
    ['visited', "(DATE '2020-01-01' + i::INTEGER)", 'date'],
    ['visited', "strftime(DATE '2020-01-01' + i::INTEGER, '%d.%m.%Y')", 'date'],
    ['visited', "strftime(DATE '2020-01-01' + i::INTEGER, '%b %d, %Y')", 'date'],
    ['year', '1990 + i % 20', 'year'],
    ['n', '1990 + i % 20', 'measurement'],
    ['latitude', '-89.5 + i', 'latitude'],
    ['lon', '-179.5 + i * 9', 'longitude'],
    ['survival_pct', 'i * 2.5', 'percentage'],
    ['zip', '10000 + i', 'postal_code'],
    ['postcode', "'SW1A ' || (i % 10) || 'AA'", 'postal_code'],
    ['smoker', 'i % 2 = 0', 'category'],
    ['treated', 'i % 2', 'category'],
    ['weight', 'i * 1.7', 'measurement'],
    [
      'note',
      "'free text number ' || i || ' about something long enough to be no label at all, as people write'",
      null,
    ],
  ])('%s as %s: %s', async (name, values, expected) => {
    expect((await only(name, values)).semantic).toBe(expected);
  });

  it.each([
    ['species', ['Adelie', 'Gentoo', 'Chinstrap'], 'category'],
    ['gene', ['TP53', 'BRCA1', 'EGFR', 'KRAS', 'HLA-A', 'C9orf72'], 'gene_symbol'],
    ['feature', ['TP53', 'BRCA1', 'EGFR', 'KRAS', 'MYC', 'PTEN', 'ABCX9'], 'gene_symbol'],
    ['gene', ['Trp53', 'Brca1', 'Egfr', 'Actb'], 'gene_symbol'],
    ['status', ['DEAD', 'ALIVE', 'LOST'], 'category'],
    ['diagnosis', ['E11', 'I10', 'C50', 'J45'], 'icd10_code'],
    ['anything', ['E11.9', 'I10', 'C50.911', 'J45.20'], 'icd10_code'],
    ['well', ['A01', 'B12', 'C03', 'H12'], 'category'],
    ['primer', ['ACGTTGCA', 'TTGACCGT', 'GGGACCTA'], 'dna_sequence'],
    ['read', ['ACGTTGCATTGACA', 'TTGACCGTACCGTA', 'GGGACCTANNGTCA'], 'dna_sequence'],
    ['sequence', ['MKTAYIAKQR', 'QISFVKSHFS', 'RQLEERLGLIEVQ'], 'protein_sequence'],
    ['last_name', ['Nguyen', "O'Brien", 'Müller', 'García'], 'person_name'],
    ['patient name', ['Ada Lovelace', 'Alan Turing', 'Rosalind Franklin'], 'person_name'],
    ['vendor_name', ['Utility Company', 'Office Supply', 'Car Dealers'], 'category'],
    ['city', ['New York', 'San Francisco', 'Los Angeles'], 'category'],
    ['organism', ['Homo sapiens', 'Mus musculus'], 'category'],
  ] as [string, string[], string | null][])('%s as %j: %s', async (name, values, expected) => {
    expect((await only(name, values)).semantic).toBe(expected);
  });
});

describe('units', () => {
  it.each([
    ['bill_length_mm', 'mm'],
    ['body_mass_g', 'g'],
    ['weight_kg', 'kg'],
    ['Temp (°C)', 'Cel'],
    ['temp_c', 'Cel'],
    ['conc [ng/mL]', 'ng/mL'],
    ['glucose_mg_dl', 'mg/dL'],
    ['hdl_mmol_l', 'mmol/L'],
    ['dose_mg_per_kg', 'mg/kg'],
    ['bmi_kg_m2', 'kg/m2'],
    ['lengthMm', 'mm'],
    ['Flipper Length (mm)', 'mm'],
    ['speed, km/h', 'km/h'],
    ['pressure_kpa', 'kPa'],
    ['sbp (mmHg)', 'mm[Hg]'],
    ['heart_rate_bpm', '/min'],
    ['time_h', 'h'],
    ['reaction_time_ms', 'ms'],
    ['age (years)', 'a'],
    ['volume_ul', 'uL'],
    ['dose (µg)', 'ug'],
    ['concentration (nM)', 'nmol/L'],
    ['yield (%)', '%'],
    ['wbc (10^9/L)', '10*9/L'],
    ['height_in', '[in_i]'],
    ['temp_min', null],
    ['group_a', null],
    ['sample_m', null],
    ['value (fasting)', null],
    ['x', null],
    ['Delta 15 N (o/oo)', '[ppth]'],
    ['mpg', null],
    ['day7_score', null],
  ])('%s -> %s', async (name, unit) => {
    expect((await only(name, 'i * 1.5')).unit).toBe(unit);
  });

  it('from values', async () => {
    expect((await only('dose', "(i * 5) || ' mg'")).unit).toBe('mg');
    expect((await only('dose', "i || ' of ' || i")).unit).toBeNull();
    expect((await only('length', ['<6m', '>6m'])).unit).toBeNull();
  });
});

describe('issues', () => {
  const of = (profile: TableProfile, kind: QualityIssue['kind']) =>
    profile.issues.filter((issue) => issue.kind === kind);

  it('a text column that is mostly numbers, with the exact number of others', async () => {
    const select = (rows: number) =>
      `SELECT i AS row, CASE WHEN i % 10 = 0 THEN 'n/k' WHEN i % 10 = 1 THEN NULL ELSE (i * 1.5)::VARCHAR END AS x FROM range(${rows}) t(i)`;
    for (const rows of [100, 20_000]) {
      const [issue] = of(await profileOf(select(rows)), 'mixed_types');
      expect(issue).toMatchObject({ column: 'x', count: rows / 10, share: 0.1 });
    }
    expect(
      of(await profileOf("SELECT lpad(i::VARCHAR, 5, '0') AS zip FROM range(50) t(i)"), 'mixed_types'),
    ).toEqual([]);
  });

  it('dates of birth, social security numbers, addresses in running text', async () => {
    expect((await only('date_of_birth', "DATE '1960-01-01' + i::INTEGER")).issues).toContain('possible_pii');
    expect((await only('visit_date', "DATE '1960-01-01' + i::INTEGER")).issues).not.toContain('possible_pii');
    expect((await only('number', "'123-45-' || (6000 + i)")).issues).toContain('possible_pii');
    expect((await only('note', "'write to user' || i || '@example.org about it'")).issues).toContain(
      'possible_pii',
    );
    expect((await only('address', "(100 + i) || ' Main St'")).issues).toContain('possible_pii');
    expect((await only('mac_address', "'00:1b:' || i")).issues).not.toContain('possible_pii');
    expect((await only('first_name', ['Ada', 'Alan', 'Rosalind'])).issues).toContain('possible_pii');
    expect((await only('species_name', ['Adelie', 'Gentoo'])).issues).not.toContain('possible_pii');
  });

  it('outliers and skew of measurements, not of identifiers or flags', async () => {
    expect((await only('x', 'CASE WHEN i = 7 THEN 1000 ELSE 10.5 + i % 5 END')).issues).toEqual([
      'outliers',
      'skew',
    ]);
    expect((await only('sample_id', 'CASE WHEN i = 7 THEN 100000 ELSE i END')).issues).toEqual([]);
    expect((await only('dead', 'CASE WHEN i = 7 THEN 1 ELSE 0 END')).issues).toEqual([]);
  });

  it('rejected rows and the score that follows from the documented formula', async () => {
    const profile = await profileOf(
      `SELECT i % 8 AS a, CASE WHEN i % 4 = 0 THEN 'x' || i % 8 END AS b, 'same' AS c FROM range(16) t(i)`,
      4,
    );
    expect(of(profile, 'rejected_rows')[0]).toMatchObject({
      count: 4,
      share: 0.2,
      severity: 'critical',
      column: null,
    });
    const { completeness, uniqueness, validity, consistency, score } = profile.quality;
    expect(completeness).toBeCloseTo(1 - 0.75 / 3, 12);
    expect(uniqueness).toBe(0.5);
    expect(validity).toBeCloseTo(0.8, 12);
    expect(consistency).toBeCloseTo(2 / 3, 12);
    expect(score).toBeCloseTo(0.4 * completeness + 0.2 * (uniqueness + validity + consistency), 12);
  });
});

describe('candidate keys', () => {
  it('pairs where no single column is one', async () => {
    const { candidate_keys } = await profileOf(
      'SELECT i // 10 AS subject, i % 10 AS day, random() AS y FROM range(100) t(i)',
    );
    expect(candidate_keys).toEqual([['subject', 'day']]);
  });
  it('none where a value is missing or rows repeat', async () => {
    expect((await profileOf('SELECT nullif(i, 3) AS a FROM range(10) t(i)')).candidate_keys).toEqual([]);
    expect((await profileOf('SELECT i // 2 AS a, 1 AS b FROM range(10) t(i)')).candidate_keys).toEqual([]);
  });
});

const penguins = sharedData('tables/penguins_raw.csv');
it.skipIf(!penguins)('a real table: the raw Palmer penguins (needs the shared data pool)', async () => {
  const profile = await profileOf(
    `FROM read_csv(${quoteLiteral(penguins as string)}, nullstr = ['', 'NA'], sample_size = -1)`,
  );
  const found = Object.fromEntries(
    profile.columns.map(({ name, semantic, unit }) => [name, [semantic, unit]]),
  );
  expect(found).toMatchObject({
    Species: ['category', null],
    'Individual ID': ['identifier', null],
    'Date Egg': ['date', null],
    'Culmen Length (mm)': ['measurement', 'mm'],
    'Body Mass (g)': ['measurement', 'g'],
    Sex: ['category', null],
  });
  expect(profile.candidate_keys).toContainEqual(['studyName', 'Individual ID']);
});
