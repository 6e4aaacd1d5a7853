import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Agent, type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ErrorAnswer, UploadStatus } from '@stroma/contracts';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, type Reply, startDataServer } from './data-server.suite.ts';

let server: DataServer;
let admin: Person;
const limit = 3 * 1024 * 1024;
beforeAll(async () => {
  server = await startDataServer({ STROMA_UPLOAD_LIMIT_BYTES: String(limit) });
  admin = server.admin;
});
afterAll(() => server.close());

const errorOf = (reply: Reply<unknown>) => (reply.body as ErrorAnswer).error;
const csv = 'name,age\nAda,36\nGrace,85\n';

describe('formats', () => {
  it.each([
    ['a.csv', 'x;y\n1,5;b\n2,5;c\n', 'csv'],
    ['b.tsv', 'x\ty\n1\tb\n2\tc\n', 'csv'],
    ['c.csv.gz', gzipSync('x,y\n1,b\n2,c\n'), 'csv'],
    ['d.csv.zst', zstdCompressSync('x,y\n1,b\n2,c\n'), 'csv'],
    ['e.json', '[{"x":1,"y":"b"},{"x":2,"y":"c"}]', 'json'],
    ['f.ndjson', '{"x":1,"y":"b"}\n{"x":2,"y":"c"}\n', 'ndjson'],
    ['g.arrow', tableToIPC(tableFromArrays({ x: [1, 2], y: ['b', 'c'] }), 'file'), 'arrow'],
  ])('%s becomes a table of two rows', async (name, content, format) => {
    const dataset = await admin.dataset(
      name,
      typeof content === 'string' ? content : new Uint8Array(content),
    );
    expect(dataset).toMatchObject({ rows: 2, column_count: 2, format });
    expect(dataset.version.columns.map((column) => column.name)).toEqual(['x', 'y']);
  });

  it('a table that came out as Parquet goes in again as Parquet', async () => {
    const dataset = await admin.dataset('round-trip.csv', 'x,y\n1,b\n2,c\n3,d\n');
    const path = `/data/datasets/${dataset.dataset_id}/download?format=parquet`;
    const parquet = new Uint8Array(await (await admin.fetch('GET', path)).arrayBuffer());
    const again = await admin.dataset('round-trip.parquet', parquet);
    expect(again).toMatchObject({
      rows: 3,
      format: 'parquet',
      version: { columns: dataset.version.columns },
    });
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['empty.csv', '', 'EMPTY_FILE'],
    ['binary.csv', randomBytes(5000), 'BINARY_FILE'],
    ['cut.csv.gz', gzipSync(csv.repeat(100)).subarray(0, 60), 'TRUNCATED_FILE'],
  ])('%s says why on its job, and keeps its raw bytes', async (name, content, code) => {
    const bytes = new Uint8Array(Buffer.from(content as string));
    const sent = await admin.send(name, bytes);
    expect(sent.status).toBe(202);
    const job = await admin.jobEnd(sent.body.job_id ?? '');
    expect(job).toMatchObject({ status: 'failed', error: { code } });
    const stored = await server.platform.objects.stat(sent.body.object_key ?? '');
    expect(stored?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    const raw = await admin.fetch('GET', `/data/uploads/${sent.body.upload_id}/file`);
    expect(new Uint8Array(await raw.arrayBuffer())).toEqual(bytes);
    expect(raw.headers.get('content-disposition')).toContain(name);
  });

  it('a row that does not fit is rejected with its line, never lost', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => `${index},${index * 2}`);
    rows[20] = '20,oops';
    const dataset = await admin.dataset('dirty.csv', `a,b\n${rows.join('\n')}\n`);
    expect(dataset).toMatchObject({ rows: 39, rejected_rows: 1 });
    const { body } = await admin.call('GET', `/data/datasets/${dataset.dataset_id}/rejects`);
    expect(body).toMatchObject({ total: 1, items: [{ line: 22, raw: '20,oops' }] });
  });
});

