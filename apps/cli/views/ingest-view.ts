import type { ColumnSchema } from '@stroma/kernel';
import type { IngestDecisions, IngestWarning, RejectedRow } from '@stroma/lake';
import { type Output, printable } from '../output.ts';
import { countText, plural, tableView } from './table-view.ts';

/** What `stroma ingest --json` prints for a file. */
export interface IngestDocument {
  dataset_id: string;
  /** SHA-256 of the Parquet file: the same content has the same version everywhere. */
  version: string;
  name: string;
  rows: number;
  columns: ColumnSchema[];
  rejected_rows: number;
  /** The first 1,000. */
  rejects: RejectedRow[];
  decisions: IngestDecisions;
  warnings: IngestWarning[];
  ms: number;
}

const shownRejects = 5;

export function ingestView(document: IngestDocument, { tint }: Output): string {
  const { name, rows, columns, rejected_rows, decisions, warnings, rejects, ms } = document;
  const parts = [
    `${tint('bold', printable(name))}  ${plural(rows, 'row')}, ${plural(columns.length, 'column')}, ${rejected_rows === 0 ? 'nothing rejected' : tint('yellow', `${countText(rejected_rows)} rejected`)}, ${countText(ms)} ms`,
    tint('dim', `${document.dataset_id}  version ${document.version.slice(0, 12)}`),
    decisionLines(decisions).join('\n'),
    tableView(
      [{ title: 'column' }, { title: 'type' }, { title: 'because' }],
      decisions.columns.map((column) => [column.name, column.type.value, column.type.reason]),
      (text) => tint('bold', text),
    ),
  ];
  if (warnings.length > 0)
    parts.push(
      warnings.map(({ message }) => `${tint('yellow', 'warning')}  ${printable(message)}`).join('\n'),
    );
  if (rejects.length > 0)
    parts.push(
      [
        ...rejects
          .slice(0, shownRejects)
          .map(
            ({ line, reason, raw }) =>
              `line ${line}: ${printable(reason)}\n  ${tint('dim', printable(raw.slice(0, 200)))}`,
          ),
        ...(rejected_rows > shownRejects
          ? [tint('dim', `and ${countText(rejected_rows - shownRejects)} more`)]
          : []),
      ].join('\n'),
    );
  return parts.join('\n\n');
}

const shownDecisions = [
  'format',
  'compression',
  'encoding',
  'delimiter',
  'skip_lines',
  'header_lines',
  'footer_lines',
  'decimal',
  'thousands',
  'date_order',
] as const satisfies readonly (keyof IngestDecisions)[];

function decisionLines(decisions: IngestDecisions): string[] {
  const width = Math.max(...shownDecisions.map((key) => key.length));
  return shownDecisions.flatMap((key) => {
    const decision = decisions[key];
    if (decision === null || decision.value === 'none' || decision.value === 0) return [];
    const value = typeof decision.value === 'string' ? printable(decision.value) : String(decision.value);
    return [`${key.replaceAll('_', ' ').padEnd(width)}  ${value || '(none)'}  ${printable(decision.reason)}`];
  });
}
