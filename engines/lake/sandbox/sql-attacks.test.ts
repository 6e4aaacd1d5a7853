import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import type { SqlSource } from './sql-engine.ts';
import { SqlSandbox } from './sql-sandbox.ts';

const secret = 'k33p-this-s3cret';
let folder: string;
let sandbox: SqlSandbox;
let sources: SqlSource[];
let before: Map<string, string>;

/** Every file below the fixtures with the hash of its bytes. */
async function fingerprint(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(join(folder, 'data'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile())
      found.set(
        path,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
  }
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-attacks-'));
  const data = join(folder, 'data');
  await mkdir(data);
  process.env.STROMA_ATTACK_SECRET = secret;
  using db = await openDuckDb({ memoryMb: 500, threads: 1, tempFolder: null });
  const write = (select: string, name: string) =>
    db.run(`COPY (${select}) TO ${quoteLiteral(join(data, name))} (FORMAT parquet)`);
  await write("SELECT i AS id, 'v' || i AS label, i % 7 AS grp FROM range(20000) t(i)", 'mine.parquet');
  await write('SELECT i AS k FROM range(10) t(i)', 'also.parquet');
  await write(`SELECT '${secret}' AS s`, 'other.parquet');
  await writeFile(join(data, 'other.csv'), `s\n${secret}\n`);
  await symlink(join(data, 'other.parquet'), join(data, 'link.parquet'));
  sources = [
    { name: 'dataset', path: join(data, 'mine.parquet') },
    { name: 'also', path: join(data, 'also.parquet') },
  ];
  before = await fingerprint();
  sandbox = new SqlSandbox({
    processes: 2,
    scratchFolder: join(folder, 'scratch'),
    limits: { timeoutMs: 20_000, memoryMb: 256, maxRows: 1000, maxBytes: 1024 * 1024 },
  });
});

afterAll(async () => {
  await sandbox.close();
  delete process.env.STROMA_ATTACK_SECRET;
  await rm(folder, { recursive: true });
});

/** What came of a statement: its error's code and message, or the text of its answer. */
async function outcome(sql: string, timeoutMs?: number): Promise<{ code: string; text: string }> {
  try {
    const { columns, rows } = await sandbox.query(sql, sources, { limits: { timeoutMs } });
    return { code: 'answered', text: JSON.stringify({ columns, rows }) };
  } catch (error) {
    const { code, message, details } = error as { code: string; message: string; details: unknown };
    return { code, text: `${message} ${JSON.stringify(details)}` };
  }
}

const at = (sql: string): string => sql.replaceAll('%DIR%', join(folder, 'data'));

/** Neither content nor place of anything outside the sources may show. */
function expectNothingLeaked(text: string): void {
  expect(text).not.toContain(secret);
  expect(text).not.toContain('root:x:0');
  expect(text).not.toContain(tmpdir() === '/tmp' ? '/tmp/stroma' : tmpdir());
  expect(text).not.toContain('sandbox-');
}

const writes = [
  "COPY dataset TO '%DIR%/mine.parquet'",
  "COPY (SELECT 1) TO '%DIR%/mine.parquet' (FORMAT parquet)",
  "COPY (SELECT 1) TO '0.parquet' (FORMAT parquet)",
  "COPY (SELECT 1) TO '/tmp/pwned.csv'",
  "COPY dataset FROM '/etc/passwd'",
  "EXPORT DATABASE '%DIR%'",
  "IMPORT DATABASE '%DIR%'",
  'INSERT INTO dataset VALUES (1)',
  'UPDATE dataset SET id = 1',
  'DELETE FROM dataset',
  'TRUNCATE dataset',
  'MERGE INTO dataset USING also ON id = k WHEN MATCHED THEN DELETE',
  'DROP VIEW dataset',
  'DROP TABLE IF EXISTS dataset CASCADE',
  'ALTER VIEW dataset RENAME TO x',
  'CREATE TABLE t AS SELECT * FROM dataset',
  'CREATE OR REPLACE VIEW dataset AS SELECT 1',
  "CREATE VIEW v AS SELECT * FROM '/etc/passwd'",
  'CREATE TEMP TABLE t (a INT)',
  'CREATE SEQUENCE s',
  'CREATE SCHEMA s',
  'CREATE INDEX i ON dataset (id)',
  "CREATE TYPE t AS ENUM ('a')",
  'CREATE MACRO m() AS 1',
  "CREATE MACRO m() AS TABLE SELECT * FROM read_text('/etc/passwd')",
  "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'b')",
  'VACUUM',
  'ANALYZE',
  'CHECKPOINT',
  'FORCE CHECKPOINT',
  'BEGIN TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  "COMMENT ON VIEW dataset IS 'x'",
];

