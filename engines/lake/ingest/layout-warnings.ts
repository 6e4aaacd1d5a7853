import type { CleanCounts } from './clean-csv.ts';
import type { LineEnd } from './csv-dialect.ts';
import type { IngestContext } from './ingest-context.ts';
import { oddity } from './record-scanner.ts';
import type { Structure } from './structure-scan.ts';
import type { TableLayout } from './table-layout.ts';

export function lineEnd({ lineEnds: { lf, crlf, cr } }: Structure): LineEnd {
  const kinds = [lf, crlf, cr].filter((count) => count > 0).length;
  if (kinds > 1) return 'mixed';
  return cr > 0 ? 'cr' : crlf > 0 ? 'crlf' : 'lf';
}

export function warnAboutRows({ warn }: IngestContext, counts: CleanCounts): void {
  warn('blank-lines', 'Blank lines inside the table were passed over.', counts.blankLines);
  warn('comment-lines', 'Lines inside the table that start with # were passed over.', counts.commentLines);
  warn('repeated-header', 'Lines that repeat the header were passed over.', counts.repeatedHeaders);
  warn(
    'short-rows',
    'Rows with fewer cells than the table has columns were filled up with missing values.',
    counts.shortRows,
  );
  warn(
    'surplus-delimiters',
    'Rows ended with empty cells past the last column, which were dropped.',
    counts.surplusRows,
  );
}

export function warnAboutLayout(
  { warn }: IngestContext,
  structure: Structure,
  tables: TableLayout[],
  index: number,
  table: TableLayout,
): void {
  const first = tables[0] as TableLayout;
  warn('preamble-lines', 'Lines above the table were passed over.', first.firstLine - 1);
  warn('footer-lines', 'Lines below the table (notes or totals) were passed over.', table.footerLines);
  const empty = structure.runs.filter(
    (run) => run.kind === 'empty' && !tables.some((each) => each.runs.includes(run)),
  );
  warn(
    'empty-rows',
    'Rows of delimiters alone, outside the records, were passed over.',
    empty.reduce((sum, run) => sum + run.records, 0),
  );
  if (tables.length > 1) {
    const others = tables.filter((_, at) => at !== index);
    const lines = others.reduce((sum, other) => sum + other.lastLine - other.firstLine + 1, 0);
    warn(
      'several-tables',
      `The file holds ${tables.length} tables; table ${index} was read. Choose another with the setting "table".`,
      lines,
    );
  }
  const counts = (flag: number) => structure.oddities.get(flag) ?? 0;
  warn(
    'stray-quotes',
    'Quotes inside quoted cells were not escaped; they were kept as text.',
    counts(oddity.strayQuote),
  );
  warn(
    'unterminated-quotes',
    'Quotes that open a cell never close; they were read as text.',
    counts(oddity.unterminatedQuote),
  );
  warn('nul-bytes', 'Records held NUL bytes, which were removed.', counts(oddity.nul));
  if (lineEnd(structure) === 'mixed') warn('mixed-line-ends', 'The file mixes kinds of line ends.', 1);
  if (table.header.lines === 0) warn('no-header', 'No header was found; the columns were numbered.', 1);
  if (table.records === 0) warn('no-rows', 'The table has a header and no rows.', 1);
}
