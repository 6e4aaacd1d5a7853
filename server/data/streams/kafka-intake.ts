import { createHash } from 'node:crypto';
import { StromaError } from '@stroma/kernel';
import { eq } from 'drizzle-orm';
import { acrossTenants, withinTenant } from '../../platform/db/tenant-scope.ts';
import { eventForwards } from '../../platform/events/events.tables.ts';
import { type KafkaSettings, openAdmin, openReader } from '../../platform/events/kafka-connection.ts';
import { kafkaErrorName, kafkaProblem } from '../../platform/events/kafka-failures.ts';
import { type Fetched, fetchFrom } from '../../platform/events/log/kafka-fetch.ts';
import type { Platform } from '../../platform/platform.ts';
import { systemContext } from '../../platform/system-actor.ts';
import type { Producers } from './producers.ts';
import type { TopicBook } from './topic-book.ts';
import { everyTopic, type TopicRow } from './topics.store.ts';

const tickMs = 1000;
const pageBytes = 4 * 1024 * 1024;
/** Codes of what a topic takes later, and the others meanwhile. */
const full: readonly string[] = ['RATE_LIMITED', 'OVERLOADED'];

/**
 * Producers over Kafka: what others write to `input.{tenant}.{topic name}` goes into the topic as every batch does,
 * what does not fit left out. Records that were written together are one batch under a key of their own, so that a
 * death between the batch and the note of how far it got repeats nothing.
 */
export class KafkaIntake {
  readonly #platform: Pick<Platform, 'db' | 'log'>;
  readonly #settings: KafkaSettings;
  readonly #producers: Producers;
  readonly #book: TopicBook;
  readonly #admin: ReturnType<typeof openAdmin>;
  readonly #reader: ReturnType<typeof openReader>;
  readonly #made = new Set<string>();
  /** Topics that take nothing more before a time: what is written to them waits in Kafka. */
  readonly #notBefore = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #turning: Promise<void> | null = null;
  #away = false;

  constructor(
    platform: Pick<Platform, 'db' | 'log'>,
    settings: KafkaSettings,
    producers: Producers,
    book: TopicBook,
  ) {
    this.#platform = platform;
    this.#settings = settings;
    this.#producers = producers;
    this.#book = book;
    this.#admin = openAdmin(settings);
    this.#reader = openReader(settings);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#turning ??= this.#turn().finally(() => {
        this.#turning = null;
      });
    }, tickMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#turning;
    await Promise.allSettled([this.#reader.close(true), this.#admin.close()]);
  }

  async #turn(): Promise<void> {
    const { db, log } = this.#platform;
    try {
      const rows = await acrossTenants('topics of every organisation are written to', () => everyTopic(db));
      for (const row of rows)
        if ((this.#notBefore.get(row.id) ?? 0) <= Date.now()) await this.#takeOrWait(row);
      this.#away = false;
    } catch (error) {
      const why = kafkaProblem(error, this.#settings) ?? 'Kafka does not answer.';
      if (!this.#away) log.warn({ err: error }, `${why} Events that others wrote to it wait.`);
      this.#away = true;
    }
  }

  /** A topic that may take no more now holds up no other. */
  async #takeOrWait(row: TopicRow): Promise<void> {
    this.#notBefore.delete(row.id);
    try {
      await this.#take(row);
    } catch (error) {
      if (!(error instanceof StromaError) || !full.includes(error.code)) throw error;
      const seconds = Number(error.details.retry_after_seconds ?? 1);
      this.#notBefore.set(row.id, Date.now() + seconds * 1000);
    }
  }

  async #take(row: TopicRow): Promise<void> {
    const name = `${this.#settings.prefix}input.${row.tenantId}.${row.name}`;
    await this.#make(name);
    const target = `input ${row.id}`;
    const from = await this.#reached(target);
    const { batches, first } = await fetchFrom(this.#reader, name, from, pageBytes, 0);
    for (const batch of batches) {
      await withinTenant(row.tenantId, () => this.#append(row, name, batch));
      await this.#save(target, batch.next);
    }
    if (batches.length === 0 && first > from) await this.#save(target, first);
  }

  async #append(row: TopicRow, name: string, { first, values }: Fetched): Promise<void> {
    const ctx = systemContext(this.#platform.log, row.tenantId);
    try {
      await this.#producers.appendTo(ctx, this.#book.know(row), {
        events: values.map(parsed),
        bytes: values.reduce((sum, value) => sum + Buffer.byteLength(value), 0),
        fingerprint: () => createHash('sha256').update(name).digest(),
        idempotencyKey: `kafka:${name}:${first}`,
        onInvalid: 'skip',
        transport: 'kafka',
      });
    } catch (error) {
      // Nothing of it fits: it is counted, and the rest goes on.
      if (!(error instanceof StromaError) || error.code !== 'EVENTS_INVALID') throw error;
    }
  }

  async #make(name: string): Promise<void> {
    if (this.#made.has(name)) return;
    await this.#admin
      .createTopics({ topics: [name], partitions: 1, replicas: this.#settings.replication })
      .catch((error: unknown) => {
        if (!/TOPIC_ALREADY_EXISTS|already exists/i.test(kafkaErrorName(error))) throw error;
      });
    this.#made.add(name);
  }

  async #reached(target: string): Promise<number> {
    const rows = await acrossTenants('how far Kafka was read is the installation’s', () =>
      this.#platform.db.sql.select().from(eventForwards).where(eq(eventForwards.target, target)),
    );
    return rows[0]?.position ?? 0;
  }

  async #save(target: string, position: number): Promise<void> {
    await acrossTenants('how far Kafka was read is the installation’s', () =>
      this.#platform.db.sql
        .insert(eventForwards)
        .values({ target, position })
        .onConflictDoUpdate({ target: eventForwards.target, set: { position } }),
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
