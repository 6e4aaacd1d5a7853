import { crc32c } from './crc32c.ts';
import type { BatchKey } from './stream-log.ts';

/**
 * One batch on disk, little-endian: length of the rest (4 bytes), CRC-32C of the rest (4), then version (1), reserved
 * (3), number of events (4), milliseconds it was received at (8), first offset (8), key (16), fingerprint (16), and the
 * sealed lines. No key is sixteen zeros.
 */
export interface FrameHead {
  count: number;
  receivedAt: number;
  firstOffset: number;
  key: BatchKey | null;
}

export const prefixBytes = 8;
const headBytes = 56;
export const frameHeadBytes = prefixBytes + headBytes;
const version = 1;
/** No frame is longer: a length past it is not a length. */
export const longestFrame = 64 * 1024 * 1024;

const none = Buffer.alloc(16);

export function writeFrame(head: FrameHead, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(frameHeadBytes + body.byteLength);
  frame.writeUInt32LE(headBytes + body.byteLength, 0);
  frame.writeUInt32LE(version, 8);
  frame.writeUInt32LE(head.count, 12);
  frame.writeDoubleLE(head.receivedAt, 16);
  frame.writeBigUInt64LE(BigInt(head.firstOffset), 24);
  (head.key?.id ?? none).copy(frame, 32, 0, 16);
  (head.key?.fingerprint ?? none).copy(frame, 48, 0, 16);
  frame.set(body, frameHeadBytes);
  frame.writeUInt32LE(crc32c(frame.subarray(prefixBytes)), 4);
  return frame;
}

/** Bytes of the frame that begins here, with its prefix; null when there is none. */
export function frameLength(prefix: Buffer): number | null {
  if (prefix.byteLength < prefixBytes) return null;
  const length = prefix.readUInt32LE(0);
  return length < headBytes || length > longestFrame ? null : prefixBytes + length;
}

export function readHead(frame: Buffer): FrameHead {
  const id = frame.subarray(32, 48);
  return {
    count: frame.readUInt32LE(12),
    receivedAt: frame.readDoubleLE(16),
    firstOffset: Number(frame.readBigUInt64LE(24)),
    key: id.equals(none) ? null : { id: Buffer.from(id), fingerprint: Buffer.from(frame.subarray(48, 64)) },
  };
}

/** Whether a whole frame is what was written. */
export function isIntact(frame: Buffer): boolean {
  return frame.readUInt32LE(8) === version && frame.readUInt32LE(4) === crc32c(frame.subarray(prefixBytes));
}

export const bodyOf = (frame: Buffer): Buffer => frame.subarray(frameHeadBytes);
