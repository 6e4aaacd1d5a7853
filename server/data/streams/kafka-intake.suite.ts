import type { Topic } from '@stroma/contracts';
import { expect, it } from 'vitest';
import { type KafkaSettings, openProducer, openReader } from '../../platform/events/kafka-connection.ts';
import { fetchFrom } from '../../platform/events/log/kafka-fetch.ts';
import { registry } from '../../platform/metrics/metrics.ts';
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

  it('leaves what an organisation may not send yet in Kafka, takes it later, and holds up no other', {
    timeout: 120_000,
  }, async () => {
    const server = await startDataServer({
      STROMA_KAFKA_BROKERS: settings.brokers.join(','),
      STROMA_KAFKA_PREFIX: 'limited.',
      STROMA_STREAMS_LAND_SECONDS: '3600',
      STROMA_STREAMS_EVENTS_PER_SECOND: '5',
    });
    const [mine, theirs] = [server.admin, await server.stranger()];
    const columns = [{ name: 'n', type: 'integer', required: true }];
    for (const each of [mine, theirs]) await each.call('POST', '/data/topics', { name: 'limited', columns });
    const { rows } = await server.platform.db.execute(
      'select id, tenant_id from stream_topics order by created_at',
    );
    const producer = openProducer(settings);
    const write = (row: number, from: number) =>
      expect
        .poll(
          () =>
            producer
              .send({
                acks: -1,
                messages: Array.from({ length: 40 }, (_, n) => ({
                  topic: `limited.input.${String(rows[row]?.tenant_id)}.limited`,
                  partition: 0,
                  value: Buffer.from(JSON.stringify({ n: from + n })),
                })),
              })
              .then(() => 'there')
              .catch(() => 'not yet'),
          { timeout: 30_000 },
        )
        .toBe('there');
    const next = async (person: typeof mine, row: number) =>
      (await person.call<Topic>('GET', `/data/topics/${String(rows[row]?.id)}`)).body.next_offset;
    await write(0, 0);
    await expect.poll(() => next(mine, 0), { timeout: 30_000 }).toBe(40);
    await write(0, 40);
    const refused = async () =>
      (await registry.getMetricsAsJSON())
        .find(({ name }) => name === 'stroma_stream_append_duration_seconds')
        ?.values.find(({ labels }) => labels.transport === 'kafka' && labels.outcome === 'RATE_LIMITED');
    await expect.poll(refused, { timeout: 30_000 }).toBeDefined();
    await write(1, 0);
    await expect.poll(() => next(theirs, 1), { timeout: 30_000 }).toBe(40);
    await expect.poll(() => next(mine, 0), { timeout: 30_000 }).toBe(80);
    const { body } = await mine.call<{ items: { data: { n: number } }[] }>(
      'GET',
      `/data/topics/${String(rows[0]?.id)}/events?limit=100`,
    );
    expect(body.items.map(({ data }) => data.n)).toEqual(Array.from({ length: 80 }, (_, n) => 79 - n));
    await producer.close();
    await server.close();
  });
}
