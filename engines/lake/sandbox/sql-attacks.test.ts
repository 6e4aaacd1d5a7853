import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import { bombs, refusals } from './attack-statements.test-support.ts';
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
      const processes = await readdir('/proc').catch(() => []);
      for (const pid of processes.filter((name) => /^\d+$/.test(name))) {
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
    const peak = await peakOfChildren(work);
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