const settings = [
  "ATTACH '%DIR%/x.db'",
  "ATTACH ':memory:' AS m",
  "ATTACH '/etc/passwd' AS p (READ_ONLY)",
  'DETACH memory',
  'USE memory.main',
  'INSTALL httpfs',
  'LOAD httpfs',
  "LOAD '%DIR%/evil.duckdb_extension'",
  "INSTALL x FROM 'http://127.0.0.1/'",
  'UPDATE EXTENSIONS',
  "SET memory_limit = '100GB'",
  'SET enable_external_access = true',
  "SET allowed_directories = ['/']",
  "SET GLOBAL temp_directory = '/'",
  'RESET ALL',
  "SET VARIABLE a = (SELECT content FROM read_text('/etc/passwd'))",
  'PRAGMA database_list',
  'PRAGMA enable_profiling',
  "PRAGMA profiling_output = '%DIR%/mine.parquet'",
  "PRAGMA add_parquet_key('k', '0123456789112345')",
  'CALL pragma_version()',
  'CALL duckdb_settings()',
  'CALL force_checkpoint()',
  "CALL enable_logging(storage = 'file', storage_path = '%DIR%/log')",
  'EXPLAIN SELECT 1',
  "EXPLAIN ANALYZE COPY dataset TO '/tmp/pwned.csv'",
  'EXPLAIN ANALYZE SELECT * FROM dataset',
  'PREPARE p AS SELECT 1',
  "PREPARE p AS COPY dataset TO '/tmp/pwned.csv'",
  'EXECUTE p',
  'DEALLOCATE p',
  'SHOW DATABASES',
  'SHOW ALL TABLES',
  'DESCRIBE duckdb_settings()',
  "DESCRIBE SELECT * FROM '/etc/passwd'",
  "SUMMARIZE '/etc/passwd'",
  "SUMMARIZE '%DIR%/other.parquet'",
  'SHOW TABLES FROM memory.information_schema',
];

