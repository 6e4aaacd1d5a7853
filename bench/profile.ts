/**
 * The full profile of a generated table against DuckDB's own SUMMARIZE of the same Parquet file, in one run.
 *   node bench/profile.ts [rows]      one JSON line; times in milliseconds, best of three, in turns
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDb, profileParquet, quoteLiteral } from '@stroma/lake';

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = await mkdtemp(join(tmpdir(), 'stroma-bench-'));
const path = join(folder, 'table.parquet');
const limits = { memoryMb: 800, threads: 2, tempFolder: folder };

const normal = 'sqrt(-2 * ln(random() + 1e-12)) * cos(2 * pi() * random())';
const table = `SELECT i AS id, 'P' || lpad((i * 7919 % 200000)::VARCHAR, 6, '0') AS patient_id,
  (20 + hash(i) % 60)::INTEGER AS age, CASE WHEN hash(i + 1) % 2 = 0 THEN 'F' ELSE 'M' END AS sex,
  DATE '2015-01-01' + (hash(i + 2) % 3000)::INTEGER AS visit_date,
  TIMESTAMP '2020-01-01' + INTERVAL (i * 37) SECOND AS recorded_at,
  round(90 + 15 * ${normal}, 1) AS glucose_mg_dl, 24 + 4 * ${normal} AS bmi,
  CASE WHEN hash(i + 9) % 20 > 0 THEN (60 + hash(i + 3) % 50)::INTEGER END AS heart_rate,
  'site ' || hash(i + 4) % 40 AS site, hash(i + 5) % 3 = 0 AS smoker, exp(random() * 5) AS crp
  FROM range(${rows}) t(i)`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function summarize(): Promise<void> {
  using db = await openDuckDb(limits);
  await db.rows(`SUMMARIZE FROM read_parquet(${quoteLiteral(path)})`);
}

try {
  {
    using db = await openDuckDb(limits);
    await db.run('SELECT setseed(0.5)');
    await db.run(`COPY (${table}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`);
  }
  let profileMs = Number.POSITIVE_INFINITY;
  let summarizeMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    summarizeMs = Math.min(summarizeMs, await timed(summarize));
    profileMs = Math.min(profileMs, await timed(() => profileParquet(path, limits)));
  }
  const figure = {
    bench: 'profile',
    rows,
    columns: 12,
    profile_ms: Math.round(profileMs),
    summarize_ms: Math.round(summarizeMs),
    ratio: Number((profileMs / summarizeMs).toFixed(2)),
    peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  console.log(JSON.stringify(figure));
} finally {
  await rm(folder, { recursive: true });
}
