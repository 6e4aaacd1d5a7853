import { once } from 'node:events';
import { connect } from 'node:net';
import type { StreamWindow, Topic, WindowResult } from '@stroma/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { boardOf, built, makeBoard, tileOf } from '../../workspaces/dashboards/dashboards.suite.ts';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';
import { isLate } from './window-times.ts';

let server: DataServer;
let admin: Person;
beforeAll(async () => {
  server = await startDataServer({ STROMA_STREAMS_LAND_SECONDS: '3600' });
  admin = server.admin;
}, 120_000);
afterAll(() => server.close());

let made = 0;
async function newTopic(timed = false): Promise<Topic> {
  made += 1;
  const columns = [
    { name: 'n', type: 'integer', required: true },
    { name: 'pad', type: 'text' },
    ...(timed ? [{ name: 'happened', type: 'timestamp', required: true }] : []),
  ];
  const time_column = timed ? 'happened' : null;
  const { body } = await admin.call<Topic>('POST', '/data/topics', {
    name: `live-${made}`,
    columns,
    time_column,
  });
  return body;
}
const send = (topic: Topic, rows: object[]) => admin.call('POST', `/streams/${topic.name}`, rows);
const read = async (topic: Topic) => (await admin.call<Topic>('GET', `/data/topics/${topic.topic_id}`)).body;

interface Heard {
  ids: string[];
  numbers: number[];
  resyncs: { behind: number; missed: number }[];
}

/** Puts messages of the live stream, cut anywhere, into `heard`. */
function reader(heard: Heard): (text: string) => void {
  let rest = '';
  return (text) => {
    const messages = (rest + text).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const field = (name: string) =>
        message
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = field('data');
      if (data === undefined) continue;
      if (field('event') === 'stroma.resync') heard.resyncs.push(JSON.parse(data));
      else {
        heard.ids.push(field('id') ?? '');
        heard.numbers.push((JSON.parse(data) as { data: { n: number } }).data.n);
      }
    }
  };
}

async function listen(topic: Topic, lastEventId?: string) {
  const heard: Heard = { ids: [], numbers: [], resyncs: [] };
  const controller = new AbortController();
  const response = await fetch(`${admin.url}/api/v1/streams/${topic.name}`, {
    headers: {
      authorization: `Bearer ${admin.token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: controller.signal,
  });
  expect(response.status).toBe(200);
  const take = reader(heard);
  void (async () => {
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) take(decoder.decode(piece, { stream: true }));
  })().catch(() => undefined);
  return { heard, leave: () => controller.abort() };
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);

describe('consumers of a topic', () => {
  it('hear what comes, go on where they left, and leave nothing behind', async () => {
    const topic = await newTopic();
    await send(topic, [{ n: 0 }]);
    const first = await listen(topic);
    await expect.poll(async () => (await read(topic)).consumers).toBe(1);
    await send(topic, [{ n: 1 }, { n: 2 }]);
    await expect.poll(() => first.heard.numbers).toEqual([1, 2]);
    first.leave();
    await expect.poll(async () => (await read(topic)).consumers).toBe(0);
    await send(topic, [{ n: 3 }]);
    const again = await listen(topic, first.heard.ids[0]);
    await send(topic, [{ n: 4 }]);
    await expect.poll(() => again.heard.numbers).toEqual([2, 3, 4]);
    const whole = await listen(topic, `${topic.topic_id}:-1`);
    await expect.poll(() => whole.heard.numbers).toEqual([0, 1, 2, 3, 4]);
    again.leave();
    whole.leave();
    const wrong = await admin.fetch('GET', `/streams/${topic.name}`, undefined, { 'last-event-id': 'evt_1' });
    expect(wrong.status).toBe(400);
    await expect.poll(async () => (await read(topic)).consumers).toBe(0);
  });

  it('that stand still are held nothing for, are told that they fell behind, and miss nothing', async () => {
    const topic = await newTopic();
    const { hostname, port } = new URL(admin.url);
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname);
    socket.write(
      `GET /api/v1/streams/${topic.name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin.token}\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.pause();
    const heard: Heard = { ids: [], numbers: [], resyncs: [] };
    const quick = await listen(topic);
    const pad = 'x'.repeat(2000);
    const total = 6000;
    for (let n = 0; n < total; n += 400)
      await send(
        topic,
        upTo(400, n).map((each) => ({ n: each, pad })),
      );
    await expect.poll(() => quick.heard.numbers.length, { timeout: 20_000 }).toBe(total);
    const take = reader(heard);
    socket.on('data', (piece) =>
      // Chunked: the sizes stand on lines of their own.
      take(String(piece).replaceAll(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n/g, '')),
    );
    socket.resume();
    await expect.poll(() => heard.numbers.length, { timeout: 20_000 }).toBe(total);
    expect(heard.numbers).toEqual(upTo(total));
    expect(heard.resyncs[0]?.behind).toBeGreaterThan(0);
    socket.destroy();
    quick.leave();
    await expect.poll(async () => (await read(topic)).consumers).toBe(0);
  });
});

