import { afterAll, describe, expect, it } from 'vitest';
import { findKafka } from '../../../scripts/kafka-jars.ts';
import { silent } from '../../platform/db/test-database.suite.ts';
import type { KafkaSettings } from '../../platform/events/kafka-connection.ts';
import { describeForwarding } from '../../platform/events/kafka-forwarding.suite.ts';
import { describeSecurity } from '../../platform/events/kafka-security.suite.ts';
import { makeBroker } from '../../platform/events/log/kafka-broker.suite.ts';
import { openKafkaLogs } from '../../platform/events/log/kafka-logs.ts';
import {
  batchOf,
  describeStreamLog,
  keyOf,
  readAll,
  testTopic,
} from '../../platform/events/log/stream-log.suite.ts';
import { describeKafkaServer } from './kafka-intake.suite.ts';

const given = process.env.STROMA_TEST_KAFKA ?? '';
const found = given === '' ? findKafka() : null;
const why = typeof found === 'string' ? ` - skipped: ${found}` : '';

describe.skipIf(typeof found === 'string')(`with a Kafka broker${why}`, async () => {
  if (typeof found === 'string') return;
  const broker = found === null ? null : await makeBroker(found.classPath);
  afterAll(() => broker?.remove());
  const settings: KafkaSettings = {
    brokers: [broker?.address ?? given],
    prefix: `suite${process.pid}.`,
    replication: 1,
    tls: null,
    sasl: null,
  };
  const locks = new Map<string, Promise<unknown>>();
  const alone = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = locks.get(name) ?? Promise.resolve();
    const working = before.then(work);
    locks.set(
      name,
      working.catch(() => undefined),
    );
    return working;
  };
  const open = async () => openKafkaLogs({ settings, log: silent, alone });

  if (broker !== null) describeForwarding(broker, { ...settings, prefix: '' });

  if (broker !== null) describeSecurity(broker);

  describeKafkaServer(settings);

  it('lets go of the oldest beyond the size a topic keeps, and of nothing that is not in the lake', async () => {
    const log = await open();
    const retention = { ms: 3_600_000, bytes: 1024 * 1024 };
    const topic = testTopic({ retention, keepFrom: 0 });
    const pad = 'x'.repeat(1000);
    for (let n = 0; n < 20; n += 1)
      await log.append(topic, batchOf(Array.from({ length: 100 }, (_, m) => JSON.stringify([n, m, pad]))));
    await log.trim(topic);
    expect(await log.bounds(topic)).toMatchObject({ first: 0, next: 2000 });
    await expect(log.append(topic, batchOf(['"more"']))).rejects.toMatchObject({ code: 'OVERLOADED' });
    await log.trim({ ...topic, keepFrom: 500 });
    expect((await log.bounds(topic)).first).toBe(500);
    await expect(log.append(topic, batchOf(['"more"']))).rejects.toMatchObject({ code: 'OVERLOADED' });
    const landed = { ...topic, keepFrom: 2000 };
    await log.trim(landed);
    const { first, bytes } = await log.bounds(landed);
    expect(first).toBeGreaterThanOrEqual(900);
    expect(first).toBeLessThan(1300);
    expect(bytes).toBeGreaterThan(1_000_000);
    // Kafka clears its disk later: what was let go of does not count a second time.
    await log.trim(landed);
    expect((await log.bounds(landed)).first).toBe(first);
    expect(await log.append(landed, batchOf(['"more"']))).toMatchObject({ firstOffset: 2000 });
    await log.close();
  });

  describeStreamLog('Kafka', async () => ({ open, remove: async () => undefined }));

  it.skipIf(broker === null)(
    'refuses while the broker is away, loses nothing it took, and doubles nothing that is sent again',
    { timeout: 120_000 },
    async () => {
      const log = await open();
      const topic = testTopic();
      await log.append(topic, batchOf(['"before"']));
      await broker?.kill();
      const key = keyOf();
      const refused = await log.append(topic, batchOf(['"away"'], key)).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'NOT_READY', details: { retry_after_seconds: 5 } });
      await broker?.start();
      await expect
        .poll(
          () =>
            log.append(topic, batchOf(['"away"'], key)).then(
              () => 'kept',
              () => 'not yet',
            ),
          {
            timeout: 60_000,
          },
        )
        .toBe('kept');
      expect(await log.append(topic, batchOf(['"away"'], key))).toMatchObject({ repeated: true });
      expect(await readAll(log, topic)).toEqual(['"before"', '"away"']);
      await log.close();
    },
  );
});
