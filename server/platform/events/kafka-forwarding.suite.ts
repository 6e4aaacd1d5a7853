import { expect, it } from 'vitest';
import { embeddedStore, silent } from '../db/test-database.suite.ts';
import { systemContext } from '../system-actor.ts';
import { eventForwards } from './events.tables.ts';
import { type KafkaSettings, openReader } from './kafka-connection.ts';
import { openKafkaForwarding } from './kafka-forwarding.ts';
import type { TestBroker } from './log/kafka-broker.suite.ts';
import { fetchFrom } from './log/kafka-fetch.ts';
import { openEvents } from './open-events.ts';

/** What holds for events that are handed on to Kafka. */
export function describeForwarding(broker: TestBroker, settings: KafkaSettings): void {
  it('has events wait in the outbox while the broker is away: none is lost, none comes twice', {
    timeout: 180_000,
  }, async () => {
    const store = await embeddedStore();
    const database = await store.open();
    const events = openEvents(database, silent);
    await events.start();
    const ctx = systemContext(silent, 'tnt_1');
    const publish = (n: number) =>
      database.transaction((tx) =>
        events.publish(tx, ctx, 'data.processing.complete', `s${n}`, {
          job_id: `job_${n}`,
          dataset_id: 'ds',
          version_id: 'ver',
          rows: n,
          rejected_rows: 0,
        }),
      );
    const reader = openReader(settings);
    const there = async () => {
      const { batches } = await fetchFrom(reader, 'data.processing.complete', 0, 10_000_000, 0);
      return batches.flatMap(({ values }) =>
        values.map((value) => (JSON.parse(value) as { subject: string }).subject),
      );
    };
    const names = (count: number) => Array.from({ length: count }, (_, n) => `s${n}`);

    const first = openKafkaForwarding(database, settings, silent);
    await first.start();
    for (let n = 0; n < 3; n += 1) await publish(n);
    await expect.poll(there, { timeout: 20_000 }).toEqual(names(3));
    await broker.kill();
    for (let n = 3; n < 6; n += 1) await publish(n);
    await first.flush();
    await first.stop();
    await broker.start();
    const second = openKafkaForwarding(database, settings, silent);
    await second.start();
    await expect.poll(() => there().catch(() => []), { timeout: 60_000, interval: 500 }).toEqual(names(6));
    // As after a death between Kafka's word and its own: what is there is not sent again.
    await second.stop();
    await database.sql.update(eventForwards).set({ position: 0 });
    const third = openKafkaForwarding(database, settings, silent);
    await third.start();
    await publish(6);
    await expect.poll(there, { timeout: 20_000 }).toEqual(names(7));
    await third.stop();
    await reader.close(true);
    await events.stop();
    await database.close();
    await store.remove();
  });
}
