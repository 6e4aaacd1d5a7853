import { open } from 'node:fs/promises';
import type { Logger } from 'pino';
import { fail } from '../../failure.ts';
import { BatchKeys, otherEvents } from './batch-keys.ts';
import { framesOf, positionFor } from './segment-file.ts';
import { bodyOf, type FrameHead, readHead, writeFrame } from './segment-frames.ts';
import type { Appended, LogBatch, LogBounds, LogChunk, LogPage, LogTopic } from './stream-log.ts';
import { type SegmentSizes, TopicSegments } from './topic-segments.ts';

/** Seals the lines of a batch for the disk, and opens them again. */
export interface Sealing {
  seal(plain: Buffer): Promise<Uint8Array>;
  open(sealed: Buffer): Promise<Uint8Array>;
}

/** Bytes taken in by all topics and not yet durable. */
export interface Budget {
  waiting: number;
  readonly most: number;
}

interface Waiting {
  batch: LogBatch;
  body: Uint8Array;
  done: PromiseWithResolvers<Appended>;
}

/** Of one topic. */
const mostWaiting = 16 * 1024 * 1024;
const groupBytes = 8 * 1024 * 1024;
const mostFollowers = 10_000;

/** One topic's log in segment files. Batches that wait while the disk syncs are written and synced together. */
export class TopicLog {
  readonly #segments: TopicSegments;
  readonly #keys: BatchKeys;
  readonly #sealing: Sealing;
  readonly #budget: Budget;
  readonly #followers = new Set<(chunk: LogChunk) => void>();
  /** Batches with a key that are on their way. */
  readonly #coming = new Map<string, { fingerprint: Buffer; promise: Promise<Appended> }>();
  #queue: Waiting[] = [];
  #waiting = 0;
  #writing: Promise<void> | null = null;
  #closed = false;

  private constructor(segments: TopicSegments, keys: BatchKeys, sealing: Sealing, budget: Budget) {
    this.#segments = segments;
    this.#keys = keys;
    this.#sealing = sealing;
    this.#budget = budget;
  }

  static async open(
    folder: string,
    sizes: SegmentSizes,
    sealing: Sealing,
    budget: Budget,
    log: Logger,
  ): Promise<TopicLog> {
    const keys = new BatchKeys();
    const segments = await TopicSegments.open(folder, sizes, log, (head) => {
      if (head.key !== null) keys.add(head.key, head, head.receivedAt);
    });
    return new TopicLog(segments, keys, sealing, budget);
  }

  get bounds(): LogBounds {
    const { first, next, bytes } = this.#segments;
    return { first, next, bytes };
  }

  async append(topic: LogTopic, batch: LogBatch): Promise<Appended> {
    const { key } = batch;
    if (key === null) return this.#add(topic, batch);
    const name = key.id.toString('latin1');
    const coming = this.#coming.get(name);
    if (coming !== undefined) {
      if (!coming.fingerprint.equals(key.fingerprint)) otherEvents();
      return { ...(await coming.promise), repeated: true };
    }
    const known = this.#keys.find(key);
    if (known !== null) return known;
    const promise = this.#add(topic, batch);
    this.#coming.set(name, { fingerprint: key.fingerprint, promise });
    try {
      return await promise;
    } finally {
      this.#coming.delete(name);
    }
  }

