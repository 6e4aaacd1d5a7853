import { eq, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Sql } from '../db/database.ts';
import { lockUntilCommit } from '../db/locks.ts';
import { outboxChannel, publishedAfter } from './events.store.ts';
import { eventForwards } from './events.tables.ts';
import { type KafkaSettings, openAdmin, openProducer, openReader } from './kafka-connection.ts';
import { kafkaErrorName, kafkaProblem } from './kafka-failures.ts';
import { fetchFrom } from './log/kafka-fetch.ts';
import { cloudEventOf } from './open-events.ts';
import { setForwardLag } from './stream-metrics.ts';

export interface KafkaForwarding {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when all that is published now is in Kafka, or it was found that Kafka is away. */
  flush(): Promise<void>;
}

const pageSize = 200;
const sweepMs = 5_000;
const positionHeader = 'stroma-position';
const idHeader = 'ce_id';
const target = 'kafka';

/**
 * Hands the events of the outbox on to Kafka, each to the topic of its type (`data.ingestion`,
 * `data.processing.complete`), in their order, as CloudEvents. While the broker is away they wait in the outbox. How
 * far it got is kept in the store, and each record names its position: whoever goes on after a death between the two
 * looks at the last record of each topic and sends nothing that is there.
 */
export function openKafkaForwarding(
  database: Database,
  settings: KafkaSettings,
  log: Logger,
): KafkaForwarding {
  const admin = openAdmin(settings);
  const producer = openProducer(settings);
  const reader = openReader(settings);
  /** The position of the last record of each topic, for as long as nothing failed. */
  const reached = new Map<string, number>();
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let away = false;
  let sweep: NodeJS.Timeout | undefined;
  let stopListening: (() => Promise<void>) | null = null;

  const nameOf = (type: string) => `${settings.prefix}${type}`;

  /** Makes the topic where there is none, and looks how far it is. */
  const positionIn = async (name: string): Promise<number> => {
    const known = reached.get(name);
    if (known !== undefined) return known;
    await admin
      .createTopics({ topics: [name], partitions: 1, replicas: settings.replication })
      .catch((error: unknown) => {
        if (!/TOPIC_ALREADY_EXISTS|already exists/i.test(kafkaErrorName(error))) throw error;
      });
    const end = (
      await reader.listOffsets({ topics: [name], partitions: { [name]: [0] }, timestamp: -1n })
    ).get(name);
    const next = Number(end?.[0] ?? 0n);
    const last =
      next === 0 ? null : (await fetchFrom(reader, name, next - 1, 1024 * 1024, 100)).batches.at(-1);
    const position = Number(last?.headers.get(positionHeader) ?? 0);
    reached.set(name, position);
    return position;
  };

  const forwardPage = async (tx: Sql): Promise<boolean> => {
    const [row] = await tx.select().from(eventForwards).where(eq(eventForwards.target, target)).limit(1);
    const from = row?.position ?? (await startOf(tx));
    const rows = await publishedAfter(tx, from, pageSize);
    setForwardLag(rows.length);
    const last = rows.at(-1);
    if (last === undefined) return false;
    for (const event of rows) {
      const name = nameOf(event.type);
      if (event.position <= (await positionIn(name))) continue;
      const headers = { [positionHeader]: String(event.position), [idHeader]: event.id };
      const value = Buffer.from(JSON.stringify(cloudEventOf(event)));
      await producer.send({
        acks: -1,
        idempotent: true,
        messages: [{ topic: name, partition: 0, key: Buffer.from(event.tenantId), value, headers }],
      });
      reached.set(name, event.position);
    }
    await tx
      .insert(eventForwards)
      .values({ target, position: last.position })
      .onConflictDoUpdate({ target: eventForwards.target, set: { position: last.position } });
    return rows.length === pageSize;
  };

  /** The first time, from now on: what was before is not told anew. */
  const startOf = async (tx: Sql): Promise<number> => {
    const found = await tx.execute(sql`select coalesce(max(position), 0)::float8 as position from events`);
    const position = (found as unknown as { rows: { position: number }[] }).rows[0]?.position ?? 0;
    await tx.insert(eventForwards).values({ target, position }).onConflictDoNothing();
    return position;
  };

  /** One process at a time; the embedded store has only one, and its one connection is not held while Kafka answers. */
  const forward = (): Promise<boolean> =>
    database.kind === 'embedded'
      ? forwardPage(database.sql)
      : database.transaction(async (tx) => {
          await lockUntilCommit(tx, 'kafka-forwarding');
          return forwardPage(tx);
        });

  const run = async (): Promise<void> => {
    while (again && !stopped) {
      again = false;
      try {
        while (!stopped && (await forward()));
        if (away) log.info('Kafka answers again');
        away = false;
      } catch (error) {
        // What was sent last may be there or not: the next attempt looks.
        reached.clear();
        const why = kafkaProblem(error, settings) ?? 'Kafka is away.';
        if (!away && !stopped) log.warn({ err: error }, `${why} Events wait in the outbox.`);
        away = true;
        return;
      }
    }
  };

  const wake = (): Promise<void> => {
    again = true;
    if (stopped) return Promise.resolve();
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    async start() {
      await database.transaction(async (tx) => {
        const [row] = await tx.select().from(eventForwards).where(eq(eventForwards.target, target)).limit(1);
        if (row === undefined) await startOf(tx);
      });
      stopListening = await database.listen(
        outboxChannel,
        () => void soon(),
        () => void wake(),
      );
      sweep = setInterval(() => void wake(), sweepMs);
      sweep.unref();
      void wake();
    },
    flush: wake,
    async stop() {
      stopped = true;
      clearInterval(sweep);
      await stopListening?.();
      await running;
      await Promise.allSettled([producer.close(), reader.close(true), admin.close()]);
    },
  };

  /** Positions are given just after the commit that woke us. */
  function soon(): void {
    setTimeout(() => void wake(), 50).unref();
  }
}
