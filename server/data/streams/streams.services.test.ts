import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Appended, Topic } from '@stroma/contracts';
import { describe, expect, it } from 'vitest';
import { postgresqlStore, testDatabaseUrl } from '../../platform/db/test-database.suite.ts';
import { startDataServer } from '../data-server.suite.ts';

/** The way to the database, which can be cut. */
async function wayTo(url: URL) {
  const open = new Set<Socket>();
  let cut = false;
  const server = createServer((near) => {
    if (cut) return near.destroy();
    const far = connect(Number(url.port), url.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: through.href,
    cut() {
      cut = true;
      for (const each of open) each.destroy();
    },
    mend() {
      cut = false;
    },
    close() {
      for (const each of open) each.destroy();
      server.close();
    },
  };
}

describe.skipIf(testDatabaseUrl === '')('streams while PostgreSQL is away (STROMA_TEST_DATABASE_URL)', () => {
  it('answer only what is kept; sent again, every event is there once and lands once', {
    timeout: 120_000,
  }, async () => {
    const store = await postgresqlStore();
    const way = await wayTo(new URL(String((store.config as { DATABASE_URL?: string }).DATABASE_URL)));
    const server = await startDataServer({ DATABASE_URL: way.url, STROMA_STREAMS_LAND_SECONDS: '1' });
    const { admin } = server;
    const columns = [{ name: 'n', type: 'integer', required: true }];
    const { body: topic } = await admin.call<Topic>('POST', '/data/topics', { name: 'cut', columns });
    const send = (n: number) =>
      admin
        .call<Appended>('POST', '/streams/cut', [{ n }], { 'idempotency-key': `n-${n}` })
        .then(({ status }) => status);
    expect(await send(0)).toBe(201);
    way.cut();
    const answers = [];
    for (let n = 1; n < 6; n += 1) answers.push(await send(n));
    for (const status of answers) expect([201, 500, 503]).toContain(status);
    way.mend();
    for (let n = 0; n < 6; n += 1)
      await expect.poll(() => send(n), { timeout: 30_000, interval: 300 }).toBe(201);
    await expect
      .poll(() => admin.call('POST', `/data/topics/${topic.topic_id}/land`).then(({ status }) => status), {
        timeout: 30_000,
        interval: 300,
      })
      .toBe(200);
    const { body } = await admin.sql('SELECT n FROM dataset ORDER BY n', [topic.dataset_id]);
    expect(body.rows).toEqual([0, 1, 2, 3, 4, 5].map((n) => [n]));
    await server.close();
    way.close();
    await store.remove();
  });
});
