import { and, column as columnNode, type Expression, emptyQuery, type Join } from './expression.ts';
import { type Condition, conditionColumns, type Frame, ReadFailure } from './frame.ts';
import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { QuestionTable } from './types.ts';
import { stemOf } from './word-forms.ts';

interface Edge {
  from: IndexedColumn;
  to: IndexedColumn;
}

export interface JoinPlan {
  base: QuestionTable;
  joins: Join[];
  /** Tables used in inner queries only. */
  others: string[];
  plain(conditions: Condition[]): Condition[];
  semijoins(conditions: Condition[], write: (condition: Condition) => Expression): Expression[];
  /** The key to count distinct by when joined rows repeat the counted ones. */
  countKey(table: QuestionTable | null): IndexedColumn | null;
  related(table: QuestionTable, other: QuestionTable, negated: boolean): Expression;
  columnsOf(table: QuestionTable): IndexedColumn[];
}

/** Links between tables in both directions: those that were detected, or else those that names suggest. */
function edgesOf(index: PreparedTables): Edge[] {
  const known = index.cache.get('edges') as Edge[] | undefined;
  if (known !== undefined) return known;
  const edges: Edge[] = [];
  const find = (table: string, name: string): IndexedColumn | undefined =>
    index.byTable.get(table)?.find((column) => column.name === name);
  const link = (from: IndexedColumn, to: IndexedColumn): void => {
    if (from.table === to.table || edges.some((edge) => edge.from === from && edge.to === to)) return;
    edges.push({ from, to }, { from: to, to: from });
  };
  for (const table of index.tables)
    for (const join of table.joins ?? []) {
      const from = find(table.name, join.column);
      const to = find(join.other_table, join.other_column);
      if (from !== undefined && to !== undefined && isKeyLink(from, to, index)) link(from, to);
    }
  if (edges.length === 0) for (const [from, to] of namedLinks(index)) link(from, to);
  index.cache.set('edges', edges);
  return edges;
}

/** The table a key such as `doc_id` is named after, among those it links. */
function ownsKey(column: IndexedColumn, index: PreparedTables): boolean {
  if (!column.unique) return false;
  const stem = column.name.match(/^(.+?)[_ ]?id$/i)?.[1]?.toLowerCase();
  if (stem === undefined) return column.joined === 'id';
  const words = index.tableWords.get(column.table.name)?.words.map(stemOf) ?? [];
  return words.some((word) => word.startsWith(stem) || stem.startsWith(word));
}

/**
 * Values shared by chance do not link tables: two running numbers called `id`, two dates, two first names, or two
 * children of the same parent.
 */
function isKeyLink(from: IndexedColumn, to: IndexedColumn, index: PreparedTables): boolean {
  if (!from.unique && !to.unique) return false;
  if (from.joined === 'id' && to.joined === 'id') return false;
  if (from.temporal || to.temporal || from.profile.type === 'number') return false;
  if (from.name.toLowerCase() !== to.name.toLowerCase()) return true;
  const owners = index.columns.filter(
    (column) => column.name.toLowerCase() === from.name.toLowerCase() && ownsKey(column, index),
  );
  return owners.length === 0 || owners.includes(from) || owners.includes(to);
}

/** Tables whose rows point to one row of `table`. */
export function childTables(index: PreparedTables, table: QuestionTable): QuestionTable[] {
  return [
    ...new Set(
      edgesOf(index)
        .filter((edge) => edge.from.table === table && edge.from.unique && !ownsKey(edge.to, index))
        .map((edge) => edge.to.table),
    ),
  ];
}

/** `car_id` and `cars.id`, or the same `patient_id` on both sides, one of them without repeats. */
function namedLinks(index: PreparedTables): [IndexedColumn, IndexedColumn][] {
  const links: [IndexedColumn, IndexedColumn][] = [];
  for (const from of index.columns) {
    const stem = from.name.match(/^(.+?)[_ ]?id$/i)?.[1]?.toLowerCase();
    if (stem === undefined) continue;
    for (const to of index.columns) {
      if (to.table === from.table || !to.unique || to.profile.type !== from.profile.type) continue;
      const own = index.tableWords.get(to.table.name)?.words.map(stemOf).join('') ?? '';
      const plain = to.joined === 'id' && own === stemOf(stem.replaceAll('_', ''));
      if (plain || (to.name.toLowerCase() === from.name.toLowerCase() && !from.unique))
        links.push([from, to]);
    }
  }
  return links;
}

