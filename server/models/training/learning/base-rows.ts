import { StromaError } from '@stroma/kernel';
import type { FeatureTable } from '@stroma/learn';
import type { OwnWork } from './own-task.ts';

/** Rows of the table that know the target: those `prepareTable` speaks of, in their order. */
export function knownRows(count: number, table: FeatureTable, name: string): Uint32Array {
  const column = table.columns.find((own) => own.name === name);
  const isKnown = (row: number): boolean => {
    if (column === undefined) return false;
    if (column.kind === 'category') return (column.codes[row] as number) >= 0;
    const value = column.values[row];
    return column.kind === 'text' ? value !== null : !Number.isNaN(value as number);
  };
  const rows = Uint32Array.from({ length: table.rows }, (_, row) => row).filter(isKnown);
  if (rows.length !== count) throw new Error('rows that know the target were counted in two ways');
  return rows;
}

/** Throws INVALID_INPUT naming columns that a base takes and the dataset lacks, and for a target that it takes. */
export function requireColumns(
  { name: base, columns: wanted }: { name: string; columns: readonly string[] },
  target: string,
  given: readonly string[],
  kind = 'columns',
): void {
  if (wanted.includes(target))
    throw new StromaError(
      'INVALID_INPUT',
      `The base "${base}" takes "${target}" as a column, and would be told what it is to predict. Choose another target or another base.`,
      { field: 'target', column: target },
    );
  const there = new Set(given);
  const missing = wanted.filter((column) => !there.has(column));
  if (missing.length > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `The base "${base}" takes ${kind} that the dataset does not have: ${missing.slice(0, 12).join(', ')}${missing.length > 12 ? ` and ${missing.length - 12} more` : ''}. Give a dataset that has them under these names.`,
      { field: 'base', missing: missing.slice(0, 200) },
    );
}

/** Where the rows that judge may be among those the base learned from: scores would be of what it remembers. */
export function baseLeaks(
  { unseen }: Pick<Extract<OwnWork, { kind: 'transfer' }>, 'unseen'>,
  seed: number,
  rows: number,
) {
  if (unseen.which === 'all' || (unseen.which === 'held_out' && unseen.seed === seed)) return [];
  return [
    {
      kind: 'base_learned_from_these_rows',
      columns: [],
      rows,
      share: 1,
      message: `The base has learned from this dataset, so that some of the ${rows} rows its scores are of are not new to it. ${unseen.which === 'held_out' ? `With the seed ${unseen.seed}, as the base had, they would be.` : 'Judge it by another dataset.'}`,
    },
  ];
}
