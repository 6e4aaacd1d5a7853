import type { Appended, Topic } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
let admin: Person;
beforeAll(async () => {
  server = await startDataServer({ STROMA_STREAMS_LAND_SECONDS: '3600' });
  admin = server.admin;
}, 60_000);
afterAll(() => server.close());

const columns = [
  { name: 'site', type: 'text', required: true },
  { name: 'at', type: 'timestamp', required: true },
  { name: 'celsius', type: 'number' },
  { name: 'beats', type: 'integer' },
  { name: 'day', type: 'date' },
  { name: 'worn', type: 'boolean' },
];

let made = 0;
async function newTopic(more: object = {}): Promise<Topic> {
  made += 1;
  const name = `ward-${made}`;
  const { status, body } = await admin.call<Topic>('POST', '/data/topics', {
    name,
    columns,
    time_column: 'at',
    ...more,
  });
  expect(status).toBe(201);
  return body;
}

const event = (n: number, more: object = {}) => ({
  site: n % 2 === 0 ? 'Ulm' : 'Bonn',
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
  celsius: 36 + n / 10,
  beats: 60 + n,
  day: '2026-01-01',
  worn: n % 3 === 0,
  ...more,
});
const events = (from: number, count: number) => Array.from({ length: count }, (_, n) => event(from + n));
const ndjson = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