const reads = [
  "SELECT * FROM '/etc/passwd'",
  "SELECT * FROM '%DIR%/other.parquet'",
  "SELECT * FROM '%DIR%/other.csv'",
  "SELECT * FROM '%DIR%/mine.parquet'",
  "SELECT * FROM '%DIR%/link.parquet'",
  'SELECT * FROM "%DIR%/other.parquet"',
  'SELECT * FROM "0.parquet"',
  "SELECT * FROM '0.parquet'",
  "SELECT * FROM './0.parquet'",
  "SELECT * FROM '../copies/x'",
  "SELECT * FROM '*.parquet'",
  "SELECT * FROM 'other.parquet'",
  "SELECT * FROM 'file:///etc/passwd'",
  "SELECT * FROM 'http://127.0.0.1/x.parquet'",
  "SELECT * FROM 's3://bucket/x.parquet'",
  "SELECT * FROM '/proc/self/environ'",
  "SELECT * FROM '/dev/stdin'",
  "FROM '/etc/passwd'",
  "TABLE '/etc/passwd'",
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_csv_auto('%DIR%/other.csv')",
  "SELECT * FROM READ_TEXT('/etc/passwd')",
  "SELECT * FROM read_blob('%DIR%/mine.parquet')",
  "SELECT * FROM read_text('/proc/self/environ')",
  "SELECT * FROM read_parquet('%DIR%/other.parquet')",
  "SELECT * FROM read_parquet('0.parquet')",
  "SELECT * FROM parquet_scan(['0.parquet', '%DIR%/other.parquet'])",
  "SELECT * FROM read_json('/etc/passwd')",
  "SELECT * FROM read_ndjson_objects('/etc/passwd')",
  "SELECT * FROM read_duckdb('%DIR%/x.db')",
  "SELECT * FROM glob('/etc/*')",
  "SELECT * FROM sniff_csv('/etc/passwd')",
  "SELECT * FROM parquet_metadata('%DIR%/other.parquet')",
  "SELECT * FROM parquet_schema('0.parquet')",
  "SELECT * FROM parquet_kv_metadata('0.parquet')",
  "SELECT * FROM parquet_file_metadata('0.parquet')",
  "SELECT * FROM parquet_bloom_probe('0.parquet', 'id', 1)",
  "SELECT * FROM main.read_csv('/etc/passwd')",
  "SELECT * FROM system.main.read_text('/etc/passwd')",
  'SELECT * FROM "read_text"(\'/etc/passwd\')',
  "SELECT (SELECT content FROM read_text('/etc/passwd'))",
  "SELECT * FROM dataset WHERE label IN (SELECT content FROM read_text('/etc/passwd'))",
  "SELECT * FROM dataset, LATERAL (SELECT * FROM read_text('/etc/passwd'))",
  "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT 1",
  "WITH x AS MATERIALIZED (FROM '/etc/passwd') FROM x",
  "SELECT 1 UNION ALL SELECT content FROM read_text('/etc/passwd')",
  "SELECT * FROM dataset ORDER BY (SELECT content FROM read_text('/etc/passwd'))",
  "SELECT * FROM dataset LIMIT (SELECT size FROM read_text('/etc/passwd'))",
  "SELECT count(*) FILTER (WHERE EXISTS (FROM read_text('/etc/passwd'))) FROM dataset",
  "SELECT sum(id) OVER (ORDER BY (SELECT size FROM read_text('/etc/passwd'))) FROM dataset",
  "SELECT CASE WHEN true THEN (SELECT content FROM read_text('/etc/passwd')) END",
  "SELECT [x FOR x IN (SELECT list(content) FROM read_text('/etc/passwd'))]",
  "SELECT list_transform([1], lambda x: (SELECT content FROM read_text('/etc/passwd')))",
  "SELECT * FROM (VALUES ((SELECT content FROM read_text('/etc/passwd'))))",
  "PIVOT (FROM read_text('/etc/passwd')) ON filename IN ('a') USING count(*)",
  "UNPIVOT (FROM read_text('/etc/passwd')) ON size",
  "SELECT * FROM dataset ASOF JOIN read_text('/etc/passwd') f ON id >= size",
  "SELECT * FROM dataset POSITIONAL JOIN read_text('/etc/passwd')",
  "SELECT unnest((SELECT list(content) FROM read_text('/etc/passwd')))",
  "SELECT COLUMNS(lambda c: c = (SELECT content FROM read_text('/etc/passwd'))) FROM dataset",
  "SELECT * EXCLUDE (id) REPLACE ((SELECT content FROM read_text('/etc/passwd')) AS label) FROM dataset",
  "SELECT * FROM dataset QUALIFY row_number() OVER (ORDER BY (SELECT size FROM read_blob('/etc/passwd'))) = 1",
  "SELECT id FROM dataset GROUP BY id HAVING (SELECT true FROM read_text('/etc/passwd'))",
  "SELECT * FROM dataset USING SAMPLE (SELECT size FROM read_text('/etc/passwd'))",
  "SELECT * FROM query('SELECT 42')",
  "SELECT * FROM query('COPY dataset TO ''/tmp/pwned.csv''')",
  "SELECT * FROM query_table('dataset')",
  "SELECT * FROM query_table(['/etc/passwd'])",
  "SELECT * FROM histogram_values('/etc/passwd', x)",
  'FROM histogram(dataset, id)',
  "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  "SELECT json_serialize_sql('SELECT 1')",
  "SELECT json_deserialize_sql('{}')",
  "SELECT json_serialize_plan('SELECT 1')",
  "SELECT * FROM sql_auto_complete('SELECT * FROM /etc/')",
  "SELECT * FROM seq_scan('dataset')",
  'SELECT * FROM summary(TABLE dataset)',
  'SELECT * FROM repeat_row(1, num_rows = 1000000000)',
  'SELECT * FROM test_all_types()',
  'SELECT * FROM arrow_scan(1, 2, 3)',
  'SELECT * FROM arrow_scan_dumb(139637976727552, 1, 1)',
  "SELECT * FROM check_peg_parser('SELECT 1')",
];

