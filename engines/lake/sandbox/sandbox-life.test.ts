import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb, quoteLiteral } from '../duckdb.ts';
import type { SqlSource } from './sql-engine.ts';
import { SqlSandbox, type SqlSandboxOptions } from './sql-sandbox.ts';

let folder: string;
let source: SqlSource;
const endless = 'SELECT count(*) FROM dataset a, dataset b, dataset c, dataset d';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stroma-life-'));
  source = { name: 'dataset', path: join(folder, 'data.parquet') };
  using db = await openDuckDb({ memoryMb: 500, threads: 1, tempFolder: null });
  await db.run(`COPY (SELECT i FROM range(5000) t(i)) TO ${quoteLiteral(source.path)} (FORMAT parquet)`);
});
afterAll(() => rm(folder, { recursive: true }));

const scratch = () => join(folder, 'scratch');

async function withSandbox(
  options: Partial<SqlSandboxOptions>,
  work: (sandbox: SqlSandbox) => Promise<void>,
) {
  const scratchFolder = options.scratchFolder ?? scratch();
  const sandbox = new SqlSandbox({ processes: 1, ...options, scratchFolder });
  try {
    await work(sandbox);
  } finally {
    await sandbox.close();
  }
  expect(await readdir(scratchFolder)).toEqual([]);
}

const one = async (sandbox: SqlSandbox, sql: string, from = source) =>
  (await sandbox.query(sql, [from])).rows[0]?.[0];
async function childrenNow(): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tZ');
    if (status.includes(`PPid:\t${process.pid}\n`) && !status.includes('State:\tZ')) found.push(Number(pid));
  }
  return found;
}

describe('the life of the pool', () => {
  it('stops a running statement when its caller gives up, and goes on', async () => {
    await withSandbox({}, async (sandbox) => {
      await one(sandbox, 'SELECT 1');
      const controller = new AbortController();
      const running = sandbox.query(endless, [source], { signal: controller.signal });
      const waiting = sandbox.query('SELECT 2', [source], { signal: controller.signal });
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await one(sandbox, 'SELECT count(*) FROM dataset')).toBe(5000);
    });
  });

  it('replaces a process that was killed', async () => {
    await withSandbox({}, async (sandbox) => {
      const deaf = "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))";
      const stubborn = sandbox.query(deaf, [source], { limits: { timeoutMs: 200 } });
      await expect(stubborn).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
      expect(await one(sandbox, 'SELECT count(*) FROM dataset')).toBe(5000);
    });
  });

  it.skipIf(process.platform !== 'linux')('replaces a process that died while it waited', async () => {
    // Other files of this worker may have children of their own.
    const others = new Set(await childrenNow());
    const own = async () => (await childrenNow()).filter((pid) => !others.has(pid));
    await withSandbox({}, async (sandbox) => {
      await one(sandbox, 'SELECT 1');
      for (const pid of await own()) process.kill(pid, 'SIGKILL');
      await expect.poll(own).toEqual([]);
      expect(await one(sandbox, 'SELECT count(*) FROM dataset')).toBe(5000);
    });
  });

  it('refuses what it cannot queue', async () => {
    await withSandbox({ maxWaiting: 2 }, async (sandbox) => {
      await one(sandbox, 'SELECT 1');
      const all = await Promise.allSettled(
        Array.from({ length: 6 }, () => sandbox.query(endless, [source], { limits: { timeoutMs: 300 } })),
      );
      const codes = all.map((result) => (result.status === 'rejected' ? result.reason.code : 'answered'));
      expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(3);
      expect(codes.filter((code) => code === 'QUERY_TIMEOUT')).toHaveLength(3);
    });
  });

  it('serves a caller with one statement between those of a caller with many', async () => {
    await withSandbox({}, async (sandbox) => {
      await one(sandbox, 'SELECT 1');
      const order: string[] = [];
      const ask = (caller: string) =>
        sandbox.query('SELECT count(*) FROM dataset', [source], { caller }).then(() => order.push(caller));
      await Promise.all([...Array.from({ length: 8 }, () => ask('busy')), ask('modest')]);
      expect(order.indexOf('modest')).toBeLessThan(4);
    });
  });

  it('closes while statements run and wait, twice', async () => {
    const others = process.platform === 'linux' ? await childrenNow() : [];
    const sandbox = new SqlSandbox({ processes: 2, scratchFolder: scratch() });
    const all = Array.from({ length: 5 }, () => sandbox.query(endless, [source]));
    const settled = Promise.allSettled(all);
    await Promise.all([sandbox.close(), sandbox.close()]);
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } });
    await expect(sandbox.query('SELECT 1', [source])).rejects.toMatchObject({ code: 'CANCELLED' });
    if (process.platform === 'linux')
      expect((await childrenNow()).filter((pid) => !others.includes(pid))).toEqual([]);
  });

  it('reads files that only this user may read, in folders that only this user may enter', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const path = join(closed, 'private.parquet');
    {
      using db = await openDuckDb({ memoryMb: 500, threads: 1, tempFolder: null });
      await db.run(`COPY (SELECT 42 AS x) TO ${quoteLiteral(path)} (FORMAT parquet)`);
    }
    await chmod(path, 0o600);
    for (const scratchFolder of [scratch(), join(closed, 'scratch')]) {
      await withSandbox({ scratchFolder }, async (sandbox) => {
        for (let round = 0; round < 3; round++) {
          expect(await one(sandbox, 'SELECT x FROM dataset', { name: 'dataset', path })).toBe(42);
        }
        expect(await one(sandbox, 'SELECT count(*) FROM dataset')).toBe(5000);
      });
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('says which table lost its file', async () => {
    await withSandbox({}, async (sandbox) => {
      const gone = { name: 'gone', path: join(folder, 'nowhere.parquet') };
      await expect(sandbox.query('SELECT * FROM gone', [gone])).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const broken = { name: 'broken', path: join(folder, 'broken.parquet') };
      await writeFile(broken.path, 'PAR1 but not really PAR1');
      await expect(sandbox.query('SELECT * FROM broken', [broken])).rejects.toMatchObject({
        code: 'QUERY_FAILED',
      });
      expect(await one(sandbox, 'SELECT 1')).toBe(1);
    });
  });

  it('sweeps what a pool that died left behind, and only that', async () => {
    const dead = join(scratch(), 'sandbox-4194304-0123456789ab');
    await mkdir(join(dead, '0-0', 'spill'), { recursive: true });
    await withSandbox({}, async (sandbox) => {
      expect(await one(sandbox, 'SELECT 1')).toBe(1);
      expect((await readdir(scratch())).filter((name) => name.includes('4194304'))).toEqual([]);
    });
  });

  it('spills to disk rather than fail, and sweeps the spill', async () => {
    await withSandbox({ limits: { memoryMb: 200, timeoutMs: 20_000 } }, async (sandbox) => {
      const sql =
        'SELECT count(*) FROM (SELECT a.i, hash(a.i * 5000 + b.i) AS h FROM dataset a, dataset b LIMIT 4000000 OFFSET 1) x';
      expect(await one(sandbox, `${sql} WHERE h IN (SELECT hash(i) FROM dataset) OR true`)).toBe(4000000);
    });
  });
});
