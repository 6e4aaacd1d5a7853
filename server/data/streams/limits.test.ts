import { once } from 'node:events';
import type { Appended, Topic } from '@stroma/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type DataServer, type Person, startDataServer } from '../data-server.suite.ts';

let server: DataServer;
beforeAll(async () => {
  server = await startDataServer({
    STROMA_STREAMS_LAND_SECONDS: '3600',
    STROMA_STREAMS_LAND_BYTES: '65536',
    STROMA_STREAMS_EVENTS_PER_SECOND: '10',
    STROMA_STREAMS_BYTES_PER_SECOND: '1024',
  });
}, 60_000);
afterAll(() => server.close());

const columns = [
  { name: 'n', type: 'integer', required: true },
  { name: 'pad', type: 'text' },
];
const make = async (person: Person, name: string): Promise<Topic> =>
  (await person.call<Topic>('POST', '/data/topics', { name, columns })).body;
const some = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

interface Refused {
  error: { code: string; details: { limit: number; unit: string; retry_after_seconds: number } };
}

it('an organisation that sends too many events, or too many bytes, waits; nothing of a refused batch is kept', async () => {
  const { admin } = server;
  const topic = await make(admin, 'busy');
  const send = (events: object[], person = admin) =>
    person.call<Appended & Refused>('POST', '/streams/busy', events);
  /** As a reading of the ten seconds that ends in the midst would have it, some may be taken before. */
  const untilRefused = async <Reply extends { status: number }>(
    events: object[],
    how: () => Promise<Reply>,
  ) => {
    for (;;) {
      const reply = await how();
      if (reply.status !== 201) return reply;
      kept += events.length;
    }
  };
  let kept = 0;
  const many = await untilRefused(some(60), () => send(some(60)));
  expect(kept).toBeGreaterThanOrEqual(60);
  expect(many).toMatchObject({
    status: 429,
    body: { error: { code: 'RATE_LIMITED', details: { limit: 10, unit: 'events' } } },
  });
  expect(Number(many.headers.get('retry-after'))).toBeGreaterThan(0);
  const long = [{ n: 1, pad: 'x'.repeat(10_000) }];
  expect(await untilRefused(long, () => send(long))).toMatchObject({
    status: 429,
    body: { error: { details: { limit: 1024, unit: 'bytes' } } },
  });
  // Sent in pieces, without a length: it counts as much.
  const inPieces = () =>
    fetch(`${admin.url}/api/v1/streams/busy`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      body: new Blob([JSON.stringify(long)]).stream(),
      duplex: 'half',
    } as RequestInit);
  expect((await untilRefused(long, inPieces)).status).toBe(429);
  // What was refused took nothing from what may still come.
  await expect.poll(async () => (await send(some(20))).status, { timeout: 15_000, interval: 500 }).toBe(201);
  kept += 20;
  const { body } = await admin.call<Topic>('GET', `/data/topics/${topic.topic_id}`);
  expect(body.next_offset).toBe(kept);

  const other = await server.stranger();
  await make(other, 'busy');
  expect((await send(some(60), other)).status).toBe(201);
});

it('a producer over WebSocket is told the same, and goes on over the same connection', async () => {
  const person = await server.stranger();
  await make(person, 'sockets');
  const socket = new WebSocket(`${person.url.replace('http', 'ws')}/ws/v1/streams/sockets`, {
    headers: { authorization: `Bearer ${person.token}` },
  });
  const said: unknown[] = [];
  socket.on('message', (data) => said.push(JSON.parse(String(data))));
  await once(socket, 'open');
  for (const [id, count] of [60, 60, 30].entries()) {
    socket.send(JSON.stringify({ id, events: some(count) }));
    await expect.poll(() => said).toHaveLength(id + 1);
  }
  expect(said).toEqual([
    expect.objectContaining({ ack: 0, accepted: 60 }),
    {
      nack: 1,
      error: expect.objectContaining({
        code: 'RATE_LIMITED',
        details: expect.objectContaining({ unit: 'events', retry_after_seconds: expect.any(Number) }),
      }),
    },
    expect.objectContaining({ ack: 2, accepted: 30 }),
  ]);
  socket.close();
});

it('events land as soon as they are as many bytes as is set, and not before', async () => {
  const person = await server.stranger();
  const topic = await make(person, 'full');
  const read = async () => (await person.call<Topic>('GET', `/data/topics/${topic.topic_id}`)).body;
  const pad = 'x'.repeat(30_000);
  await person.call('POST', '/streams/full', [{ n: 0, pad }]);
  expect(await read()).toMatchObject({ next_offset: 1, landed_offset: 0 });
  const more = await server.stranger();
  const large = await make(more, 'full');
  const reply = await more.call('POST', '/streams/full', [
    { n: 0, pad },
    { n: 1, pad },
    { n: 2, pad },
  ]);
  expect(reply.status).toBe(201);
  const landed = async () =>
    (await more.call<Topic>('GET', `/data/topics/${large.topic_id}`)).body.landed_offset;
  await expect.poll(landed, { timeout: 20_000 }).toBe(3);
  expect((await read()).landed_offset).toBe(0);
});
