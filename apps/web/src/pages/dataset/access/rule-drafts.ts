import type { ColumnMaskRule, DatasetRule } from '@stroma/contracts';
import type { Column } from '../../../lib/cell.ts';

export type RowsRule = Extract<DatasetRule, { kind: 'rows' }>;
export type MaskRule = Extract<DatasetRule, { kind: 'mask' }>;

/** A rule while it is being written; `key` keeps its row in the page. */
export interface RuleDraft {
  key: string;
  rule: DatasetRule;
}

let made = 0;
export const draftOf = (rule: DatasetRule): RuleDraft => {
  made += 1;
  return { key: `rule-${made}`, rule };
};

export const newRowsRule = (column: Column, roles: string[]): RowsRule => ({
  kind: 'rows',
  readers: { which: 'only', roles },
  condition: { column: column.name, operator: 'among', values: [], attribute: null },
});

export const newMaskRule = (column: Column, roles: string[]): MaskRule => ({
  kind: 'mask',
  readers: { which: 'only', roles },
  column: column.name,
  mask: { kind: 'hide' },
});

export type MaskKind = ColumnMaskRule['kind'];

/** Masks that fit a type of column. */
export function masksFor(type: Column['type']): MaskKind[] {
  const any: MaskKind[] = ['hide', 'replace', 'pseudonym'];
  if (type === 'date' || type === 'timestamp') return [...any, 'period'];
  if (type === 'integer' || type === 'number') return [...any, 'range'];
  return type === 'text' ? [...any, 'start', 'end'] : any;
}

/** A mask of the kind, with what people mostly want of it. */
export function maskOf(kind: MaskKind): ColumnMaskRule {
  switch (kind) {
    case 'hide':
    case 'pseudonym':
      return { kind };
    case 'replace':
      return { kind, text: '***' };
    case 'start':
    case 'end':
      return { kind, characters: 3 };
    case 'period':
      return { kind, unit: 'year' };
    case 'range':
      return { kind, width: 10 };
  }
}

export type RowValue = string | number | boolean | null;

/** Values as one types them, commas between; an empty pair of quotes is the missing value. */
export function readValues(text: string, type: Column['type']): RowValue[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (part === '""') return null;
      if ((type === 'integer' || type === 'number') && part !== '' && Number.isFinite(Number(part)))
        return Number(part);
      if (type === 'boolean' && /^(true|false)$/i.test(part)) return part.toLowerCase() === 'true';
      return part;
    });
}

export const writeValues = (values: readonly RowValue[]): string =>
  values.map((value) => (value === null ? '""' : String(value))).join(', ');
