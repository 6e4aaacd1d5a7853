import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, ErrorAnswer, UploadRecord, UploadStatus } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
interface Page {
  items: UploadRecord[];
  next_cursor: string | null;
}
const uploads = async (query: string, person = admin) =>
  (await person.call<Page>('GET', `/data/uploads?${query}`)).body;
const failed = async () => (await uploads('status=failed')).items.map((each) => each.upload_id);
const readAgain = (id: string, overrides: object, person = admin) =>
  person.call<{ job_id: string; status: string }>('POST', `/data/uploads/${id}/read`, { overrides });
const datasetAt = async (id: unknown) => (await admin.call<Dataset>('GET', `/data/datasets/${id}`)).body;

let made = 0;
/** Begins as JSON does and never ends so: taken for JSON that was cut off, unless told otherwise. */
function takenForJson(): string {
  made += 1;
  return `{"device": "reader ${made}",\n "plate": "A1"\nwell;dose${made}\n1;2,5\n2;3,5\n3;4,5\n`;
}

async function sendUnreadable(query: Record<string, string> = {}): Promise<UploadStatus> {
  const sent = await admin.send('plate.csv', takenForJson(), query);
  expect(await admin.jobEnd(sent.body.job_id ?? '')).toMatchObject({ status: 'failed' });
  return sent.body;
}

describe('a file that could not be read', () => {
  it('is listed with the reason until it is read with other decisions', async () => {
    const { upload_id, job_id } = await sendUnreadable();
    const [record] = (await uploads('status=failed')).items;
    expect(record).toMatchObject({
      upload_id,
      job_id,
      file_name: 'plate.csv',
      status: 'failed',
      error: { code: 'TRUNCATED_FILE' },
      dataset_id: null,
      overrides: {},
    });
    const sent = await readAgain(upload_id, { format: 'csv' });
    expect(sent).toMatchObject({ status: 202, body: { status: 'queued' } });
    expect(sent.body.job_id).not.toBe(job_id);
    const job = await admin.jobEnd(sent.body.job_id);
    expect(job).toMatchObject({ status: 'succeeded', result: { rows: 3 } });
    const dataset = await datasetAt(job.result?.dataset_id);
    expect(dataset).toMatchObject({ rows: 3, column_count: 2, version: { overrides: { format: 'csv' } } });
    expect(await failed()).not.toContain(upload_id);
    const now = (await uploads(`job_id=${sent.body.job_id}`)).items;
    expect(now).toMatchObject([{ upload_id, status: 'read', error: null, overrides: { format: 'csv' } }]);
  });

  it('stays listed, with the newer reason and decisions, when these do not read it either', async () => {
    const { upload_id } = await sendUnreadable();
    const { body } = await readAgain(upload_id, { format: 'parquet' });
    const job = await admin.jobEnd(body.job_id);
    expect(job.status).toBe('failed');
    const record = (await uploads('status=failed')).items.find((each) => each.upload_id === upload_id);
    expect(record).toMatchObject({
      job_id: body.job_id,
      error: job.error,
      overrides: { format: 'parquet' },
    });
  });

  it('becomes the version it was meant for', async () => {
    const { dataset_id } = await admin.dataset('plates.csv', `well,dose\n${++made},2\n`);
    const { upload_id } = await sendUnreadable({ dataset_id });
    const { body } = await readAgain(upload_id, { format: 'csv' });
    expect((await admin.jobEnd(body.job_id)).result).toMatchObject({ dataset_id, rows: 3 });
    expect((await datasetAt(dataset_id)).version.number).toBe(2);
    const deleted = await sendUnreadable({ dataset_id });
    await admin.call('DELETE', `/data/datasets/${dataset_id}`);
    const refused = await readAgain(deleted.upload_id, { format: 'csv' });
    expect([refused.status, errorOf(refused).details.dataset_id]).toEqual([409, dataset_id]);
  });

  it('is no longer listed when its own job, run again, reads it', async () => {
    const { upload_id, job_id } = await sendUnreadable();
    const { body } = await readAgain(upload_id, { format: 'csv' });
    await admin.jobEnd(body.job_id);
    await admin.call('POST', `/data/jobs/${job_id}/retry`);
    expect((await admin.jobEnd(job_id ?? '')).status).toBe('failed');
    expect(await failed()).not.toContain(upload_id);
  });

  it('is still listed when its job is forgotten', async () => {
    const { upload_id, job_id } = await sendUnreadable();
    await server.platform.db.execute('delete from jobs where id = $1', [job_id]);
    const record = (await uploads('status=failed')).items.find((each) => each.upload_id === upload_id);
    expect(record).toMatchObject({ status: 'failed', error: null });
    const { body } = await readAgain(upload_id, { format: 'csv' });
    expect((await admin.jobEnd(body.job_id)).status).toBe('succeeded');
    await server.platform.db.execute('delete from jobs where id = $1', [body.job_id]);
    expect(await failed()).not.toContain(upload_id);
  });

  it('can be removed, bytes and all', async () => {
    const { upload_id, object_key } = await sendUnreadable();
    expect((await admin.call('DELETE', `/data/uploads/${upload_id}`)).status).toBe(204);
    expect(await failed()).not.toContain(upload_id);
    expect(await server.platform.objects.stat(object_key ?? '')).toBeNull();
    expect((await readAgain(upload_id, {})).status).toBe(404);
    expect((await admin.call('DELETE', `/data/uploads/${upload_id}`)).status).toBe(404);
  });

  it('is listed page by page, newest first', async () => {
    const sent = [await sendUnreadable(), await sendUnreadable(), await sendUnreadable()];
    const first = await uploads('status=failed&limit=2');
    const second = await uploads(`status=failed&limit=1&cursor=${first.next_cursor}`);
    const ids = [...first.items, ...second.items].map((each) => each.upload_id);
    expect(ids).toEqual(sent.map((each) => each.upload_id).reverse());
    expect((await admin.call('GET', '/data/uploads?cursor=x')).status).toBe(400);
  });
});

