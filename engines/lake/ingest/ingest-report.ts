import type { ColumnSchema, ColumnType } from '@stroma/kernel';

export const fileFormats = ['csv', 'json', 'ndjson', 'parquet', 'arrow', 'xlsx'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** One thing the reader decided about a file, why, and whether a person set it. */
export interface Decision<T> {
  value: T;
  reason: string;
  /** True when the value was given by the caller instead of detected. */
  given: boolean;
}

/** What a person may set instead of what was detected. Every field is optional: absent means detect. */
export interface IngestOverrides {
  format?: FileFormat;
  encoding?: string;
  delimiter?: string;
  quote?: string;
  escape?: string;
  /** Lines before the header that are not data. */
  skip_lines?: number;
  /** Number of header lines: 0 when the file has none. */
  header_lines?: number;
  /** Lines after the last data row that are not data. */
  footer_lines?: number;
  decimal?: '.' | ',';
  thousands?: '' | ',' | '.' | ' ' | "'";
  date_order?: 'ymd' | 'dmy' | 'mdy';
  /** Spellings read as missing, beside the empty field. */
  null_values?: string[];
  /** Excel sheet name. */
  sheet?: string;
  /** Which table of the file, counted from 0, when it holds several. */
  table?: number;
  /** The column that rows are ordered by; null keeps the order of the file. */
  row_order?: string | null;
  /** Types by column name, for example `{ "zip": "text" }`. */
  column_types?: Record<string, ColumnType>;
}

export interface FoundTable {
  index: number;
  /** Sheet name, or null for a table inside a text file. */
  name: string | null;
  first_line: number;
  last_line: number;
  columns: string[];
  rows: number;
}

/** Fields that do not apply to a format are null (a Parquet file has no delimiter). */
export interface IngestDecisions {
  format: Decision<FileFormat>;
  compression: Decision<'none' | 'gzip' | 'zstd'>;
  encoding: Decision<string> | null;
  delimiter: Decision<string> | null;
  quote: Decision<string> | null;
  escape: Decision<string> | null;
  line_end: Decision<'lf' | 'crlf' | 'cr' | 'mixed'> | null;
  skip_lines: Decision<number> | null;
  header_lines: Decision<number> | null;
  footer_lines: Decision<number> | null;
  decimal: Decision<'.' | ','> | null;
  thousands: Decision<string> | null;
  date_order: Decision<'ymd' | 'dmy' | 'mdy'> | null;
  null_values: Decision<string[]> | null;
  /** The column that rows were ordered by; null where they keep the order of the file. */
  row_order: Decision<string | null>;
  table: Decision<number>;
  /** Every table found in the file; one in the normal case. */
  tables: FoundTable[];
  columns: {
    name: string;
    /** The header as the file has it, when it was renamed (empty, duplicate, trimmed). */
    original_name: string | null;
    type: Decision<ColumnType>;
  }[];
}

export interface RejectedRow {
  /** Line of the uncompressed file where the record starts, counted from 1; row number for formats without lines. */
  line: number;
  reason: string;
  /** The raw text, cut at 10,000 characters. */
  raw: string;
}

export interface IngestWarning {
  /** Kebab-case, for example `ragged-rows`. */
  code: string;
  message: string;
  count: number;
}

/** What became of a file. `rows + rejected_rows` equals the records of the table that was read. */
export interface IngestReport {
  rows: number;
  columns: ColumnSchema[];
  rejected_rows: number;
  /** The first 1,000; all of them are in the rejects file. */
  rejects: RejectedRow[];
  decisions: IngestDecisions;
  warnings: IngestWarning[];
  /** SHA-256 of the raw file, hex. */
  source_sha256: string;
  /** SHA-256 of the Parquet file, hex: the content address of the version. */
  content_sha256: string;
  parquet_bytes: number;
}
