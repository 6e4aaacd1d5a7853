import type { Frame, Group } from './frame.ts';
import type { IndexedColumn } from './schema-index.ts';

/** A key that stands for rows of another table is shown by what those rows are called. */
export function showEntities(frame: Frame): Frame {
  if (frame.task === 'group_count') return frame;
  const shown = new Set<IndexedColumn>();
  const outputs = frame.outputs.flatMap(namesOf).filter((column) => {
    const fresh = !shown.has(column);
    shown.add(column);
    return fresh;
  });
  const grouped = new Set<IndexedColumn>(
    frame.groups.map((group) => group.column).filter((column) => column.entityOf === null),
  );
  const groups = frame.groups.flatMap((group): Group[] => {
    const { entityOf } = group.column;
    if (entityOf === null || group.grain !== null || group.part !== null) return [group];
    const names = entityOf.names.filter((column) => !grouped.has(column));
    for (const column of names) grouped.add(column);
    const plain = names.map((column) => ({ column, grain: null, part: null }));
    const [only] = entityOf.names;
    // A name that no two share tells the groups apart in a chart; otherwise their key does.
    const named = only !== undefined && entityOf.names.length === 1 && only.unique;
    return [{ ...group, label: named }, ...plain.map((item) => ({ ...item, label: !named }))];
  });
  return { ...frame, outputs, groups };
}

const namesOf = (column: IndexedColumn): IndexedColumn[] => [column, ...(column.entityOf?.names ?? [])];
