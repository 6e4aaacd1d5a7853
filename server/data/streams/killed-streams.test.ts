import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Appended, Topic } from '@stroma/contracts';
import { expect, it } from 'vitest';
import { type Person, startProcess } from '../data-server.suite.ts';

const batchSize = 20;
const settings = { STROMA_STREAMS_LAND_SECONDS: '1', STROMA_RATE_LIMIT_PER_MINUTE: '1000000' };

const send = async (person: Person, batch: number): Promise<Appended | null> => {
  const rows = Array.from({ length: batchSize }, (_, index) => ({ batch, index }));
  const reply = await person
    .call<Appended>('POST', '/streams/beats', rows, { 'idempotency-key': `batch-${batch}` })
    .catch(() => null);
  return reply?.status === 201 ? reply.body : null;
};

/** Its senders and its landing go on until it is gone. */
async function sendUntilKilled(
  folder: string,
  from: number,
  told: Set<number>,
  goal: number,
): Promise<number> {
  const { process: server, person } = await startProcess(folder, settings);
  if (from === 0) {
    const columns = ['batch', 'index'].map((name) => ({ name, type: 'integer', required: true }));
    await person.call('POST', '/data/topics', { name: 'beats', columns });
  }
  let next = from;
  const sender = async () => {
    for (;;) {
      const batch = next;
      next += 1;
      if ((await send(person, batch)) === null) return;
      told.add(batch);
      if (told.size >= goal) server.kill('SIGKILL');
    }
  };
  const gone = once(server, 'exit');
  await Promise.all(Array.from({ length: 4 }, sender));
  await gone;
  return next;
}

it('a server that is killed while events stream in and land loses none it acknowledged and doubles none', {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stroma-killed-'));
  try {
    const told = new Set<number>();
    const half = await sendUntilKilled(folder, 0, told, 30);
    const sent = await sendUntilKilled(folder, half, told, 90);
    const { process: server, person } = await startProcess(folder, settings);
    // Who was not told sends again under the same key.
    for (let batch = 0; batch < sent; batch += 1) expect(await send(person, batch)).not.toBeNull();
    const { body } = await person.call<{ items: Topic[] }>('GET', '/data/topics');
    const [topic] = body.items;
    expect(topic?.next_offset).toBe(sent * batchSize);
    await person.call('POST', `/data/topics/${topic?.topic_id}/land`);
    const counted = await person.sql(
      'SELECT count(*) AS n, count(DISTINCT batch * 100 + index) AS events, count(DISTINCT event_offset) AS offsets FROM dataset',
      [topic?.dataset_id ?? ''],
    );
    const all = sent * batchSize;
    expect(counted.body.rows).toEqual([[all, all, all]]);
    server.kill('SIGTERM');
    await once(server, 'exit');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
