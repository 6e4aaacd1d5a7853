import { StromaError } from '@stroma/kernel';
import { quantileOfSorted } from '@stroma/stats';
import type { FeatureColumn, NumberColumn } from '../table/feature-table.ts';

/** What the rows of a group share: a value of each column, null where it is missing. */
export type Group = Readonly<Record<string, string | null>>;

/** Rows by what they share in some columns. */
export interface GroupSet {
  columns: readonly string[];
  /** Only those that have rows. */
  groups: readonly Group[];
  /** Of each row, its group. */
  codes: Int32Array;
  /** Of each column of numbers that was cut: where its groups begin. Given again, they make the same groups of other rows. */
  cuts: Readonly<Record<string, readonly number[]>>;
}

/** Numbers of more different values are cut at their quartiles. */
const mostValues = 6;

/**
 * Groups by one protected column, the rows where it is missing among them. Numbers are cut at `cuts` (each the start of
 * a group), otherwise at their quartiles where they have more than six values. Throws INVALID_INPUT for text and times.
 */
export function groupsBy(column: FeatureColumn, cuts?: readonly number[]): GroupSet {
  if (column.kind === 'category') return compact(column.name, [...column.levels], column.codes);
  if (column.kind === 'number') return byNumber(column, cuts);
  throw new StromaError(
    'INVALID_INPUT',
    `Groups are made of categories or numbers; "${column.name}" holds ${column.kind === 'time' ? 'times' : 'free text'}. Give a column of groups instead.`,
    { column: column.name },
  );
}

function byNumber(column: NumberColumn, cuts: readonly number[] | undefined): GroupSet {
  const { name, values } = column;
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = [...new Set(known)];
  if (cuts === undefined && distinct.length <= mostValues) {
    const codeOf = new Map(distinct.map((value, code) => [value, code]));
    return compact(
      name,
      distinct.map(String),
      Int32Array.from(values, (value) => codeOf.get(value) ?? -1),
    );
  }
  const given = cuts ?? [0.25, 0.5, 0.75].map((share) => quantileOfSorted(known, share));
  const edges = [...new Set(given)].sort((a, b) => a - b);
  const levels = [...edges.keys(), edges.length].map((part) => {
    const [from, to] = [edges[part - 1], edges[part]];
    if (from === undefined) return `below ${to}`;
    return to === undefined ? `${from} and more` : `${from} to below ${to}`;
  });
  const codes = Int32Array.from(values, (value) =>
    Number.isNaN(value) ? -1 : edges.filter((edge) => edge <= value).length,
  );
  return { ...compact(name, levels, codes), cuts: { [name]: edges } };
}

/** Leaves out levels without rows; -1, missing, becomes a group of its own. */
function compact(name: string, levels: readonly string[], codes: Int32Array): GroupSet {
  const present = [...new Set(codes)].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
  const at = new Map(present.map((code, index) => [code, index]));
  return {
    columns: [name],
    groups: present.map((code) => ({ [name]: code < 0 ? null : (levels[code] as string) })),
    codes: codes.map((code) => at.get(code) as number),
    cuts: {},
  };
}

/** Groups of rows that share a group in each of the sets: the intersections that have rows. O(rows · sets). */
export function crossed(sets: readonly GroupSet[]): GroupSet {
  const rows = sets[0]?.codes.length ?? 0;
  const found = new Map<string, number>();
  const groups: Group[] = [];
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const key = sets.map((set) => set.codes[row]).join(' ');
    let code = found.get(key);
    if (code === undefined) {
      code = groups.length;
      found.set(key, code);
      groups.push(Object.assign({}, ...sets.map((set) => set.groups[set.codes[row] as number])));
    }
    codes[row] = code;
  }
  const cuts = Object.assign({}, ...sets.map((set) => set.cuts));
  return { columns: sets.flatMap((set) => set.columns), groups, codes, cuts };
}

/** Of each group, its rows, ascending. */
export function rowsByGroup({ groups, codes }: GroupSet): Uint32Array[] {
  const counts = new Uint32Array(groups.length);
  for (const code of codes) counts[code] = (counts[code] as number) + 1;
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  const filled = new Uint32Array(groups.length);
  codes.forEach((code, row) => {
    (rows[code] as Uint32Array)[filled[code] as number] = row;
    filled[code] = (filled[code] as number) + 1;
  });
  return rows;
}

/** In words, for a message: sex "f", age "below 30". */
export const groupName = (group: Group): string =>
  Object.entries(group)
    .map(([column, value]) => `${column} ${value === null ? 'missing' : `"${value}"`}`)
    .join(', ');
