import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Answer,
  answer,
  columnSchema,
  type DatasetProfile,
  datasetProfile,
  ingestDecisions,
  ingestWarning,
  rejectedRow,
  sha256,
  unanswerable,
} from '@stroma/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endOf, Place } from './cli-process.suite.ts';

type IngestDocument = ReturnType<typeof readIngest>;

/** Holds a document of `stroma ingest` to its fields, each to the contract's schema. */
function readIngest(document: Record<string, unknown>) {
  expect(Object.keys(document)).toEqual([
    'dataset_id',
    'version',
    'name',
    'rows',
    'columns',
    'rejected_rows',
    'rejects',
    'decisions',
    'warnings',
    'ms',
  ]);
  return {
    dataset_id: String(document.dataset_id),
    name: document.name,
    rows: document.rows,
    rejected_rows: document.rejected_rows,
    version: sha256.parse(document.version),
    columns: columnSchema.array().parse(document.columns),
    rejects: rejectedRow.array().parse(document.rejects),
    decisions: ingestDecisions.parse(document.decisions),
    warnings: ingestWarning.array().parse(document.warnings),
  };
}

interface Failed {
  error: { code: string; message: string; details: Record<string, unknown> };
}

const reactions = [
  'Reaction,Days,Subject',
  ...[0, 1, 2].flatMap((day) => [1, 2].map((who) => `${200 + day * 10 + who},${day},s${who}`)),
];
const weights = [
  'patient;weight',
  ...Array.from({ length: 30 }, (_, index) => `p${index};${60 + index},5`),
  'p99;heavy',
];

let place: Place;
beforeAll(() => {
  place = new Place();
  place.write('sleep study é.csv', `${reactions.join('\n')}\n`);
  place.write('weights.csv', `${weights.join('\n')}\n`);
  place.write(
    'patients.csv',
    `id,sex\n${Array.from({ length: 30 }, (_, index) => `p${index},${index % 2 ? 'F' : 'M'}`).join('\n')}\n`,
  );
  place.write(
    'visits.csv',
    `visit,patient_id,cost\n${Array.from({ length: 90 }, (_, index) => `${index},p${index % 30},${index}`).join('\n')}\n`,
  );
});
afterAll(() => place.remove());
afterEach(() => expect(place.leftovers()).toEqual([]));

describe('stroma ingest', () => {
  it('reports rows, types, decisions and what was rejected of a file', async () => {
    const { status, document } = await place.json<Record<string, unknown>>(['ingest', 'weights.csv']);
    expect(status).toBe(0);
    const report = readIngest(document);
    expect(report).toMatchObject({ name: 'weights', rows: 30, rejected_rows: 1 });
    expect(report.columns).toEqual([
      { name: 'patient', type: 'text' },
      { name: 'weight', type: 'number' },
    ]);
    expect(report.rejects).toMatchObject([{ line: 32, raw: 'p99;heavy' }]);
    expect(report.decisions.decimal?.value).toBe(',');
  });

  it('gives one document for several files, in which a bad file has its error', async () => {
    place.write('empty.csv', '');
    const files = ['sleep study é.csv', 'empty.csv'].map((name) => place.path(name));
    const words = ['ingest', ...files, '--type', 'Subject=text'];
    const { status, document } = await place.here<{ datasets: Record<string, unknown>[] }>(words);
    expect(status).toBe(1);
    expect(readIngest(document.datasets[0] ?? {}).name).toBe('sleep study é');
    expect(document.datasets[1]).toMatchObject({ name: 'empty', error: { code: 'EMPTY_FILE' } });
  });

  it('reads standard input, takes settings from the command line, keeps Parquet where asked, and has an address made of the content', async () => {
    const overrides = place.write('settings.json', JSON.stringify({ header_lines: 0 }));
    const settings = ['--delimiter', 'pipe', '--overrides', overrides, '--output', place.path('kept')];
    const input = 'a|1\nb|2\n';
    const piped = ['ingest', '-', '--name', 'piped.txt', ...settings];
    const one = await place.json<IngestDocument>(piped, { input });
    const same = await place.here<IngestDocument>(['ingest', place.write('piped.txt', input), ...settings]);
    expect(one.status).toBe(0);
    expect(one.document).toMatchObject({ name: 'piped', rows: 2 });
    expect(one.document.decisions.delimiter).toMatchObject({ value: '|', given: true });
    expect(same.document.version).toBe(one.document.version);
    expect(same.document.dataset_id).toBe(one.document.dataset_id);
    expect(readdirSync(join(place.folder, 'kept')).toSorted()).toEqual(['data.parquet', 'rejects.parquet']);
  });

  it('fails with the error as its document', async () => {
    const missing = await place.json<Failed>(['ingest', 'nowhere.csv']);
    expect(missing.status).toBe(1);
    expect(missing.document.error).toMatchObject({ code: 'NOT_FOUND', details: { path: 'nowhere.csv' } });
    expect(missing.err).toContain('There is no file "nowhere.csv"');
  });
});

