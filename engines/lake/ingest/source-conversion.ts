import { StromaError } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import type { Compression } from './decompression.ts';
import type { IngestContext } from './ingest-context.ts';
import { type StagedText, stageText } from './ingest-csv.ts';
import { stageJson } from './ingest-json.ts';
import { convertParquet } from './ingest-parquet.ts';
import type { FileFormat, IngestDecisions } from './ingest-report.ts';
import { stageXlsx } from './ingest-xlsx.ts';
import { findJsonRows, type JsonLayout } from './json-layout.ts';
import { type readFileName, refuseMarkup, type Signature } from './source-format.ts';
import { type ConvertedTable, convertStaged } from './staged-conversion.ts';
import { type ByteEvidence, chooseEncoding, createTranscoder } from './text-encoding.ts';
import { toUtf8 } from './text-source.ts';

/** A file after unpacking, with what its bytes say. */
export interface Source {
  path: string;
  head: Buffer;
  signature: Signature;
  compression: Compression;
  evidence: ByteEvidence;
  /** Of the raw file. */
  sha256: string;
  named: ReturnType<typeof readFileName>;
}

/** Finds out what the source is and converts it to Parquet at `target`. */
export async function convertSource(
  context: IngestContext,
  db: DuckDb,
  source: Source,
  target: string,
): Promise<ConvertedTable> {
  const { overrides } = context;
  const compression = {
    value: source.compression,
    reason:
      source.compression === 'none'
        ? 'The file is not packed.'
        : `The file starts with the magic bytes of ${source.compression}.`,
    given: false,
  };
  const decide = (value: FileFormat, reason: string) => {
    warnMislabelled(context, source, value);
    const given = overrides.format !== undefined;
    return { format: { value, reason: given ? 'Set by the user.' : reason, given }, compression };
  };
  if (source.signature !== 'text') checkForcedFormat(context, source.signature);
  switch (source.signature) {
    case 'cfb':
      throw refuseCompound(source);
    case 'text': {
      if (overrides.format && !textFormats.includes(overrides.format))
        throw wrongFormat(overrides.format, 'text');
      refuseBinary(source);
      refuseMarkup(decodeHead(source), context.fileName);
      const json = await stageJsonText(context, source);
      if (json) {
        const reason =
          json.layout.format === 'json'
            ? 'The text is one JSON value.'
            : 'The text is JSON values one after the other.';
        return convertStaged(
          context,
          db,
          json.text.staged,
          { ...decide(json.layout.format, reason), ...json.text.decisions },
          target,
        );
      }
      const format = decide('csv', 'The file is text in lines.');
      return convertText(context, db, source, format, target);
    }
    case 'parquet':
      return convertParquet(
        context,
        db,
        source.path,
        decide('parquet', 'The file starts with the magic bytes PAR1.'),
        target,
      );
    case 'arrow': {
      // Its library is large, and few files are of it.
      const { convertArrow } = await import('./ingest-arrow.ts');
      return convertArrow(
        context,
        db,
        source.path,
        decide('arrow', 'The file starts as Arrow IPC does.'),
        target,
      );
    }
    case 'zip': {
      const book = await stageXlsx(context, source.path);
      const layout = {
        ...decide('xlsx', 'The file is a zip archive that holds a workbook.'),
        ...book.decisions,
      };
      return convertStaged(context, db, book.staged, layout, target);
    }
    default:
      throw new StromaError('INTERNAL', `Expected an unpacked file, got ${source.signature}.`);
  }
}

/** Delimited text. Should the engine disagree with our scan about a file it reads itself, it gets a rewritten copy. */
async function convertText(
  context: IngestContext,
  db: DuckDb,
  source: Source,
  format: Pick<IngestDecisions, 'format' | 'compression'>,
  target: string,
): Promise<ConvertedTable> {
  const warned = context.warnings.length;
  const text = await stageText(context, source.path, source.head, source.evidence);
  try {
    return await convertStaged(context, db, text.staged, { ...format, ...text.decisions }, target);
  } catch (error) {
    const expected = error instanceof StromaError && error.code !== 'INTERNAL';
    if (text.staged.hasLines || expected || context.signal?.aborted) throw error;
    context.warnings.length = warned;
    const again = await stageText(
      { ...context, alwaysRewrite: true },
      source.path,
      source.head,
      source.evidence,
    );
    return convertStaged(context, db, again.staged, { ...format, ...again.decisions }, target);
  }
}

const textFormats: FileFormat[] = ['csv', 'json', 'ndjson'];

