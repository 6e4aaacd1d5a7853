import type { DataConnection, ErrorAnswer } from '@stroma/contracts';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabaseUrl } from '../../platform/db/test-database.suite.ts';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';
import { bring, bringAgain, connect, lastRun } from './source-peers.suite.ts';

const mariadbUrl = process.env.STROMA_TEST_MARIADB_URL ?? '';
const codeOf = (reply: Reply<unknown>) => (reply.body as unknown as ErrorAnswer).error?.code ?? 'none';

let server: DataServer;
let admin: Person;
beforeAll(async () => {
  server = await startDataServer({ STROMA_OUTGOING_PRIVATE: '127.0.0.1, localhost' });
  admin = server.admin;
});
afterAll(() => server?.close());

/** What each database is asked for, whatever it is: tried against the real ones. */
interface Peer {
  settings: {
    host: string;
    port: number;
    kind: 'postgresql' | 'mysql';
    database: string;
    user: string;
    tls: string;
  };
  password: string;
  run(sql: string): Promise<void>;
  /** Of the schema tables lie in. */
  schema: string;
}

async function refused(peer: Peer, noLogin: object): Promise<Record<string, string>> {
  const { settings, password } = peer;
  const tries: Record<string, [object, string]> = {
    password: [settings, 'wrong'],
    user: [{ ...settings, ...noLogin }, password],
    database: [{ ...settings, database: 'no_such_database' }, password],
    host: [{ ...settings, host: 'no-such-host.invalid' }, password],
    port: [{ ...settings, port: 1 }, password],
    tls: [{ ...settings, tls: 'verify' }, password],
    inner: [{ ...settings, host: '10.0.0.1' }, password],
  };
  const codes: Record<string, string> = {};
  const messages = new Set<string>();
  for (const [name, [given, secret]] of Object.entries(tries)) {
    const reply = await admin.call('POST', '/data/connections/test', {
      settings: given,
      secrets: { password: secret },
    });
    codes[name] = codeOf(reply);
    const { message } = (reply.body as unknown as ErrorAnswer).error;
    messages.add(message);
    if (message.includes(secret) && secret !== 'wrong') throw new Error('the password is in the message');
  }
  expect(messages.size).toBeGreaterThanOrEqual(6);
  return codes;
}

async function followsChanges(peer: Peer, connection: DataConnection, table: string) {
  const id = connection.connection_id;
  const selection = { kind: 'table', schema: peer.schema, table };
  const order = {
    selection,
    dataset_name: `${peer.settings.kind} ${table}`,
    mode: 'incremental',
    cursor_column: 'at',
  };
  const { importId, job } = await bring(admin, id, order);
  if (job.status !== 'succeeded') throw new Error(JSON.stringify(job.error));
  await peer.run(
    `INSERT INTO ${table} (id, at) VALUES (3, '2026-01-02 00:00:00'), (4, '2026-01-03 00:00:00')`,
  );
  const again = await bringAgain(admin, id, importId);
  expect([again.error, again.result?.rows_read, again.result?.rows]).toEqual([null, 2, 4]);
  expect((await bringAgain(admin, id, importId)).result).toMatchObject({ rows_read: 0 });
  await peer.run(`ALTER TABLE ${table} ADD COLUMN extra integer`);
  expect((await bringAgain(admin, id, importId)).error).toMatchObject({ code: 'SOURCE_CHANGED' });
  expect((await lastRun(admin, id)).changes).toMatchObject([{ change: 'added', column: 'extra' }]);
  return String(job.result?.dataset_id);
}

async function onlyReads(peer: Peer, connection: DataConnection, table: string): Promise<void> {
  const ask = (sql: string) =>
    admin.call('POST', `/data/connections/${connection.connection_id}/preview`, {
      selection: { kind: 'query', sql },
    });
  expect(await ask(`SELECT count(*) AS n FROM ${table};`)).toMatchObject({ status: 200 });
  for (const sql of [
    `DELETE FROM ${table}`,
    `SELECT 1) AS x; DELETE FROM ${table}; --`,
    `SELECT 1; DELETE FROM ${table}`,
  ])
    expect([sql, codeOf(await ask(sql))]).toEqual([sql, 'SOURCE_QUERY_INVALID']);
  // MariaDB tells nobody of a table they may not read whether it is there.
  const missing = peer.settings.kind === 'mysql' ? 'SOURCE_PERMISSION' : 'SOURCE_TABLE_MISSING';
  expect(codeOf(await ask('SELECT * FROM no_such_table'))).toBe(missing);
}