describe('multipart', () => {
  const post = async (form: FormData, headers: Record<string, string> = {}) => {
    const response = await admin.fetch('POST', '/data/upload', form, headers);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as UploadStatus,
    };
  };
  const file = (content: string, name = 'form.csv') => new File([content], name);

  it('takes a file with settings before it', async () => {
    const form = new FormData();
    form.set('overrides', JSON.stringify({ column_types: { zip: 'text' } }));
    form.set('file', file('zip,n\n01234,1\n04711,2\n', 'zips.csv'));
    const sent = await post(form);
    expect(sent).toMatchObject({ status: 202, body: { file_name: 'zips.csv', status: 'queued' } });
    const job = await admin.jobEnd(sent.body.job_id ?? '');
    const { body } = await admin.call('GET', `/data/datasets/${job.result?.dataset_id}/preview`);
    expect(body).toMatchObject({
      rows: [
        ['01234', 1],
        ['04711', 2],
      ],
    });
  });

  it.each([
    ['no file', (form: FormData) => form.set('dataset_id', ''), 'file'],
    ['settings that are no JSON', (form: FormData) => form.set('overrides', '{'), 'overrides'],
    ['settings nobody knows', (form: FormData) => form.set('overrides', '{"colour":1}'), 'overrides'],
    ['a dataset id that is none', (form: FormData) => form.set('dataset_id', 'x'), 'dataset_id'],
  ])('refuses %s', async (what, fill, field) => {
    const form = new FormData();
    fill(form);
    if (what !== 'no file') form.set('file', file(csv));
    const sent = await post(form);
    expect(sent.status).toBe(400);
    expect(errorOf(sent)).toMatchObject({ code: 'INVALID_INPUT', details: { field } });
  });

  it('refuses settings that come behind the file', async () => {
    const form = new FormData();
    form.set('file', file('z'.repeat(200_000)));
    form.set('overrides', '{}');
    expect((await post(form)).status).toBe(400);
  });

  it('a body that ends before its boundary is not taken for whole', async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="file"; filename="half.csv"\r\n\r\na,b\n1,2\n';
    const reply = await admin.fetch('POST', '/data/upload', body, {
      'content-type': 'multipart/form-data; boundary=b',
    });
    expect(reply.status).toBeGreaterThanOrEqual(400);
  });

  it('never uses the path a client gives as a name', async () => {
    const body = `--b\r\ncontent-disposition: form-data; name="file"; filename="..%2f..\\..\\evil.csv"\r\n\r\n${csv}\r\n--b--\r\n`;
    const reply = await admin.fetch('POST', '/data/upload', body, {
      'content-type': 'multipart/form-data; boundary=b',
    });
    const sent = (await reply.json()) as UploadStatus;
    expect(sent.file_name).toBe('evil.csv');
    expect(sent.object_key).toMatch(/^raw\/tnt_[0-9a-f-]+\/upl_[0-9a-f-]+$/);
  });
});

describe('resuming', () => {
  const whole = Buffer.from(`n\n${Array.from({ length: 4000 }, (_, n) => n).join('\n')}\n`);
  const chunk = (first: number, last: number, total: number | '*' = whole.length) => ({
    'content-range': `bytes ${first}-${last - 1}/${total}`,
  });
  const piece = (first: number, last: number) => new Uint8Array(whole.subarray(first, last));
  const status = async (id: string) => (await admin.call<UploadStatus>('GET', `/data/uploads/${id}`)).body;

  /** A chunk with a wrong place: it changes nothing, and is refused as CONFLICT while another is received. */
  const probe = (id: string) => admin.send('', piece(5, 6), { upload_id: id }, chunk(5, 6));

  /** A request that has begun to send the rest from `from` and does not end. */
  async function holdUpload(id: string, from: number): Promise<ClientRequest> {
    const headers = {
      authorization: `Bearer ${admin.token}`,
      'content-type': 'application/octet-stream',
      'content-length': whole.length - from,
      ...chunk(from, whole.length),
    };
    for (;;) {
      let refused = false;
      const held = request(`${server.url}/api/v1/data/upload?upload_id=${id}`, { method: 'POST', headers });
      held.on('error', () => undefined);
      // A probe that came first has the upload for a moment: then this one is refused, and tried again.
      held.on('response', () => {
        refused = true;
      });
      held.write(piece(from, 5000));
      while (!refused) if (errorOf(await probe(id)).code === 'CONFLICT' && !refused) return held;
      held.destroy();
    }
  }

  it('takes a file in pieces, each where the one before ended', async () => {
    const first = await admin.send('pieces.csv', piece(0, 1000), {}, chunk(0, 1000));
    expect(first).toMatchObject({ status: 202, body: { status: 'receiving', received_bytes: 1000 } });
    const upload_id = first.body.upload_id;
    const wrong = await admin.send('pieces.csv', piece(2000, 3000), { upload_id }, chunk(2000, 3000));
    expect(wrong.status).toBe(409);
    expect(errorOf(wrong)).toMatchObject({
      code: 'UPLOAD_OFFSET_MISMATCH',
      details: { received_bytes: 1000 },
    });
    const rest = await admin.send(
      'pieces.csv',
      piece(1000, whole.length),
      { upload_id },
      chunk(1000, whole.length),
    );
    expect(rest.body).toMatchObject({ status: 'queued', received_bytes: whole.length });
    const job = await admin.jobEnd(rest.body.job_id ?? '');
    expect(job.result).toMatchObject({ rows: 4000 });
    const late = await admin.send(
      'pieces.csv',
      piece(1000, whole.length),
      { upload_id },
      chunk(1000, whole.length),
    );
    expect(late.body).toEqual(await status(upload_id));
  });

  it('is gone on with by nobody but who began it, nor ended by who looks at it', async () => {
    const other = await server.colleague('technician');
    const begun = await admin.call<UploadStatus>('POST', '/data/uploads', {
      file_name: 'mine.csv',
      size_bytes: csv.length,
    });
    const id = begun.body.upload_id;
    const foreign = csv.replace('Ada', 'Eve');
    expect((await other.send('', foreign, { upload_id: id })).status).toBe(404);
    const { body } = await other.call<UploadStatus>('GET', `/data/uploads/${id}`);
    expect(body).toMatchObject({ status: 'receiving', received_bytes: 0 });
    expect((await admin.send('', csv, { upload_id: id })).status).toBe(202);
  });

  it('learns the length with the last piece when it was not known before', async () => {
    const first = await admin.send('open.csv', piece(0, 500), {}, chunk(0, 500, '*'));
    expect(first.body).toMatchObject({ status: 'receiving', size_bytes: null });
    const upload_id = first.body.upload_id;
    const rest = await admin.send(
      'open.csv',
      piece(500, whole.length),
      { upload_id },
      chunk(500, whole.length),
    );
    expect(rest.body.status).toBe('queued');
  });

  it('goes on from what was kept when the connection breaks', async () => {
    const first = await admin.send('broken.csv', piece(0, 100), {}, chunk(0, 100));
    const id = first.body.upload_id;
    const half = await holdUpload(id, 100);
    half.destroy();
    let { received_bytes: from } = await status(id);
    let rest: Reply<UploadStatus>;
    do {
      expect(from).toBeGreaterThanOrEqual(100);
      expect(from).toBeLessThanOrEqual(5000);
      rest = await admin.send('', piece(from, whole.length), { upload_id: id }, chunk(from, whole.length));
      if (rest.status === 409) from = Number(errorOf(rest).details.received_bytes);
    } while (rest.status === 409);
    expect(rest.body.status).toBe('queued');
    expect((await admin.jobEnd(rest.body.job_id ?? '')).result).toMatchObject({ rows: 4000 });
  });

  it('refuses a second chunk while one is on its way', async () => {
    const first = await admin.send('twice.csv', piece(0, 10), {}, chunk(0, 10));
    const id = first.body.upload_id;
    const slow = await holdUpload(id, 10);
    const second = await probe(id);
    expect(second.status).toBe(409);
    expect(errorOf(second)).toMatchObject({ code: 'CONFLICT', details: { received_bytes: 10 } });
    slow.destroy();
  });

  it.each(['bytes 5-1/10', 'bytes 0-9/5', 'items 0-1/2', 'bytes=0-1', 'bytes 0-1'])(
    'refuses the Content-Range %j',
    async (range) => {
      const reply = await admin.send('x.csv', 'ab', {}, { 'content-range': range });
      expect(errorOf(reply).code).toBe('INVALID_INPUT');
    },
  );

  it('refuses a body longer than its range says', async () => {
    const reply = await admin.send('x.csv', 'abcdef', {}, { 'content-range': 'bytes 0-1/2' });
    expect(errorOf(reply).code).toBe('INVALID_INPUT');
  });
});

