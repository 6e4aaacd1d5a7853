import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Appended, InvalidEvents } from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { BatchKey, StreamLog } from '../../platform/events/log/stream-log.ts';
import { countStreamRefusal } from '../../platform/events/stream-metrics.ts';
import { fail } from '../../platform/failure.ts';
import { countAppend } from '../../platform/metrics/stream-metrics.ts';
import type { Platform } from '../../platform/platform.ts';
import { mostBatchEvents } from './batch-body.ts';
import type { Landing } from './landing.ts';
import type { KnownTopic, TopicBook } from './topic-book.ts';

export interface IncomingBatch {
  events: Iterable<unknown>;
  /** What the rate of bytes counts. */
  bytes: number;
  /** SHA-256 of what was sent, for a key. */
  fingerprint: () => Buffer;
  idempotencyKey: string | null;
  onInvalid: InvalidEvents | undefined;
  transport: 'http' | 'websocket' | 'kafka';
}

interface Sent {
  events: number;
  bytes: number;
  transport: IncomingBatch['transport'];
}

const toldProblems = 100;
/** So many are held against the schema before others get their turn: about five milliseconds. */
const atOnce = 2000;
const windowMs = 10_000;

/** Events on their way into a topic: held against its columns, counted, and written before anybody is answered. */
export class Producers {
  readonly #platform: Pick<Platform, 'cache' | 'config'>;
  readonly #log: StreamLog;
  readonly #book: TopicBook;
  readonly #landing: Pick<Landing, 'arrived'>;

  constructor(
    platform: Pick<Platform, 'cache' | 'config'>,
    log: StreamLog,
    book: TopicBook,
    landing: Pick<Landing, 'arrived'>,
  ) {
    this.#platform = platform;
    this.#log = log;
    this.#book = book;
    this.#landing = landing;
  }

  async append(ctx: Context, topicName: string, batch: IncomingBatch): Promise<Appended> {
    const topic = await this.#book.writable(ctx, topicName);
    return this.appendTo(ctx, topic, batch);
  }

  /** For who has looked the topic up and may write to it. */
  async appendTo(ctx: Context, topic: KnownTopic, batch: IncomingBatch): Promise<Appended> {
    const { lines, problems, refused } = await fitted(topic, batch.events);
    const onInvalid = batch.onInvalid ?? topic.row.onInvalid;
    if (refused > 0) countStreamRefusal(refused);
    if (refused > 0 && (onInvalid === 'refuse_batch' || lines.length === 0))
      fail(
        'EVENTS_INVALID',
        `${refused} of ${refused + lines.length} events do not fit the topic "${topic.row.name}"; none was kept. Mend them, or ask for on_invalid=skip.`,
        { refused, problems },
      );
    if (lines.length === 0) fail('INVALID_INPUT', 'Expected at least one event.', { field: 'body' });
    await this.#limit(ctx, { events: lines.length, bytes: batch.bytes, transport: batch.transport });
    const key = keyOf(ctx, batch);
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1000;
    const appending = this.#log.append(topic.log, { lines, key, receivedAt: new Date() });
    const { firstOffset, count, repeated } = await appending.catch((error: { code?: string }) => {
      countAppend(0, batch.transport, error.code ?? 'INTERNAL', seconds());
      throw error;
    });
    countAppend(repeated ? 0 : count, batch.transport, 'succeeded', seconds());
    if (!repeated) {
      this.#landing.arrived(topic.row, batch.bytes);
      topic.rate.add(count);
    }
    return {
      accepted: repeated ? count : lines.length,
      refused,
      first_offset: firstOffset,
      next_offset: firstOffset + count,
      repeated,
      problems,
    };
  }

  async #limit({ actor }: Context, { events, bytes, transport }: Sent): Promise<void> {
    const { cache, config } = this.#platform;
    const limits = [
      ['events', events, config.STROMA_STREAMS_EVENTS_PER_SECOND],
      ['bytes', bytes, config.STROMA_STREAMS_BYTES_PER_SECOND],
    ] as const;
    const counted: (() => Promise<unknown>)[] = [];
    for (const [name, by, perSecond] of limits) {
      const key = `rate:streams-${name}:${actor.tenantId}`;
      const most = perSecond * (windowMs / 1000);
      const { count, resetMs } = await cache.increment(key, windowMs, by);
      counted.push(async () => cache.increment(key, windowMs, -by));
      if (count <= most || count === by) continue;
      // What is refused takes nothing from what may still come.
      for (const takeBack of counted) await takeBack();
      countAppend(0, transport, 'RATE_LIMITED', 0);
      fail(
        'RATE_LIMITED',
        `Your organisation sends more than ${perSecond} ${name} a second. Send this batch again later.`,
        { limit: perSecond, unit: name, retry_after_seconds: Math.max(1, Math.ceil(resetMs / 1000)) },
      );
    }
  }
}

async function fitted(topic: KnownTopic, events: Iterable<unknown>) {
  const lines: string[] = [];
  const problems: { index: number; reason: string }[] = [];
  let refused = 0;
  let index = 0;
  for (const event of events) {
    if (index >= mostBatchEvents)
      fail('PAYLOAD_TOO_LARGE', `Expected at most ${mostBatchEvents} events in a batch. Send several.`, {
        limit_events: mostBatchEvents,
      });
    if (index > 0 && index % atOnce === 0) await nextTurn();
    const fit = event === undefined ? { reason: 'The line is not JSON.' } : topic.fit(event);
    if ('line' in fit) lines.push(fit.line);
    else {
      refused += 1;
      if (problems.length < toldProblems) problems.push({ index, reason: fit.reason });
    }
    index += 1;
  }
  return { lines, problems, refused };
}

/** Of the sender and its key: another's equal key is another. */
function keyOf({ actor }: Context, { idempotencyKey, fingerprint }: IncomingBatch): BatchKey | null {
  if (idempotencyKey === null) return null;
  if (!/^[\x21-\x7e]{1,200}$/.test(idempotencyKey))
    fail('INVALID_INPUT', 'Expected an Idempotency-Key of 1 to 200 visible ASCII characters.', {
      field: 'Idempotency-Key',
    });
  const id = createHash('sha256').update(`${actor.id}\n${idempotencyKey}`).digest().subarray(0, 16);
  return { id, fingerprint: fingerprint().subarray(0, 16) };
}
