import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { makeFolder } from '../../objects/durable-files.ts';
import { addFrame, firstOffsetOf, makeSegment, type Segment, scanSegment } from './segment-file.ts';
import type { FrameHead } from './segment-frames.ts';
import type { LogTopic } from './stream-log.ts';

export interface SegmentSizes {
  segmentBytes: number;
  segmentMs: number;
}

interface Summary {
  next: number;
  bytes: number;
  newestAt: number;
  marks: Segment['marks'];
  heads: [number, number, number, string, string][];
}

/**
 * The files of one topic. The last is written to; of the others a summary lies beside, so that they are not read
 * through when the topic is opened. One writer at a time.
 */
export class TopicSegments {
  readonly #folder: string;
  readonly #sizes: SegmentSizes;
  readonly #segments: Segment[];
  #file: FileHandle | null = null;
  /** Keys of the segment that is written to, for its summary. */
  #heads: Summary['heads'] = [];

  private constructor(folder: string, sizes: SegmentSizes, segments: Segment[], heads: Summary['heads']) {
    this.#folder = folder;
    this.#sizes = sizes;
    this.#segments = segments;
    this.#heads = heads;
  }

  /** Tells each head that carries a key, oldest first. */
  static async open(
    folder: string,
    sizes: SegmentSizes,
    log: Logger,
    onKey: (head: FrameHead) => void,
  ): Promise<TopicSegments> {
    await makeFolder(folder);
    const names = (await readdir(folder)).filter((name) => firstOffsetOf(name) !== null).sort();
    const segments: Segment[] = [];
    let heads: Summary['heads'] = [];
    for (const [index, name] of names.entries()) {
      const path = join(folder, name);
      const first = firstOffsetOf(name) ?? 0;
      const last = index === names.length - 1;
      const summary = last ? null : await readSummary(path);
      if (summary !== null) {
        for (const head of summary.heads) onKey(headOf(head));
        segments.push({ path, first, madeAt: summary.newestAt, ...summary });
        continue;
      }
      heads = [];
      const { segment, fileBytes } = await scanSegment(path, first, (head) => {
        if (head.key === null) return;
        onKey(head);
        heads.push(summaryOf(head));
      });
      segments.push(segment);
      if (!last || fileBytes === segment.bytes) continue;
      log.warn({ path, kept: segment.bytes, dropped: fileBytes - segment.bytes }, 'a torn batch was cut off');
    }
    return new TopicSegments(folder, sizes, segments, heads);
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get first(): number {
    return this.#segments[0]?.first ?? 0;
  }

  get next(): number {
    return this.#segments.at(-1)?.next ?? 0;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Writes and syncs frames as one. When it throws, none of them is there, nor will be after a restart. */
  async append(frames: readonly { head: FrameHead; bytes: Buffer }[]): Promise<void> {
    const segment = await this.#writable();
    const file = this.#file as FileHandle;
    try {
      await writeAll(file, Buffer.concat(frames.map(({ bytes }) => bytes)), segment.bytes);
      await file.datasync();
    } catch (error) {
      // After a failed sync nobody knows what is on disk: the file is opened and cut again before the next write.
      await file.truncate(segment.bytes).catch(() => undefined);
      await this.#release();
      throw error;
    }
    for (const { head, bytes } of frames) {
      addFrame(segment, head, bytes.byteLength);
      if (head.key !== null) this.#heads.push(summaryOf(head));
    }
  }

  /** Removes whole files that hold nothing a topic still keeps. */
  async trim({ retention, keepFrom }: LogTopic, now: number): Promise<void> {
    for (;;) {
      const [oldest, ...others] = this.#segments;
      if (oldest === undefined || oldest.bytes === 0 || oldest.next > keepFrom) return;
      const tooOld = oldest.newestAt < now - retention.ms;
      // The name of the last file says where the offsets go on: an empty one takes its place.
      if (others.length === 0 && tooOld) await this.#begin(oldest);
      else if (others.length === 0 || (!tooOld && this.bytes <= retention.bytes)) return;
      this.#segments.shift();
      await rm(oldest.path, { force: true });
      await rm(`${oldest.path}.json`, { force: true });
    }
  }

  async close(): Promise<void> {
    await this.#release();
  }

  async drop(): Promise<void> {
    await this.#release();
    this.#segments.length = 0;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #release(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => undefined);
  }

  async #writable(): Promise<Segment> {
    const last = this.#segments.at(-1);
    const full =
      last !== undefined &&
      last.bytes > 0 &&
      (last.bytes >= this.#sizes.segmentBytes || Date.now() - last.madeAt >= this.#sizes.segmentMs);
    if (last === undefined || full) return this.#begin(last);
    if (this.#file === null) {
      this.#file = await open(last.path, constants.O_RDWR);
      try {
        await this.#file.truncate(last.bytes);
        await this.#file.sync();
      } catch (error) {
        await this.#release();
        throw error;
      }
    }
    return last;
  }

  async #begin(last: Segment | undefined): Promise<Segment> {
    const { segment, file } = await makeSegment(this.#folder, last?.next ?? 0);
    if (last !== undefined) await this.#summarise(last);
    await this.#release();
    this.#file = file;
    this.#segments.push(segment);
    this.#heads = [];
    return segment;
  }

  /** What is lost with it is only time: without it the segment is read through. */
  async #summarise({ path, next, bytes, newestAt, marks }: Segment): Promise<void> {
    const summary: Summary = { next, bytes, newestAt, marks, heads: this.#heads };
    await writeFile(`${path}.json`, JSON.stringify(summary), { mode: 0o600 }).catch(() => undefined);
  }
}

async function readSummary(path: string): Promise<Summary | null> {
  try {
    const summary = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Summary;
    return Array.isArray(summary.heads) && Array.isArray(summary.marks) ? summary : null;
  } catch {
    return null;
  }
}

const summaryOf = ({ firstOffset, count, receivedAt, key }: FrameHead): Summary['heads'][number] => [
  firstOffset,
  count,
  receivedAt,
  key?.id.toString('hex') ?? '',
  key?.fingerprint.toString('hex') ?? '',
];

const headOf = ([firstOffset, count, receivedAt, id, fingerprint]: Summary['heads'][number]): FrameHead => ({
  firstOffset,
  count,
  receivedAt,
  key: { id: Buffer.from(id, 'hex'), fingerprint: Buffer.from(fingerprint, 'hex') },
});

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const done = await file.write(bytes, written, bytes.byteLength - written, position + written);
    written += done.bytesWritten;
  }
}