/** Shortest path of links between two tables; `single` keeps to links that never multiply rows. */
function pathBetween(edges: Edge[], from: QuestionTable, to: QuestionTable, single: boolean): Edge[] | null {
  const queue: { table: QuestionTable; path: Edge[] }[] = [{ table: from, path: [] }];
  const seen = new Set([from.name]);
  for (let head = 0; head < queue.length; head += 1) {
    const { table, path } = queue[head] as (typeof queue)[0];
    if (table === to) return path;
    for (const edge of edges) {
      if (edge.from.table !== table || seen.has(edge.to.table.name) || (single && !edge.to.unique)) continue;
      seen.add(edge.to.table.name);
      queue.push({ table: edge.to.table, path: [...path, edge] });
    }
  }
  return null;
}

const node = (column: IndexedColumn): Expression => columnNode(column.table.name, column.name);

function keyOfTable(index: PreparedTables, table: QuestionTable): IndexedColumn | null {
  const columns = index.byTable.get(table.name) ?? [];
  return (
    columns.find(
      (column) =>
        column.unique && (column.identifier || column.joined === 'id' || /_?id$/i.test(column.name)),
    ) ??
    columns.find((column) => column.unique && column.profile.type !== 'number' && !column.temporal) ??
    null
  );
}

export function joinTables(
  frame: Frame,
  columns: IndexedColumn[],
  conditionSide: IndexedColumn[],
  index: PreparedTables,
): JoinPlan {
  const edges = edgesOf(index);
  const counted = [...frame.measures, ...frame.having.map((item) => item.measure)].flatMap((item) =>
    item.fn === 'rows' && item.table !== null ? [item.table] : [],
  );
  let needed = [...new Set([...columns.map((column) => column.table), ...counted])];
  const numeratorTables = [...frame.numerator, ...(frame.sides ?? [])]
    .flatMap(conditionColumns)
    .map((column) => column.table);
  needed = [...new Set([...needed, ...numeratorTables])];
  if (needed.length === 0 && frame.table !== null && index.tables.length > 1) needed = [frame.table];
  const first = needed[0] ?? conditionSide[0]?.table ?? frame.table ?? index.tables[0];
  if (first === undefined) throw new ReadFailure('There is no table to ask.', []);
  if (needed.length === 0) needed = [first];
  const entity =
    frame.table !== null &&
    (frame.task === 'list' || frame.task === 'distinct' || frame.task === 'exists') &&
    !needed.includes(frame.table) &&
    index.tables.length > 1
      ? frame.table
      : null;
  const base = chooseBase(edges, needed, index, counted[0] ?? entity);
  const joins: Join[] = [];
  const joined = new Set([base.table.name]);
  const add = (path: Edge[]): void => {
    for (const edge of path) {
      if (joined.has(edge.to.table.name)) continue;
      joined.add(edge.to.table.name);
      joins.push({ table: edge.to.table.name, left: node(edge.from), right: node(edge.to), kind: 'inner' });
    }
  };
  for (const table of needed) add(base.paths.get(table) ?? []);
  const outside = new Set<QuestionTable>();
  for (const column of conditionSide) {
    if (joined.has(column.table.name)) continue;
    const path = pathBetween(edges, base.table, column.table, true);
    if (path !== null) add(path);
    else outside.add(column.table);
  }
  const others: string[] = [];
  const isOutside = (condition: Condition): boolean =>
    conditionColumns(condition).some((column) => outside.has(column.table));
  return {
    base: base.table,
    joins,
    others,
    plain: (conditions) => conditions.filter((condition) => !isOutside(condition)),
    semijoins: (conditions, write) =>
      semijoinsOf(edges, base.table, conditions.filter(isOutside), write, others),
    countKey: (table) => {
      if (table === null || table === base.table) return null;
      const key = keyOfTable(index, table);
      if (key === null)
        throw new ReadFailure(`The table "${table.name}" has no key to count its rows by.`, []);
      return key;
    },
    related: (table, other, negated) => relatedRows(edges, table, other, negated, others),
    columnsOf: (table) => index.byTable.get(table.name) ?? [],
  };
}

