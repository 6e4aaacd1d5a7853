import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DataConnection, Dataset, ErrorAnswer, ProvenanceGraph } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, type Reply, startDataServer } from '../data-server.suite.ts';
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
const files = sqliteFolder();
let answerWith: Parameters<typeof startPeer>[0] = (_request, response) => json(response, []);
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

const errorOf = (reply: Reply<unknown>) => (reply.body as unknown as ErrorAnswer).error;
const sample = `
  CREATE TABLE visits (id INTEGER PRIMARY KEY, patient TEXT, weight REAL, seen DATETIME, smokes BOOLEAN, dose DECIMAL(10,2));
  INSERT INTO visits VALUES (1, 'a', 70.5, '2026-01-01 10:00:00', 1, '0.10'), (2, 'b', NULL, '2026-01-02 11:30:00', 0, '12.25'),
    (9007199254740993, '', 80, '2026-01-03 00:00:00', NULL, NULL);
  CREATE VIEW heavy AS SELECT * FROM visits WHERE weight > 75;`;

describe('a connection', () => {
  it('is not kept when its test fails, and says why', async () => {
    const reply = await connect(admin, { kind: 'sqlite', path: join(files.folder, 'none.db') });
    expect([reply.status, errorOf(reply).code]).toEqual([422, 'SOURCE_DATABASE_MISSING']);
    const { body } = await admin.call<{ items: DataConnection[] }>('GET', '/data/connections');
    expect(body.items).toEqual([]);
  });

  it('is tested, browsed, previewed and imported from with the types of the source', async () => {
    const made = await connect(admin, { kind: 'sqlite', path: files.write('visits.db', sample) });
    expect(made.status).toBe(201);
    const path = `/data/connections/${made.body.connection_id}`;
    expect((await admin.call('POST', `${path}/test`)).body).toMatchObject({ ok: true, encrypted: false });
    expect((await admin.call('GET', `${path}/schemas`)).body).toEqual({ items: ['main'] });
    const tables = await admin.call<{ items: { table: string; kind: string }[]; next_cursor: string | null }>(
      'GET',
      `${path}/tables?limit=1`,
    );
    expect(tables.body.items).toMatchObject([{ table: 'heavy', kind: 'view' }]);
    const more = await admin.call('GET', `${path}/tables?limit=1&cursor=${tables.body.next_cursor}`);
    expect(more.body).toMatchObject({ items: [{ table: 'visits', kind: 'table' }], next_cursor: null });
    const selection = { kind: 'table', schema: 'main', table: 'visits' };
    const preview = await admin.call('POST', `${path}/preview`, { selection, limit: 2 });
    expect(preview.body).toMatchObject({
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'patient', type: 'text' },
        { name: 'weight', type: 'number' },
        { name: 'seen', type: 'timestamp' },
        { name: 'smokes', type: 'boolean' },
        { name: 'dose', type: 'number' },
      ],
    });
    const { job } = await bring(admin, made.body.connection_id, { selection, dataset_name: 'Visits' });
    expect(job).toMatchObject({ status: 'succeeded', result: { rows: 3, rows_read: 3 } });
    const id = String(job.result?.dataset_id);
    const { body } = await admin.sql(
      'SELECT id::VARCHAR, patient, typeof(seen), typeof(smokes), typeof(dose), dose::VARCHAR FROM visits ORDER BY id',
      [id],
    );
    expect(body.rows).toEqual([
      ['1', 'a', 'TIMESTAMP', 'BOOLEAN', 'DECIMAL(38,2)', '0.10'],
      ['2', 'b', 'TIMESTAMP', 'BOOLEAN', 'DECIMAL(38,2)', '12.25'],
      ['9007199254740993', '', 'TIMESTAMP', 'BOOLEAN', 'DECIMAL(38,2)', null],
    ]);
    const dataset = (await admin.call<Dataset>('GET', `/data/datasets/${id}`)).body;
    const graph = (await admin.call<ProvenanceGraph>('GET', `/provenance/${dataset.version.version_id}`))
      .body;
    const activity = graph.nodes.find(({ kind }) => kind === 'import');
    expect(activity?.parameters).toMatchObject({
      connection_id: made.body.connection_id,
      selection,
      mode: 'full',
      rows_read: 3,
    });
    expect(activity?.signature_valid).toBe(true);
    expect(
      graph.nodes.some(({ kind, id: node }) => kind === 'source' && node === made.body.connection_id),
    ).toBe(true);
    const again = await bringAgain(
      admin,
      made.body.connection_id,
      String((await importsOf(admin, made.body.connection_id))[0]?.import_id),
    );
    expect(again.status).toBe('succeeded');
    expect(await lastRun(admin, made.body.connection_id)).toMatchObject({
      status: 'unchanged',
      version_id: dataset.version.version_id,
    });
  });

  it('takes a file that is sent, and no other kind of file', async () => {
    const content = readFileSync(files.write('sent.db', sample));
    const send = (bytes: Buffer) =>
      admin.fetch('POST', '/data/connections/files', new Uint8Array(bytes), {
        'content-type': 'application/octet-stream',
      });
    const wrong = await send(Buffer.from('id,name\n1,a\n'));
    expect([wrong.status, ((await wrong.json()) as ErrorAnswer).error.code]).toEqual([
      422,
      'MISLABELLED_FILE',
    ]);
    const sent = await send(content);
    const { file_id, bytes } = (await sent.json()) as { file_id: string; bytes: number };
    expect([sent.status, bytes]).toEqual([201, content.length]);
    const made = await connect(admin, { kind: 'sqlite', file_id });
    expect(made.status).toBe(201);
    const stranger = await server.stranger();
    expect(errorOf(await connect(stranger, { kind: 'sqlite', file_id })).code).toBe(
      'SOURCE_DATABASE_MISSING',
    );
  });

  it('reaches no file outside the folders that are allowed, by whatever path', async () => {
    const outside = join(tmpdir(), `outside-${process.pid}.db`);
    writeFileSync(outside, readFileSync(files.write('inside.db', sample)));
    symlinkSync(outside, join(files.folder, 'link.db'));
    const codes: string[] = [];
    for (const path of [
      outside,
      `${files.folder}/../outside-${process.pid}.db`,
      join(files.folder, 'link.db'),
      'inside.db',
    ])
      codes.push(errorOf(await connect(admin, { kind: 'sqlite', path })).code);
    expect(codes).toEqual(Array(4).fill('SOURCE_PERMISSION'));
  });

  it('reads and does nothing else, whatever the query says', async () => {
    const path = files.write('careful.db', sample);
    const { body } = await connect(admin, { kind: 'sqlite', path });
    const ask = (text: string) =>
      admin.call('POST', `/data/connections/${body.connection_id}/preview`, {
        selection: { kind: 'query', sql: text },
      });
    expect((await ask('SELECT count(*) AS n FROM visits;')).body).toMatchObject({ rows: [[3]] });
    for (const text of ['DELETE FROM visits', "ATTACH '/etc/passwd' AS x", 'DELETE FROM visits RETURNING id'])
      expect([text, errorOf(await ask(text)).code]).toEqual([text, 'SOURCE_QUERY_INVALID']);
    await ask('SELECT 1) AS x; DELETE FROM visits; --');
    expect(errorOf(await ask('SELECT * FROM absent')).code).toBe('SOURCE_TABLE_MISSING');
    const db = new DatabaseSync(path);
    expect(db.prepare('SELECT count(*) AS n FROM visits').get()).toEqual({ n: 3 });
    db.close();
  });
});