const snoops = [
  'SELECT * FROM information_schema.tables',
  'SELECT * FROM information_schema.columns',
  'SELECT * FROM pg_catalog.pg_tables',
  'SELECT * FROM pg_tables',
  'SELECT * FROM sqlite_master',
  'SELECT * FROM duckdb_tables',
  'SELECT * FROM duckdb_tables()',
  'SELECT sql FROM duckdb_views()',
  'SELECT * FROM duckdb_settings()',
  'SELECT * FROM duckdb_databases()',
  'SELECT * FROM duckdb_secrets(redact = false)',
  'SELECT * FROM duckdb_temporary_files()',
  'SELECT * FROM duckdb_logs',
  'SELECT * FROM duckdb_memory()',
  'SELECT * FROM duckdb_variables()',
  'SELECT * FROM duckdb_external_file_cache()',
  'SELECT * FROM system.information_schema.schemata',
  'SELECT * FROM temp.main.dataset',
  'SELECT * FROM other.main.dataset',
  'SELECT * FROM main.sqlite_master',
  "SELECT * FROM pragma_table_info('dataset')",
  "SELECT * FROM pragma_show('dataset')",
  'SELECT * FROM pragma_database_size()',
  'SELECT * FROM pragma_user_agent()',
  "SELECT current_setting('allowed_paths')",
  "SELECT main.current_setting('temp_directory')",
  "SELECT 'temp_directory'.current_setting()",
  "SELECT getenv('STROMA_ATTACK_SECRET')",
  "SELECT getvariable('x')",
  "SELECT nextval('s'), currval('s')",
  "SELECT pg_get_viewdef(0), pg_get_expr('a', 0)",
  "SELECT which_secret('s3://x', 's3')",
  'SELECT current_query()',
  'SELECT txid_current()',
  "SELECT write_log('x', level := 'ERROR')",
  "SELECT parse_duckdb_log_message('FileSystem', 'x')",
  "SELECT in_search_path('a', 'b')",
  'SELECT stats(id) FROM dataset',
  'SELECT sleep_ms(100000)',
  'SELECT pg_sleep(100)',
  "SELECT finalize('\\x00\\x01'::BLOB)",
  'SELECT sum(id) EXPORT_STATE FROM dataset',
  'SELECT combine(1, 2)',
  "SELECT create_sort_key('a', 'ASC')",
  'SELECT __internal_decompress_string(1::UHUGEINT)',
  "SELECT st_geomfromwkb('\\x00'::BLOB)",
  "SELECT variant_bytes_to_variant('\\x00'::BLOB, '\\x00'::BLOB)",
  'SELECT setseed(0.1)',
];

const tricks = [
  'SELECT 1; SELECT 2',
  "SELECT 1; COPY dataset TO '/tmp/pwned.csv'",
  "SELECT 1;;COPY dataset TO '/tmp/pwned.csv';",
  'SELECT 1 /* ; */; DROP VIEW dataset --',
  'SELECT 1 -- \n; DROP VIEW dataset',
  'SELECT 1 --\r; DROP VIEW dataset',
  '/* SELECT 1 */ DROP VIEW dataset',
  '/* /* */ DROP VIEW dataset /* */ */ DROP VIEW dataset',
  "SELECT '/*'; DROP VIEW dataset --*/'",
  'SELECT $$a$$; DROP VIEW dataset',
  "SELECT E'\\'; DROP VIEW dataset; --'; DROP VIEW dataset",
  'SELECT 1\0; DROP VIEW dataset',
  "SELECT 'a\0b'",
  '\uD800',
  '',
  '   \n ',
  '-- nothing',
  ';',
  "SELECT * FROM \u00a0'/etc/passwd'",
  "SELECT\u2003*\u2003FROM\u2003'/etc/passwd'",
  'SELECT * FROM ｄａｔａｓｅｔ_x',
  'SELECT * FROM dataſet',
  "SELECT * FROM read_te\u212At('/etc/passwd')",
  'WITH x AS (SELECT 1), x2 AS (SELECT * FROM duckdb_tables) SELECT 1',
  'SELECT * FROM (WITH duckdb_tables AS (SELECT 1) SELECT 1) a, duckdb_tables',
  'WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT 1 FROM b), b AS (SELECT 1) FROM a',
  'WITH a AS (WITH pg_tables AS (SELECT 1) SELECT 1) SELECT * FROM pg_tables',
  'WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT 1',
  'WITH x AS (SELECT 1) SELECT * FROM main.x',
  'WITH t AS (INSERT INTO dataset VALUES (1) RETURNING *) SELECT * FROM t',
  'SELECT * FROM dataset WHERE id = (DELETE FROM dataset RETURNING id)',
  'SELECT * INTO t FROM dataset',
  'SELECT * FROM dataset FOR UPDATE OF x; DROP VIEW dataset',
  'PIVOT dataset ON label',
  "PIVOT dataset ON label IN (SELECT content FROM read_text('/etc/passwd')) USING count(*)",
  `SELECT ${'-'.repeat(3)}${'+1'.repeat(1200)} FROM x`,
  `SELECT ${'NOT '.repeat(5000)}true`,
  `${'SELECT * FROM ('.repeat(900)}SELECT 1${')'.repeat(900)}`,
  `SELECT ${'['.repeat(3000)}1${']'.repeat(3000)}`,
  `SELECT '${'x'.repeat(200_000)}'`,
  'SELECT count(*) FROM range(1000000000000)',
  'SELECT generate_series(1, 1e12)',
  'SELECT * FROM generate_series(-1000000000::BIGINT, 1000000000)',
];