describe('limits', () => {
  const partials = () => {
    const folder = join(server.folder, 'uploads');
    return readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.part'));
  };

  it('a file past the limit is refused, said or not, and leaves nothing behind', async () => {
    const before = partials().length;
    const said = await admin.send('big.csv', 'x', {}, { 'content-range': `bytes 0-0/${limit + 1}` });
    expect(errorOf(said)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { limit_bytes: limit } });
    const unsaid = await admin.send('big.csv', new Uint8Array(limit + 10));
    expect(errorOf(unsaid).code).toBe('PAYLOAD_TOO_LARGE');
    expect(partials()).toHaveLength(before);
  });

  it.each([
    ['within the allowance for an envelope', 900_000],
    ['far beyond', 30_000_000],
  ])('a client that announces too much and sends it all before it reads is told: %s', async (_, beyond) => {
    const { hostname, port } = new URL(server.url);
    const bytes = limit + beyond;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (path: string, method: string, body: Uint8Array) =>
      new Promise<number | undefined>((done, failed) => {
        const sent = request({
          hostname,
          port,
          path: `/api/v1${path}`,
          method,
          agent,
          headers: headersOf(body),
        });
        sent.on('error', failed);
        sent.once('response', (answer) => answer.resume().on('end', () => done(answer.statusCode)));
        sent.end(body);
      });
    const headersOf = (body: Uint8Array) => ({
      authorization: `Bearer ${admin.token}`,
      ...(body.length > 0 && { 'content-type': 'application/octet-stream', 'content-length': body.length }),
    });
    expect(await send('/data/upload?file_name=big.csv', 'POST', new Uint8Array(bytes))).toBe(413);
    expect(await send('/auth/session', 'GET', new Uint8Array())).toBe(200);
    agent.destroy();
  });

  it('another media type is refused', async () => {
    const reply = await admin.fetch('POST', '/data/upload?file_name=a.csv', csv, {
      'content-type': 'text/csv',
    });
    expect(reply.status).toBe(415);
  });

  it('a viewer may not send', async () => {
    const stranger = await server.stranger();
    const first = await admin.send('mine.csv', 'ab', {}, { 'content-range': 'bytes 0-1/10' });
    const id = first.body.upload_id;
    expect((await stranger.call('GET', `/data/uploads/${id}`)).status).toBe(404);
    const other = await stranger.send(
      'mine.csv',
      'cd',
      { upload_id: id },
      { 'content-range': 'bytes 2-3/10' },
    );
    expect(other.status).toBe(404);
  });
});
