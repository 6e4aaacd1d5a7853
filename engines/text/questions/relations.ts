import type { IndexedColumn, PreparedTables } from './schema-index.ts';
import type { QuestionTable } from './types.ts';
import { stemOf } from './word-forms.ts';

/** `child` holds the key of one row of the table of `parent`. */
export interface Reference {
  child: IndexedColumn;
  parent: IndexedColumn;
  /** The child's key repeats nowhere, and numbers its own rows too: one thing told in two tables. */
  extension: boolean;
}

/** The keys that point from one table to a row of another: those that were detected, or else those names suggest. */
export function referencesOf(index: PreparedTables): Reference[] {
  const known = index.cache.get('references') as Reference[] | undefined;
  if (known !== undefined) return known;
  const references: Reference[] = [];
  const find = (table: string, name: string): IndexedColumn | undefined =>
    index.byTable.get(table)?.find((column) => column.name === name);
  const add = (reference: Reference | null): void => {
    if (
      reference !== null &&
      !references.some((item) => item.child === reference.child && item.parent === reference.parent)
    )
      references.push(reference);
  };
  for (const table of index.tables)
    for (const join of table.joins ?? []) {
      const from = find(table.name, join.column);
      const to = find(join.other_table, join.other_column);
      if (from !== undefined && to !== undefined && isKeyLink(from, to)) add(directed(from, to, index));
    }
  if (references.length === 0)
    for (const [from, to] of namedLinks(index)) if (isKeyLink(from, to)) add(directed(from, to, index));
  const kept = withoutSiblings(references, index);
  index.cache.set('references', kept);
  return kept;
}

/** Values shared by chance do not link tables: two running numbers called `id`, two dates, two measurements. */
function isKeyLink(from: IndexedColumn, to: IndexedColumn): boolean {
  if (from.table === to.table || (!from.unique && !to.unique)) return false;
  if (from.joined === 'id' && to.joined === 'id' && from.profile.type !== 'text') return false;
  return !(from.temporal || to.temporal || from.profile.type === 'number');
}

/** The end that a row of the other one points to. Of two keys without repeats it is the one its table is named after. */
function directed(a: IndexedColumn, b: IndexedColumn, index: PreparedTables): Reference | null {
  if (a.unique && !b.unique) return { child: b, parent: a, extension: false };
  if (b.unique && !a.unique) return { child: a, parent: b, extension: false };
  const owners = [ownsKey(a, index), ownsKey(b, index)];
  const first =
    owners[0] === owners[1]
      ? a.profile.distinct > b.profile.distinct || (a.profile.distinct === b.profile.distinct && a.id < b.id)
      : owners[0];
  const [parent, child] = first ? [a, b] : [b, a];
  const own = (index.byTable.get(child.table.name) ?? []).some(
    (column) => column !== child && column.unique && ownsKey(column, index),
  );
  return { child, parent, extension: !own };
}

/** True for the column that numbers the rows of its own table: `id`, `patient_id` of `patients`, `doc_id` of `doctors`. */
export function ownsKey(column: IndexedColumn, index: PreparedTables): boolean {
  if (!column.unique) return false;
  const stem = keyStem(column.name);
  if (stem === null) return ['id', 'key', 'uid', 'no', 'nr', 'code'].includes(column.joined);
  const words = index.tableWords.get(column.table.name)?.words.map(stemOf) ?? [];
  return words.some((word) => word.startsWith(stem) || (word.length > 2 && stem.startsWith(word)));
}

/** `patient` of `patient_id`, `patientNo` and `PATIENT_KEY`. */
export function keyStem(name: string): string | null {
  const found = name
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, '_')
    .match(/^(.+?)[_ .]?(?:id|key|no|nr|code|uid|number)$/i)?.[1];
  return found === undefined ? null : stemOf(found.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ''));
}

/** `car_id` and `cars.id`, or the same `patient_id` on both sides, one of them without repeats. */
function namedLinks(index: PreparedTables): [IndexedColumn, IndexedColumn][] {
  const links: [IndexedColumn, IndexedColumn][] = [];
  for (const from of index.columns) {
    const stem = keyStem(from.name);
    if (stem === null) continue;
    for (const to of index.columns) {
      if (to.table === from.table || !to.unique || to.profile.type !== from.profile.type) continue;
      const own = index.tableWords.get(to.table.name)?.words.map(stemOf).join('') ?? '';
      const plain = to.joined === 'id' && own === stem;
      if (plain || (to.name.toLowerCase() === from.name.toLowerCase() && !from.unique))
        links.push([from, to]);
    }
  }
  return links;
}

/** Visits and samples of the same patients meet in the patients, not in each other. */
function withoutSiblings(references: Reference[], index: PreparedTables): Reference[] {
  return references.filter(
    ({ child, parent }) =>
      ownsKey(parent, index) ||
      !references.some(
        (other) =>
          other.child === parent &&
          references.some((third) => third.child === child && third.parent === other.parent),
      ),
  );
}

/** The column that tells the rows of a table apart. */
export function keyOfTable(index: PreparedTables, table: QuestionTable): IndexedColumn | null {
  const columns = index.byTable.get(table.name) ?? [];
  return (
    columns.find((column) => ownsKey(column, index)) ??
    columns.find((column) => column.unique && (column.identifier || /(?:^|_)id$/i.test(column.name))) ??
    columns.find((column) => column.unique && column.profile.type !== 'number' && !column.temporal) ??
    null
  );
}

/** The columns by which a person knows a row: what it is called, or first and last name. */
export function namesOfTable(index: PreparedTables, table: QuestionTable): IndexedColumn[] {
  const texts = (index.byTable.get(table.name) ?? []).filter((column) => column.profile.type === 'text');
  const named = texts.filter(
    (column) =>
      /(?:^|[_ .]|\b)(?:name|title)$/i.test(column.name.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, '_')) &&
      !/(?:school|vendor|file|user|middle|company|bank|city|street)/i.test(column.name),
  );
  if (named.length > 0) return named.slice(0, 3);
  const stems = index.tableWords.get(table.name)?.stems ?? new Set<string>();
  const own = texts.filter((column) => stems.has(stemOf(column.joined)));
  if (own.length > 0) return own.slice(0, 1);
  const called = texts.filter((column) =>
    ['make', 'model', 'symbol', 'label', 'description', 'username', 'term'].includes(column.joined),
  );
  return called.slice(0, 2);
}