describe.skipIf(testDatabaseUrl === '')('PostgreSQL as a source (STROMA_TEST_DATABASE_URL)', () => {
  let client: Client;
  let peer: Peer;
  beforeAll(async () => {
    const url = new URL(testDatabaseUrl);
    client = new Client({ connectionString: testDatabaseUrl });
    await client.connect();
    const database = url.pathname.slice(1);
    await client.query(`DROP SCHEMA IF EXISTS clinic CASCADE; CREATE SCHEMA clinic; SET search_path = clinic;
      DROP ROLE IF EXISTS stroma_reader; CREATE ROLE stroma_reader LOGIN PASSWORD 'reads only';
      GRANT USAGE ON SCHEMA clinic TO stroma_reader;
      CREATE TYPE clinic.arm AS ENUM ('a', 'b'); CREATE DOMAIN clinic.dose AS numeric(8,3);
      CREATE TABLE visits (id bigint PRIMARY KEY, at timestamptz, arm clinic.arm, dose clinic.dose, free numeric, ok boolean, day date, raw bytea, tags text[], doc jsonb, f real);
      INSERT INTO visits VALUES (9007199254740993, '2026-01-01 12:00:00.123456+02', 'a', 1.250, 12345678901234567890.123, true, '2026-01-01', '\\xdeadbeef', '{x,y}', '{"k": 1}', 0.1),
        (2, '2026-01-01 13:00:00+00', NULL, NULL, 1, false, 'infinity', NULL, NULL, NULL, 'NaN');
      GRANT SELECT ON visits TO stroma_reader; CREATE TABLE hidden (id integer);`);
    peer = {
      settings: {
        kind: 'postgresql',
        host: '127.0.0.1',
        port: Number(url.port),
        database,
        user: 'stroma_reader',
        tls: 'off',
      },
      password: 'reads only',
      schema: 'clinic',
      run: async (sql) => void (await client.query(sql)),
    };
  });
  afterAll(async () => {
    await client?.query(
      'DROP SCHEMA IF EXISTS clinic CASCADE; DROP OWNED BY stroma_reader; DROP ROLE IF EXISTS stroma_reader',
    );
    await client?.end();
  });

  it('tells apart what can be wrong', async () => {
    const { settings } = peer;
    const codes = await refused(peer, { user: 'nobody_here' });
    expect(codes).toMatchObject({
      password: 'SOURCE_CREDENTIALS',
      user: 'SOURCE_CREDENTIALS',
      database: 'SOURCE_DATABASE_MISSING',
      host: 'SOURCE_HOST_UNKNOWN',
      port: 'SOURCE_REFUSED',
      tls: 'SOURCE_TLS',
      inner: 'OUTGOING_REFUSED',
    });
    const made = await connect(admin, settings, { password: peer.password });
    const preview = await admin.call('POST', `/data/connections/${made.body.connection_id}/preview`, {
      selection: { kind: 'table', schema: 'clinic', table: 'hidden' },
    });
    expect(codeOf(preview)).toBe('SOURCE_PERMISSION');
  });

  it('is browsed, and imported with every digit and zone', async () => {
    const { body } = await connect(admin, peer.settings, { password: peer.password });
    const tables = await admin.call('GET', `/data/connections/${body.connection_id}/tables?schema=clinic`);
    expect(tables.body).toMatchObject({ items: [{ schema: 'clinic', table: 'visits', kind: 'table' }] });
    const { job } = await bring(admin, body.connection_id, {
      selection: { kind: 'table', schema: 'clinic', table: 'visits' },
      dataset_name: 'Clinic visits',
    });
    expect(job.error).toBeNull();
    const { body: answer } = await admin.sql(
      'SELECT id::VARCHAR, typeof("at"), "at"::VARCHAR, arm, typeof(dose), dose::VARCHAR, free::VARCHAR, ok, typeof(day), typeof(raw), f::VARCHAR FROM clinic_visits ORDER BY id',
      [String(job.result?.dataset_id)],
    );
    expect(answer.rows).toEqual([
      [
        '2',
        'TIMESTAMP WITH TIME ZONE',
        '2026-01-01 13:00:00+00',
        null,
        'DECIMAL(8,3)',
        null,
        '1.000',
        false,
        'DATE',
        'BLOB',
        'nan',
      ],
      [
        '9007199254740993',
        'TIMESTAMP WITH TIME ZONE',
        '2026-01-01 10:00:00.123456+00',
        'a',
        'DECIMAL(8,3)',
        '1.250',
        '12345678901234567890.123',
        true,
        'DATE',
        'BLOB',
        '0.1',
      ],
    ]);
  });

  it('is followed by a cursor, with changes of its columns, and only ever read', async () => {
    const { body } = await connect(admin, peer.settings, { password: peer.password });
    await onlyReads(peer, body, 'clinic.visits');
    await followsChanges(peer, body, 'visits');
  });
});

