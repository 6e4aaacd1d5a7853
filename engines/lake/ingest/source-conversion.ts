import { StromaError } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import type { Compression } from './decompression.ts';
import type { IngestContext } from './ingest-context.ts';
import { stageText, type TextDecisions } from './ingest-csv.ts';
import type { FileFormat, IngestDecisions } from './ingest-report.ts';
import { type readFileName, refuseMarkup, type Signature } from './source-format.ts';
import { type ConvertedTable, convertStaged } from './staged-conversion.ts';
import type { ByteEvidence } from './text-encoding.ts';

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
  const format = detectFormat(context, source);
  const reason = context.overrides.format ? 'Set by the user.' : format.reason;
  const decisions = {
    format: { value: format.value, reason, given: context.overrides.format !== undefined },
    compression: {
      value: source.compression,
      reason:
        source.compression === 'none'
          ? 'The file is not packed.'
          : `The file starts with the magic bytes of ${source.compression}.`,
      given: false,
    },
  };
  switch (format.value) {
    case 'csv': {
      refuseBinary(source);
      refuseMarkup(source.head.toString('utf8'), context.fileName);
      const text = await stageText(context, source.path, source.head, source.evidence);
      return convertStaged(context, db, text.staged, { ...decisions, ...text.decisions }, target);
    }
    default:
      throw new StromaError('BINARY_FILE', `Expected a format that is read, got ${format.value}.`);
  }
}

export type StagedDecisions = Pick<IngestDecisions, 'format' | 'compression'> & TextDecisions;

function detectFormat(_context: IngestContext, _source: Source): { value: FileFormat; reason: string } {
  return { value: 'csv', reason: 'The file is text.' };
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
