import type { Frame } from './frame.ts';
import type { PreparedTables } from './schema-index.ts';
import type { QuestionTable } from './types.ts';
import { countedOnce } from './view-grain.ts';

const label = (table: QuestionTable): string => table.name;

/** Says which tables a reading draws on, by which keys, what is taken once, and what has no row to be counted. */
export function joinWords(frame: Frame, tables: string[], index: PreparedTables): string {
  const { view } = index;
  if (view === null) return '';
  const said: string[] = [];
  const joined = new Set<string>();
  for (const [table, path] of view.paths)
    if (tables.includes(table.name))
      for (const { child, parent } of path) {
        const link = `${label(child.table)}.${child.name} = ${label(parent.table)}.${parent.name}`;
        joined.add(link);
      }
  said.push(
    joined.size === 0
      ? `from ${label(view.base)}`
      : `from ${label(view.base)}, joined by ${[...joined].join(' and ')}, each row once`,
  );
  const once = countedOnce(frame, index);
  if (once?.entityOf != null) said.push(`each of ${label(once.entityOf.table)} taken once`);
  const counting = frame.measures.some((item) => item.fn === 'rows' || item.fn === 'distinct');
  for (const group of frame.groups) {
    const { entityOf, profile } = group.column;
    const owner = entityOf?.table ?? ownerOf(group.column.name, frame, view.keys);
    const key = owner === undefined ? undefined : view.keys.get(owner);
    const distinct = entityOf === null ? key?.profile.distinct : profile.distinct;
    if (counting && owner !== undefined && distinct !== undefined && distinct < owner.profile.rows)
      said.push(`${label(owner)} without any are left out`);
  }
  said.push(...frame.notes);
  return [...new Set(said)].join('; ');
}

function ownerOf(
  name: string,
  frame: Frame,
  keys: Map<QuestionTable, { entityOf: { names: { name: string }[] } | null }>,
): QuestionTable | undefined {
  for (const [table, key] of keys)
    if (
      key.entityOf?.names.some((column) => column.name === name) === true &&
      frame.groups.some((group) => group.column.table === table && group.column.name === name)
    )
      return table;
  return undefined;
}
