import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudEvent } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { embeddedStore, silent, type TestStore } from '../db/test-database.suite.ts';
import { openTestHttp, person } from '../http/test-http.suite.ts';
import { systemContext } from '../system-actor.ts';
import type { Events } from './event-types.ts';
import { openEvents } from './open-events.ts';
import type { StreamClients } from './stream-clients.ts';
import { streamRoutes } from './streams.routes.ts';

let store: TestStore;
let database: Database;
let events: Events;
let app: FastifyInstance;
let clients: StreamClients;
let url: string;
const people = { ada: person(), bob: person({ id: 'usr_bob', tenantId: 'tnt_2' }) } as Record<
  string,
  ReturnType<typeof person>
>;
const ctx = systemContext(silent, 'tnt_1');

beforeAll(async () => {
  store = await embeddedStore();
  database = await store.open();
  events = openEvents(database, silent);
  await events.start();
  app = await openTestHttp(people);
  clients = streamRoutes(
    app,
    events,
    async ({ headers }) => people[headers.authorization?.slice(7) ?? ''] ?? null,
    {
      heartbeatMs: 50,
      checkMs: 50,
    },
  );
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  app.server.closeAllConnections();
  await app.close();
  await events.stop();
  await database.close();
  await store.remove();
});

const publish = (subject: string) =>
  database.transaction((tx) => events.publish(tx, ctx, 'dataset.updated', subject, { dataset_id: 'x' }));

/** What a browser's EventSource would take from the stream. */
async function follow(name = 'ada', lastEventId?: string) {
  const stop = new AbortController();
  const answer = await fetch(`${url}/api/v1/streams/all`, {
    headers: { authorization: `Bearer ${name}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
    signal: stop.signal,
  });
  const state = { ended: false, text: '', lastId: '', heard: [] as CloudEvent[] };
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      state.text += decoder.decode(chunk, { stream: true });
      for (let end = state.text.indexOf('\n\n'); end >= 0; end = state.text.indexOf('\n\n')) {
        for (const line of state.text.slice(0, end).split('\n')) {
          if (line.startsWith('id: ')) state.lastId = line.slice(4);
          if (line.startsWith('data: ')) state.heard.push(JSON.parse(line.slice(6)));
        }
        state.text = state.text.slice(end + 2);
      }
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      state.ended = true;
    });
  return {
    answer,
    state,
    leave: () => stop.abort(),
    subjects: () => state.heard.map(({ subject }) => subject),
  };
}

describe('the live stream', () => {
  it('tells what happens, and resumes behind the last event heard', async () => {
    const first = await follow();
    expect(first.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(first.answer.headers.get('x-request-id')).toMatch(/^req_/);
    await publish('one');
    await expect.poll(first.subjects).toEqual(['one']);
    expect(first.state.lastId).toBe(first.state.heard[0]?.id);
    first.leave();
    await publish('two');
    const second = await follow('ada', first.state.lastId);
    await publish('three');
    await expect.poll(second.subjects).toEqual(['two', 'three']);
    second.leave();
  });

  it('says where a client stands before anything comes, so that it can resume from there', async () => {
    await publish('before');
    const client = await follow();
    await expect.poll(() => client.state.lastId).toMatch(/^evt_/);
    const { lastId } = client.state;
    client.leave();
    await publish('meanwhile');
    const back = await follow('ada', lastId);
    await expect.poll(() => back.subjects().at(-1)).toBe('meanwhile');
    expect(back.subjects()).not.toContain('one');
    back.leave();
  });

  it('tells nobody of another tenant', async () => {
    const [mine, theirs] = [await follow('ada'), await follow('bob')];
    await publish('private');
    await expect.poll(mine.subjects).toEqual(['private']);
    expect(theirs.state.heard).toEqual([]);
    mine.leave();
    theirs.leave();
  });

  it('gives an announcement no id to resume after', async () => {
    const client = await follow();
    await expect.poll(() => client.state.lastId).not.toBe('');
    const before = client.state.lastId;
    events.announce('tnt_1', 'job.changed', 'job_1', { job_id: 'job_1', status: 'running', progress: 3 });
    await expect.poll(() => client.state.heard.length).toBe(1);
    expect(client.state.lastId).toBe(before);
    client.leave();
  });

  it('refuses a wrong topic, a wrong place to resume from, and who is not signed in', async () => {
    const get = async (path: string, headers: Record<string, string>) =>
      (await fetch(`${url}/api/v1/streams/${path}`, { headers })).status;
    expect(await get('weather', { authorization: 'Bearer ada' })).toBe(404);
    expect(await get('all', { authorization: 'Bearer ada', 'last-event-id': 'nonsense' })).toBe(400);
    expect(await get('all', {})).toBe(401);
  });

  it('lets go of clients that leave', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => follow()));
    await expect.poll(() => clients.count).toBe(20);
    for (const client of many) client.leave();
    await expect.poll(() => clients.count).toBe(0);
  });

  it('ends when the session does', async () => {
    people.eve = person({ id: 'usr_eve' });
    const client = await follow('eve');
    await expect.poll(() => clients.count).toBe(1);
    delete people.eve;
    await expect.poll(() => client.state.ended).toBe(true);
    expect(clients.count).toBe(0);
  });

  it('lets go of a client that does not keep up, and keeps serving the others', async () => {
    const { port } = new URL(url);
    const slow = request({
      port: Number(port),
      path: '/api/v1/streams/all',
      headers: { authorization: 'Bearer ada' },
    });
    const paused = new Promise<import('node:http').IncomingMessage>((done) => slow.on('response', done));
    slow.end();
    const answer = await paused;
    answer.pause();
    const good = await follow();
    await expect.poll(() => clients.count).toBe(2);
    let sent = 0;
    const big = 'x'.repeat(100_000);
    const tell = () => {
      sent += 1;
      events.announce('tnt_1', 'job.changed', 'job_1', { job_id: 'job_1', status: big, progress: sent });
    };
    await expect
      .poll(
        () => {
          for (let n = 0; n < 4; n += 1) tell();
          return clients.count;
        },
        { timeout: 20_000, interval: 60 },
      )
      .toBe(1);
    await expect.poll(() => good.state.heard.length).toBe(sent);
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    answer.resume();
    await expect.poll(() => text).toContain('event: stroma.overflow');
    slow.destroy();
    good.leave();
  });

  it('ends for everyone when the server stops', async () => {
    const other = await openTestHttp(people);
    const own = streamRoutes(other, events, async () => people.ada ?? null);
    await other.listen({ port: 0, host: '127.0.0.1' });
    const { port } = other.server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/streams/all`, {
      headers: { authorization: 'Bearer ada' },
    });
    expect(own.count).toBe(1);
    await other.close();
    expect(own.count).toBe(0);
    expect(await answer.text()).toContain('retry:');
  });
});
