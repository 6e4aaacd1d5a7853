import type { DatasetProfile } from '@stroma/contracts';
import { type Output, printable, type Tone } from '../output.ts';
import { cellText, countText, plural, tableView } from './table-view.ts';

type ColumnProfile = DatasetProfile['columns'][number];

const blocks = '▁▂▃▄▅▆▇█';
const bars = 12;

/** Counts as bars of one line, empty bins as spaces; more bins than bars are added up. */
export function sparkline(counts: readonly number[]): string {
  const bins = Math.min(bars, counts.length);
  const sums = Array.from({ length: bins }, (_, bin) => {
    const part = counts.slice(
      Math.floor((bin * counts.length) / bins),
      Math.floor(((bin + 1) * counts.length) / bins),
    );
    return part.reduce((sum, count) => sum + count, 0);
  });
  const most = Math.max(...sums);
  if (!(most > 0)) return '';
  return sums.map((sum) => (sum === 0 ? ' ' : blocks[Math.min(7, Math.floor((sum / most) * 8))])).join('');
}

const tones: Record<DatasetProfile['issues'][number]['severity'], Tone> = {
  info: 'dim',
  warning: 'yellow',
  critical: 'red',
};

export function profileView(name: string, profile: DatasetProfile, { tint }: Output): string {
  const { quality } = profile;
  const facts = [
    plural(profile.rows, 'row'),
    plural(profile.columns.length, 'column'),
    profile.duplicate_rows === 0 ? 'no duplicate rows' : plural(profile.duplicate_rows, 'duplicate row'),
    `quality ${quality.score.toFixed(2)}`,
  ];
  const rows = profile.columns.map((column) => [
    column.name,
    typeText(column),
    column.nulls === 0 ? '' : `${(column.null_share * 100).toFixed(column.null_share < 0.01 ? 2 : 1)} %`,
    countText(column.distinct),
    sparkline(column.histogram.map((bin) => bin.count)),
    spread(column),
  ]);
  const columns = [
    { title: 'column' },
    { title: 'type' },
    { title: 'missing', right: true },
    { title: 'distinct', right: true },
    { title: 'histogram' },
    { title: 'values' },
  ];
  const parts = [
    `${tint('bold', printable(name))}  ${facts.join(', ')}`,
    tableView(columns, rows, (text) => tint('bold', text)),
  ];
  if (profile.issues.length > 0)
    parts.push(
      profile.issues
        .map(({ severity, column, message }) =>
          [
            tint(tones[severity], severity.padEnd(8)),
            printable(column === null ? message : `${column}: ${message}`),
          ].join('  '),
        )
        .join('\n'),
    );
  if (profile.candidate_keys.length > 0)
    parts.push(
      `Candidate keys: ${profile.candidate_keys.map((key) => printable(key.join(' + '))).join('; ')}`,
    );
  if (profile.candidate_joins.length > 0)
    parts.push(
      profile.candidate_joins
        .map(
          ({ column, other_name, other_column, overlap, kind }) =>
            `Joins ${printable(`${column} to ${other_name}.${other_column}`)} (${kind.replaceAll('_', ' ')}, ${Math.round(overlap * 100)} % shared)`,
        )
        .join('\n'),
    );
  return parts.join('\n\n');
}

/** Type, then what it means where that says more, then unit. */
function typeText({ type, semantic, unit }: ColumnProfile): string {
  return [
    type,
    ...(semantic === null || semantic === type ? [] : [semantic]),
    ...(unit === null ? [] : [unit]),
  ].join(' · ');
}

function spread(column: ColumnProfile): string {
  const { mean, sd, quantiles } = column;
  if (mean !== null && quantiles !== null)
    return `${cellText(column.min)} … ${cellText(quantiles.p50)} … ${cellText(column.max)}  mean ${cellText(mean)}${sd === null ? '' : ` ± ${cellText(sd)}`}`;
  if (column.type === 'date' || column.type === 'timestamp' || column.type === 'time')
    return `${cellText(column.min)} … ${cellText(column.max)}`;
  return column.top_values
    .slice(0, 3)
    .map(({ value, count }) => `${cellText(value)} (${countText(count)})`)
    .join(', ');
}
