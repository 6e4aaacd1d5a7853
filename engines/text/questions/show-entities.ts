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
  const grouped = new Set<IndexedColumn>();
  const groups = frame.groups.flatMap((group): Group[] => {
    const columns = group.grain === null && group.part === null ? namesOf(group.column) : [group.column];
    return columns.flatMap((column) => {
      if (grouped.has(column) && group.grain === null && group.part === null) return [];
      grouped.add(column);
      return [column === group.column ? group : { column, grain: null, part: null }];
    });
  });
  return { ...frame, outputs, groups };
}

/** The name where no two rows share one, else the key and the names. */
function namesOf(column: IndexedColumn): IndexedColumn[] {
  const names = column.entityOf?.names ?? [];
  const [only] = names;
  if (only !== undefined && names.length === 1 && only.unique) return [only];
  return [column, ...names];
}
