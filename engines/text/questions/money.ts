import type { IndexedColumn, PreparedTables } from './schema-index.ts';

const money = /(?:^|_)(?:price|amount|amt|cost|total|revenue|fee|charge|paid|payment|spent|fine)(?:_|$)/i;

/** The one column of the view's own rows that holds what was paid. */
export function moneyColumn(columns: IndexedColumn[]): IndexedColumn | null {
  const own = columns.filter(
    (column) =>
      column.distance === 0 &&
      column.numeric &&
      !column.identifier &&
      column.yes === null &&
      money.test(column.name),
  );
  return own.length === 1 ? (own[0] ?? null) : null;
}

/** What comes in or is spent belongs to happenings, which point to those who took part; a cost does not come in. */
export function earningsColumn(index: PreparedTables): IndexedColumn | null {
  const column = moneyColumn(index.columns);
  const happening = (index.view?.keys.size ?? 0) > 0;
  return column !== null && happening && !/cost/i.test(column.name) ? column : null;
}
