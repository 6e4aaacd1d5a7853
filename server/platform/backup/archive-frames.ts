import { createHash } from 'node:crypto';
import type { Source } from '../crypto/keys.ts';
import { fail } from '../failure.ts';

/**
 * What a backup holds, one entry after another: each a frame with its name, frames with its bytes, and a frame with
 * their number and SHA-256. The last frame counts the entries, so that an archive is seen to be whole.
 *
 * A frame is one byte of kind, four bytes of length (big-endian) and that many bytes.
 */
const kinds = { entry: 0x45, data: 0x44, end: 0x5a, archive: 0x41 } as const;
const mostFrameBytes = 4 * 1024 * 1024;
const dataBytes = 1024 * 1024;

export interface ArchiveEntry {
  /** `store/...`, `keys/...`, `streams/...`, `objects/...`, `postgresql.dump`, `manifest.json`. */
  name: string;
  source: Source;
}

export interface ArchiveTotals {
  entries: number;
  bytes: number;
}

/** Frames of the entries; sources are read one after another, each to its end. */
export async function* writeArchive(
  entries: AsyncIterable<ArchiveEntry>,
  onEntry: (name: string, bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const totals: ArchiveTotals = { entries: 0, bytes: 0 };
  for await (const { name, source } of entries) {
    yield frame(kinds.entry, Buffer.from(JSON.stringify({ name })));
    const sum = createHash('sha256');
    let bytes = 0;
    for await (const piece of source instanceof Uint8Array ? [source] : source) {
      const whole = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      sum.update(whole);
      bytes += whole.byteLength;
      for (let at = 0; at < whole.byteLength; at += dataBytes)
        yield frame(kinds.data, whole.subarray(at, at + dataBytes));
    }
    yield frame(kinds.end, Buffer.from(JSON.stringify({ bytes, sha256: sum.digest('hex') })));
    totals.entries += 1;
    totals.bytes += bytes;
    onEntry(name, bytes);
  }
  yield frame(kinds.archive, Buffer.from(JSON.stringify(totals)));
}

/** What to do with an entry: its bytes are handed over as they come and must all be taken. */
export type TakeEntry = (name: string, content: AsyncIterable<Buffer>) => Promise<void>;

/** Throws MALFORMED_FILE for an archive that is not whole or whose entries are not what was written. */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  take: TakeEntry,
): Promise<ArchiveTotals> {
  const frames = framesOf(source);
  const totals: ArchiveTotals = { entries: 0, bytes: 0 };
  for (;;) {
    const opening = await next(frames);
    const said = JSON.parse(opening.content.toString());
    if (opening.kind === kinds.archive) {
      if (said.entries !== totals.entries || said.bytes !== totals.bytes) malformed('entries are missing');
      if (!(await frames.next()).done) malformed('it goes on after its end');
      return totals;
    }
    if (opening.kind !== kinds.entry || typeof said.name !== 'string') malformed('an entry is expected');
    const seen = { bytes: 0, whole: false };
    await take(said.name, contentOf(frames, seen));
    if (!seen.whole) throw new Error(`the entry "${said.name}" was not read to its end`);
    totals.entries += 1;
    totals.bytes += seen.bytes;
  }
}

interface Frame {
  kind: number;
  content: Buffer;
}

async function* contentOf(
  frames: AsyncGenerator<Frame>,
  seen: { bytes: number; whole: boolean },
): AsyncGenerator<Buffer> {
  const sum = createHash('sha256');
  for (;;) {
    const { kind, content } = await next(frames);
    if (kind === kinds.end) {
      const said = JSON.parse(content.toString());
      if (said.bytes !== seen.bytes || said.sha256 !== sum.digest('hex'))
        malformed('an entry is not what was written');
      seen.whole = true;
      return;
    }
    if (kind !== kinds.data) malformed('bytes of an entry are expected');
    sum.update(content);
    seen.bytes += content.byteLength;
    yield content;
  }
}

async function next(frames: AsyncGenerator<Frame>): Promise<Frame> {
  const { value, done } = await frames.next();
  return done === true ? malformed('it ends before its end') : value;
}

async function* framesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    held = held.byteLength === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    for (;;) {
      if (held.byteLength < 5) break;
      const length = held.readUInt32BE(1);
      if (length > mostFrameBytes) malformed('a frame is too long');
      if (held.byteLength < 5 + length) break;
      yield { kind: held[0] ?? 0, content: held.subarray(5, 5 + length) };
      held = held.subarray(5 + length);
    }
  }
  if (held.byteLength > 0) malformed('it ends within a frame');
}

function frame(kind: number, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = kind;
  head.writeUInt32BE(content.byteLength, 1);
  return Buffer.concat([head, content]);
}

const malformed = (what: string): never =>
  fail('MALFORMED_FILE', `Expected a whole Stroma backup; ${what}. Use another backup.`);
