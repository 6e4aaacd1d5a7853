import { hash } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ErrorAnswer } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials, startS3Server } from '../../platform/objects/s3-server.suite.ts';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';
import { bring, bringAgain, connect, json, lastRun, type Peer, startPeer } from './source-peers.suite.ts';

let server: DataServer;
let admin: Person;
let peer: Peer;
let store: Awaited<ReturnType<typeof startS3Server>>;
/** Given out by the HTTP folder, by its path. */
const held = new Map<string, Uint8Array | string>();
/** What of it was read, in turn. */
const read: string[] = [];
let parquet: Uint8Array<ArrayBuffer>;
const parts = ['id,dose\n1,0.5\n2,1.5\n', 'id,dose,note\n3,2.5,late\n'];

beforeAll(async () => {
  [store, peer] = await Promise.all([
    startS3Server(['lab']),
    startPeer((request, response) => {
      const content = held.get(request.url) ?? null;
      if (content === null) return json(response, {}, 404);
      if (request.method === 'GET') read.push(request.url);
      response.writeHead(200, {
        'content-type': request.url.endsWith('/') ? 'text/html' : 'application/octet-stream',
        ...(request.url.startsWith('/grows/') ? { etag: `"${hash('sha256', content)}"` } : {}),
      });
      response.end(content);
    }),
  ]);
  server = await startDataServer({ STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
  admin = server.admin;
  const made = await admin.dataset('part.csv', 'id,dose\n1,0.5\n2,1.5\n');
  const download = await admin.fetch('GET', `/data/datasets/${made.dataset_id}/download?format=parquet`);
  parquet = new Uint8Array(await download.arrayBuffer());
});
afterAll(async () => {
  await server.close();
  await Promise.all([store.close(), peer.close()]);
});

const codeOf = (reply: Reply<unknown>) => (reply.body as unknown as ErrorAnswer).error.code;
const tablesOf = async (id: string) =>
  (
    await admin.call<{ items: { table: string; kind: string }[] }>('GET', `/data/connections/${id}/tables`)
  ).body.items.map(({ table, kind }) => `${kind} ${table}`);

async function sums(id: string, table: string, name: string): Promise<unknown> {
  const { job } = await bring(admin, id, { selection: { kind: 'table', table }, dataset_name: name });
  if (job.status !== 'succeeded') throw new Error(JSON.stringify(job.error));
  return (await admin.sql(`SELECT count(*), sum(dose) FROM ${name}`, [String(job.result?.dataset_id)])).body
    .rows[0];
}

describe('a bucket', () => {
  const settings = (more: object = {}) => ({
    kind: 's3',
    bucket: 'lab',
    prefix: 'trials/',
    endpoint: store.endpoint,
    access_key: credentials.accessKeyId,
    ...more,
  });
  const secrets = { secret_key: credentials.secretAccessKey };

  it('is listed, shown and imported, a file or a folder of files of one kind', async () => {
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: store.endpoint,
      forcePathStyle: true,
      credentials,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    const put = (Key: string, Body: string | Uint8Array) =>
      client.send(new PutObjectCommand({ Bucket: 'lab', Key, Body }));
    await put('trials/2026/one.csv', parts[0] ?? '');
    await put('trials/2026/two (b).csv', parts[1] ?? '');
    await put('trials/all.parquet', parquet);
    await put('trials/readme.pdf', 'no table');
    client.destroy();
    const made = await connect(admin, settings(), secrets);
    expect(made.status).toBe(201);
    const id = made.body.connection_id;
    expect(await tablesOf(id)).toEqual([
      'folder 2026/*.csv',
      'file 2026/one.csv',
      'file 2026/two (b).csv',
      'file all.parquet',
    ]);
    const preview = await admin.call('POST', `/data/connections/${id}/preview`, {
      selection: { kind: 'table', table: 'all.parquet' },
    });
    expect(preview.body).toMatchObject({
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'dose', type: 'number' },
      ],
      rows: [
        [1, 0.5],
        [2, 1.5],
      ],
    });
    expect(await sums(id, 'all.parquet', 'one_parquet')).toEqual([2, 2]);
    const { importId } = await bring(admin, id, {
      selection: { kind: 'table', table: '2026/*.csv' },
      dataset_name: 'two_csv',
    });
    expect(await lastRun(admin, id)).toMatchObject({ rows_read: 3 });
    await bringAgain(admin, id, importId);
    expect(await lastRun(admin, id)).toMatchObject({ status: 'unchanged', rows_read: 0, rows_total: 3 });
    const query = await admin.call('POST', `/data/connections/${id}/preview`, {
      selection: { kind: 'query', sql: 'SELECT 1' },
    });
    expect(codeOf(query)).toBe('INVALID_INPUT');
  });

  it('a wrong key, a wrong secret and a missing bucket are told apart', async () => {
    expect(codeOf(await connect(admin, settings({ access_key: 'NOBODY' }), secrets))).toBe(
      'SOURCE_CREDENTIALS',
    );
    expect(codeOf(await connect(admin, settings(), { secret_key: 'wrong' }))).toBe('SOURCE_CREDENTIALS');
    expect(codeOf(await connect(admin, settings({ bucket: 'nothing-here' }), secrets))).toBe(
      'SOURCE_DATABASE_MISSING',
    );
    expect(codeOf(await connect(admin, settings({ endpoint: 'http://10.0.0.7:9000' }), secrets))).toBe(
      'OUTGOING_REFUSED',
    );
  });
});

