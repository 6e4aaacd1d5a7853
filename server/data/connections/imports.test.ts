import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CloudEvent, Dataset, DatasetProfile, Job, SourceImport } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemContext } from '../../platform/system-actor.ts';
import { type DataServer, type Person, startDataServer, startProcess } from '../data-server.suite.ts';
import {
  bring,
  bringAgain,
  connect,
  importsOf,
  json,
  lastRun,
  type Peer,
  sqliteFolder,
  startPeer,
} from './source-peers.suite.ts';

let server: DataServer;
let admin: Person;
let peer: Peer;
let answerWith: Parameters<typeof startPeer>[0] = (_request, response) => json(response, []);
const files = sqliteFolder();
beforeAll(async () => {
  peer = await startPeer((request, response) => answerWith(request, response));
  server = await startDataServer({
    STROMA_OUTGOING_PRIVATE: '127.0.0.1',
    STROMA_SQLITE_FOLDERS: files.folder,
  });
  admin = server.admin;
});
afterAll(async () => {
  await server.close();
  await peer.close();
  files.remove();
});

const change = (path: string, sql: string): void => {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
};

const events = 'CREATE TABLE events (id INTEGER, at DATETIME, what TEXT)';

async function growing(name: string, order: object = {}) {
  const path = files.write(
    name,
    `${events}; INSERT INTO events VALUES (1, '2026-01-01 00:00:01', 'a'), (2, '2026-01-01 00:00:02', 'b'), (5, NULL, 'e')`,
  );
  const { body } = await connect(admin, { kind: 'sqlite', path });
  const { importId, job } = await bring(admin, body.connection_id, {
    selection: { kind: 'table', schema: 'main', table: 'events' },
    dataset_name: name,
    mode: 'incremental',
    cursor_column: 'at',
    ...order,
  });
  const datasetId = String(job.result?.dataset_id);
  const again = (more: object = {}) => bringAgain(admin, body.connection_id, importId, more);
  const rows = async () => {
    const { table_name } = (await admin.call<Dataset>('GET', `/data/datasets/${datasetId}`)).body;
    return (await admin.sql(`SELECT * FROM ${table_name} ORDER BY id, what`, [datasetId])).body.rows.map(
      (row) => row.map(String).join(' '),
    );
  };
  return { path, connectionId: body.connection_id, importId, datasetId, again, rows, job };
}