const refusals = [
  ...writes.map((sql) => ['write', sql] as const),
  ...settings.map((sql) => ['setting', sql] as const),
  ...reads.map((sql) => ['read', sql] as const),
  ...snoops.map((sql) => ['snoop', sql] as const),
  ...tricks.map((sql) => ['trick', sql] as const),
];

/** Statements the gate lets through because they only compute: the limits have to hold them. */
const bombs = [
  `SELECT ${'('.repeat(5000)}1${')'.repeat(5000)}`,
  'SELECT count(*) FROM dataset a, dataset b, dataset c',
  'SELECT count(*) FROM dataset a CROSS JOIN dataset b CROSS JOIN dataset c CROSS JOIN dataset d',
  'SELECT max(a.label || b.label || c.label) FROM dataset a, dataset b, dataset c',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT a.n + b.n FROM r a, r b) SELECT count(*) FROM r',
  "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM r) SELECT max(length(s)) FROM r",
  `WITH ${Array.from({ length: 28 }, (_, i) => (i === 0 ? 'c0 AS (SELECT 1 AS a UNION ALL SELECT 2)' : `c${i} AS (SELECT x.a FROM c${i - 1} x, c${i - 1} y)`)).join(', ')} SELECT count(*) FROM c27`,
  "SELECT length(repeat('x', 4000000000))",
  "SELECT repeat(repeat('x', 100000), 30000)",
  "SELECT length(lpad('x', 2000000000, 'y'))",
  "SELECT count(*) FROM (SELECT lpad('x', 1000000 + id::INTEGER, 'y') AS s FROM dataset) WHERE s LIKE '%z'",
  "SELECT length(format('{:>2000000000}', 'x'))",
  "SELECT length(printf('%2000000000d', 1))",
  "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
  "SELECT damerau_levenshtein(repeat('ab', 20000), repeat('ba', 20000))",
  "SELECT jaro_similarity(repeat('ab', 300000), repeat('ba', 300000))",
  'SELECT list_sum(list_transform(range(9000000), lambda x: list_sum(range(x % 5000))))',
  'SELECT length(list_transform(range(5000000), lambda x: repeat(x::VARCHAR, 1000)))',
  'SELECT list_reduce(range(1000000), lambda a, b: (a + b) % 7)',
  'SELECT length(flatten([range(9000000) FOR x IN range(1000)]))',
  "SELECT (repeat('9', 1000000)::BIGNUM * repeat('9', 1000000)::BIGNUM)::VARCHAR",
  "SELECT regexp_matches(repeat('a', 1000000), '(a*)*(a*)*b')",
  "SELECT length(regexp_replace(repeat('a', 10000000), 'a', repeat('b', 1000), 'g'))",
  "SELECT length(replace(repeat('a', 10000000), 'a', repeat('b', 1000)))",
  'SELECT length(string_agg(label || repeat(label, 1000), label)) FROM dataset',
  'SELECT string_agg(label) OVER (ORDER BY id) FROM dataset',
  'SELECT list(a.label || b.label) FROM dataset a, dataset b',
  'SELECT histogram(a.id * 20000 + b.id) FROM dataset a, dataset b',
  'SELECT count(DISTINCT a.label || b.label) FROM dataset a, dataset b',
  'SELECT * FROM dataset a, dataset b ORDER BY hash(a.id + b.id), a.label',
  'SELECT sum(x) OVER (ORDER BY y ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM (SELECT a.id AS x, b.id AS y FROM dataset a, dataset b)',
  'SELECT median(a.id) FROM dataset a, dataset b',
  'SELECT generate_series(1, id * 1000000) FROM dataset',
  'SELECT unnest(range(1000000)) FROM dataset',
  'SELECT count(*) FROM dataset, range(1, id * 1000000)',
  "SELECT md5(repeat('x', 1000000000 + id::INTEGER)) FROM dataset",
  "SELECT from_base64(to_base64(repeat('x', 500000000)::BLOB))",
  "SELECT length(bitstring('1', 2000000000))",
  'SELECT list_sort(list_transform(range(3000000), lambda x: hash(x)::VARCHAR))',
  'SELECT 2::DOUBLE ^ id, factorial(20), gamma(id) FROM dataset a CROSS JOIN (FROM also) b CROSS JOIN (FROM also) c CROSS JOIN dataset d',
  `SELECT ${Array.from({ length: 3000 }, (_, i) => `sum(id + ${i})`).join(', ')} FROM dataset`,
  `SELECT * FROM dataset WHERE id IN (${Array.from({ length: 14_000 }, (_, i) => i).join(', ')})`,
  `SELECT ${Array.from({ length: 400 }, () => 'CASE WHEN id > 1 THEN').join(' 1 ELSE ')} 1 ${'END '.repeat(400)} FROM dataset`,
  `SELECT count(*) FROM ${Array.from({ length: 60 }, (_, i) => `also a${i}`).join(', ')}`,
  'SUMMARIZE SELECT a.*, b.* FROM dataset a, dataset b',
  "PIVOT (SELECT a.id, b.label FROM dataset a, dataset b) ON label IN ('v1', 'v2') USING count(*)",
  'SELECT json_object(label, list_transform(range(100000), lambda x: x)) FROM dataset',
  "SELECT json_extract(repeat('[', 500000) || repeat(']', 500000), '$[0]')",
  "SELECT (repeat('[', 200000) || repeat(']', 200000))::JSON",
  "SELECT strptime(repeat('1', 1000000), repeat('%Y', 500000))",
];