describe('reading again', () => {
  it('makes a new version of what was read before', async () => {
    const sent = await admin.send('zips.csv', `zip,n${++made}\n01234,1\n04711,2\n`);
    const first = await admin.jobEnd(sent.body.job_id ?? '');
    const overrides = { column_types: { zip: 'integer' } };
    const { body } = await readAgain(sent.body.upload_id, overrides);
    const second = await admin.jobEnd(body.job_id);
    expect(second.result).toMatchObject({ dataset_id: first.result?.dataset_id });
    expect((await datasetAt(first.result?.dataset_id)).version).toMatchObject({ number: 2, overrides });
    expect((await admin.call('DELETE', `/data/uploads/${sent.body.upload_id}`)).status).toBe(409);
  });

  it('goes to the dataset that held the same bytes already', async () => {
    const text = `zip,n${++made}\n01234,1\n04711,2\n`;
    const first = await admin.ingest('zips.csv', text);
    const again = await admin.send('zips.csv', text);
    expect((await admin.jobEnd(again.body.job_id ?? '')).result).toMatchObject({ already_known: true });
    const { body } = await readAgain(again.body.upload_id, { column_types: { zip: 'text' } });
    expect((await admin.jobEnd(body.job_id)).result?.dataset_id).toBe(first.result?.dataset_id);
  });

  it('waits for the last byte and for the end of the job', async () => {
    const part = await admin.send('part.csv', 'ab', {}, { 'content-range': 'bytes 0-1/10' });
    const early = await readAgain(part.body.upload_id, {});
    expect([early.status, errorOf(early).details]).toEqual([
      409,
      { upload_id: part.body.upload_id, received_bytes: 2 },
    ]);
    const long = `n,text\n${Array.from({ length: 20_000 }, (_, n) => `${n},${'x'.repeat(100)}`).join('\n')}\n`;
    const { body } = await admin.send('long.csv', long);
    const refused = await readAgain(body.upload_id, {});
    expect([refused.status, errorOf(refused).details.job_id]).toEqual([409, body.job_id]);
    await admin.call('POST', `/data/jobs/${body.job_id}/cancel`);
    expect(await failed()).toContain(body.upload_id);
    const again = await readAgain(body.upload_id, {});
    expect((await admin.jobEnd(again.body.job_id)).result).toMatchObject({ rows: 20_000 });
  });

  it('begins once when it is asked for twice at a time', async () => {
    const { upload_id } = await sendUnreadable();
    const both = await Promise.all([
      readAgain(upload_id, { format: 'csv' }),
      readAgain(upload_id, { format: 'csv' }),
    ]);
    expect(both.map((each) => each.status).sort()).toEqual([202, 409]);
  });

  it('refuses decisions nobody knows, and files of others', async () => {
    const { upload_id } = await sendUnreadable();
    expect((await readAgain(upload_id, { colour: 'red' })).status).toBe(400);
    const stranger = await server.stranger();
    expect((await readAgain(upload_id, {}, stranger)).status).toBe(404);
    expect((await stranger.call('DELETE', `/data/uploads/${upload_id}`)).status).toBe(404);
    expect((await uploads('', stranger)).items).toEqual([]);
    expect((await readAgain('upl_00000000-0000-7000-8000-000000000000', {})).status).toBe(404);
  });
});

