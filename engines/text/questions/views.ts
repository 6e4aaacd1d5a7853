import { keyOfTable, namesOfTable, type Reference, referencesOf } from './relations.ts';
import { type IndexedColumn, indexOf, type PreparedTables } from './schema-index.ts';
import type { QuestionTable } from './types.ts';

/**
 * A table with everything that each of its rows points to, directly or through others: one row of the view is one
 * row of `base`, however many tables it draws on, so nothing in it is counted twice.
 */
export interface View {
  base: QuestionTable;
  /** The references that lead from `base` to each table. */
  paths: Map<QuestionTable, Reference[]>;
  /** The key of each table as it stands in the rows that point to it. */
  keys: Map<QuestionTable, IndexedColumn>;
  /** Everything there is, for questions about rows that point here. */
  all: PreparedTables;
}

/** Columns that stand for a row of another table: shown by its names, counted by its key. */
export interface Entity {
  table: QuestionTable;
  names: IndexedColumn[];
}

/** The index of one view: its columns are those of all its tables, without the keys that only join them. */
export function viewOf(all: PreparedTables, base: QuestionTable): PreparedTables {
  const cacheKey = `view ${base.name}`;
  const known = all.cache.get(cacheKey) as PreparedTables | undefined;
  if (known !== undefined) return known;
  const { paths, joins } = reach(all, base);
  const columns: IndexedColumn[] = [];
  const copies = new Map<IndexedColumn, IndexedColumn>();
  const ownKey = keyOfTable(all, base);
  for (const table of paths.keys())
    for (const column of all.byTable.get(table.name) ?? []) {
      const pointing = joins.filter((item) => item.child === column || item.parent === column);
      // The parent's own key says what the key that points to it says.
      if (pointing.some((item) => item.parent === column && table !== base)) continue;
      const copy: IndexedColumn = {
        ...column,
        distance: (paths.get(table) as Reference[]).length,
        ownKey: column === ownKey,
      };
      copies.set(column, copy);
      columns.push(copy);
    }
  const keys = new Map<QuestionTable, IndexedColumn>();
  for (const { child, parent, extension } of joins) {
    const copy = copies.get(child);
    if (copy === undefined || extension) continue;
    keys.set(parent.table, copy);
    copy.entityOf = {
      table: parent.table,
      names: namesOfTable(all, parent.table).map((column) => copies.get(column) ?? column),
    };
    copy.readings = [...copy.readings, ...(all.tableWords.get(parent.table.name)?.readings ?? [])];
    copy.identifier = true;
    copy.entity = true;
    copy.category = true;
    // Each row of the base may be the only one of its parent by chance; the parent is still what is named.
    copy.unique = false;
  }
  const view: View = { base, paths, keys, all };
  const index = indexOf([base], columns, copies, all, view);
  all.cache.set(cacheKey, index);
  return index;
}

/** Tables that each row of `base` has at most one row of, by the shortest way, and the references used. */
function reach(all: PreparedTables, base: QuestionTable) {
  const references = referencesOf(all);
  const paths = new Map<QuestionTable, Reference[]>([[base, []]]);
  const joins: Reference[] = [];
  const queue = [base];
  for (let head = 0; head < queue.length; head += 1) {
    const table = queue[head] as QuestionTable;
    const steps = [
      ...references.filter((item) => item.child.table === table),
      ...references
        .filter((item) => item.extension && item.parent.table === table)
        .map((item) => ({ child: item.parent, parent: item.child, extension: true })),
    ];
    for (const step of plainest(steps)) {
      if (paths.has(step.parent.table)) continue;
      paths.set(step.parent.table, [...(paths.get(table) as Reference[]), step]);
      joins.push(step);
      queue.push(step.parent.table);
    }
  }
  return { paths, joins };
}

/**
 * Where two keys of a table point to the same other one (`sender_id`, `receiver_id`), neither is its row: unless one
 * is called after it and the other after a part it plays.
 */
function plainest(steps: Reference[]): Reference[] {
  return steps.filter((step) => {
    const rivals = steps.filter((other) => other !== step && other.parent.table === step.parent.table);
    return rivals.every(
      (other) => step.child.name.length < other.child.name.length && endsAlike(other, step),
    );
  });
}

const endsAlike = (longer: Reference, shorter: Reference): boolean =>
  longer.child.name.toLowerCase().endsWith(shorter.child.name.toLowerCase());