describe('an HTTP folder', () => {
  it('is read by an index page or by a manifest; files are listed, shown and imported', async () => {
    held.set(
      '/open/',
      `<html><a href="one.csv">one</a> <a href='two.csv'>two</a> <a href="../">up</a></html>`,
    );
    held.set('/open/one.csv', parts[0] ?? '');
    held.set('/open/two.csv', parts[1] ?? '');
    held.set(
      '/manifest.json',
      JSON.stringify({ files: [{ url: `${peer.url}/open/one.csv` }, '/part.parquet'] }),
    );
    held.set('/part.parquet', parquet);
    const index = await connect(admin, { kind: 'http_files', url: `${peer.url}/open/` });
    expect(await tablesOf(index.body.connection_id)).toEqual([
      'folder *.csv',
      'file one.csv',
      'file two.csv',
    ]);
    expect(await sums(index.body.connection_id, '*.csv', 'web_csv')).toEqual([3, 4.5]);
    const manifest = await connect(admin, { kind: 'http_files', url: `${peer.url}/manifest.json` });
    expect(await tablesOf(manifest.body.connection_id)).toEqual(['file open/one.csv', 'file part.parquet']);
    expect(await sums(manifest.body.connection_id, 'part.parquet', 'web_parquet')).toEqual([2, 2]);
    held.set('/empty/', '<html>nothing</html>');
    expect(codeOf(await connect(admin, { kind: 'http_files', url: `${peer.url}/empty/` }))).toBe(
      'SOURCE_ANSWER',
    );
    expect(codeOf(await connect(admin, { kind: 'http_files', url: `${peer.url}/none/` }))).toBe(
      'SOURCE_TABLE_MISSING',
    );
  });
});

describe('a folder that grows', () => {
  const put = (files: Record<string, string>) => {
    for (const path of held.keys()) if (path.startsWith('/grows/')) held.delete(path);
    held.set(
      '/grows/',
      Object.keys(files)
        .map((name) => `<a href="${name}">${name}</a>`)
        .join(' '),
    );
    for (const [name, text] of Object.entries(files)) held.set(`/grows/${name}`, text);
    read.length = 0;
  };
  const files = () => read.filter((path) => path.endsWith('.csv')).map((path) => path.slice(7));
  const made = async (name: string, order: object) => {
    const { body } = await connect(admin, { kind: 'http_files', url: `${peer.url}/grows/` });
    const { importId, job } = await bring(admin, body.connection_id, {
      selection: { kind: 'table', table: '*.csv' },
      dataset_name: name,
      ...order,
    });
    const again = async () => {
      read.length = 0;
      const { error } = await bringAgain(admin, body.connection_id, importId);
      expect(error).toBeNull();
      return { read: files(), run: await lastRun(admin, body.connection_id) };
    };
    const rows = async () =>
      (await admin.sql(`SELECT id, dose FROM ${name} ORDER BY id`, [String(job.result?.dataset_id)])).body
        .rows;
    return { again, rows };
  };
  const [one, two, three] = ['id,dose\n1,0.5\n', 'id,dose\n2,1.5\n', 'id,dose\n3,2.5\n'];

  it('has read only what is new; all of it again where a file has changed or gone', async () => {
    put({ 'one.csv': one, 'two.csv': two });
    const { again, rows } = await made('grows', { on_change: 'continue' });
    expect(await again()).toMatchObject({ read: [], run: { status: 'unchanged', rows_total: 2 } });
    put({ 'one.csv': one, 'three.csv': three, 'two.csv': two });
    expect(await again()).toMatchObject({
      read: ['three.csv'],
      run: { rows_read: 1, rows_total: 3, changes: [] },
    });
    expect(await rows()).toEqual([
      [1, 0.5],
      [2, 1.5],
      [3, 2.5],
    ]);
    put({ 'one.csv': 'id,dose\n1,9.5\n', 'three.csv': three, 'two.csv': two });
    expect((await again()).read).toEqual(['one.csv', 'three.csv', 'two.csv']);
    expect(await rows()).toEqual([
      [1, 9.5],
      [2, 1.5],
      [3, 2.5],
    ]);
    put({ 'one.csv': 'id,dose\n1,9.5\n', 'three.csv': three });
    expect((await again()).read).toEqual(['one.csv', 'three.csv']);
    expect(await rows()).toEqual([
      [1, 9.5],
      [3, 2.5],
    ]);
    // A number where whole numbers were, and a column that is new: the table is written anew, with nothing lost.
    put({ 'four.csv': 'id,dose,note\n4,3.5,late\n', 'one.csv': 'id,dose\n1,9.5\n', 'three.csv': three });
    expect((await again()).read).toEqual(['four.csv']);
    expect((await rows()).at(-1)).toEqual([4, 3.5]);
  });

  it('gives an incremental import the new and changed files alone', async () => {
    put({ 'one.csv': one, 'two.csv': two });
    const { again, rows } = await made('grows_by_id', { mode: 'incremental', cursor_column: 'id' });
    put({ 'one.csv': one, 'three.csv': three, 'two.csv': `${two}4,4.5\n` });
    expect(await again()).toMatchObject({
      read: ['three.csv', 'two.csv'],
      run: { rows_read: 2, rows_total: 4 },
    });
    expect((await rows()).map(([id]) => id)).toEqual([1, 2, 3, 4]);
  });
});