describe('a file in parts, with what is said about it beforehand', () => {
  const begin = (about: object) => admin.call<UploadStatus>('POST', '/data/uploads', about);
  const part = (id: string, text: string, first: number, total: number | '*') =>
    admin.send(
      '',
      text,
      { upload_id: id },
      {
        'content-range': `bytes ${first}-${first + text.length - 1}/${total}`,
      },
    );

  it('is read with its decisions, as a version of its dataset', async () => {
    const { dataset_id } = await admin.dataset('zips.csv', `zip,n\n1,${++made}\n`);
    const text = 'zip,n\n01234,1\n04711,2\n';
    const overrides = { column_types: { zip: 'text' } };
    const begun = await begin({ file_name: 'zips.csv', size_bytes: text.length, dataset_id, overrides });
    expect(begun).toMatchObject({ status: 201, body: { status: 'receiving', received_bytes: 0 } });
    const id = begun.body.upload_id;
    expect((await part(id, text.slice(0, 7), 0, '*')).body).toMatchObject({ received_bytes: 7 });
    const other = await part(id, text.slice(7), 7, text.length + 1);
    expect(errorOf(other).code).toBe('INVALID_INPUT');
    const rest = await part(id, text.slice(7), 7, text.length);
    const job = await admin.jobEnd(rest.body.job_id ?? '');
    expect(job.result).toMatchObject({ dataset_id, rows: 2 });
    expect((await datasetAt(dataset_id)).version).toMatchObject({
      number: 2,
      overrides,
      source_sha256: sha256(text),
    });
    const stored = await server.platform.objects.stat(rest.body.object_key ?? '');
    expect(stored).toMatchObject({ bytes: text.length, sha256: sha256(text) });
  });

  it('may come whole after all, or be empty', async () => {
    const text = `a,b\n1,${++made}\n`;
    const begun = await begin({ file_name: 'whole.csv' });
    const sent = await admin.send('', text, { upload_id: begun.body.upload_id });
    expect((await admin.jobEnd(sent.body.job_id ?? '')).result).toMatchObject({ rows: 1 });
    const empty = await begin({ file_name: 'empty.csv', size_bytes: 0 });
    expect((await admin.call('GET', `/data/uploads/${empty.body.upload_id}`)).body).toMatchObject({
      status: 'receiving',
    });
    const end = await admin.send('', '', { upload_id: empty.body.upload_id });
    expect((await admin.jobEnd(end.body.job_id ?? '')).error?.code).toBe('EMPTY_FILE');
  });

  it('refuses what could not be read or kept anyway, before a byte is sent', async () => {
    const refusal = async (about: object) => errorOf(await begin({ file_name: 'a.csv', ...about })).code;
    expect(await refusal({ size_bytes: limit + 1 })).toBe('PAYLOAD_TOO_LARGE');
    expect(await refusal({ overrides: { delimiter: '' } })).toBe('INVALID_INPUT');
    expect(await refusal({ dataset_id: 'ds_00000000-0000-7000-8000-000000000000' })).toBe('NOT_FOUND');
  });

  it('has the hash of its bytes, whichever process received them', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => `${n},${made}`).join('\n');
    const text = `n,m\n${rows}\n`;
    const range = (from: number, to: number) => ({
      'content-range': `bytes ${from}-${to - 1}/${text.length}`,
    });
    const folder = mkdtempSync(join(tmpdir(), 'stroma-restart-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const first = await startDataServer({}, folder);
    const begun = await first.admin.send('far.csv', text.slice(0, 5000), {}, range(0, 5000));
    await first.close();
    const second = await startDataServer({}, folder);
    onTestFinished(() => second.close());
    const { upload_id } = begun.body;
    const rest = await second.admin.send('', text.slice(5000), { upload_id }, range(5000, text.length));
    const stored = await second.platform.objects.stat(rest.body.object_key ?? '');
    expect(stored).toMatchObject({ bytes: text.length, sha256: sha256(text) });
  });
});