async function send(
  topic: Topic,
  body: string,
  headers: Record<string, string> = {},
  query = '',
  person = admin,
) {
  const response = await person.fetch('POST', `/streams/${topic.name}${query}`, body, {
    'content-type': 'application/x-ndjson',
    ...headers,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Appended & {
      error: { code: string; details: { problems: Appended['problems'] } };
    },
  };
}

describe('topics', () => {
  it('take NDJSON and JSON arrays, and tell what they hold', async () => {
    const topic = await newTopic();
    const first = await send(topic, `${ndjson(events(0, 3))}\n\n`);
    expect(first).toMatchObject({
      status: 201,
      body: { accepted: 3, refused: 0, first_offset: 0, next_offset: 3, repeated: false },
    });
    const second = await admin.call('POST', `/streams/${topic.name}`, events(3, 2));
    expect(second).toMatchObject({ status: 201, body: { accepted: 2, first_offset: 3 } });
    const { body } = await admin.call<Topic>('GET', `/data/topics/${topic.topic_id}`);
    expect(body).toMatchObject({ next_offset: 5, first_offset: 0, landed_offset: 0 });
    const newest = await admin.call<{ items: { offset: number; data: unknown }[] }>(
      'GET',
      `/data/topics/${topic.topic_id}/events?limit=2`,
    );
    expect(newest.body.items.map(({ offset }) => offset)).toEqual([4, 3]);
    expect(newest.body.items[1]?.data).toEqual(event(3));
  });

  it('refuse what does not fit with its place and reason: the batch, or by choice only that', async () => {
    const topic = await newTopic();
    const bad = [
      event(0),
      event(1, { celsius: 'warm' }),
      event(2, { extra: 1 }),
      { celsius: 1 },
      event(3, { day: '2026-02-30' }),
      event(4, { at: 'noon' }),
      event(5, { beats: 1.5 }),
      [1],
    ];
    const refused = await send(topic, `${ndjson(bad)}\n{not json`);
    expect(refused).toMatchObject({ status: 422, body: { error: { code: 'EVENTS_INVALID' } } });
    const { problems } = refused.body.error.details;
    expect(problems.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(problems[0]?.reason).toContain('"celsius"');
    expect(problems[1]?.reason).toContain('"extra"');
    expect(problems[2]?.reason).toContain('"site"');
    const kept = await send(topic, `${ndjson(bad)}\n{not json`, {}, '?on_invalid=skip');
    expect(kept).toMatchObject({ status: 201, body: { accepted: 1, refused: 8, next_offset: 1 } });
    expect(kept.body.problems).toEqual(problems);
    const none = await send(topic, 'nothing', {}, '?on_invalid=skip');
    expect(none.body.error.code).toBe('EVENTS_INVALID');
    expect((await send(topic, '\n')).body.error.code).toBe('INVALID_INPUT');
  });

  it('keep a repeated batch once, and refuse another under its key', async () => {
    const topic = await newTopic();
    const key = { 'idempotency-key': 'batch-7' };
    const [a, b] = await Promise.all([
      send(topic, ndjson(events(0, 4)), key),
      send(topic, ndjson(events(0, 4)), key),
    ]);
    expect([a.body.repeated, b.body.repeated].sort()).toEqual([false, true]);
    expect((await send(topic, ndjson(events(0, 4)), key)).body).toMatchObject({
      repeated: true,
      next_offset: 4,
    });
    expect(await send(topic, ndjson(events(1, 4)), key)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
    expect((await send(topic, ndjson(events(4, 1)))).body.first_offset).toBe(4);
  });

  it('are walled: another organisation has none of them, who only looks sends nothing', async () => {
    const topic = await newTopic();
    const [stranger, viewer] = [await server.stranger(), await server.colleague('viewer')];
    expect((await stranger.call('GET', `/data/topics/${topic.topic_id}`)).status).toBe(404);
    expect((await send(topic, ndjson(events(0, 1)), {}, '', stranger)).status).toBe(404);
    expect((await stranger.fetch('GET', `/streams/${topic.name}`)).status).toBe(404);
    expect((await stranger.call('DELETE', `/data/topics/${topic.topic_id}`)).status).toBe(404);
    expect((await send(topic, ndjson(events(0, 1)), {}, '', viewer)).status).toBe(403);
    expect((await viewer.call('GET', `/data/topics/${topic.topic_id}`)).status).toBe(200);
    const { body } = await admin.call<{ items: { action: string }[] }>(
      'GET',
      `/audit/events?object_id=${topic.topic_id}`,
    );
    expect(body.items.map(({ action }) => action)).toEqual(['topic.created']);
  });

  it('give their raw events only to who sees every row and value of their dataset', async () => {
    const topic = await newTopic();
    await send(topic, ndjson(events(0, 2)));
    const viewer = await server.colleague('viewer');
    const address = `/data/topics/${topic.topic_id}/events`;
    expect((await viewer.call('GET', address)).status).toBe(200);
    const { body: access } = await admin.call<{ rules: unknown[] }>(
      'GET',
      `/data/datasets/${topic.dataset_id}/access`,
    );
    expect(access.rules).toEqual([]);
    const changed = await admin.call('PUT', `/data/datasets/${topic.dataset_id}/access`, {
      sensitivity: 'internal',
      rules: [
        {
          kind: 'mask',
          column: 'site',
          mask: { kind: 'hide' },
          readers: { which: 'only', roles: ['viewer'] },
        },
      ],
    });
    expect(changed.status).toBe(200);
    expect((await viewer.call('GET', address)).status).toBe(403);
    expect((await viewer.fetch('GET', `/streams/${topic.name}`)).status).toBe(403);
    expect((await admin.call('GET', address)).status).toBe(200);
  });

  it('are changed, deleted with what they keep, and leave their dataset', async () => {
    const topic = await newTopic();
    await send(topic, ndjson(events(0, 2)));
    const path = `/data/topics/${topic.topic_id}`;
    const { body } = await admin.call<Topic>('PATCH', path, {
      description: 'Beds',
      on_invalid: 'skip',
      retention: { hours: 1, megabytes: 5 },
    });
    expect(body).toMatchObject({ description: 'Beds', on_invalid: 'skip', retention: { hours: 1 } });
    expect((await admin.call('DELETE', path)).status).toBe(204);
    expect((await admin.call('GET', path)).status).toBe(404);
    expect((await send(topic, ndjson(events(0, 1)))).status).toBe(404);
    expect((await admin.call('GET', `/data/datasets/${topic.dataset_id}`)).status).toBe(200);
    const again = await admin.call<Topic>('POST', '/data/topics', { name: topic.name, columns });
    expect(again.body.next_offset).toBe(0);
  });

  it('are refused with a wrong definition', async () => {
    const create = (body: object) => admin.call('POST', '/data/topics', body);
    expect((await create({ name: 'jobs', columns })).status).toBe(400);
    expect((await create({ name: 'a', columns: [] })).status).toBe(400);
    expect((await create({ name: 'a', columns, time_column: 'day' })).status).toBe(400);
    expect((await create({ name: 'a', columns: [...columns, columns[0]] })).status).toBe(400);
    const topic = await newTopic();
    expect((await create({ name: topic.name, columns })).status).toBe(409);
  });
});

describe('landing', () => {
  it('takes a column that was added: what came before is without it, also what had landed', async () => {
    const topic = await newTopic();
    const at = `/data/topics/${topic.topic_id}`;
    await send(topic, ndjson(events(0, 2)));
    await admin.call('POST', `${at}/land`);
    await send(topic, ndjson(events(2, 1)));
    const added = { name: 'oxygen', type: 'number' };
    const add = (column: object) => admin.call<Topic>('PATCH', at, { add_columns: [column] });
    expect((await add({ ...added, required: true })).status).toBe(400);
    expect((await add({ ...added, name: 'Site' })).status).toBe(409);
    expect((await add(added)).body.columns.at(-1)).toEqual({ ...added, required: false });
    expect((await send(topic, ndjson([event(3, { oxygen: 97 })]))).status).toBe(201);
    await admin.call('POST', `${at}/land`);
    const { body } = await admin.sql('SELECT beats, oxygen FROM dataset ORDER BY beats', [topic.dataset_id]);
    expect(body.rows).toEqual([
      [60, null],
      [61, null],
      [62, null],
      [63, 97],
    ]);
  });

  it('puts events into the lake as versions of the topic’s dataset, once each, with provenance', async () => {
    const topic = await newTopic();
    const land = () => admin.call<Topic>('POST', `/data/topics/${topic.topic_id}/land`);
    const empty = await admin.sql('SELECT count(*) AS n FROM dataset', [topic.dataset_id]);
    expect(empty.body.rows).toEqual([[0]]);
    let sent = 0;
    for (const count of [5, 1, 7, 2, 3, 1, 1, 1, 1, 1]) {
      await send(topic, ndjson(events(sent, count)));
      sent += count;
      expect((await land()).body.landed_offset).toBe(sent);
    }
    expect((await land()).body.landed_offset).toBe(sent);
    const answer = await admin.sql(
      'SELECT count(*), count(DISTINCT event_offset), min(event_offset), max(event_offset), sum(beats), min("at"), max(day), bool_or(worn), count(received_at) FROM dataset',
      [topic.dataset_id],
    );
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const beats = events(0, sent).reduce((sum, each) => sum + each.beats, 0);
    expect(answer.body.rows[0]?.slice(0, 5)).toEqual([sent, sent, 0, sent - 1, beats]);
    expect(answer.body.rows[0]?.[6]).toBe('2026-01-01');
    expect(answer.body.rows[0]?.[8]).toBe(sent);
    const { body: dataset } = await admin.call<Record<string, unknown>>(
      'GET',
      `/data/datasets/${topic.dataset_id}`,
    );
    expect(dataset).toMatchObject({ name: topic.name, rows: sent, format: 'stream', version_count: 11 });
    const csv = await admin.fetch('GET', `/data/datasets/${topic.dataset_id}/download?format=csv`);
    expect((await csv.text()).trim().split('\n')).toHaveLength(sent + 1);
    const parquet = await admin.fetch('GET', `/data/datasets/${topic.dataset_id}/download?format=parquet`);
    expect(parquet.status).toBe(200);
    const { body: page } = await admin.call<{ total_rows: number; rows: unknown[][] }>(
      'GET',
      `/data/datasets/${topic.dataset_id}/preview?limit=3`,
    );
    expect(page).toMatchObject({ total_rows: sent });
    expect(page.rows.map(([site]) => site)).toEqual(['Ulm', 'Bonn', 'Ulm']);
    const { body: versions } = await admin.call<{ items: { version_id: string }[] }>(
      'GET',
      `/data/datasets/${topic.dataset_id}/versions`,
    );
    const { body: graph } = await admin.call<{ nodes: { label: string }[] }>(
      'GET',
      `/provenance/${versions.items[0]?.version_id}`,
    );
    expect(graph.nodes.map(({ label }) => label)).toContain(`Topic ${topic.name}`);
    const asked = await admin.ask('average celsius by site', [topic.dataset_id]);
    expect(asked.body.rows).toHaveLength(2);
  });
});
