import { column as columnNode, type Expression, type Join } from './expression.ts';
import { type Frame, ReadFailure } from './frame.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { QuestionTable } from './types.ts';

/** Which tables a query draws on. Every join goes from a row to the one row it points to, so none is repeated. */
export interface JoinPlan {
  base: QuestionTable;
  joins: Join[];
  columnsOf(table: QuestionTable): IndexedColumn[];
}

const node = (column: IndexedColumn): Expression => columnNode(column.table.name, column.name);

/** The joins that bring the columns of a frame to the rows of the view it is read in. */
export function joinTables(frame: Frame, columns: IndexedColumn[], index: PreparedTables): JoinPlan {
  const base = index.view?.base ?? columns[0]?.table ?? frame.table ?? index.tables[0];
  if (base === undefined) throw new ReadFailure('There is no table to ask.', []);
  const columnsOf = (table: QuestionTable): IndexedColumn[] => index.byTable.get(table.name) ?? [];
  const joins: Join[] = [];
  const joined = new Set([base]);
  const showsRows = frame.task === 'list' || frame.task === 'extreme_rows';
  for (const { table } of columns) {
    const path = index.view?.paths.get(table) ?? [];
    for (const { child, parent, extension } of path) {
      if (joined.has(parent.table)) continue;
      joined.add(parent.table);
      const keepsAll = extension || (showsRows && child.profile.nulls > 0);
      joins.push({
        table: parent.table.name,
        left: node(child),
        right: node(parent),
        kind: keepsAll ? 'left' : 'inner',
      });
    }
  }
  return { base, joins, columnsOf };
}
