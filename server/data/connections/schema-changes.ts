import type { ColumnChange, SourceColumn } from '@stroma/contracts';

/**
 * What became of the columns of a source since the import before, by their names. `loose`: rows may leave fields out,
 * so a field that no row has this time is no change, and one without a value or with whole numbers only is not another
 * type.
 */
export function columnChanges(
  before: readonly SourceColumn[],
  after: readonly SourceColumn[],
  loose: boolean,
): ColumnChange[] {
  const known = new Map(before.map((column) => [column.name, column]));
  const present = new Set(after.map(({ name }) => name));
  const changes: ColumnChange[] = [];
  for (const column of after) {
    const earlier = known.get(column.name);
    if (earlier === undefined)
      changes.push({ change: 'added', column: column.name, before: null, after: column.source_type });
    else if (earlier.source_type !== column.source_type && !(loose && isAlike(earlier, column)))
      changes.push({
        change: 'retyped',
        column: column.name,
        before: earlier.source_type,
        after: column.source_type,
      });
  }
  if (!loose)
    for (const { name, source_type } of before)
      if (!present.has(name))
        changes.push({ change: 'removed', column: name, before: source_type, after: null });
  return changes;
}

const isNumeric = ({ type }: SourceColumn): boolean => type === 'integer' || type === 'number';

const isAlike = (one: SourceColumn, other: SourceColumn): boolean =>
  one.source_type === 'unknown' || other.source_type === 'unknown' || (isNumeric(one) && isNumeric(other));

/** The columns to hold the next import against: those of before that were left out this time stay known. */
export function knownColumns(
  before: readonly SourceColumn[] | null,
  after: readonly SourceColumn[],
  loose: boolean,
): SourceColumn[] {
  if (before === null || !loose) return [...after];
  const present = new Map(after.map((column) => [column.name, column]));
  const kept = before.map((column) => {
    const now = present.get(column.name);
    return now === undefined || now.source_type === 'unknown' || (isNumeric(column) && isNumeric(now))
      ? column
      : now;
  });
  const names = new Set(before.map(({ name }) => name));
  return [...kept, ...after.filter(({ name }) => !names.has(name))];
}