describe('an incremental import', () => {
  it('adds each new row once, those too that share the last value, and makes no version when nothing came', async () => {
    const source = await growing('grows.db');
    expect(source.job.result).toMatchObject({ rows: 2 });
    expect(await lastRun(admin, source.connectionId)).toMatchObject({ left_out: 1 });
    expect((await source.again()).result).toMatchObject({ rows_read: 0 });
    expect(await lastRun(admin, source.connectionId)).toMatchObject({ status: 'unchanged', rows_total: 2 });
    // Later rows of the very second that was read last, one of them equal to a row that was read.
    change(
      source.path,
      "INSERT INTO events VALUES (3, '2026-01-01 00:00:02', 'c'), (2, '2026-01-01 00:00:02', 'b'), (4, '2026-01-01 00:00:03', 'd')",
    );
    expect((await source.again()).result).toMatchObject({ rows_read: 3, rows: 5 });
    expect(await lastRun(admin, source.connectionId)).toMatchObject({
      cursor_from: '2026-01-01 00:00:02',
      cursor_to: '2026-01-01 00:00:03',
    });
    expect((await source.rows()).map((row) => row[0])).toEqual(['1', '2', '2', '3', '4']);
    const { body } = await admin.call<Dataset>('GET', `/data/datasets/${source.datasetId}`);
    expect([body.version_count, body.rows]).toEqual([2, 5]);
    // What is gone from the source stays, and comes no second time.
    change(source.path, 'DELETE FROM events WHERE id < 4');
    expect((await source.again()).result).toMatchObject({ rows_read: 0 });
  });

  it('writes new rows alone, as a part, and answers as an import of everything does', async () => {
    const source = await growing('parts.db');
    for (const [id, at] of [
      [3, '03'],
      [4, '04'],
      [6, '06'],
    ] as const) {
      change(source.path, `INSERT INTO events VALUES (${id}, '2026-01-01 00:00:${at}', 'n${id}')`);
      expect((await source.again()).result).toMatchObject({ rows_read: 1 });
    }
    const { job } = await bring(admin, source.connectionId, {
      selection: { kind: 'query', sql: 'SELECT * FROM events WHERE at IS NOT NULL ORDER BY id' },
      dataset_name: 'parts_whole',
    });
    const wholeId = String(job.result?.dataset_id);
    const about = async (id: string) => {
      const { body } = await admin.call<Dataset>('GET', `/data/datasets/${id}`);
      const { body: profile } = await admin.call<DatasetProfile>('GET', `/data/profiles/${id}`);
      const parquet = await admin.fetch('GET', `/data/datasets/${id}/download?format=parquet`);
      const csv = await admin.fetch('GET', `/data/datasets/${id}/download?format=csv`);
      expect(parquet.status).toBe(200);
      return {
        rows: body.rows,
        columns: body.version.columns,
        counted: profile.columns.map(({ name, nulls, distinct, min, max }) => ({
          name,
          nulls,
          distinct,
          min,
          max,
        })),
        all: (await admin.sql(`SELECT * FROM ${body.table_name} ORDER BY id`, [id])).body.rows,
        text: await csv.text(),
      };
    };
    expect(await about(source.datasetId)).toEqual(await about(wholeId));
    const keys: string[] = [];
    for await (const key of server.platform.objects.list('lake/'))
      if (key.includes(source.importId)) keys.push(key.slice(key.lastIndexOf('/') + 1));
    expect(keys.filter((key) => key === 'part.parquet')).toHaveLength(3);
    // As it came: what the last import brought.
    const raw = await admin.fetch('GET', `/data/datasets/${source.datasetId}/download?format=raw`);
    const last = await admin.dataset('last.parquet', new Uint8Array(await raw.arrayBuffer()));
    expect(last.rows).toBe(1);
    const again = await admin.call('POST', `/data/datasets/${source.datasetId}/reingest`, { overrides: {} });
    expect(again.status).toBe(422);
  });

  it('refuses a cursor that does not order', async () => {
    const source = await growing('orders.db');
    const { job } = await bring(admin, source.connectionId, {
      selection: { kind: 'table', schema: 'main', table: 'events' },
      dataset_name: 'By text',
      mode: 'incremental',
      cursor_column: 'nowhere',
    });
    expect(job.error).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('asks an API only for what is new, and widens numbers without a word', async () => {
    let data: object[] = [
      { id: 1, value: 10, made: '2026-01-01T00:00:00Z' },
      { id: 2, value: 20, made: '2026-01-01T00:00:05.250Z' },
    ];
    answerWith = (request, response) => {
      const since = new URL(request.url, peer.url).searchParams.get('since') ?? '';
      json(
        response,
        data.filter((row) => Date.parse((row as { made: string }).made) >= (Date.parse(since) || 0)),
      );
    };
    const { body } = await connect(admin, {
      kind: 'http_json',
      url: `${peer.url}/measured`,
      since_parameter: 'since',
    });
    const { importId, job } = await bring(admin, body.connection_id, {
      selection: { kind: 'table', table: 'measured' },
      dataset_name: 'Measured',
      mode: 'incremental',
      cursor_column: 'made',
    });
    expect(job.result).toMatchObject({ rows: 2 });
    data = [...data, { id: 3, value: 30.5, made: '2026-01-02T00:00:00Z' }];
    const next = await bringAgain(admin, body.connection_id, importId);
    expect([next.error, next.result?.rows_read, next.result?.rows]).toEqual([null, 1, 3]);
    expect(peer.asked.at(-1)).toContain('since=2026-01-01T00%3A00%3A05.25');
    expect(await lastRun(admin, body.connection_id)).toMatchObject({ changes: [] });
  });
});

describe('columns that change', () => {
  it('stop an import that is to stop, until they are taken; the event tells what changed', async () => {
    const source = await growing('changes.db');
    const heard: CloudEvent[] = [];
    const leave = await server.platform.events.subscribe(
      await tenantOf(),
      'data',
      (event) => void heard.push(event),
    );
    change(
      source.path,
      "ALTER TABLE events ADD COLUMN dose REAL; INSERT INTO events VALUES (9, '2026-02-01 00:00:00', 'new', 1.5)",
    );
    const stopped = await source.again();
    expect(stopped.error).toMatchObject({
      code: 'SOURCE_CHANGED',
      message: expect.stringContaining('"dose" was added'),
    });
    expect(await lastRun(admin, source.connectionId)).toMatchObject({
      status: 'failed',
      changes: [{ change: 'added', column: 'dose', after: 'real' }],
    });
    await expect
      .poll(() =>
        heard.some(({ type, data }) => type === 'data.source.changed' && data.import_id === source.importId),
      )
      .toBe(true);
    await leave();
    expect(await source.rows()).toHaveLength(2);
    expect((await source.again({ accept_changes: true })).result).toMatchObject({ rows_read: 1, rows: 3 });
    expect((await source.rows()).at(-1)).toContain('new 1.5');
    expect((await source.again()).result).toMatchObject({ rows_read: 0 });
  });

  it('are taken by one that goes on: added, removed and retyped ones', async () => {
    const source = await growing('goes-on.db', { on_change: 'continue' });
    change(
      source.path,
      "DROP TABLE events; CREATE TABLE events (id TEXT, at DATETIME, dose REAL); INSERT INTO events VALUES ('x7', '2026-03-01 00:00:00', 2)",
    );
    expect((await source.again()).result).toMatchObject({ rows_read: 1, rows: 3 });
    const { changes } = await lastRun(admin, source.connectionId);
    expect(changes.map(({ change: kind, column }) => `${kind} ${column}`).sort()).toEqual([
      'added dose',
      'removed what',
      'retyped id',
    ]);
    expect((await source.rows()).at(-1)).toContain('x7');
  });
});

describe('a schedule', () => {
  it('runs when its time has come, once, and with the rights of who set it', async () => {
    const source = await growing('timed.db', { schedule: '*/5 * * * *' });
    const [planned] = await importsOf(admin, source.connectionId);
    expect(planned?.next_at).not.toBeNull();
    const { jobs, log, db } = server.platform;
    const clock = async (): Promise<unknown> => {
      const id = await jobs.send(systemContext(log), 'connections.clock', {});
      const ended = () => jobs.get(systemContext(log), id);
      await expect.poll(async () => (await ended()).status).toBe('succeeded');
      return (await ended()).result?.sent;
    };
    expect(await clock()).toBe(0);
    change(source.path, "INSERT INTO events VALUES (8, '2026-05-01 00:00:00', 'z')");
    await db.sql.execute(sql`update source_imports set next_at = now() where id = ${source.importId}`);
    expect([await clock(), await clock()]).toEqual([1, 0]);
    await expect
      .poll(async () => (await importsOf(admin, source.connectionId))[0]?.running_job_id, { timeout: 20_000 })
      .toBeNull();
    expect(await lastRun(admin, source.connectionId)).toMatchObject({ status: 'succeeded', rows_read: 1 });
    const path = `/data/connections/${source.connectionId}/imports/${source.importId}`;
    const stopped = await admin.call<SourceImport>('PATCH', path, { schedule: null });
    expect(stopped.body).toMatchObject({ schedule: null, next_at: null });
    expect((await admin.call('PATCH', path, { schedule: 'every day please' })).status).toBe(400);
    expect((await admin.call('DELETE', path)).status).toBe(204);
    expect((await admin.call('GET', `/data/datasets/${source.datasetId}`)).status).toBe(200);
  });
});

describe('a process that is killed in the middle of an import', () => {
  it('leaves nothing doubled and nothing lost', { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stroma-killed-'));
    const path = files.write(
      'killed.db',
      `${events}; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO events SELECT i, datetime('2026-01-01', '+' || i || ' seconds'), 'row ' || i FROM n`,
    );
    const settings = { STROMA_SQLITE_FOLDERS: files.folder };
    let running = await startProcess(folder, settings);
    const { body } = await connect(running.person, { kind: 'sqlite', path });
    const order = {
      selection: { kind: 'table', schema: 'main', table: 'events' },
      dataset_name: 'Killed',
      mode: 'incremental',
      cursor_column: 'id',
    };
    const started = await running.person.call<{ job_id: string; import_id: string }>(
      'POST',
      `/data/connections/${body.connection_id}/imports`,
      order,
    );
    await expect
      .poll(
        async () => (await running.person.call<Job>('GET', `/data/jobs/${started.body.job_id}`)).body.status,
        { interval: 5 },
      )
      .toBe('running');
    const gone = once(running.process, 'exit');
    running.process.kill('SIGKILL');
    await gone;
    running = await startProcess(folder, settings);
    try {
      const job = await running.person.jobEnd(started.body.job_id);
      expect(job).toMatchObject({ status: 'succeeded', result: { rows: 20_000 } });
      change(path, "INSERT INTO events VALUES (20001, '2026-07-01', 'last')");
      const again = await bringAgain(running.person, body.connection_id, started.body.import_id);
      expect(again.result).toMatchObject({ rows_read: 1, rows: 20_001 });
      const id = String(again.result?.dataset_id);
      const counted = await running.person.sql('SELECT count(*), count(DISTINCT id), max(id) FROM killed', [
        id,
      ]);
      expect(counted.body.rows).toEqual([[20_001, 20_001, 20_001]]);
    } finally {
      const ended = once(running.process, 'exit');
      running.process.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function tenantOf(): Promise<string> {
  const rows = await server.platform.db.sql.execute(sql`select tenant_id from source_connections limit 1`);
  return String((rows as unknown as { rows: { tenant_id: string }[] }).rows[0]?.tenant_id);
}