const calm = new Set([
  'answered',
  'QUERY_TIMEOUT',
  'QUERY_OUT_OF_MEMORY',
  'QUERY_FAILED',
  'SQL_INVALID',
  'SQL_NOT_ALLOWED',
]);

/** The largest resident size, in MiB, of this process's children while `work` runs. */
async function peakOfChildren(work: Promise<unknown>): Promise<number> {
  let peak = 0;
  let running = true;
  const watch = async () => {
    while (running) {
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        if (!status.includes(`PPid:\t${process.pid}\n`)) continue;
        peak = Math.max(peak, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const watching = watch();
  await work;
  running = false;
  await watching;
  return peak;
}

describe(`attacks (${refusals.length + bombs.length} statements)`, () => {
  it.each(refusals.map(([kind, sql]) => [kind, JSON.stringify(sql.slice(0, 100)), sql] as const))(
    'turns away a %s: %s',
    async (_kind, _start, sql) => {
      const { code, text } = await outcome(at(sql));
      expect(['SQL_NOT_ALLOWED', 'SQL_INVALID'], `${code}: ${text.slice(0, 300)}`).toContain(code);
      expectNothingLeaked(sql.includes('%DIR%') ? text.replaceAll(folder, '') : text);
    },
  );

  it('holds whatever only computes, within memory, and goes on answering', async () => {
    const results: { sql: string; code: string; text: string }[] = [];
    const work = Promise.all(bombs.map(async (sql) => results.push({ sql, ...(await outcome(sql, 500)) })));
    const peak = process.platform === 'linux' ? await peakOfChildren(work) : (await work, 0);
    for (const { sql, code, text } of results) {
      expect(calm, `${sql.slice(0, 200)} -> ${code} ${text.slice(0, 200)}`).toContain(code);
      expectNothingLeaked(text);
    }
    if (sandbox.capabilities.isolation.memoryCeiling) expect(peak).toBeLessThan(1200);
    expect(await outcome('SELECT count(*) FROM dataset')).toMatchObject({ code: 'answered' });
  }, 120_000);

  it('leaves every file as it was, and nothing behind', async () => {
    expect(await fingerprint()).toEqual(before);
    for (let round = 0; round < 4; round++) {
      expect(await outcome('SELECT max(id) AS m FROM dataset')).toMatchObject({
        text: '{"columns":[{"name":"m","type":"integer"}],"rows":[[19999]]}',
      });
    }
    const [pool] = await readdir(join(folder, 'scratch'));
    for (const entry of await readdir(join(folder, 'scratch', pool as string))) {
      const left = await readdir(join(folder, 'scratch', pool as string, entry), { recursive: true });
      expect(left.filter((name) => name !== 'spill')).toEqual([]);
    }
  });
});