describe.skipIf(mariadbUrl === '')('MariaDB as a source (STROMA_TEST_MARIADB_URL)', () => {
  let client: Awaited<ReturnType<typeof createConnection>>;
  let peer: Peer;
  beforeAll(async () => {
    const url = new URL(mariadbUrl);
    client = await createConnection({
      host: '127.0.0.1',
      port: Number(url.port),
      user: url.username,
      password: url.password,
      multipleStatements: true,
    });
    await client.query(`CREATE OR REPLACE DATABASE clinic; USE clinic;
      CREATE OR REPLACE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'reads only';
      CREATE TABLE visits (id bigint PRIMARY KEY, at timestamp(6) NULL, seen datetime, arm enum('a','b'), dose decimal(8,3), big bigint unsigned, ok boolean, day date, raw varbinary(16), bits bit(10), f double, note text CHARACTER SET utf8mb4);
      SET time_zone = '+00:00';
      INSERT INTO visits VALUES (9007199254740993, '2026-01-01 10:00:00.123456', '2026-01-01 12:00:00', 'a', 1.250, 18446744073709551615, true, '2026-01-01', x'deadbeef', b'1000000001', 0.1, 'naïve 😀'),
        (2, '2026-01-01 13:00:00', NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, '');
      CREATE TABLE hidden (id integer); GRANT SELECT ON clinic.visits TO 'reader'@'127.0.0.1';`);
    peer = {
      settings: {
        kind: 'mysql',
        host: '127.0.0.1',
        port: Number(url.port),
        database: 'clinic',
        user: 'reader',
        tls: 'off',
      },
      password: 'reads only',
      schema: 'clinic',
      run: async (sql) => void (await client.query(sql)),
    };
  });
  afterAll(async () => {
    await client?.query("DROP DATABASE IF EXISTS clinic; DROP USER IF EXISTS 'reader'@'127.0.0.1'");
    await client?.end();
  });

  it('tells apart what can be wrong', async () => {
    const codes = await refused(peer, { user: 'nobody_here' });
    expect(codes).toMatchObject({
      password: 'SOURCE_CREDENTIALS',
      user: 'SOURCE_CREDENTIALS',
      host: 'SOURCE_HOST_UNKNOWN',
      port: 'SOURCE_REFUSED',
      tls: 'SOURCE_TLS',
      inner: 'OUTGOING_REFUSED',
    });
    expect(['SOURCE_DATABASE_MISSING', 'SOURCE_PERMISSION']).toContain(codes.database);
    const made = await connect(admin, peer.settings, { password: peer.password });
    const preview = await admin.call('POST', `/data/connections/${made.body.connection_id}/preview`, {
      selection: { kind: 'table', schema: 'clinic', table: 'hidden' },
    });
    expect(codeOf(preview)).toBe('SOURCE_PERMISSION');
  });

  it('is browsed, and imported with every digit and zone', async () => {
    const { body } = await connect(admin, peer.settings, { password: peer.password });
    const tables = await admin.call('GET', `/data/connections/${body.connection_id}/tables?schema=clinic`);
    expect(tables.body).toMatchObject({ items: [{ schema: 'clinic', table: 'visits', kind: 'table' }] });
    const { job } = await bring(admin, body.connection_id, {
      selection: { kind: 'table', schema: 'clinic', table: 'visits' },
      dataset_name: 'Maria visits',
    });
    expect(job.error).toBeNull();
    const { body: answer } = await admin.sql(
      'SELECT id::VARCHAR, typeof("at"), "at"::VARCHAR, seen::VARCHAR, arm, typeof(dose), dose::VARCHAR, big::VARCHAR, ok, typeof(raw), bits, f, note FROM maria_visits ORDER BY id',
      [String(job.result?.dataset_id)],
    );
    expect(answer.rows).toEqual([
      [
        '2',
        'TIMESTAMP WITH TIME ZONE',
        '2026-01-01 13:00:00+00',
        null,
        null,
        'DECIMAL(8,3)',
        null,
        null,
        false,
        'BLOB',
        null,
        null,
        '',
      ],
      [
        '9007199254740993',
        'TIMESTAMP WITH TIME ZONE',
        '2026-01-01 10:00:00.123456+00',
        '2026-01-01 12:00:00',
        'a',
        'DECIMAL(8,3)',
        '1.250',
        '18446744073709551615',
        true,
        'BLOB',
        513,
        0.1,
        'naïve 😀',
      ],
    ]);
  });

  it('is followed by a cursor, with changes of its columns, and only ever read', async () => {
    const { body } = await connect(admin, peer.settings, { password: peer.password });
    await onlyReads(peer, body, 'visits');
    await followsChanges(peer, body, 'visits');
  });
});
