import { apiPrefix } from '@stroma/contracts';
import type { LogChunk, StreamLog } from '../../platform/events/log/stream-log.ts';
import { countFellBehind, countRowsOut } from '../../platform/metrics/stream-metrics.ts';
import type { KnownTopic } from './topic-book.ts';

/** Where the events of one consumer go: a connection. */
export interface FeedSink {
  /** False when no more should be written before `drained`. */
  write(text: Buffer): boolean;
  readonly open: boolean;
  drained(): Promise<void>;
}

const shortestPauseMs = 5;
const longestPauseMs = 50;
/** Writing to one costs the processor some 15 µs: so many times that is waited before it is done again. */
const pauseMsPerConsumer = 0.05;
const flushBytes = 1024 * 1024;
const catchUpBytes = 512 * 1024;

interface Consumer {
  sink: FeedSink;
  next: number;
  /** Reads from the log and gets nothing from the live side until it has caught up. */
  behind: boolean;
}

/**
 * Topics as they are sent to who listens. All who are abreast get the same bytes, made once: at once after a
 * pause, and then as often as leaves time for anything else. One whose connection is full gets nothing until it has
 * drained, and then what it missed from the log: nothing is held for it.
 */
export class TopicFeeds {
  readonly #log: StreamLog;
  readonly #feeds = new Map<string, TopicFeed>();

  constructor(log: StreamLog) {
    this.#log = log;
  }

  /** From `after` on, or from now. Resolves when the consumer is connected; call what it gives when it goes. */
  async join(topic: KnownTopic, sink: FeedSink, after: number | null): Promise<() => void> {
    const { id } = topic.row;
    let feed = this.#feeds.get(id);
    if (feed === undefined) {
      feed = new TopicFeed(this.#log, topic, () => this.#feeds.delete(id));
      this.#feeds.set(id, feed);
    }
    return feed.join(sink, after);
  }

  consumersOf(topicId: string): number {
    return this.#feeds.get(topicId)?.size ?? 0;
  }

  /** Of all topics: what tests count. */
  get consumers(): number {
    let count = 0;
    for (const { size } of this.#feeds.values()) count += size;
    return count;
  }
}

class TopicFeed {
  readonly #log: StreamLog;
  readonly #topic: KnownTopic;
  readonly #onEmpty: () => void;
  readonly #consumers = new Set<Consumer>();
  /** Names offsets in event ids. */
  readonly #id: string;
  #following: Promise<() => void> | null = null;
  #texts: string[] = [];
  #bytes = 0;
  /** What waits begins and ends here. */
  #from = 0;
  #next = 0;
  #timer: NodeJS.Timeout | null = null;
  #flushAfter = 0;

  constructor(log: StreamLog, topic: KnownTopic, onEmpty: () => void) {
    this.#log = log;
    this.#topic = topic;
    this.#onEmpty = onEmpty;
    this.#id = topic.row.id;
  }

  get size(): number {
    return this.#consumers.size;
  }

  async join(sink: FeedSink, after: number | null): Promise<() => void> {
    const consumer: Consumer = { sink, next: after ?? 0, behind: true };
    this.#consumers.add(consumer);
    try {
      this.#following ??= this.#follow();
      await this.#following;
      const { next } = await this.#log.bounds(this.#topic.log);
      if (after === null || after > next) consumer.next = next;
      if (after === null) sink.write(Buffer.from(`id: ${this.#id}:${next - 1}\n\n`));
    } catch (error) {
      this.#leave(consumer);
      throw error;
    }
    void this.#catchUp(consumer, false);
    return () => this.#leave(consumer);
  }

  async #follow(): Promise<() => void> {
    const stop = await this.#log.follow(this.#topic.log, (chunk) => this.#take(chunk));
    const { next } = await this.#log.bounds(this.#topic.log);
    if (this.#texts.length === 0) {
      this.#from = next;
      this.#next = next;
    }
    return stop;
  }

  #leave(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer) || this.#consumers.size > 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#texts = [];
    this.#bytes = 0;
    void this.#following?.then((stop) => stop());
    this.#onEmpty();
  }

  #take(chunk: LogChunk): void {
    if (this.#texts.length === 0) this.#from = chunk.firstOffset;
    const text = this.#textOf(chunk);
    this.#texts.push(text);
    this.#bytes += text.length;
    this.#next = chunk.firstOffset + chunk.lines.length;
    if (this.#bytes >= flushBytes) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#flushAfter - performance.now()));
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = Buffer.from(this.#texts.join(''));
    this.#texts = [];
    this.#bytes = 0;
    const from = this.#from;
    this.#from = this.#next;
    let told = 0;
    for (const consumer of this.#consumers) {
      if (consumer.behind || consumer.next !== from) continue;
      told += this.#next - from;
      consumer.next = this.#next;
      if (consumer.sink.write(text)) continue;
      consumer.behind = true;
      void this.#catchUp(consumer, true);
    }
    countRowsOut(told, 'sse');
    const pause = Math.min(Math.max(shortestPauseMs, this.size * pauseMsPerConsumer), longestPauseMs);
    this.#flushAfter = performance.now() + pause;
  }

  /** Gives a consumer what it missed, from the log, as fast as it takes it. */
  async #catchUp(consumer: Consumer, fell: boolean): Promise<void> {
    const { sink } = consumer;
    try {
      if (fell) await sink.drained();
      let told = !fell;
      while (sink.open && this.#consumers.has(consumer)) {
        // Between here and the next await nothing can arrive.
        if (consumer.next >= this.#from) {
          consumer.next = Math.max(consumer.next, this.#from);
          consumer.behind = false;
          return;
        }
        if (!told) {
          told = true;
          countFellBehind('sse', 'resynchronised');
          sink.write(this.#resync({ behind: this.#next - consumer.next, missed: 0 }));
        }
        const page = await this.#log.read(this.#topic.log, consumer.next, catchUpBytes);
        if (page.first > consumer.next)
          sink.write(this.#resync({ behind: 0, missed: page.first - consumer.next }));
        if (page.chunks.length === 0) {
          consumer.next = Math.max(page.first, page.next, this.#from);
          continue;
        }
        consumer.next = page.next;
        const text = Buffer.from(page.chunks.map((chunk) => this.#textOf(chunk)).join(''));
        if (!sink.write(text)) await sink.drained();
      }
    } catch {
      // Its connection broke, or the log was closed: either way it is let go.
      this.#leave(consumer);
    }
  }

  /** Events that were let go before it could read them are `missed`; `behind` ones follow. */
  #resync(data: { behind: number; missed: number }): Buffer {
    return Buffer.from(`event: stroma.resync\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #textOf({ firstOffset, receivedAt, lines }: LogChunk): string {
    const { tenantId, name } = this.#topic.row;
    const time = new Date(receivedAt).toISOString();
    const head = `","source":"${apiPrefix}/streams/${name}","type":"stream.event","subject":"${this.#id}","time":"${time}","datacontenttype":"application/json","tenantid":"${tenantId}","data":`;
    let text = '';
    for (const [index, line] of lines.entries()) {
      const id = `${this.#id}:${firstOffset + index}`;
      text += `id: ${id}\ndata: {"specversion":"1.0","id":"${id}${head}${line}}\n\n`;
    }
    return text;
  }
}
