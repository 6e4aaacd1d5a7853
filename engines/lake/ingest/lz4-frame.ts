import { StromaError } from '@stroma/kernel';

/**
 * Unpacks an LZ4 frame (github.com/lz4/lz4, doc/lz4_Frame_format.md and lz4_Block_format.md), which is what Arrow
 * compresses its buffers with by default. Checksums are not verified. Throws MALFORMED_FILE on a damaged frame
 * and FILE_TOO_LARGE past `maxBytes`.
 */
export function unpackLz4Frame(frame: Uint8Array, maxBytes: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 11 || view.getUint32(0, true) !== 0x184d2204) throw damaged('its magic number is wrong');
  const flags = frame[4] as number;
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  let at = 6 + (hasContentSize ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0) + 1;
  let out = new Uint8Array(
    hasContentSize ? Math.min(Number(view.getBigUint64(6, true)), maxBytes) : frame.length * 4,
  );
  let used = 0;
  for (;;) {
    if (at + 4 > frame.length) throw damaged('it ends inside a block');
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) return out.subarray(0, used);
    const size = header & 0x7fffffff;
    if (at + size > frame.length) throw damaged('it ends inside a block');
    const block = frame.subarray(at, at + size);
    if (header >>> 31 === 1) {
      out = reserve(out, used, size, maxBytes);
      out.set(block, used);
      used += size;
    } else {
      ({ out, used } = unpackBlock(block, out, used, maxBytes));
    }
    at += size + (hasBlockChecksum ? 4 : 0);
  }
}

function unpackBlock(block: Uint8Array, target: Uint8Array<ArrayBuffer>, start: number, maxBytes: number) {
  let out = target;
  let used = start;
  let at = 0;
  const extended = (length: number): number => {
    let total = length;
    if (length !== 15) return total;
    for (;;) {
      if (at >= block.length) throw damaged('a length runs past its block');
      const byte = block[at++] as number;
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < block.length) {
    const token = block[at++] as number;
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw damaged('literals run past their block');
    out = reserve(out, used, literals, maxBytes);
    out.set(block.subarray(at, at + literals), used);
    used += literals;
    at += literals;
    if (at >= block.length) break;
    const offset = (block[at] as number) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    if (offset === 0 || offset > used) throw damaged('a match points before the start');
    const length = extended(token & 15) + 4;
    out = reserve(out, used, length, maxBytes);
    for (let i = 0; i < length; i++) out[used + i] = out[used + i - offset] as number;
    used += length;
  }
  return { out, used };
}

function reserve(
  out: Uint8Array<ArrayBuffer>,
  used: number,
  more: number,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  if (used + more <= out.length) return out;
  if (used + more > maxBytes) {
    throw new StromaError(
      'FILE_TOO_LARGE',
      `Expected a buffer of at most ${maxBytes} bytes after unpacking, got more.`,
      {
        limit: maxBytes,
      },
    );
  }
  const larger = new Uint8Array(Math.min(maxBytes, Math.max(used + more, out.length * 2)));
  larger.set(out.subarray(0, used));
  return larger;
}

const damaged = (how: string) => new StromaError('MALFORMED_FILE', `Expected a sound LZ4 frame, but ${how}.`);
