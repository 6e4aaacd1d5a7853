import type { Logger } from 'pino';
import { fail } from '../../failure.ts';
import { type KafkaSettings, openAdmin, openProducer, openReader } from '../kafka-connection.ts';
import { kafkaErrorName, kafkaProblem } from '../kafka-failures.ts';
import { BatchKeys } from './batch-keys.ts';
import { type Fetched, fetchFrom } from './kafka-fetch.ts';
import { KafkaSizes } from './kafka-sizes.ts';
import type { Appended, LogBatch, LogBounds, LogChunk, LogTopic, StreamLog } from './stream-log.ts';

export interface KafkaLogsOptions {
  settings: KafkaSettings;
  log: Logger;
  /** Runs `work` while no other process does under the same name. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
  waitingBytes?: number;
}

type Named = Pick<LogTopic, 'tenantId' | 'topicId'>;

const keyHeader = 'stroma-key';
const fingerprintHeader = 'stroma-fingerprint';
const countHeader = 'stroma-count';
const largestBatch = 24 * 1024 * 1024;
const followWaitMs = 500;
/** Of what a topic holds, read at one look to know where its bytes lie. */
const measuredBytes = 256 * 1024 * 1024;
/** So far back keys of batches are looked for when a process first meets a topic. */
const keyMs = 24 * 60 * 60 * 1000;
const earliest = -2n;
const latest = -1n;

/** What a process knows of a topic: that it is there, and the keys of its batches up to an offset. */
interface Known {
  keys: BatchKeys;
  readTo: number | null;
  reading: Promise<void>;
  sizes: KafkaSizes;
  /** It holds as much as it may of what is not in the lake yet. */
  stuck: boolean;
}

/**
 * Topics in Kafka, one partition each, so that their events have one order; a record is an event, and a batch is sent
 * whole or not at all. What the broker has not taken is refused with NOT_READY: its sender sends it again.
 */
export function openKafkaLogs({
  settings,
  log,
  alone,
  waitingBytes: most = 64 * 1024 * 1024,
}: KafkaLogsOptions): StreamLog {
  const admin = openAdmin(settings);
  const producer = openProducer(settings);
  const reader = openReader(settings);
  const known = new Map<string, Promise<Known>>();
  const following = new Set<() => Promise<void>>();
  let waiting = 0;
  let closed = false;

  const nameOf = ({ tenantId, topicId }: Named) => `${settings.prefix}streams.${tenantId}.${topicId}`;

  const meet = (topic: Named): Promise<Known> => {
    const name = nameOf(topic);
    const met = known.get(name);
    if (met !== undefined) return met;
    const meeting = makeTopic(name).then(
      (): Known => ({
        keys: new BatchKeys(),
        readTo: null,
        reading: Promise.resolve(),
        sizes: new KafkaSizes(),
        stuck: false,
      }),
    );
    known.set(name, meeting);
    meeting.catch(() => known.delete(name));
    return meeting;
  };

  const makeTopic = async (name: string): Promise<void> => {
    try {
      await admin.createTopics({
        topics: [name],
        partitions: 1,
        replicas: settings.replication,
        configs: [
          // Stroma lets go of events itself: never of those that are not in the lake.
          { name: 'retention.ms', value: '-1' },
          { name: 'retention.bytes', value: '-1' },
          { name: 'max.message.bytes', value: String(largestBatch) },
        ],
      });
    } catch (error) {
      if (!/TOPIC_ALREADY_EXISTS|already exists/i.test(kafkaErrorName(error))) throw error;
    }
  };

  const offsetAt = async (name: string, timestamp: bigint): Promise<number> => {
    const found = await reader.listOffsets({ topics: [name], partitions: { [name]: [0] }, timestamp });
    return Number(found.get(name)?.[0] ?? 0n);
  };

  /** Reads on to the end for keys that this process or another wrote. */
  const readKeys = async (name: string, topic: Known): Promise<void> => {
    const reading = topic.reading.then(async () => {
      const end = await offsetAt(name, latest);
      topic.readTo ??= await firstSince(name, Date.now() - keyMs, end);
      while (topic.readTo < end) {
        const page = await fetchFrom(reader, name, topic.readTo, 4 * 1024 * 1024, 100);
        if (page.batches.length === 0) topic.readTo = Math.max(page.first, topic.readTo);
        if (page.batches.length === 0 && page.first <= topic.readTo) break;
        for (const batch of page.batches) addKey(topic.keys, batch);
        topic.readTo = page.batches.at(-1)?.next ?? topic.readTo;
      }
    });
    topic.reading = reading.catch(() => undefined);
    await reading;
  };

  const firstSince = async (name: string, ms: number, end: number): Promise<number> => {
    const found = await offsetAt(name, BigInt(ms));
    return found < 0 ? end : found;
  };

  const send = async (name: string, { lines, key, receivedAt }: LogBatch): Promise<Appended> => {
    const headers =
      key === null
        ? undefined
        : {
            [keyHeader]: key.id.toString('hex'),
            [fingerprintHeader]: key.fingerprint.toString('hex'),
            [countHeader]: String(lines.length),
          };
    const timestamp = BigInt(receivedAt.getTime());
    const { offsets } = await producer.send({
      acks: -1,
      idempotent: true,
      messages: lines.map((line, index) => ({
        topic: name,
        partition: 0,
        value: Buffer.from(line),
        timestamp,
        ...(index === 0 && headers !== undefined ? { headers } : {}),
      })),
    });
    const first = offsets?.find((each) => each.topic === name)?.offset;
    if (first === undefined) throw new Error('the broker named no offset');
    return { firstOffset: Number(first), count: lines.length, repeated: false };
  };

  const sendOnce = async (name: string, topic: Known, batch: LogBatch): Promise<Appended> => {
    const { key } = batch;
    if (key === null) return send(name, batch);
    return alone(`stream-key:${name}:${key.id.toString('hex')}`, async () => {
      await readKeys(name, topic);
      return topic.keys.find(key) ?? (await send(name, batch));
    });
  };

  return {
    engine: 'kafka',
    async append(topic, batch) {
      const bytes = batch.lines.reduce((sum, line) => sum + line.length, 0);
      if (closed) fail('NOT_READY', 'The server is stopping.');
      if (waiting > 0 && waiting + bytes > most)
        fail('OVERLOADED', 'More events arrive than Kafka takes. Send this batch again in a moment.', {
          retry_after_seconds: 1,
        });
      waiting += bytes;
      try {
        return await reached(async () => {
          const met = await meet(topic);
          if (met.stuck) fullTopic();
          return sendOnce(nameOf(topic), met, batch);
        });
      } finally {
        waiting -= bytes;
      }
    },
    read: (topic, from, maxBytes) =>
      reached(async () => {
        await meet(topic);
        const page = await fetchFrom(reader, nameOf(topic), from, maxBytes, 0);
        const chunks = page.batches.map(chunkOf);
        return { chunks, next: page.batches.at(-1)?.next ?? Math.max(from, page.first), first: page.first };
      }),
    bounds: (topic) => reached(() => boundsOf(topic)),
    follow: (topic, listener) => reached(() => follow(topic, listener)),
    trim: (topic) =>
      reached(async () => {
        const met = await meet(topic);
        const name = nameOf(topic);
        const { first, next, bytes } = await boundsOf(topic);
        const kept = await firstSince(name, Date.now() - topic.retention.ms, next);
        const over = await overSize(name, met, topic.retention.bytes, { first, next, bytes });
        const wanted = Math.max(kept, over ?? first);
        met.stuck = over !== null && over > topic.keepFrom;
        const upTo = Math.min(wanted, topic.keepFrom, next);
        if (upTo <= first) return;
        await admin.deleteRecords({
          topics: [{ name, partitions: [{ partition: 0, offset: BigInt(upTo) }] }],
        });
      }),
    drop: (topic) =>
      reached(async () => {
        await meet(topic);
        known.delete(nameOf(topic));
        await admin.deleteTopics({ topics: [nameOf(topic)] });
      }),
    waitingBytes: () => waiting,
    async close() {
      closed = true;
      for (const stop of following) await stop();
      await Promise.allSettled([producer.close(), reader.close(true), admin.close()]);
    },
  };

  async function boundsOf(topic: LogTopic): Promise<LogBounds> {
    await meet(topic);
    const name = nameOf(topic);
    const [first, next] = [await offsetAt(name, earliest), await offsetAt(name, latest)];
    return { first, next, bytes: first === next ? 0 : await diskBytes(name) };
  }

  /** Of one copy. Whole segments alone leave the disk, so that it may hold more than can be read. */
  async function diskBytes(name: string): Promise<number> {
    const brokers = await admin.describeLogDirs({ topics: [{ name, partitions: [0] }] });
    const sizes = brokers
      .flatMap(({ results }) => results.flatMap(({ topics }) => topics))
      .filter((each) => each.name === name)
      .flatMap(({ partitions }) => partitions.map(({ partitionSize }) => Number(partitionSize)));
    return Math.max(0, ...sizes);
  }

  /** The offset from which on a topic holds no more than `most`; null where it does already. */
  async function overSize(
    name: string,
    { sizes }: Known,
    most: number,
    { first, next, bytes }: LogBounds,
  ): Promise<number | null> {
    if (bytes <= most) return null;
    sizes.letGo(first);
    for (let read = 0; sizes.next(first) < next && read < measuredBytes; ) {
      const from = sizes.next(first);
      const page = await fetchFrom(reader, name, from, 4 * 1024 * 1024, 100);
      if (page.batches.length === 0) break;
      for (const batch of page.batches) sizes.add(batch);
      read += page.batches.reduce((sum, batch) => sum + batch.bytes, 0);
    }
    return sizes.firstWithin(most);
  }

  async function follow(topic: LogTopic, listener: (chunk: LogChunk) => void): Promise<() => void> {
    await meet(topic);
    const name = nameOf(topic);
    // A long wait of one would hold up the others on one connection.
    const own = openReader(settings);
    let at = await offsetAt(name, latest);
    let on = true;
    const done = (async () => {
      while (on) {
        try {
          const page = await fetchFrom(own, name, at, 4 * 1024 * 1024, followWaitMs);
          for (const batch of page.batches) {
            if (!on) break;
            listener(chunkOf(batch));
            at = batch.next;
          }
          if (page.batches.length === 0) at = Math.max(at, page.first);
        } catch (error) {
          const why = kafkaProblem(error, settings) ?? 'Kafka does not answer.';
          if (on) log.warn({ err: error, topic: name }, `${why} Events of a topic wait.`);
          await new Promise((next) => setTimeout(next, on ? 1000 : 0));
        }
      }
      await own.close(true).catch(() => undefined);
    })();
    const stop = async () => {
      on = false;
      following.delete(stop);
      await done;
    };
    following.add(stop);
    return () => void stop();
  }

  /** What Kafka does not do now is told as what to come again for. */
  async function reached<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: string };
      if (typeof code === 'string' && !code.startsWith('PLT_KFK')) throw error;
      if (/RECORD_TOO_LARGE|MESSAGE_TOO_LARGE/.test(kafkaErrorName(error)))
        return fail('PAYLOAD_TOO_LARGE', 'Kafka takes no batch as large as this. Send several.', {}, error);
      return fail(
        'NOT_READY',
        `${kafkaProblem(error, settings) ?? 'Kafka does not answer.'} None of this batch is known to be kept. Send it again with its Idempotency-Key.`,
        { retry_after_seconds: 5 },
        error,
      );
    }
  }
}

const fullTopic = (): never =>
  fail(
    'OVERLOADED',
    'The topic holds as many events as it may that are not in the lake yet. Send this batch again later.',
    { retry_after_seconds: 30 },
  );

const chunkOf = ({ first, receivedAt, values }: Fetched): LogChunk => ({
  firstOffset: first,
  receivedAt,
  lines: values,
});

function addKey(keys: BatchKeys, { first, receivedAt, headers }: Fetched): void {
  const id = headers.get(keyHeader);
  if (id === undefined) return;
  const key = {
    id: Buffer.from(id, 'hex'),
    fingerprint: Buffer.from(headers.get(fingerprintHeader) ?? '', 'hex'),
  };
  keys.add(key, { firstOffset: first, count: Number(headers.get(countHeader)) }, receivedAt);
}