describe('ClickHouse', () => {
  /** Answers as its HTTP interface does for the statements that are asked here; no ClickHouse can be had in Debian. */
  const clickhouse = () =>
    startPeer(async (request, response) => {
      let sql = '';
      for await (const chunk of request) sql += String(chunk);
      const { searchParams } = new URL(request.url, 'http://x');
      const refuse = (code: number, status: number, text: string) => {
        response.writeHead(status, { 'x-clickhouse-exception-code': String(code) });
        response.end(`Code: ${code}. DB::Exception: ${text} (version 25.8.1.1 (official build))\n`);
      };
      if (
        !Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
          .toString()
          .endsWith(':right')
      )
        return refuse(516, 403, 'default: Authentication failed');
      if (searchParams.get('database') === 'none') return refuse(81, 404, 'Database none does not exist');
      if (searchParams.get('readonly') !== '2') return refuse(164, 500, 'not read-only');
      const lines = (...rows: unknown[][]) =>
        response.end(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      if (sql.includes('version()')) return lines(['version()'], ['String'], ['25.8.1.1']);
      if (sql.includes('system.databases')) return lines(['name'], ['String'], ['default']);
      if (sql.includes('system.tables'))
        return lines(
          ['database', 'name', 'engine', 'total_rows', 'total_bytes'],
          ['String', 'String', 'String', 'Nullable(UInt64)', 'Nullable(UInt64)'],
          ['default', 'hits', 'MergeTree', '3', '90'],
        );
      if (sql.includes('missing')) return refuse(60, 404, "Unknown table expression identifier 'missing'");
      if (sql.includes('broken'))
        return response.end('["n"]\n["UInt8"]\n[1]\nCode: 241. DB::Exception: Memory limit exceeded\n');
      const head: unknown[][] = [
        ['n', 'at', 'price', 'ok', 'tags'],
        ['UInt64', "DateTime64(3, 'UTC')", 'Nullable(Decimal(18, 4))', 'Bool', 'Array(String)'],
      ];
      if (sql.includes('LIMIT 0')) return lines(...head);
      const rows = [
        ['18446744073709551615', '2026-01-01T00:00:00.125Z', '1.5000', true, ['a', 'b']],
        ['2', '2026-01-02T00:00:00.000Z', null, false, []],
      ];
      return lines(...head, ...(sql.includes('>= parseDateTime64BestEffort') ? rows.slice(1) : rows));
    });

  it('is browsed and imported with its types; what it refuses is told apart', async () => {
    const source = await clickhouse();
    const settings = (more: object = {}) => ({ kind: 'clickhouse', url: source.url, ...more });
    expect(codeOf(await connect(admin, settings(), { password: 'wrong' }))).toBe('SOURCE_CREDENTIALS');
    expect(codeOf(await connect(admin, settings({ database: 'none' }), { password: 'right' }))).toBe(
      'SOURCE_DATABASE_MISSING',
    );
    const { body } = await connect(admin, settings(), { password: 'right' });
    expect(await tablesOf(body.connection_id)).toEqual(['table hits']);
    const selection = { kind: 'table', schema: 'default', table: 'hits' };
    const { job } = await bring(admin, body.connection_id, {
      selection,
      dataset_name: 'Hits',
      mode: 'incremental',
      cursor_column: 'at',
    });
    const { body: answer } = await admin.sql(
      'SELECT n::VARCHAR, typeof("at"), "at"::VARCHAR, typeof(price), price::VARCHAR, ok, tags FROM hits ORDER BY "at"',
      [String(job.result?.dataset_id)],
    );
    expect(answer.rows).toEqual([
      [
        '18446744073709551615',
        'TIMESTAMP WITH TIME ZONE',
        '2026-01-01 00:00:00.125+00',
        'DECIMAL(18,4)',
        '1.5000',
        true,
        '["a","b"]',
      ],
      ['2', 'TIMESTAMP WITH TIME ZONE', '2026-01-02 00:00:00+00', 'DECIMAL(18,4)', null, false, '[]'],
    ]);
    const ask = (sql: string) =>
      admin.call('POST', `/data/connections/${body.connection_id}/preview`, {
        selection: { kind: 'query', sql },
      });
    expect(codeOf(await ask('SELECT * FROM missing'))).toBe('SOURCE_TABLE_MISSING');
    expect(codeOf(await ask('SELECT n FROM broken'))).toBe('SOURCE_ANSWER');
    await source.close();
  });
});
