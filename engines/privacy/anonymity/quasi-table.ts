import type { Hierarchy } from '../actions/hierarchies.ts';

/**
 * A table as far as its quasi-identifiers go: every combination of their values once, with how many rows have it.
 * Columns of equal length, one entry a combination.
 */
export interface QuasiTable {
  /** Rows that have the combination. */
  weights: Float64Array;
  columns: readonly QuasiColumn[];
  sensitive: readonly SensitiveColumn[];
}

export interface QuasiColumn {
  name: string;
  /** Of each combination, the place of its value in `values`. */
  codes: Int32Array;
  /** Distinct values in their own order: numbers and dates by size. `null` is the missing value. */
  values: readonly (string | null)[];
  /** The values as numbers (dates as days) where they have a distance; null where they have none. */
  numbers: Float64Array | null;
  hierarchy: Hierarchy;
}

/** How often a sensitive value comes with a combination; entries in any order. */
export interface SensitiveColumn {
  name: string;
  combinations: Int32Array;
  /** Place of the value among the distinct values in their order; from 0. */
  codes: Int32Array;
  counts: Float64Array;
  distinct: number;
  /** Numbers have a distance by their order; other values are all equally far apart. */
  ordered: boolean;
}

/** Rows told apart no longer: of each combination its class, of each class its rows. */
export interface Classes {
  classOf: Int32Array;
  sizes: Float64Array;
}

/** What a column's values become on each level, as groups: `groupOf[level][code]`. */
export interface LeveledColumn {
  levels: number;
  groupOf: readonly Int32Array[];
  labels: readonly (readonly (string | null)[])[];
  /** Normalised certainty penalty of each level: mean over all rows, 0 to 1. */
  penalty: readonly number[];
}

const missing = '\u0001';

export function levelColumn(column: QuasiColumn, weights: Float64Array): LeveledColumn {
  const { hierarchy, values } = column;
  const groupOf: Int32Array[] = [];
  const labels: (string | null)[][] = [];
  for (let level = 0; level <= hierarchy.levels; level++) {
    const known = new Map<string, number>();
    const groups = new Int32Array(values.length);
    values.forEach((value, code) => {
      const label = level === hierarchy.levels ? '*' : value === null ? missing : hierarchy.at(value, level);
      let group = known.get(label);
      if (group === undefined) {
        group = known.size;
        known.set(label, group);
      }
      groups[code] = group;
    });
    groupOf.push(groups);
    labels.push([...known.keys()].map((label) => (label === missing ? null : label)));
  }
  const rows = rowsByValue(column, weights);
  return {
    levels: hierarchy.levels,
    groupOf,
    labels,
    penalty: groupOf.map((groups) => penaltyOf(column, groups, rows)),
  };
}

function rowsByValue({ codes, values }: QuasiColumn, weights: Float64Array): Float64Array {
  const rows = new Float64Array(values.length);
  codes.forEach((code, index) => {
    rows[code] = (rows[code] ?? 0) + (weights[index] ?? 0);
  });
  return rows;
}

/**
 * Normalised certainty penalty (Xu et al. 2006, doi 10.1145/1150402.1150504): of a number the width of its group over
 * the width of all, of any other value the values in its group less one over all values less one.
 */
function penaltyOf(column: QuasiColumn, groups: Int32Array, rows: Float64Array): number {
  const count = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const cost = groupPenalties(column, groups, count);
  let sum = 0;
  let total = 0;
  groups.forEach((group, code) => {
    const n = rows[code] ?? 0;
    sum += (cost[group] ?? 0) * n;
    total += n;
  });
  return total === 0 ? 0 : sum / total;
}

export function groupPenalties(
  { values, numbers }: QuasiColumn,
  groups: Int32Array,
  count: number,
): Float64Array {
  const cost = new Float64Array(count);
  if (values.length < 2) return cost;
  const low = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const members = new Float64Array(count);
  groups.forEach((group, code) => {
    if (group < 0) return;
    members[group] = (members[group] ?? 0) + 1;
    const number = numbers?.[code] ?? Number.NaN;
    if (Number.isNaN(number)) return;
    low[group] = Math.min(low[group] ?? 0, number);
    high[group] = Math.max(high[group] ?? 0, number);
  });
  const spread = numbers === null ? 0 : extent(numbers);
  for (let group = 0; group < count; group++) {
    const width = (high[group] ?? 0) - (low[group] ?? 0);
    cost[group] =
      spread > 0 && width >= 0 ? width / spread : ((members[group] ?? 1) - 1) / (values.length - 1);
  }
  return cost;
}

function extent(numbers: Float64Array): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const number of numbers) {
    if (Number.isNaN(number)) continue;
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  return high - low;
}

/** Combinations whose groups agree in every column are a class. */
export function classesOf(
  weights: Float64Array,
  groups: readonly { codes: Int32Array; groupOf: Int32Array; count: number }[],
): Classes {
  const classOf = new Int32Array(weights.length);
  let classes = 1;
  for (const { codes, groupOf, count } of groups) {
    if (count === 1) continue;
    classes = refine(classOf, codes, groupOf, count, classes);
  }
  const sizes = new Float64Array(classes);
  weights.forEach((weight, index) => {
    const at = classOf[index] ?? 0;
    sizes[at] = (sizes[at] ?? 0) + weight;
  });
  return { classOf, sizes };
}

/** Splits classes by one more column; places are given out in order of appearance. */
function refine(
  classOf: Int32Array,
  codes: Int32Array,
  groupOf: Int32Array,
  count: number,
  classes: number,
): number {
  const places = classes * count;
  let next = 0;
  if (places <= 1 << 24) {
    const known = new Int32Array(places).fill(-1);
    for (let index = 0; index < classOf.length; index++) {
      const key = (classOf[index] as number) * count + (groupOf[codes[index] as number] as number);
      let place = known[key] as number;
      if (place < 0) {
        place = next++;
        known[key] = place;
      }
      classOf[index] = place;
    }
    return next;
  }
  let capacity = 1024;
  while (capacity < classOf.length * 2) capacity *= 2;
  const keys = new Float64Array(capacity).fill(-1);
  const held = new Int32Array(capacity);
  for (let index = 0; index < classOf.length; index++) {
    const key = (classOf[index] as number) * count + (groupOf[codes[index] as number] as number);
    let slot =
      (Math.imul(key % 4294967296, 0x9e3779b1) ^ Math.imul(Math.floor(key / 4294967296), 0x85ebca6b)) >>> 0;
    slot &= capacity - 1;
    while (keys[slot] !== -1 && keys[slot] !== key) slot = (slot + 1) & (capacity - 1);
    if (keys[slot] === -1) {
      keys[slot] = key;
      held[slot] = next++;
    }
    classOf[index] = held[slot] as number;
  }
  return next;
}