  async read(from: number, maxBytes: number): Promise<LogPage> {
    const { first, next } = this.#segments;
    const start = Math.max(from, first);
    const chunks: LogChunk[] = [];
    let at = start;
    let bytes = 0;
    for (const segment of [...this.#segments.segments]) {
      if (segment.next <= at || bytes >= maxBytes) continue;
      const end = segment.bytes;
      const file = await open(segment.path, 'r').catch((error: NodeJS.ErrnoException) => {
        // Let go of while this was being read: what is left begins later.
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (file === null) continue;
      try {
        for await (const frame of framesOf(file, positionFor(segment, at), end)) {
          const head = readHead(frame);
          if (head.firstOffset + head.count <= at) continue;
          const lines = await this.#linesOf(frame);
          const skipped = Math.max(0, at - head.firstOffset);
          chunks.push({
            firstOffset: head.firstOffset + skipped,
            receivedAt: head.receivedAt,
            lines: skipped === 0 ? lines : lines.slice(skipped),
          });
          at = head.firstOffset + head.count;
          bytes += frame.byteLength;
          if (bytes >= maxBytes) break;
        }
      } finally {
        await file.close();
      }
    }
    return { chunks, next: chunks.length === 0 ? Math.min(start, next) : at, first };
  }

  follow(listener: (chunk: LogChunk) => void): () => void {
    if (this.#followers.size >= mostFollowers) fail('OVERLOADED', 'Too many listen to this topic already.');
    this.#followers.add(listener);
    return () => void this.#followers.delete(listener);
  }

  /** Never beside a write: both change which files there are. */
  async trim(topic: LogTopic): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    if (this.#closed) return;
    const trimming = this.#segments.trim(topic, Date.now()).finally(() => {
      this.#writing = this.#queue.length > 0 ? this.#write() : null;
    });
    this.#writing = trimming.catch(() => undefined);
    await trimming;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    this.#followers.clear();
    await this.#segments.close();
  }

  async drop(): Promise<void> {
    await this.close();
    await this.#segments.drop();
  }

  async #linesOf(frame: Buffer): Promise<string[]> {
    const plain = await this.#sealing.open(bodyOf(frame));
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8').split('\n');
  }

  async #add(topic: LogTopic, batch: LogBatch): Promise<Appended> {
    const plain = Buffer.from(batch.lines.join('\n'));
    this.#admit(topic, plain.byteLength);
    this.#waiting += plain.byteLength;
    this.#budget.waiting += plain.byteLength;
    try {
      const body = await this.#sealing.seal(plain);
      const done = Promise.withResolvers<Appended>();
      this.#queue.push({ batch, body, done });
      this.#writing ??= this.#write();
      return await done.promise;
    } finally {
      this.#waiting -= plain.byteLength;
      this.#budget.waiting -= plain.byteLength;
    }
  }

  #admit(topic: LogTopic, bytes: number): void {
    if (this.#closed) fail('NOT_READY', 'The server is stopping.');
    const full =
      (this.#waiting > 0 && this.#waiting + bytes > mostWaiting) ||
      (this.#budget.waiting > 0 && this.#budget.waiting + bytes > this.#budget.most);
    if (full)
      fail('OVERLOADED', 'More events arrive than the disk takes. Send this batch again in a moment.', {
        retry_after_seconds: 1,
      });
    const [oldest, ...others] = this.#segments.segments;
    // The oldest may not go, since it is not in the lake: the log would grow past what it is allowed.
    const stuck = oldest !== undefined && others.length > 0 && oldest.next > topic.keepFrom;
    if (stuck && this.#segments.bytes > topic.retention.bytes)
      fail(
        'OVERLOADED',
        'The topic holds as many events as it may that are not in the lake yet. Send this batch again later.',
        { retry_after_seconds: 30 },
      );
  }

  async #write(): Promise<void> {
    // What comes in the same turn goes with the first.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#writeGroup();
    this.#writing = null;
  }

  async #writeGroup(): Promise<void> {
    const group = this.#takeGroup();
    let next = this.#segments.next;
    const frames = group.map(({ batch, body }) => {
      const head: FrameHead = {
        count: batch.lines.length,
        receivedAt: batch.receivedAt.getTime(),
        firstOffset: next,
        key: batch.key,
      };
      next += head.count;
      return { head, bytes: writeFrame(head, body) };
    });
    try {
      await this.#segments.append(frames);
    } catch (error) {
      const refusal = refusalOf(error);
      for (const { done } of group) done.reject(refusal);
      return;
    }
    for (const [index, { batch, done }] of group.entries()) {
      const { firstOffset = 0, count = 0, receivedAt = 0 } = frames[index]?.head ?? {};
      if (batch.key !== null) this.#keys.add(batch.key, { firstOffset, count }, receivedAt);
      done.resolve({ firstOffset, count, repeated: false });
      for (const tell of this.#followers) tell({ firstOffset, receivedAt, lines: batch.lines });
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { body } of this.#queue) {
      if (count > 0 && bytes + body.byteLength > groupBytes) break;
      bytes += body.byteLength;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }
}

function refusalOf(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  try {
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return fail(
        'STORAGE_FULL',
        'The disk is full; none of this batch was kept. Make room and send it again.',
        { retry_after_seconds: 30 },
        error,
      );
    return fail(
      'STORAGE_UNAVAILABLE',
      'The disk refused the events; none of this batch was kept. Send it again.',
      { retry_after_seconds: 5 },
      error,
    );
  } catch (refusal) {
    return refusal;
  }
}
