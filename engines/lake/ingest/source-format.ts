import { StromaError } from '@stroma/kernel';
import type { FileFormat } from './ingest-report.ts';

/** What the first bytes of a file are, before its text is looked at. */
export type Signature = 'gzip' | 'zstd' | 'zip' | 'cfb' | 'parquet' | 'arrow' | 'text';

const foreign: [string, (head: Buffer) => boolean][] = [
  ['a bzip2 archive', (head) => startsWith(head, 'BZh') && startsWith(head.subarray(4), '1AY&SY')],
  ['an xz archive', (head) => head.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))],
  ['a 7-Zip archive', (head) => head.subarray(0, 4).equals(Buffer.from([0x37, 0x7a, 0xbc, 0xaf]))],
  ['a RAR archive', (head) => startsWith(head, 'Rar!')],
  ['a PDF document', (head) => startsWith(head, '%PDF-')],
  ['a PNG picture', (head) => head.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))],
  ['a JPEG picture', (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['a GIF picture', (head) => startsWith(head, 'GIF8')],
  ['an SQLite database', (head) => startsWith(head, 'SQLite format 3')],
  ['an HDF5 file', (head) => head.subarray(0, 4).equals(Buffer.from([0x89, 0x48, 0x44, 0x46]))],
  ['a Feather V1 file (write it as Feather V2 or Parquet)', (head) => startsWith(head, 'FEA1')],
  ['a program', (head) => startsWith(head, '\x7fELF') || startsWith(head, 'MZ\x90')],
  ['an FCS cytometry file', (head) => /^FCS[23]\.\d {4}/.test(head.toString('latin1', 0, 10))],
  ['an RTF document', (head) => startsWith(head, '{\\rtf')],
  ['an Avro file', (head) => startsWith(head, 'Obj\x01')],
  ['an ORC file', (head) => startsWith(head, 'ORC') && head[3] !== undefined && (head[3] as number) < 32],
];

/** Tells a file by its magic bytes. Throws for a kind that is known and not read. */
export function readSignature(head: Buffer): Signature {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if (head.length >= 4 && (head.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50) return 'zstd';
  if (startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06')) return 'zip';
  if (head.subarray(0, 8).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]))) return 'cfb';
  if (startsWith(head, 'PAR1')) return 'parquet';
  if (startsWith(head, 'PARE')) {
    throw new StromaError(
      'ENCRYPTED_FILE',
      'Expected a readable Parquet file; this one is encrypted. Decrypt it first.',
    );
  }
  if (startsWith(head, 'ARROW1')) return 'arrow';
  if (isArrowStream(head)) return 'arrow';
  for (const [name, matches] of foreign) {
    if (matches(head)) {
      throw new StromaError(
        'BINARY_FILE',
        `Expected CSV, JSON, Parquet, Arrow or Excel (.xlsx), got ${name}. Save or unpack it as one of these.`,
        { found: name },
      );
    }
  }
  return 'text';
}

/** An Arrow stream starts with a continuation mark and the length of its schema message. */
function isArrowStream(head: Buffer): boolean {
  if (head.length < 16 || head.readUInt32LE(0) !== 0xffffffff) return false;
  const length = head.readInt32LE(4);
  return length > 0 && length < 2 ** 28 && length % 8 === 0;
}

function startsWith(head: Buffer, text: string): boolean {
  return head.length >= text.length && head.toString('latin1', 0, text.length) === text;
}

/** Refuses markup that spreadsheet programs save under other names. `text` is the decoded beginning of the file. */
export function refuseMarkup(text: string, fileName: string): void {
  const start = text
    .replace(/^\ufeff/, '')
    .trimStart()
    .slice(0, 2000);
  const kind = /^(<!doctype html|<html|<head|<body|<table|<meta)/i.test(start)
    ? 'an HTML page'
    : /^<\?xml|^<[a-z][\w:.-]*[\s>]/i.test(start) && /<[a-z][\w:.-]*[^<>]*>/i.test(start)
      ? 'an XML document'
      : null;
  if (kind === null) return;
  throw new StromaError(
    'MISLABELLED_FILE',
    `Expected a table, but the content of "${fileName}" is ${kind}. Open it in a spreadsheet program and save it as CSV or .xlsx.`,
    { found: kind },
  );
}

const byExtension: Record<string, FileFormat> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  txt: 'csv',
  dat: 'csv',
  json: 'json',
  geojson: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
};

/** What the name promises; both null when it says nothing. The name is only ever a hint. */
export function readFileName(fileName: string): {
  format: FileFormat | null;
  compression: 'gzip' | 'zstd' | null;
  extension: string;
} {
  let name = fileName.toLowerCase();
  const packed = /\.(gz|gzip|zst|zstd)$/.exec(name);
  const compression = packed ? (packed[1]?.startsWith('g') ? 'gzip' : 'zstd') : null;
  if (packed) name = name.slice(0, packed.index);
  const extension = /\.([a-z0-9]+)$/.exec(name)?.[1] ?? '';
  return { format: byExtension[extension] ?? null, compression, extension };
}
