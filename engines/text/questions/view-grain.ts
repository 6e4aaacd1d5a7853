import {
  type Condition,
  conditionColumns,
  type Frame,
  type Measure,
  operandColumns,
  ReadFailure,
} from './frame.ts';
import type { ReaderState } from './reader-state.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { QuestionTable } from './types.ts';

/** Functions that repeated rows do not change. */
const unmoved = new Set<Measure['fn']>(['distinct', 'min', 'max', 'range', 'rows']);

/**
 * Where what is measured belongs to rows that the view's rows only point to, the key by which each of them is to be
 * taken once: the weight of a patient counts once however many visits there are. Null where nothing repeats.
 */
export function countedOnce(frame: Frame, index: PreparedTables): IndexedColumn | null {
  const { view } = index;
  if (view === null) return null;
  const measures = [
    ...frame.measures,
    ...frame.having.map((item) => item.measure),
    ...(frame.order?.by == null ? [] : [frame.order.by]),
  ];
  const owners = new Set<QuestionTable>();
  const sensitive = measures.filter((item) => !unmoved.has(item.fn) && item.operand !== null);
  if (frame.task === 'list' || frame.task === 'extreme_rows' || frame.task === 'distinct') return null;
  for (const item of sensitive)
    if (item.operand !== null) {
      const tables = operandColumns(item.operand).map((column) => column.table);
      owners.add(finest(tables, index));
    }
  for (const column of frame.task === 'correlation' || frame.task === 'distribution' ? frame.outputs : [])
    owners.add(column.table);
  const [owner] = owners;
  const same = owner === undefined || repeats(owner, index) === null;
  if (same && owners.size < 2) return null;
  if (owner === undefined) return null;
  if ([...owners].every((table) => repeats(table, index) === null)) return null;
  const mixed =
    owners.size > 1 ||
    measures.some((item) => item.fn === 'rows') ||
    !['measure', 'extreme_groups'].includes(frame.task);
  if (mixed)
    throw new ReadFailure(
      `What is measured belongs to ${[...owners].map((table) => `"${table.label ?? table.name}"`).join(' and ')}, of which several rows of "${view.base.label ?? view.base.name}" may be one; ask for them one by one.`,
      [],
    );
  return repeats(owner, index);
}

/** Of several tables in one reckoning, the one nearest to the view's rows. */
function finest(tables: QuestionTable[], index: PreparedTables): QuestionTable {
  const depth = (table: QuestionTable): number => index.view?.paths.get(table)?.length ?? 0;
  return tables.reduce((best, table) => (depth(table) < depth(best) ? table : best));
}

/** The key of a table several of the view's rows may point to, or null where each row has its own. */
function repeats(table: QuestionTable, index: PreparedTables): IndexedColumn | null {
  const path = index.view?.paths.get(table) ?? [];
  if (path.every((step) => step.extension)) return null;
  const last = path.findLast((step) => !step.extension);
  return last === undefined ? null : (index.view?.keys.get(last.parent.table) ?? null);
}

/** Refuses a reading that takes the rows of a view for what they point to. */
export function checkGrain(frame: Frame, state: ReaderState, index: PreparedTables): void {
  const { view } = index;
  if (view === null) return;
  const named = state.marks.flatMap((mark) => {
    const atom = state.atoms[mark.atom];
    const column = atom?.kind === 'column' ? atom.links[0]?.column : undefined;
    return column?.entityOf == null ? [] : [column];
  });
  const rowsCounted = ['share', 'distribution', 'difference', 'ratio', 'change', 'exists'].includes(
    frame.task,
  );
  const grouped = new Set(state.groups.map((group) => group.column));
  const wanted = named.filter(
    (column) => !grouped.has(column) && !(column.entityOf?.names ?? []).some((name) => grouped.has(name)),
  );
  if (rowsCounted && wanted.length > 0)
    throw new ReadFailure(
      `Each of them may have several rows in "${view.base.label ?? view.base.name}".`,
      wanted.map((column) => column.entityOf?.table.name ?? column.name),
    );
  const top = frame.order?.by;
  if (frame.task === 'extreme_groups' && frame.sign === -1 && (top?.fn === 'rows' || top?.fn === 'distinct'))
    for (const { column } of frame.groups)
      if (column.entityOf !== null && column.profile.distinct < column.entityOf.table.profile.rows)
        throw new ReadFailure(
          `Some of "${column.entityOf.table.label ?? column.entityOf.table.name}" have none at all; ask which have none.`,
          [],
        );
  const entities = [
    ...frame.measures.flatMap((item) =>
      item.fn === 'distinct' && item.operand?.kind === 'column' ? [item.operand.column] : [],
    ),
    ...(frame.task === 'list' || frame.task === 'distinct' ? frame.outputs : []),
  ].filter((column) => column.entityOf !== null);
  for (const condition of frame.conditions) {
    if (!('negated' in condition) || !condition.negated || condition.kind === 'member') continue;
    // "Patients not on a drug" never had it; rows of other drugs do not say so.
    if (condition.kind !== 'null' && entities.some((column) => !belongs(condition, column, index)))
      throw new ReadFailure('It is not clear how far "not" reaches.', ['not']);
  }
}

function belongs(condition: Condition, entity: IndexedColumn, index: PreparedTables): boolean {
  const path = index.view?.paths;
  const to = entity.entityOf?.table;
  if (path === undefined || to === undefined) return false;
  return conditionColumns(condition).every((column) =>
    column.table === to ? true : (path.get(column.table) ?? []).some((step) => step.child.table === to),
  );
}
