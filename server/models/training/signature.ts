import type { SignatureColumn } from '@stroma/contracts';
import type { FeatureColumn, FeatureTable } from '@stroma/learn';

const mostLevels = 200;

/** What a row must hold to be predicted, told by the rows that were learned from. */
export const signatureOf = (table: FeatureTable): SignatureColumn[] => table.columns.map(columnOf);

function columnOf(column: FeatureColumn): SignatureColumn {
  const { name, kind } = column;
  const rows = column.kind === 'category' ? column.codes.length : column.values.length;
  const nothing = {
    levels: null,
    more_levels: 0,
    low: null,
    middle: null,
    high: null,
    whole: false,
    typical: null,
  };
  if (column.kind === 'number' || column.kind === 'time') {
    const known = column.values.filter((value) => !Number.isNaN(value)).sort();
    const at = (share: number) => known[Math.round(share * (known.length - 1))] ?? null;
    const middle = at(0.5);
    return {
      ...nothing,
      name,
      kind,
      low: at(0),
      middle,
      high: at(1),
      whole: known.every(Number.isInteger),
      missing_share: 1 - known.length / Math.max(1, rows),
      typical: middle,
    };
  }
  const counts = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const text = column.kind === 'category' ? column.levels[column.codes[row] as number] : column.values[row];
    if (text !== null && text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([level]) => level);
  return {
    ...nothing,
    name,
    kind,
    levels: column.kind === 'category' ? ranked.slice(0, mostLevels) : null,
    more_levels: column.kind === 'category' ? Math.max(0, ranked.length - mostLevels) : 0,
    missing_share: 1 - known / Math.max(1, rows),
    typical: ranked[0] ?? null,
  };
}
