import type { QualityIssue, TableProfile } from '@stroma/kernel';
import { behind } from '../insights.sql.ts';
import { type Draft, draft } from './drafts.ts';

/** What the profile found; odd values are told by themselves. */
export function qualityFindings(profile: TableProfile): Draft[] {
  return profile.issues
    .filter(({ kind }) => kind !== 'outliers' && kind !== 'skew')
    .map((issue) =>
      draft({
        group: 'quality',
        kind: 'quality',
        severity: issue.severity,
        columns: issue.column === null ? [] : [issue.column],
        title: titleOf(issue),
        text: issue.message,
        numbers: { count: issue.count, share: issue.share * 100, rows: profile.rows },
        effect: { name: 'share of rows', value: issue.share },
        n: profile.rows,
        sql: sqlOf(issue),
        weight: { critical: 3, warning: 2, info: 1 }[issue.severity] + issue.share,
      }),
    );
}

const words: Record<QualityIssue['kind'], string> = {
  high_nulls: 'has many missing values',
  duplicates: 'Rows are there more than once',
  outliers: 'has outliers',
  constant: 'never changes',
  mixed_types: 'mixes kinds of values',
  skew: 'is skewed',
  possible_pii: 'may point to persons',
  rejected_rows: 'Rows of the file could not be read',
};

const titleOf = ({ kind, column }: QualityIssue): string =>
  column === null ? words[kind] : `${column} ${words[kind]}`;

function sqlOf({ kind, column }: QualityIssue): string {
  if (kind === 'duplicates') return behind.duplicates();
  if (column === null) return behind.count();
  return kind === 'high_nulls' ? behind.missing(column) : behind.values(column);
}
