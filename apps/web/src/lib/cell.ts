import type { rowSet } from '@stroma/contracts';
import { formatNumber } from './format.ts';

export type Row = (typeof rowSet)['_zod']['output']['rows'][number];
export type Cell = Row[number];
export type Column = (typeof rowSet)['_zod']['output']['columns'][number];
export type ColumnType = Column['type'];

export const isNumeric = (type: ColumnType): boolean => type === 'integer' || type === 'number';

/** A cell as people read it; null for a missing value. Numbers keep every digit they have. */
export function cellText(value: Cell | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A cell in prose and labels: numbers rounded to what is worth reading. */
export function cellLabel(value: Cell | undefined): string {
  return typeof value === 'number' ? formatNumber(value, 5) : (cellText(value) ?? '');
}

/** Orders cells of one column; missing values come last in both directions. */
export function compareCells(a: Cell | undefined, b: Cell | undefined, descending: boolean): number {
  const missingA = a === null || a === undefined;
  const missingB = b === null || b === undefined;
  if (missingA || missingB) return Number(missingA) - Number(missingB);
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : (cellText(a) ?? '').localeCompare(cellText(b) ?? '', undefined, { numeric: true });
  return descending ? -order : order;
}
