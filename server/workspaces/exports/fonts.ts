import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { inflateSync } from 'node:zlib';

/** A family each, as long as the name they have: a typesetter asks one file of a family alone for its letters. */
const subsets = { latin: 'Inter', 'latin-ext': 'Intex', greek: 'Integ', cyrillic: 'Intec' };
const weights = [400, 500, 600];
const require = createRequire(import.meta.url);

/**
 * Inter as font files a drawing library reads: the package has them as WOFF 1.0, which is a font with its tables
 * deflated. Written once, into `folder`.
 */
export function unpackFonts(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const source = join(dirname(require.resolve('@fontsource/inter/package.json')), 'files');
  for (const [subset, family] of Object.entries(subsets))
    for (const weight of weights) {
      const target = join(folder, `${family}-${weight}.ttf`);
      if (existsSync(target)) continue;
      const woff = readFileSync(join(source, `inter-${subset}-${weight}-normal.woff`));
      const font = unpackWoff(woff, family);
      const part = `${target}.${threadId}.part`;
      writeFileSync(part, font);
      renameSync(part, target);
    }
}

export const fontFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ttf'))
    .sort()
    .map((name) => join(folder, name));

/** WOFF 1.0 (https://www.w3.org/TR/WOFF/) as the font it holds, of this family. Throws for what is none. */
export function unpackWoff(woff: Buffer, family: string): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('expected a WOFF 1.0 file');
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, at) => {
    const entry = 44 + 20 * at;
    const offset = woff.readUInt32BE(entry + 4);
    const packed = woff.subarray(offset, offset + woff.readUInt32BE(entry + 8));
    const length = woff.readUInt32BE(entry + 12);
    const tag = woff.subarray(entry, entry + 4);
    const data = packed.length < length ? inflateSync(packed) : packed;
    const isNames = tag.toString('latin1') === 'name';
    return { tag, checksum: woff.readUInt32BE(entry + 16), data: isNames ? named(data, family) : data };
  });
  const power = 2 ** Math.floor(Math.log2(count));
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(power * 16, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE((count - power) * 16, 10);
  const bodies: Buffer[] = [];
  let offset = head.length;
  for (const [at, { tag, checksum, data }] of tables.entries()) {
    const entry = 12 + 16 * at;
    tag.copy(head, entry);
    head.writeUInt32BE(checksum, entry + 4);
    head.writeUInt32BE(offset, entry + 8);
    head.writeUInt32BE(data.length, entry + 12);
    const padded = Math.ceil(data.length / 4) * 4;
    bodies.push(data, Buffer.alloc(padded - data.length));
    offset += padded;
  }
  return Buffer.concat([head, ...bodies]);
}

/**
 * A name table in which every weight is of one family: the package names each a family of its own, `Inter` and words
 * after it, which are cut off.
 */
function named(table: Buffer, family: string): Buffer {
  const names = Buffer.from(table);
  const strings = names.readUInt16BE(4);
  for (let at = 0; at < names.readUInt16BE(2); at += 1) {
    const record = 6 + 12 * at;
    if (names.readUInt16BE(record + 6) !== 1) continue;
    const isMac = names.readUInt16BE(record) === 1;
    const text = isMac ? Buffer.from(family, 'latin1') : Buffer.from(family, 'utf16le').swap16();
    names.writeUInt16BE(text.length, record + 8);
    text.copy(names, strings + names.readUInt16BE(record + 10));
  }
  return names;
}
