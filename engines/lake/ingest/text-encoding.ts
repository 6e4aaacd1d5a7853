import { isAscii, isUtf8 } from 'node:buffer';
import { StromaError } from '@stroma/kernel';

/** What the bytes of a whole file say about their encoding. */
export interface ByteEvidence {
  bytes: number;
  /** Leading bytes in which zeros and controls were counted. */
  inspected: number;
  /** Every byte is below 0x80. */
  ascii: boolean;
  /** All of it is well-formed UTF-8. */
  utf8: boolean;
  nulEven: number;
  nulOdd: number;
  /** Bytes 0x80-0x9F: controls in Latin-1, letters and quotes in Windows-1252. */
  c1: number;
  /** Control bytes that no text holds (all below 0x20 but tab, LF, VT, FF, CR, ESC, unit separators and NUL). */
  controls: number;
  /** Multi-byte sequences that are well-formed UTF-8, and bytes that belong to none. */
  goodSequences: number;
  badBytes: number;
}

const inspectedBytes = 2 ** 20;

/** Collects `ByteEvidence` over a file given in chunks. */
export class ByteInspector {
  readonly evidence: ByteEvidence = {
    bytes: 0,
    inspected: 0,
    ascii: true,
    utf8: true,
    nulEven: 0,
    nulOdd: 0,
    c1: 0,
    controls: 0,
    goodSequences: 0,
    badBytes: 0,
  };
  private carry: Buffer = Buffer.alloc(0);

  update(chunk: Buffer): void {
    const { evidence } = this;
    const at = evidence.bytes;
    evidence.bytes += chunk.length;
    const ascii = isAscii(chunk);
    if (!ascii) evidence.ascii = false;
    if (at < inspectedBytes) this.countControls(chunk.subarray(0, inspectedBytes - at), at);
    if (ascii && this.carry.length === 0) return;
    const joined = this.carry.length > 0 ? Buffer.concat([this.carry, chunk]) : chunk;
    const cut = incompleteTail(joined);
    this.carry = Buffer.from(joined.subarray(joined.length - cut));
    this.countSequences(joined.subarray(0, joined.length - cut));
  }

  finish(): ByteEvidence {
    if (this.carry.length > 0) this.countSequences(this.carry);
    this.carry = Buffer.alloc(0);
    return this.evidence;
  }

  private countControls(chunk: Buffer, at: number): void {
    const { evidence } = this;
    evidence.inspected += chunk.length;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte >= 32) continue;
      if (byte === 0) {
        if ((at + i) % 2 === 0) evidence.nulEven++;
        else evidence.nulOdd++;
      } else if (byte < 9 || (byte > 13 && byte < 27)) evidence.controls++;
    }
  }

  private countSequences(piece: Buffer): void {
    const { evidence } = this;
    const valid = isUtf8(piece);
    if (!valid) evidence.utf8 = false;
    if (valid && evidence.utf8 && evidence.goodSequences > 100_000) return;
    for (let i = 0; i < piece.length; ) {
      const byte = piece[i] as number;
      if (byte < 0x80) {
        i++;
        continue;
      }
      const length = sequenceLength(piece, i);
      if (length > 0) {
        evidence.goodSequences++;
        i += length;
      } else {
        evidence.badBytes++;
        if (byte < 0xa0) evidence.c1++;
        i++;
      }
    }
  }
}

/** Bytes of the well-formed UTF-8 sequence at `at`, 0 when there is none. */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] as number;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  return length;
}

function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

export const doubleUtf8 = 'double-utf-8';

export interface EncodingChoice {
  encoding: string;
  reason: string;
  /** Bytes of the byte-order mark. */
  bom: number;
  given: boolean;
}

/** Chooses the encoding from the first bytes and the evidence of the whole file, or takes the given one. */
export function chooseEncoding(
  head: Uint8Array,
  evidence: ByteEvidence,
  given: string | undefined,
): EncodingChoice {
  const mark = byteOrderMark(head);
  if (given !== undefined) {
    const encoding = canonicalEncoding(given);
    const bom = mark && mark.encoding === encoding ? mark.bom : 0;
    return { encoding, reason: 'Set by the user.', bom, given: true };
  }
  if (mark)
    return { ...mark, reason: `The file starts with the byte-order mark of ${mark.encoding}.`, given: false };
  const detected = (encoding: string, reason: string): EncodingChoice => ({
    encoding,
    reason,
    bom: 0,
    given: false,
  });
  const { inspected, nulEven, nulOdd } = evidence;
  if (nulEven + nulOdd > inspected * 0.1) {
    if (nulOdd > nulEven * 4)
      return detected('utf-16le', 'Every other byte is zero, the second of each pair.');
    if (nulEven > nulOdd * 4)
      return detected('utf-16be', 'Every other byte is zero, the first of each pair.');
  }
  if (evidence.ascii) return detected('utf-8', 'All bytes are ASCII, which is UTF-8.');
  if (evidence.utf8) return detected('utf-8', 'All bytes are well-formed UTF-8.');
  if (evidence.goodSequences > 0 && evidence.goodSequences >= 4 * evidence.badBytes) {
    return detected(
      'utf-8',
      `${evidence.goodSequences} well-formed UTF-8 sequences and ${evidence.badBytes} stray bytes, which are read as Windows-1252.`,
    );
  }
  if (evidence.c1 > 0) {
    return detected(
      'windows-1252',
      `Not UTF-8; ${evidence.c1} bytes 0x80-0x9F are characters in Windows-1252.`,
    );
  }
  return detected('latin-1', 'Not UTF-8, and no byte that only Windows-1252 gives a character.');
}

