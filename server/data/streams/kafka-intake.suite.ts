import type { Topic } from '@stroma/contracts';
import { expect, it } from 'vitest';
import { type KafkaSettings, openProducer, openReader } from '../../platform/events/kafka-connection.ts';
import { fetchFrom } from '../../platform/events/log/kafka-fetch.ts';
import { startDataServer } from '../data-server.suite.ts';

/** What holds for a whole server with Kafka beside it, whichever engine keeps its topics. */
export function describeKafkaServer(settings: KafkaSettings): void {
  it.each(['embedded', 'kafka'])(
    'takes in what others write to Kafka, lands it, and tells Kafka (%s)',
    {
      timeout: 120_000,
    },
    async (engine) => {
      const server = await startDataServer({
        STROMA_STREAMS: engine,
        STROMA_KAFKA_BROKERS: settings.brokers.join(','),
        STROMA_KAFKA_PREFIX: `${engine}.`,
        STROMA_STREAMS_LAND_SECONDS: '3600',
      });
      const { admin } = server;
      const columns = [{ name: 'n', type: 'integer', required: true }];
      const { body: topic } = await admin.call<Topic>('POST', '/data/topics', { name: 'others', columns });
      const { rows } = await server.platform.db.execute('select tenant_id from stream_topics');
      const name = `${engine}.input.${String(rows[0]?.tenant_id)}.others`;
      const producer = openProducer(settings);
      const records = ['{"n":1}', 'nonsense', '{"n":"two"}', '{"n":3}'];
      const write = () =>
        producer.send({
          acks: -1,
          messages: records.map((value) => ({ topic: name, partition: 0, value: Buffer.from(value) })),
        });
      await expect
        .poll(
          () =>
            write().then(
              () => 'there',
              () => 'not yet',
            ),
          { timeout: 30_000 },
        )
        .toBe('there');
      const next = async () =>
        (await admin.call<Topic>('GET', `/data/topics/${topic.topic_id}`)).body.next_offset;
      await expect.poll(next, { timeout: 30_000 }).toBe(2);
      expect((await admin.call('POST', '/streams/others', [{ n: 4 }])).status).toBe(201);
      expect((await admin.call('POST', `/data/topics/${topic.topic_id}/land`)).status).toBe(200);
      const { body } = await admin.sql('SELECT n, event_offset FROM dataset ORDER BY 2', [topic.dataset_id]);
      expect(body.rows).toEqual([
        [1, 0],
        [3, 1],
        [4, 2],
      ]);
      const reader = openReader(settings);
      const told = async () => {
        const { batches } = await fetchFrom(reader, `${engine}.data.ingestion`, 0, 1_000_000, 0);
        return batches.flatMap(({ values }) => values.map((value) => JSON.parse(value) as { data: object }));
      };
      await expect
        .poll(() => told().catch(() => []), { timeout: 30_000 })
        .toEqual([expect.objectContaining({ type: 'data.ingestion', subject: topic.dataset_id })]);
      await reader.close(true);
      await producer.close();
      await server.close();
    },
  );
}