describe('stroma profile', () => {
  it('is the profile document of the API', async () => {
    const { status, document } = await place.json<DatasetProfile>(['profile', 'sleep study é.csv']);
    expect(status).toBe(0);
    expect(datasetProfile.parse(document).columns.map((column) => column.name)).toEqual([
      'Reaction',
      'Days',
      'Subject',
    ]);
    expect(document.columns[0]).toMatchObject({ mean: 211.5, nulls: 0, distinct: 6 });
  });

  it('finds how several files join', async () => {
    const { document } = await place.here<{ profiles: DatasetProfile[] }>([
      'profile',
      place.path('patients.csv'),
      place.path('visits.csv'),
    ]);
    const [patients, visits] = document.profiles;
    expect(visits?.candidate_joins).toMatchObject([
      {
        column: 'patient_id',
        other_dataset_id: patients?.dataset_id,
        other_column: 'id',
        kind: 'many_to_one',
      },
    ]);
  });
});

describe('stroma ask and sql', () => {
  it('answers a question with SQL, rows, chart and explanation', async () => {
    const { status, document } = await place.json<Answer>([
      'ask',
      'sleep study é.csv',
      'average reaction by days',
    ]);
    expect(status).toBe(0);
    const given = answer.parse(document);
    expect(given.rows).toEqual([
      [0, 201.5],
      [1, 211.5],
      [2, 221.5],
    ]);
    expect(given.columns.map((column) => column.type)).toEqual(['integer', 'number']);
    expect(given).toMatchObject({
      chart: { type: expect.any(String), spec: expect.any(Object) },
      cached: false,
      answered_by: 'grammar',
    });
    expect(given.explanation).not.toBe('');
  });

  it('says what it did not understand, and exits with 3', async () => {
    const words = ['ask', place.path('sleep study é.csv'), 'average temperature of the moon'];
    const { status, document } = await place.here<{ sql: null; unanswerable: unknown }>(words);
    expect(status).toBe(3);
    expect(Object.keys(document)).toEqual(['sql', 'unanswerable']);
    expect(document.sql).toBeNull();
    expect(unanswerable.parse(document.unanswerable).not_understood.join(' ')).toMatch(/temperature|moon/);
  });

  it('knows a file as dataset, by its stem and in snake case', async () => {
    const sql =
      'SELECT (SELECT count(*) FROM dataset), (SELECT max(Days) FROM sleep_study_e), count(*) FROM "sleep study é"';
    const { status, document } = await place.json<Answer>(['sql', 'sleep study é.csv', sql]);
    expect(status).toBe(0);
    expect(answer.parse(document)).toMatchObject({
      rows: [[6, 2, 6]],
      kind: 'sql',
      confidence: 1,
      interpretation: null,
    });
  });

  it('joins several files, cuts at the limit and writes CSV', async () => {
    const sql =
      'SELECT sex, sum(cost) AS "sum, all" FROM visits JOIN patients ON patients.id = patient_id GROUP BY 1 ORDER BY 1';
    const all = await place.run(['sql', 'visits.csv', 'patients.csv', sql, '--csv']);
    expect(all).toMatchObject({ status: 0, out: 'sex,"sum, all"\nF,2025\nM,1980\n' });
    const { document } = await place.here<Answer>([
      'sql',
      place.path('visits.csv'),
      'SELECT * FROM visits',
      '--limit',
      '3',
    ]);
    expect(document).toMatchObject({ truncated: true });
    expect(document.rows).toHaveLength(3);
  });

  it('runs nothing but SELECT over the files it was given', async () => {
    const { status, document } = await place.here<Failed>([
      'sql',
      place.path('visits.csv'),
      "SELECT * FROM read_text('/etc/passwd')",
    ]);
    expect(status).toBe(1);
    expect(document.error.code).toBe('SQL_NOT_ALLOWED');
  });

  it('shows people a table and the sentence it understood', async () => {
    const { status, out, err } = await place.run(['ask', 'sleep study é.csv', 'how many subjects are there']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/\n\s*2\n/);
    expect(out).not.toContain('\u001b[');
  });
});