describe('an HTTP API', () => {
  const secret = 'token-that-nobody-sees';
  const settings = (more: object = {}) => ({
    kind: 'http_json',
    url: `${peer.url}/v1/samples`,
    auth: 'bearer',
    rows: '/data',
    ...more,
  });

  it.each([
    ['a wrong token', 401, 'SOURCE_CREDENTIALS'],
    ['a missing permission', 403, 'SOURCE_PERMISSION'],
    ['a wrong address', 404, 'SOURCE_TABLE_MISSING'],
    ['a failing server', 500, 'SOURCE_ANSWER'],
  ])('%s is named', async (_name, status, code) => {
    answerWith = (_request, response) => json(response, { secret }, status);
    const reply = await connect(admin, settings(), { token: secret });
    expect(errorOf(reply).code).toBe(code);
    expect(JSON.stringify(reply.body)).not.toContain(secret);
  });

  it('an unknown host, a refused port, a server without TLS, a private address and no JSON are told apart', async () => {
    const closed = createTcp().listen(0, '127.0.0.1');
    await new Promise((ready) => closed.once('listening', ready));
    const { port } = closed.address() as { port: number };
    await new Promise((done) => closed.close(done));
    answerWith = (_request, response) => response.end('<html>hello</html>');
    const tries: [string, string][] = [
      ['http://no-such-host.invalid/x', 'SOURCE_HOST_UNKNOWN'],
      [`http://127.0.0.1:${port}/x`, 'SOURCE_REFUSED'],
      [`https://127.0.0.1:${peer.port}/x`, 'SOURCE_TLS'],
      ['http://10.0.0.1/x', 'OUTGOING_REFUSED'],
      ['http://169.254.169.254/latest', 'OUTGOING_REFUSED'],
      [`${peer.url}/x`, 'SOURCE_ANSWER'],
    ];
    const codes: string[] = [];
    const messages = new Set<string>();
    for (const [url] of tries) {
      const body = { settings: { kind: 'http_json', url } };
      const { code, message } = errorOf(await admin.call('POST', '/data/connections/test', body));
      codes.push(code);
      messages.add(message);
    }
    expect(codes).toEqual(tries.map(([, code]) => code));
    expect(messages.size).toBe(tries.length);
  });

  it('a redirect inwards is not followed, and one elsewhere takes no token along', async () => {
    answerWith = (_request, response) => response.writeHead(302, { location: 'http://10.1.2.3/' }).end();
    expect(errorOf(await connect(admin, settings(), { token: secret })).code).toBe('OUTGOING_REFUSED');
    answerWith = (_request, response) =>
      json(response, { data: [{ a: 1 }], next: 'http://127.0.0.1:1/steal' });
    const made = await connect(admin, settings({ paging: { kind: 'next_link', pointer: '/next' } }), {
      token: secret,
    });
    const { job } = await bring(admin, made.body.connection_id, {
      selection: { kind: 'table', table: 'samples' },
      dataset_name: 'Stolen',
    });
    expect(job.error).toMatchObject({ code: 'OUTGOING_REFUSED' });
  });

  it('is paged through by pages, offsets, cursors and links; big numbers keep their digits', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({ id: index + 1, name: `s${index}`, big: '@' }));
    const page = (part: unknown[], more: object = {}) =>
      JSON.stringify({ data: part, ...more }).replaceAll('"@"', '9007199254740993');
    answerWith = (request, response) => {
      const { searchParams: query } = new URL(request.url, peer.url);
      const size = 10;
      if (query.has('page'))
        return json(
          response,
          page(rows.slice((Number(query.get('page')) - 1) * size, Number(query.get('page')) * size)),
        );
      if (query.has('offset'))
        return json(
          response,
          page(rows.slice(Number(query.get('offset')), Number(query.get('offset')) + size)),
        );
      const from = Number(query.get('after') ?? query.get('p') ?? 0);
      const next = from + size < rows.length ? from + size : null;
      response.setHeader('link', next === null ? '' : `</v1/samples?p=${next}>; rel="next"`);
      json(response, page(rows.slice(from, from + size), { meta: { next } }));
    };
    const pagings = [
      { kind: 'page', parameter: 'page', size: 10 },
      { kind: 'offset', parameter: 'offset', size: 10 },
      { kind: 'cursor', parameter: 'after', pointer: '/meta/next' },
      { kind: 'next_link' },
    ];
    for (const paging of pagings) {
      const made = await connect(admin, settings({ paging }), { token: secret });
      expect([paging.kind, made.status]).toEqual([paging.kind, 201]);
      const name = `Samples by ${paging.kind}`;
      const { job } = await bring(admin, made.body.connection_id, {
        selection: { kind: 'table', table: 'samples' },
        dataset_name: name,
      });
      expect([paging.kind, job.error, job.result?.rows]).toEqual([paging.kind, null, 25]);
      const table = `samples_by_${paging.kind}`;
      const { body } = await admin.sql(`SELECT count(DISTINCT id), max(big)::VARCHAR FROM ${table}`, [
        String(job.result?.dataset_id),
      ]);
      expect(body.rows).toEqual([[25, '9007199254740993']]);
    }
  });

  it('keeps its secrets from answers, audit and store, and from another host', async () => {
    answerWith = (request, response) =>
      request.headers.authorization === `Bearer ${secret}`
        ? json(response, { data: [{ a: 1 }] })
        : json(response, {}, 401);
    const made = await connect(admin, settings(), { token: secret });
    expect(made.body.secrets_set).toEqual(['token']);
    const path = `/data/connections/${made.body.connection_id}`;
    const renamed = await admin.call<DataConnection>('PATCH', path, {
      name: 'Renamed',
      settings: settings({ rows: '/data' }),
    });
    expect([renamed.status, renamed.body.name]).toEqual([200, 'Renamed']);
    const other = await startPeer((_request, response) => json(response, { data: [] }));
    const moved = await admin.call('PATCH', path, { settings: settings({ url: `${other.url}/x` }) });
    expect(errorOf(moved)).toMatchObject({ code: 'INVALID_INPUT', details: { field: 'secrets.token' } });
    expect(other.asked).toEqual([]);
    await other.close();
    const audit = await admin.fetch('GET', '/security/audit?limit=200');
    const stored = await server.platform.db.sql.execute(
      sql`select row_to_json(c)::text as row from source_connections c`,
    );
    for (const text of [JSON.stringify(made.body), await audit.text(), JSON.stringify(stored)])
      expect(text).not.toContain(secret);
    expect((await admin.call('DELETE', path)).status).toBe(204);
    expect((await admin.call('GET', path)).status).toBe(404);
  });
});

describe('who may', () => {
  it('only who may write makes connections or looks into them, and nobody those of another organisation', async () => {
    const path = files.write('whose.db', sample);
    const { body } = await connect(admin, { kind: 'sqlite', path });
    const scientist = await server.colleague('scientist');
    const viewer = await server.colleague('viewer');
    const stranger = await server.stranger();
    const at = `/data/connections/${body.connection_id}`;
    const preview = { selection: { kind: 'table', table: 'visits' } };
    expect((await scientist.call('GET', at)).status).toBe(200);
    expect((await scientist.call('POST', `${at}/preview`, preview)).status).toBe(403);
    expect((await connect(scientist, { kind: 'sqlite', path })).status).toBe(403);
    expect((await viewer.call('GET', at)).status).toBe(403);
    expect((await stranger.call('GET', at)).status).toBe(404);
    expect((await stranger.call('POST', `${at}/preview`, preview)).status).toBe(404);
  });
});