const headers = (person: Person) => ({ headers: { authorization: `Bearer ${person.token}` } });
async function openSocket(path: string, person = admin): Promise<{ socket: WebSocket; said: unknown[] }> {
  const socket = new WebSocket(`${person.url.replace('http', 'ws')}/ws/v1${path}`, headers(person));
  const said: unknown[] = [];
  socket.on('message', (data) => said.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return { socket, said };
}
const refusal = async (path: string, options?: object): Promise<number> => {
  const socket = new WebSocket(`${admin.url.replace('http', 'ws')}/ws/v1${path}`, options);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.on('error', () => undefined);
  socket.terminate();
  return response.statusCode;
};

describe('producers over WebSocket', () => {
  it('have each batch acknowledged or refused under its id, and a key repeats nothing', async () => {
    const topic = await newTopic();
    const { socket, said } = await openSocket(`/streams/${topic.name}`);
    socket.send(JSON.stringify({ id: 1, events: [{ n: 1 }, { n: 2 }], key: 'a' }));
    await expect.poll(() => said).toHaveLength(1);
    socket.send(JSON.stringify({ id: 2, events: [{ n: 1 }, { n: 2 }], key: 'a' }));
    socket.send(JSON.stringify({ id: 3, events: [{ n: 'three' }] }));
    socket.send('nonsense');
    await expect.poll(() => said).toHaveLength(4);
    expect(said[0]).toMatchObject({ ack: 1, accepted: 2, first_offset: 0, repeated: false });
    expect(said).toContainEqual(expect.objectContaining({ ack: 2, repeated: true, first_offset: 0 }));
    expect(said).toContainEqual(
      expect.objectContaining({ nack: 3, error: expect.objectContaining({ code: 'EVENTS_INVALID' }) }),
    );
    expect(said).toContainEqual(
      expect.objectContaining({ nack: null, error: expect.objectContaining({ code: 'INVALID_INPUT' }) }),
    );
    expect((await read(topic)).next_offset).toBe(2);
    socket.close();
  });

  it('pass the gate of every request first', async () => {
    const topic = await newTopic();
    const viewer = await server.colleague('viewer');
    expect(await refusal(`/streams/${topic.name}`)).toBe(401);
    expect(await refusal(`/streams/${topic.name}`, headers(viewer))).toBe(403);
    expect(await refusal('/streams/none', headers(admin))).toBe(404);
    const plain = await fetch(`${admin.url}/ws/v1/streams/${topic.name}`, headers(admin));
    expect(plain.status).toBe(426);
  });
});

describe('a board that is open', () => {
  it('hears which of its tiles have new data, and nothing is held once it is closed', async () => {
    const [topic, other] = [await newTopic(), await newTopic()];
    const tile = tileOf(built(topic.dataset_id, { measures: [{ aggregate: 'count' }] }));
    const still = tileOf(built(other.dataset_id, { measures: [{ aggregate: 'count' }] }));
    const board = await makeBoard(admin, boardOf([tile, still]));
    const { socket, said } = await openSocket(`/analytics/${board.dashboard_id}`);
    socket.send(JSON.stringify({ type: 'subscribe' }));
    await expect.poll(() => said).toEqual([{ type: 'subscribed', tiles: [tile.tile_id, still.tile_id] }]);
    await send(topic, [{ n: 1 }]);
    await admin.call('POST', `/data/topics/${topic.topic_id}/land`);
    await expect
      .poll(() => said.slice(1), { timeout: 10_000 })
      .toEqual([{ type: 'update', tiles: [tile.tile_id] }]);
    expect(server.live.held()).toMatchObject({ clients: 1, tenants: 1, watched: 2, watchers: 2 });
    socket.send(JSON.stringify({ type: 'subscribe', tiles: [still.tile_id] }));
    await expect.poll(() => said).toHaveLength(3);
    expect(server.live.held()).toMatchObject({ clients: 1, watched: 1, watchers: 1 });
    socket.terminate();
    const nothing = { clients: 0, queued: 0, tenants: 0, watched: 0, watchers: 0 };
    await expect.poll(() => server.live.held()).toEqual(nothing);
    const stranger = await server.stranger();
    expect(await refusal(`/analytics/${board.dashboard_id}`, headers(stranger))).toBe(404);
  });
});

describe('windows', () => {
  const second = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
  const at = (n: number, seconds: number) => ({ n, happened: second(seconds) });
  const define = async (topic: Topic, more: object) =>
    admin.call<StreamWindow>('POST', `/data/topics/${topic.topic_id}/windows`, {
      name: `w${Math.random()}`,
      kind: 'tumbling',
      size_seconds: 10,
      sql: 'SELECT window_start, window_end, count(*) AS events, sum(n) AS total FROM events GROUP BY ALL ORDER BY window_start',
      ...more,
    });
  const results = async ({ window_id }: StreamWindow) =>
    (
      await admin.call<{ items: WindowResult[] }>('GET', `/data/stream-windows/${window_id}/results`)
    ).body.items.map(({ window_start, window_end, final, rows }) => [
      (Date.parse(window_start) - Date.UTC(2026, 0, 1)) / 1000,
      (Date.parse(window_end) - Date.UTC(2026, 0, 1)) / 1000,
      final,
      ...(rows[0]?.slice(2) ?? []),
    ]);

  it('count side by side, overlapping and in sessions; who comes after its window had closed is counted late', async () => {
    const topic = await newTopic(true);
    const { body: tumbling } = await define(topic, { lateness_seconds: 5 });
    const { body: sliding } = await define(topic, { kind: 'sliding', slide_seconds: 5 });
    const { body: session } = await define(topic, { kind: 'session', size_seconds: 4 });
    await send(topic, [at(1, 1), at(2, 9), at(3, 12), at(4, 8)]);
    await expect
      .poll(() => results(tumbling), { timeout: 30_000 })
      .toEqual([
        [10, 20, false, 1, 3],
        [0, 10, false, 3, 7],
      ]);
    await send(topic, [at(5, 31)]);
    await expect
      .poll(() => results(tumbling), { timeout: 30_000 })
      .toEqual([
        [30, 40, false, 1, 5],
        [10, 20, true, 1, 3],
        [0, 10, true, 3, 7],
      ]);
    await send(topic, [at(100, 3), at(6, 32)]);
    await expect
      .poll(() => results(tumbling), { timeout: 30_000 })
      .toEqual([
        [30, 40, false, 2, 11],
        [10, 20, true, 1, 3],
        [0, 10, true, 3, 7],
      ]);
    const listed = await admin.call<{ items: StreamWindow[] }>(
      'GET',
      `/data/topics/${topic.topic_id}/windows`,
    );
    const known = new Map(listed.body.items.map((each) => [each.window_id, each]));
    expect(known.get(tumbling.window_id)).toMatchObject({
      late_events: 1,
      watermark: second(27),
      error: null,
    });
    await expect
      .poll(() => results(sliding), { timeout: 30_000 })
      .toEqual([
        [30, 40, false, 2, 11],
        [25, 35, false, 2, 11],
        [10, 20, true, 1, 3],
        [5, 15, true, 3, 9],
        [0, 10, true, 3, 7],
        [-5, 5, true, 1, 1],
      ]);
    await expect
      .poll(async () => (await results(session)).map(([from, to]) => [from, to]), { timeout: 30_000 })
      .toEqual([
        [31, 36],
        [9, 16],
        [1, 5],
      ]);
  });

  it('are refused when the SELECT does more than read its events, or says no window', async () => {
    const topic = await newTopic(true);
    expect((await define(topic, { sql: 'DROP TABLE events' })).status).toBe(422);
    expect((await define(topic, { sql: "SELECT * FROM read_csv('/etc/passwd')" })).status).toBe(422);
    expect((await define(topic, { sql: 'SELECT count(*) AS n FROM events' })).status).toBe(400);
    expect((await define(topic, { kind: 'sliding' })).status).toBe(400);
    expect((await define(topic, { session_key: 'n' })).status).toBe(400);
  });

  it('know when an event is late', () => {
    const tumbling = { kind: 'tumbling' as const, sizeSeconds: 10, slideSeconds: null };
    expect([isLate(tumbling, 9_999, 9_999), isLate(tumbling, 9_999, 10_000)]).toEqual([false, true]);
    const sliding = { kind: 'sliding' as const, sizeSeconds: 10, slideSeconds: 5 };
    expect([isLate(sliding, 9_999, 14_999), isLate(sliding, 9_999, 15_000)]).toEqual([false, true]);
    const session = { kind: 'session' as const, sizeSeconds: 10, slideSeconds: null };
    expect([isLate(session, 0, 9_999), isLate(session, 0, 10_000)]).toEqual([false, true]);
  });
});