describe('the command line', () => {
  it('exits with 2 for a command written wrongly, and names the nearest', async () => {
    const wrong = [
      ['igest', 'a.csv'],
      ['sql', 'visits.csv'],
      ['profile', 'visits.csv', '--tabel', '1'],
      ['ask', 'visits.csv', 'x', '--limit', 'many'],
    ];
    const ends = await Promise.all(wrong.map((words) => place.here<Failed>(words)));
    expect(ends.map((end) => end.status)).toEqual([2, 2, 2, 2]);
    expect(ends[0]?.document.error.message).toContain('stroma ingest');
    expect(ends[2]?.document.error.message).toContain('--table');
    const { status, document, err } = await place.json<Failed>(['datasts']);
    expect(document.error).toMatchObject({ code: 'INVALID_INPUT', details: { nearest: 'datasets' } });
    expect([status, err]).toEqual([2, expect.stringContaining('stroma datasets')]);
  });

  it('helps with all and with each command, and tells its version', async () => {
    const [all, one, version] = await Promise.all([
      place.run(['--help']),
      place.here<{ help: string }>(['ask', '--help']),
      place.here<{ version: string }>(['--version']),
    ]);
    for (const name of [
      'ingest',
      'profile',
      'ask',
      'sql',
      'datasets',
      'jobs',
      'serve',
      'worker',
      'config',
      'doctor',
      'login',
      'logout',
    ])
      expect(all?.out).toContain(`  ${name} `);
    expect(one.document.help).toContain('--date-order');
    expect(version.document.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('says that lists need a server, and how to get one', async () => {
    const { status, document } = await place.here<Failed>(['datasets']);
    expect(status).toBe(1);
    expect(document.error.message).toContain('stroma login');
  });

  it('lists every setting with its value and where that is from, never a secret', async () => {
    const { status, document } = await place.json<{ settings: Record<string, string>[] }>(['config'], {
      env: { PORT: '4321', STROMA_LLM_KEY: 'very-secret' },
    });
    expect(status).toBe(0);
    const port = document.settings.find((setting) => setting.key === 'PORT');
    expect(port).toMatchObject({ default_value: '3000', value: '4321', source: 'environment' });
    expect(JSON.stringify(document)).not.toContain('very-secret');
    const wrong = await place.run(['config'], { env: { PORT: 'none' } });
    expect(wrong).toMatchObject({ status: 1, err: expect.stringContaining('PORT') });
  });

  it('checks the machine and says what to do', async () => {
    const { status, document } = await place.json<{
      ok: boolean;
      checks: { name: string; status: string; advice: string | null }[];
    }>(['doctor'], { env: { DATABASE_URL: 'postgresql://someone:hidden@127.0.0.1:1/none' } });
    expect(status).toBe(1);
    const byName = new Map(document.checks.map((check) => [check.name, check]));
    for (const name of ['Node.js', 'DuckDB', 'data folder'])
      expect(byName.get(name)).toMatchObject({ status: 'ok' });
    expect(byName.get('PostgreSQL')).toMatchObject({
      status: 'failed',
      advice: expect.stringContaining('DATABASE_URL'),
    });
    expect(JSON.stringify(document)).not.toContain('hidden');
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const child = place.start([
      'sql',
      'visits.csv',
      'SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b',
      '--json',
    ]);
    const ended = endOf(child);
    await folderAppears(place);
    child.kill('SIGINT');
    const end = await ended;
    expect(end).toMatchObject({ status: 130, signal: null });
    expect(JSON.parse(end.out)).toMatchObject({ error: { code: 'CANCELLED' } });
  });

  const older = olderNode();
  it.skipIf(older === null)(
    'hands over from an older Node (skipped where there is none), with exit status and input',
    async () => {
      const node = older ?? '';
      const { status, document } = await place.json<Answer>(['sql', '-', 'SELECT sum(x) FROM stdin'], {
        node,
        input: 'x\n1\n2\n',
      });
      expect({ status, rows: document.rows }).toEqual({ status: 0, rows: [[3]] });
      expect((await place.run(['nonsense'], { node })).status).toBe(2);
    },
  );
});

/** A Node before 24 on this machine. */
function olderNode(): string | null {
  const paths = (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/bin', '/usr/local/bin')
    .map((folder) => join(folder, 'node'));
  const isOlder = (path: string) =>
    Number(/^v(\d+)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 99) < 24;
  return paths.find((path) => existsSync(path) && isOlder(path)) ?? null;
}

/** Until the query process of a run has its folder. */
async function folderAppears({ temporary, leftovers }: Place): Promise<void> {
  for (;;) {
    const [folder] = leftovers.call(place);
    if (folder !== undefined && existsSync(join(temporary, folder, 'queries'))) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}