/** The table from which every needed one is reached without multiplying rows. */
function chooseBase(
  edges: Edge[],
  needed: QuestionTable[],
  index: PreparedTables,
  counted: QuestionTable | null,
) {
  const only = needed[0] as QuestionTable;
  if (needed.length === 1) return { table: only, paths: new Map<QuestionTable, Edge[]>([[only, []]]) };
  let best: { table: QuestionTable; paths: Map<QuestionTable, Edge[]>; cost: number } | null = null;
  const candidates = [...new Set([...(counted === null ? [] : [counted]), ...needed, ...index.tables])];
  candidates.forEach((table) => {
    const paths = new Map<QuestionTable, Edge[]>();
    let cost = (needed.includes(table) ? 0 : 1.5) - (table === counted ? 0.5 : 0);
    for (const other of needed) {
      const path = pathBetween(edges, table, other, true);
      if (path === null) return;
      paths.set(other, path);
      cost += path.length;
    }
    if (best === null || cost < best.cost) best = { table, paths, cost };
  });
  if (best === null)
    throw new ReadFailure(
      `No key links the tables ${needed.map((table) => `"${table.label ?? table.name}"`).join(' and ')} so that each row is taken once.`,
      [],
    );
  return best as { table: QuestionTable; paths: Map<QuestionTable, Edge[]> };
}

function semijoinsOf(
  edges: Edge[],
  base: QuestionTable,
  conditions: Condition[],
  write: (condition: Condition) => Expression,
  others: string[],
): Expression[] {
  const byHop = new Map<Edge, { rest: Edge[][]; conditions: Condition[] }>();
  for (const condition of conditions) {
    const table = conditionColumns(condition)[0]?.table;
    const path = table === undefined ? null : pathBetween(edges, base, table, false);
    const hop = path?.[0];
    if (path === null || hop === undefined)
      throw new ReadFailure(
        `No key links "${base.label ?? base.name}" to "${table?.label ?? table?.name ?? ''}".`,
        [],
      );
    const known = byHop.get(hop) ?? { rest: [], conditions: [] };
    known.rest.push(path.slice(1));
    known.conditions.push(condition);
    byHop.set(hop, known);
  }
  return [...byHop].map(([hop, { rest, conditions: inner }]) => {
    const joined = new Set([hop.to.table.name]);
    const joins: Join[] = [];
    others.push(hop.to.table.name);
    for (const path of rest)
      for (const edge of path) {
        if (joined.has(edge.to.table.name)) continue;
        joined.add(edge.to.table.name);
        others.push(edge.to.table.name);
        joins.push({ table: edge.to.table.name, left: node(edge.from), right: node(edge.to), kind: 'inner' });
      }
    // A negated condition means that no partner row meets it.
    const negated = inner.every((condition) => 'negated' in condition && condition.negated);
    const where = and(
      inner.map((condition) => write(negated ? ({ ...condition, negated: false } as Condition) : condition)),
    );
    const query = {
      ...emptyQuery(hop.to.table.name),
      select: [{ expression: node(hop.to), alias: hop.to.name }],
      joins,
      where,
    };
    return { node: 'in_query', value: node(hop.from), query, negated };
  });
}

/** Rows of `table` with, or without, any partner in `other`. */
function relatedRows(
  edges: Edge[],
  table: QuestionTable,
  other: QuestionTable,
  negated: boolean,
  others: string[],
): Expression {
  const path = pathBetween(edges, table, other, false);
  const hop = path?.[0];
  if (path === null || hop === undefined)
    throw new ReadFailure(
      `No key links "${table.label ?? table.name}" to "${other.label ?? other.name}".`,
      [],
    );
  const joins: Join[] = path.slice(1).map((edge) => ({
    table: edge.to.table.name,
    left: node(edge.from),
    right: node(edge.to),
    kind: 'inner' as const,
  }));
  others.push(...path.map((edge) => edge.to.table.name));
  const query = {
    ...emptyQuery(hop.to.table.name),
    select: [{ expression: node(hop.to), alias: hop.to.name }],
    joins,
    where: { node: 'null', value: node(hop.to), negated: true } as Expression,
  };
  return { node: 'in_query', value: node(hop.from), query, negated };
}
