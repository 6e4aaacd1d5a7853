/**
 * One million rows of ten columns made 5-anonymous over four quasi-identifiers, both ways, and with actions alone.
 *   node bench/anonymise.ts [rows]      one JSON line; milliseconds from file to file
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, profileParquet, quoteLiteral } from '@stroma/lake';
import type { AnonymiseInput, AnonymiseOutput } from '../server/data/anonymisation/anonymisation.worker.ts';
import { openThreads } from '../server/platform/threads/open-threads.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const worker = new URL('../server/data/anonymisation/anonymisation.worker.ts', import.meta.url);
const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
const path = join(folder, 'table.parquet');

const table = `SELECT 'P' || lpad((i * 7919 % 200000)::VARCHAR, 6, '0') AS patient_id,
  'Person ' || (hash(i + 12) % 50000) AS name, (hash(i) % 95)::INTEGER AS age,
  CASE WHEN hash(i + 1) % 2 = 0 THEN 'F' ELSE 'M' END AS sex,
  lpad((hash(i + 2) % 900 * 100 + hash(i + 3) % 20)::VARCHAR, 5, '0') AS zip,
  DATE '1930-01-01' + (hash(i + 4) % 30000)::INTEGER AS birth_date, 'site ' || hash(i + 5) % 12 AS site,
  DATE '2015-01-01' + (hash(i + 6) % 3000)::INTEGER AS visit_date, (hash(i + 7) % 40)::INTEGER AS diagnosis,
  round(random() * 100, 1) AS glucose FROM range(${rows}) t(i)`;

const actions: NonNullable<AnonymiseInput['plan']> = [
  { column: 'patient_id', action: { kind: 'pseudonymise', prefix: '' } },
  { column: 'name', action: { kind: 'remove' } },
  { column: 'age', action: { kind: 'top_code', above: 89 } },
  { column: 'sex', action: { kind: 'keep' } },
  { column: 'zip', action: { kind: 'zip3' } },
  { column: 'birth_date', action: { kind: 'period', unit: 'year', oldest_year: null } },
  { column: 'site', action: { kind: 'keep' } },
  { column: 'visit_date', action: { kind: 'shift_dates', person_column: 'patient_id', most_days: 365 } },
  { column: 'diagnosis', action: { kind: 'keep' } },
  { column: 'glucose', action: { kind: 'keep' } },
];
const quasi = new Map([
  ['age', { kind: 'bins' as const, widths: [5, 10, 20, 50] }],
  ['sex', null],
  ['zip', { kind: 'prefixes' as const, length: 5 }],
  ['birth_date', null],
]);
const withModel = actions.map(({ column, action }) =>
  quasi.has(column)
    ? { column, action: { kind: 'quasi_identifier' as const, hierarchy: quasi.get(column) ?? null } }
    : { column, action },
);

const threads = openThreads({ heapMb: 1024 });
try {
  {
    using db = await openDuckDb({ memoryMb: 800, threads: 2, tempFolder: folder });
    await db.run('SELECT setseed(0.5)');
    await db.run(`COPY (${table}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`);
  }
  const profile = await profileParquet(path, { memoryMb: 800, threads: 2, tempFolder: folder });
  const model = (method: 'full_domain' | 'mondrian', columns = withModel, t: number | null = null) => ({
    plan: columns,
    model: {
      k: 5,
      l: null,
      t,
      sensitive_columns: t === null ? [] : ['diagnosis'],
      suppression_limit: 0.05,
      method,
    },
  });
  const cases: Record<string, Pick<AnonymiseInput, 'plan' | 'model'>> = {
    actions: { plan: actions, model: null },
    full_domain: model('full_domain'),
    full_domain_t: model('full_domain', withModel, 0.3),
    mondrian: model('mondrian'),
  };
  for (const [name, chosen] of Object.entries(cases)) {
    const started = performance.now();
    const input: AnonymiseInput = {
      parquet: path,
      schema: profile.columns.map((column) => ({ name: column.name, type: column.type })),
      profile,
      ...chosen,
      key: new Uint8Array(32).fill(7),
      target: join(folder, `${name}.parquet`),
      folder,
      memoryMb: 800,
    };
    const made = await threads.run<AnonymiseInput, AnonymiseOutput>(worker, input);
    console.log(
      JSON.stringify({
        bench: 'anonymise',
        case: name,
        rows,
        columns: 10,
        ms: Math.round(performance.now() - started),
        smallest_class: made.after?.risk?.smallest_class ?? null,
        ncp: made.after?.loss === null ? null : Number(made.after?.loss.ncp.toFixed(4)),
        suppressed_rows: made.suppressedRows,
        levels: made.after?.levels.map(({ level }) => level),
        peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      }),
    );
  }
} finally {
  await threads.close();
  await rm(folder, { recursive: true, force: true });
}