/** Reads the text as JSON where it is; null when it is something else. */
async function stageJsonText(
  context: IngestContext,
  source: Source,
): Promise<{ text: StagedText; layout: JsonLayout } | null> {
  const forced = context.overrides.format;
  if (forced === 'csv') return null;
  const wanted = forced !== undefined || source.named.format === 'json' || source.named.format === 'ndjson';
  const start = decodeHead(source)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (!wanted && !/^(\{\s*("|\}|$)|\[\s*([{["\]0-9-]|true|false|null|$))/.test(start)) return null;
  const utf8 = await toUtf8(context, source.path, source.head, source.evidence);
  if (start === '')
    throw new StromaError('EMPTY_FILE', 'Expected a table, but the file holds only blank space.');
  try {
    const layout = await findJsonRows(context, utf8.path, utf8.start);
    if (
      forced === undefined &&
      source.named.format === 'csv' &&
      layout.format === 'json' &&
      layout.walk !== 'list' &&
      !isWholeJson(start)
    ) {
      return null;
    }
    const text = await stageJson(context, utf8.path, layout);
    const encoding = { value: utf8.choice.encoding, reason: utf8.choice.reason, given: utf8.choice.given };
    return { text: { ...text, decisions: { ...text.decisions, encoding } }, layout };
  } catch (error) {
    // Text that merely starts like JSON is a table of another kind, unless somebody says it is JSON.
    const looksJson = wanted || isWholeJson(start);
    if (error instanceof StromaError && error.code !== 'CANCELLED' && !looksJson) return null;
    throw error;
  }
}

/** Starts with a list or object that holds a key or another container: no delimited text begins so. */
const isWholeJson = (start: string) => /^\[\s*[{[]|^\{\s*"(?:[^"\\]|\\.)*"\s*:/.test(start);

function decodeHead({ head, evidence }: Source): string {
  const { encoding } = chooseEncoding(head, evidence, undefined);
  const text = createTranscoder(encoding).convert(head, true).toString('utf8');
  return text.replace(/^\ufeff/, '');
}

function warnMislabelled(context: IngestContext, { named }: Source, found: FileFormat): void {
  const { format, extension } = named;
  const legacy = extension === 'xls' || extension === 'html' || extension === 'htm' || extension === 'xml';
  const json = (format === 'json' || format === 'ndjson') && (found === 'json' || found === 'ndjson');
  if ((format === null && !legacy) || format === found || json || extension === 'txt' || extension === 'dat')
    return;
  context.warn(
    'mislabelled-file',
    `The name ends with .${extension}, but the content is ${found}; it was read as what it is.`,
    1,
  );
}

function checkForcedFormat({ overrides }: IngestContext, signature: Signature): void {
  const { format } = overrides;
  const found = signature === 'zip' || signature === 'cfb' ? 'xlsx' : signature;
  if (format !== undefined && format !== found) throw wrongFormat(format, found);
}

function wrongFormat(format: string, found: string): StromaError {
  return new StromaError(
    'INVALID_INPUT',
    `The format was set to ${format}, but the content is ${found}. Leave it out to have it detected.`,
    {
      field: 'format',
      found,
    },
  );
}

/** An OLE compound file is an old Excel workbook, or a new one that is encrypted. */
function refuseCompound({ head }: Source): StromaError {
  const names = head.toString('utf16le');
  const shifted = head.subarray(1).toString('utf16le');
  if (/EncryptedPackage|EncryptionInfo/.test(names + shifted)) {
    return new StromaError(
      'ENCRYPTED_FILE',
      'Expected a readable workbook; this one is protected by a password. Save it without one and try again.',
    );
  }
  return new StromaError(
    'BINARY_FILE',
    'Expected an .xlsx workbook; this is the older .xls or another Office format. Save it as .xlsx and try again.',
    { found: 'xls' },
  );
}

/** Text holds no control bytes to speak of; zeros are only text in UTF-16 and in the odd damaged cell. */
function refuseBinary({ evidence }: Source): void {
  const { inspected, controls, nulEven, nulOdd } = evidence;
  const zeros = nulEven + nulOdd;
  const wide = Math.max(nulEven, nulOdd) > 4 * Math.min(nulEven, nulOdd) && zeros > inspected * 0.1;
  if (!wide && (controls > Math.max(4, inspected * 0.02) || zeros > Math.max(8, inspected * 0.05))) {
    throw new StromaError(
      'BINARY_FILE',
      'Expected CSV, JSON, Parquet, Arrow or Excel (.xlsx), got bytes that are no text and no known format. Export the data as one of these.',
      { controls, zeros },
    );
  }
}
