import { TextDecoder } from 'node:util';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import { wordPattern } from './word-patterns.ts';

/** Longer than any identifier with what stands around it. */
const overlap = 1000;
/** First bytes of formats whose text is packed: gzip, zip (workbooks), Parquet, bzip2, xz, zstandard, HDF5. */
const packed = ['1f8b', '504b0304', '50415231', '425a68', 'fd377a58', '28b52ffd', '89484446'];

export const patternsOf = (identifiers: readonly string[]): RegExp[] =>
  identifiers.map((each) => new RegExp(wordPattern(each, 'javascript'), 'u'));

/** A text with `[erased]` where it quoted one of the identifiers as whole words. */
export function replaceWords(text: string, identifiers: readonly string[]): string {
  let changed = text;
  for (const { source } of patternsOf(identifiers)) {
    // What stands between two words is taken by the first of them: the second is found the next time.
    for (let before = ''; before !== changed; ) {
      before = changed;
      changed = changed.replaceAll(new RegExp(source, 'gu'), '$1[erased]$3');
    }
  }
  return changed;
}

/**
 * Whether an object of plain text quotes one of the identifiers as whole words; in constant memory. Null for what is
 * packed, false for what is not there.
 */
export async function quotedInObject(
  objects: ObjectStore,
  key: string,
  identifiers: readonly string[],
  signal: AbortSignal,
): Promise<boolean | null> {
  if (key === '' || (await objects.stat(key)) === null) return false;
  const patterns = patternsOf(identifiers);
  let decoders: TextDecoder[] | null = null;
  let tails: string[] = [];
  for await (const part of await objects.get(key)) {
    signal.throwIfAborted();
    const bytes = part as Buffer;
    if (decoders === null) {
      const head = bytes.subarray(0, 4).toString('hex');
      if (packed.some((magic) => head.startsWith(magic))) return null;
      decoders = decodersOf(head, identifiers);
      tails = decoders.map(() => '');
    }
    for (const [index, decoder] of decoders.entries()) {
      const window = (tails[index] ?? '') + decoder.decode(bytes, { stream: true });
      if (patterns.some((pattern) => pattern.test(window))) return true;
      tails[index] = window.slice(-overlap);
    }
  }
  return false;
}

/** A file may be in an older encoding: what is not ASCII is looked for in both. */
function decodersOf(head: string, identifiers: readonly string[]): TextDecoder[] {
  if (head.startsWith('fffe')) return [new TextDecoder('utf-16le')];
  if (head.startsWith('feff')) return [new TextDecoder('utf-16be')];
  const plain = identifiers.every((each) => /^[\x20-\x7e]*$/.test(each));
  return plain ? [new TextDecoder('utf-8')] : [new TextDecoder('utf-8'), new TextDecoder('windows-1252')];
}