function byteOrderMark(head: Uint8Array): { encoding: string; bom: number } | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bom: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bom: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bom: 2 };
  return null;
}

const aliases: Record<string, string> = {
  utf8: 'utf-8',
  'utf-8-sig': 'utf-8',
  ascii: 'utf-8',
  'us-ascii': 'utf-8',
  latin1: 'latin-1',
  'iso-8859-1': 'latin-1',
  'iso8859-1': 'latin-1',
  cp1252: 'windows-1252',
  'utf-16': 'utf-16le',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
};

/** The name by which an encoding is reported; throws INVALID_INPUT for one that cannot be read. */
export function canonicalEncoding(given: string): string {
  const lower = given.trim().toLowerCase();
  const name = aliases[lower] ?? lower;
  if (name === 'latin-1' || name === doubleUtf8) return name;
  try {
    new TextDecoder(name);
    return name;
  } catch (cause) {
    throw new StromaError(
      'INVALID_INPUT',
      `Expected the name of a text encoding such as utf-8, utf-16le, windows-1252 or latin-1, got "${given}".`,
      { field: 'encoding', given },
      { cause },
    );
  }
}

export interface TextTranscoder {
  /** UTF-8 for the next bytes; call once more with `last` to flush. */
  convert(chunk: Uint8Array, last: boolean): Buffer;
}

/** Turns bytes of `encoding` into UTF-8 piece by piece. Bytes that mean nothing become U+FFFD. */
export function createTranscoder(encoding: string): TextTranscoder {
  if (encoding === doubleUtf8) return new DoubleUtf8Transcoder();
  if (encoding === 'utf-8') return new Utf8Repairer();
  // WHATWG's decoder has no true Latin-1: its iso-8859-1 is windows-1252, so Latin-1 goes through Node's own.
  if (encoding === 'latin-1')
    return { convert: (chunk) => Buffer.from(Buffer.from(chunk).toString('latin1'), 'utf8') };
  const decoder = new TextDecoder(encoding, { ignoreBOM: false });
  return { convert: (chunk, last) => Buffer.from(decoder.decode(chunk, { stream: !last }), 'utf8') };
}

const windows1252 = new TextDecoder('windows-1252');

/** Passes UTF-8 through; a byte that is no part of it is read as Windows-1252. */
class Utf8Repairer implements TextTranscoder {
  private carry: Buffer = Buffer.alloc(0);

  convert(chunk: Uint8Array, last: boolean): Buffer {
    const joined = this.carry.length > 0 ? Buffer.concat([this.carry, chunk]) : Buffer.from(chunk);
    const cut = last ? 0 : incompleteTail(joined);
    this.carry = Buffer.from(joined.subarray(joined.length - cut));
    const piece = joined.subarray(0, joined.length - cut);
    if (isUtf8(piece)) return Buffer.from(piece);
    const out: Buffer[] = [];
    let clean = 0;
    for (let i = 0; i < piece.length; ) {
      const length = (piece[i] as number) < 0x80 ? 1 : sequenceLength(piece, i);
      if (length > 0) {
        i += length;
        continue;
      }
      out.push(piece.subarray(clean, i), Buffer.from(windows1252.decode(piece.subarray(i, i + 1)), 'utf8'));
      i++;
      clean = i;
    }
    out.push(piece.subarray(clean));
    return Buffer.concat(out);
  }
}

/** The bytes that Windows-1252 writes a character as; characters below U+0100 that it lacks are taken as Latin-1. */
const byteOf = new Map<string, number>();
for (let byte = 255; byte >= 0x80; byte--) {
  byteOf.set(String.fromCharCode(byte), byte);
  byteOf.set(windows1252.decode(Uint8Array.of(byte)), byte);
}

/** Runs of characters that are the bytes of UTF-8 read as Windows-1252 or Latin-1. */
const mojibake =
  /[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2,}/g;

/** Undoes one round of UTF-8 read as Windows-1252; text without such a run stays as it is. */
export function repairMojibake(text: string): string {
  return text.replace(mojibake, (run) => {
    const bytes = Buffer.from(Array.from(run, (char) => byteOf.get(char) ?? 0));
    return isUtf8(bytes) ? bytes.toString('utf8') : run;
  });
}

/**
 * How many runs of `text` are UTF-8 read as Windows-1252, and how many non-ASCII characters are not part of one.
 * Text was saved twice through the wrong encoding when there are several of the first and none of the second.
 */
export function mojibakeEvidence(text: string): { runs: number; others: number } {
  let runs = 0;
  let others = 0;
  for (const run of text.match(/[^\0-\x7f]+/g) ?? []) {
    const repaired = repairMojibake(run);
    if (repaired.length < run.length && !/[\u0080-\u009f]/.test(repaired)) runs++;
    else others++;
  }
  return { runs, others };
}

class DoubleUtf8Transcoder implements TextTranscoder {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: false });
  private carry = '';

  convert(chunk: Uint8Array, last: boolean): Buffer {
    const text = this.carry + this.decoder.decode(chunk, { stream: !last });
    const cut = last ? text.length : Math.max(0, text.search(/[^\0-\x7f]{0,8}$/));
    this.carry = text.slice(cut);
    return Buffer.from(repairMojibake(text.slice(0, cut)), 'utf8');
  }
}
