import type { IngestDecisions } from './ingest-report.ts';

export type LineEnd = NonNullable<IngestDecisions['line_end']>['value'];

/** How a text file separates its cells. All of it is UTF-8 by the time a dialect is applied. */
export interface CsvDialect {
  /** One to four bytes of UTF-8, for example `,` or `, `. */
  delimiter: string;
  /** One ASCII character, or empty when nothing is quoted. */
  quote: string;
  /** The quote itself (doubled quotes) or a backslash. With a backslash, doubled quotes are understood too. */
  escape: string;
  /** Runs of the delimiter count as one: tables aligned with spaces. */
  collapse: boolean;
  /** Spaces between a delimiter and an opening quote are no part of the cell. */
  skipInitialSpace: boolean;
  /** A CR that no LF follows ends a line. */
  loneCrEndsLine: boolean;
  /** False in files whose lines end with CR and whose cells hold bare LFs. */
  lfEndsLine: boolean;
}

export const defaultDialect: CsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  collapse: false,
  skipInitialSpace: false,
  loneCrEndsLine: false,
  lfEndsLine: true,
};
