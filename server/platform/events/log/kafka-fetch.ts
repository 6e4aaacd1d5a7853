import type { KafkaConsumer } from '../kafka-connection.ts';
import { kafkaErrorName } from '../kafka-failures.ts';

/** Records that were sent together. */
export interface Fetched {
  first: number;
  next: number;
  receivedAt: number;
  /** As it lies on the brokers’ disks. */
  bytes: number;
  values: string[];
  /** Of the first record. */
  headers: ReadonlyMap<string, string>;
}

export interface FetchedPage {
  batches: Fetched[];
  /** The oldest offset that is kept. */
  first: number;
}

const outOfRange = 1;
/** Before what the length of a batch counts: its base offset and that length. */
const batchPrefixBytes = 12;

/** One request for the records of a topic's only partition from an offset on, waiting `waitMs` for the first. */
export async function fetchFrom(
  reader: KafkaConsumer,
  topic: string,
  from: number,
  maxBytes: number,
  waitMs: number,
): Promise<FetchedPage> {
  try {
    return await fetchOnce(reader, topic, from, maxBytes, waitMs, false);
  } catch (error) {
    // Another broker leads it since, or it was made again.
    if (!/LEADER|EPOCH|UNKNOWN_TOPIC|Cannot find/i.test(kafkaErrorName(error))) throw error;
    return fetchOnce(reader, topic, from, maxBytes, waitMs, true);
  }
}

async function fetchOnce(
  reader: KafkaConsumer,
  topic: string,
  from: number,
  maxBytes: number,
  waitMs: number,
  forceUpdate: boolean,
): Promise<FetchedPage> {
  const metadata = await reader.metadata({ topics: [topic], forceUpdate });
  const found = metadata.topics.get(topic);
  const partition = found?.partitions[0];
  if (found === undefined || partition === undefined) throw new Error(`Cannot find the topic ${topic}.`);
  const first = async () => {
    const offsets = await reader.listOffsets({
      topics: [topic],
      partitions: { [topic]: [0] },
      timestamp: -2n,
    });
    return Number(offsets.get(topic)?.[0] ?? 0n);
  };
  const answer = await reader
    .fetch({
      node: partition.leader,
      minBytes: 1,
      maxBytes,
      maxWaitTime: waitMs,
      topics: [
        {
          topicId: found.id,
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: -1,
              fetchOffset: BigInt(from),
              lastFetchedEpoch: -1,
              partitionMaxBytes: maxBytes,
            },
          ],
        },
      ],
    })
    .catch((error: unknown) => {
      if (/OFFSET_OUT_OF_RANGE/.test(kafkaErrorName(error))) return null;
      throw error;
    });
  const part = answer?.responses[0]?.partitions[0];
  if (part === undefined || part.errorCode === outOfRange) {
    const oldest = await first();
    // Let go of meanwhile: what is left begins later. Past the end there is nothing yet.
    return oldest > from
      ? { ...(await fetchFrom(reader, topic, oldest, maxBytes, waitMs)), first: oldest }
      : { batches: [], first: oldest };
  }
  const batches: Fetched[] = [];
  for (const batch of part.records ?? []) {
    const records = batch.records.filter(
      ({ offsetDelta }) => Number(batch.firstOffset) + offsetDelta >= from,
    );
    const [head] = records;
    if (head === undefined) continue;
    batches.push({
      first: Number(batch.firstOffset) + head.offsetDelta,
      next: Number(batch.firstOffset) + batch.lastOffsetDelta + 1,
      receivedAt: Number(batch.firstTimestamp),
      bytes: batch.length + batchPrefixBytes,
      values: records.map(({ value }) => value?.toString('utf8') ?? ''),
      headers: new Map(head.headers.map(([name, value]) => [String(name ?? ''), String(value ?? '')])),
    });
  }
  return { batches, first: Number(part.logStartOffset) };
}
