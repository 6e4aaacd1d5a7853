import { afterAll, describe, expect, it } from 'vitest';
import { findKafka } from '../../../scripts/kafka-jars.ts';
import { silent } from '../../platform/db/test-database.suite.ts';
import type { KafkaSettings } from '../../platform/events/kafka-connection.ts';
import { describeForwarding } from '../../platform/events/kafka-forwarding.suite.ts';
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

  describeKafkaServer(settings);

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
