import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { syncPath } from '../../objects/durable-files.ts';
import { type FrameHead, frameHeadBytes, frameLength, isIntact, readHead } from './segment-frames.ts';

const indexEveryBytes = 64 * 1024;
const scanBytes = 1024 * 1024;
const suffix = '.seg';

/** Where a frame begins, of about every 64 KiB one. */
interface Mark {
  offset: number;
  position: number;
}

/** A piece of a topic's log. `bytes` and `next` are what is durable; what lies behind is not there. */
export interface Segment {
  readonly path: string;
  readonly first: number;
  next: number;
  bytes: number;
  /** When its newest batch was received, in milliseconds. */
  newestAt: number;
  readonly madeAt: number;
  marks: Mark[];
}

export const segmentName = (first: number): string => `${String(first).padStart(16, '0')}${suffix}`;

/** The first offset a file's name says; null for other files. */
export function firstOffsetOf(name: string): number | null {
  return /^\d{16}\.seg$/.test(name) ? Number(name.slice(0, 16)) : null;
}

export async function makeSegment(
  folder: string,
  first: number,
): Promise<{ segment: Segment; file: FileHandle }> {
  const path = join(folder, segmentName(first));
  // Left by a process that died before it wrote to it; what it holds was acknowledged to nobody.
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await file.sync();
    await syncPath(folder);
  } catch (error) {
    await file.close();
    throw error;
  }
  const now = Date.now();
  return { segment: { path, first, next: first, bytes: 0, newestAt: now, madeAt: now, marks: [] }, file };
}

export function addFrame(segment: Segment, head: FrameHead, length: number): void {
  const last = segment.marks.at(-1);
  if (last === undefined || segment.bytes - last.position >= indexEveryBytes)
    segment.marks.push({ offset: head.firstOffset, position: segment.bytes });
  segment.bytes += length;
  segment.next = head.firstOffset + head.count;
  segment.newestAt = head.receivedAt;
}

/** Where to begin to read for the frame that holds `offset`. */
export function positionFor({ marks }: Segment, offset: number): number {
  let low = 0;
  let high = marks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((marks[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return marks[low]?.position ?? 0;
}

/**
 * Reads a segment through and tells each head. It ends before the first frame that is not whole: a batch that was
 * being written when the process died, which nobody was told is kept. Answers how long the file is in all.
 */
export async function scanSegment(
  path: string,
  first: number,
  onHead: (head: FrameHead) => void,
): Promise<{ segment: Segment; fileBytes: number }> {
  const file = await open(path, constants.O_RDONLY);
  try {
    const { size, mtimeMs } = await file.stat();
    const segment: Segment = {
      path,
      first,
      next: first,
      bytes: 0,
      newestAt: mtimeMs,
      madeAt: mtimeMs,
      marks: [],
    };
    for await (const frame of framesOf(file, 0, size)) {
      const head = readHead(frame);
      if (!isIntact(frame) || head.firstOffset !== segment.next) break;
      onHead(head);
      addFrame(segment, head, frame.byteLength);
    }
    return { segment, fileBytes: size };
  } finally {
    await file.close();
  }
}

/** The frames from `position` up to `end`, each whole; ends early where the rest is none. */
export async function* framesOf(file: FileHandle, position: number, end: number): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let at = position;
  for (;;) {
    const length = frameLength(held);
    if (length !== null && held.byteLength >= length) {
      yield held.subarray(0, length);
      held = held.subarray(length);
      continue;
    }
    if (held.byteLength >= frameHeadBytes && length === null) return;
    const wanted = Math.min(Math.max(scanBytes, (length ?? 0) - held.byteLength), end - at);
    if (wanted <= 0) return;
    const piece = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await file.read(piece, 0, wanted, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    held =
      held.byteLength === 0
        ? piece.subarray(0, bytesRead)
        : Buffer.concat([held, piece.subarray(0, bytesRead)]);
  }
}
