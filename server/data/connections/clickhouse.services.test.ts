import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ErrorAnswer, SourceTable } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChdb } from '../../../scripts/chdb.ts';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';
import { bring, bringAgain, connect, lastRun } from './source-peers.suite.ts';

const found = findChdb();
const why = typeof found === 'string' ? ` - skipped: ${found}` : '';
const password = 'a-password-of-the-suite';
const codeOf = (reply: Reply<unknown>) => (reply.body as unknown as ErrorAnswer).error?.code ?? 'none';

describe.skipIf(typeof found === 'string')(`ClickHouse, its own engine${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-clickhouse-'));
  let program: ChildProcess;
  let url: string;
  let server: DataServer;
  let admin: Person;

  /** One statement, as an administrator of that ClickHouse would. */
  async function run(sql: string): Promise<string> {
    const authorization = `Basic ${Buffer.from(`default:${password}`).toString('base64')}`;
    const answer = await fetch(url, { method: 'POST', body: sql, headers: { authorization } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  }

  beforeAll(async () => {
    if (typeof found === 'string') return;
    const child = spawn(found.python, [found.program, password], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    program = child;
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    url = `http://127.0.0.1:${port}`;
    await run('CREATE DATABASE lab');
    await run(`CREATE TABLE lab.readings (
      id UInt64, at DateTime64(3, 'UTC'), day Date, celsius Float64, price Nullable(Decimal(18, 4)), ok Bool,
      site LowCardinality(String), note Nullable(String), tags Array(String), large Int256
    ) ENGINE = MergeTree ORDER BY id`);
    await run(`INSERT INTO lab.readings SELECT number, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number,
      toDate('2026-01-01') + intDiv(number, 100), number / 3, if(number % 10 = 0, NULL, toDecimal64(number, 4) / 8),
      number % 2 = 0, ['Ulm', 'Bonn'][1 + number % 2], if(number % 7 = 0, NULL, 'o''clock "' || toString(number)),
      ['a', toString(number)], toInt256('170141183460469231731687303715884105728') FROM numbers(1000)`);
    await run('CREATE VIEW lab.warm AS SELECT id, celsius FROM lab.readings WHERE celsius > 300');
    server = await startDataServer({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
    admin = server.admin;
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    program?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const settings = (more: object = {}) => ({ kind: 'clickhouse', url, database: 'lab', ...more });

  it('tells a wrong password, database, table and statement apart', async () => {
    expect(codeOf(await connect(admin, settings(), { password: 'wrong' }))).toBe('SOURCE_CREDENTIALS');
    expect(codeOf(await connect(admin, settings({ database: 'none' }), { password }))).toBe(
      'SOURCE_DATABASE_MISSING',
    );
    const { body } = await connect(admin, settings(), { password });
    const ask = (sql: string) =>
      admin.call('POST', `/data/connections/${body.connection_id}/preview`, {
        selection: { kind: 'query', sql },
      });
    expect(codeOf(await ask('SELECT * FROM missing'))).toBe('SOURCE_TABLE_MISSING');
    expect(codeOf(await ask('SELEC 1'))).toBe('SOURCE_QUERY_INVALID');
    expect(codeOf(await ask('SELECT nothing FROM readings'))).toBe('SOURCE_QUERY_INVALID');
    expect((await ask('SELECT 1 AS one')).status).toBe(200);
  });

  it('is browsed, shown, and imported whole and by what is new, with its values and types', async () => {
    const { body } = await connect(admin, settings(), { password });
    const { body: tables } = await admin.call<{ items: SourceTable[] }>(
      'GET',
      `/data/connections/${body.connection_id}/tables?schema=lab`,
    );
    expect(tables.items).toMatchObject([
      { table: 'readings', kind: 'table', rows_estimate: 1000 },
      { table: 'warm', kind: 'view' },
    ]);
    const selection = { kind: 'table', schema: 'lab', table: 'readings' };
    const preview = await admin.call<{ columns: { name: string; type: string }[]; rows: unknown[][] }>(
      'POST',
      `/data/connections/${body.connection_id}/preview`,
      { selection, limit: 2 },
    );
    expect(preview.status, JSON.stringify(preview.body)).toBe(200);
    expect(preview.body.rows).toHaveLength(2);
    const { importId, job } = await bring(admin, body.connection_id, {
      selection,
      dataset_name: 'readings',
      mode: 'incremental',
      cursor_column: 'at',
    });
    expect(job.error).toBeNull();
    const id = String(job.result?.dataset_id);
    const ask = async (sql: string) => (await admin.sql(sql, [id])).body.rows;
    expect(
      await ask(
        'SELECT count(*), sum(id)::VARCHAR, sum(price)::VARCHAR, count(price), count(note), bool_and(ok), min("at"), max(day) FROM readings',
      ),
    ).toEqual([
      [1000, '499500', '56250.0000', 900, 857, false, expect.stringMatching(/^2026-01-01/), '2026-01-10'],
    ]);
    const [, theirs] = (
      await run(
        'SELECT sum(celsius), sum(price), count(note) FROM lab.readings FORMAT JSONCompactEachRowWithNames',
      )
    )
      .trim()
      .split('\n');
    const [[celsius] = []] = await ask('SELECT sum(celsius) FROM readings');
    expect(Number(celsius)).toBeCloseTo(Number((JSON.parse(theirs ?? '[]') as unknown[])[0]), 6);
    expect(
      await ask(
        'SELECT id::INTEGER, site, note, tags, large::VARCHAR FROM readings WHERE id IN (1, 7) ORDER BY id',
      ),
    ).toEqual([
      [1, 'Bonn', 'o\'clock "1', '["a","1"]', '170141183460469231731687303715884105728'],
      [7, 'Bonn', null, '["a","7"]', '170141183460469231731687303715884105728'],
    ]);

    expect((await bringAgain(admin, body.connection_id, importId)).result).toMatchObject({ rows_read: 0 });
    await run(`INSERT INTO lab.readings SELECT number, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number - 1,
      toDate('2026-01-12'), 1, 2, true, 'Ulm', NULL, [], 1 FROM numbers(1000, 5)`);
    await bringAgain(admin, body.connection_id, importId);
    // The first of them shares its moment with the last that was read.
    expect(await lastRun(admin, body.connection_id)).toMatchObject({
      status: 'succeeded',
      rows_read: 5,
      rows_total: 1005,
    });
    expect(await ask('SELECT count(DISTINCT id) FROM readings')).toEqual([[1005]]);
    const query = await bring(admin, body.connection_id, {
      selection: {
        kind: 'query',
        sql: 'SELECT site, count() AS n, avg(celsius) AS mean FROM readings GROUP BY site ORDER BY site;',
      },
      dataset_name: 'sites',
    });
    expect(query.job.result).toMatchObject({ rows: 2 });
  });
});
