import { everything } from '../actions/hierarchies.ts';
import { type Criteria, earthMovers, tolerance } from './criteria.ts';
import type { Recoding } from './full-domain.ts';
import type { QuasiColumn, QuasiTable, SensitiveColumn } from './quasi-table.ts';

/**
 * Local recoding: rows are split at the median of the column with the widest spread for as long as both halves hold
 * the criteria, so that dense regions stay finer than thin ones. Mondrian, relaxed to whole values (LeFevre, DeWitt,
 * Ramakrishnan 2006, doi 10.1109/ICDE.2006.101). Leaves no row out. Null when not even all rows together hold.
 */
export function partition(table: QuasiTable, criteria: Criteria, signal?: AbortSignal): Recoding | null {
  const count = table.weights.length;
  const classOf = new Int32Array(count);
  const whole = Int32Array.from({ length: count }, (_, index) => index);
  const entries = entriesByCombination(table);
  const isFine = (combinations: Int32Array) => meets(table, entries, combinations, criteria);
  if (!isFine(whole)) return null;
  const parts: Int32Array[] = [];
  const open: Int32Array[] = [whole];
  const spreads = new Map(table.columns.map((column) => [column, spreadOf(column)]));
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    signal?.throwIfAborted();
    const halves = split(table, part, spreads, isFine);
    if (halves === null) parts.push(part);
    else open.push(...halves);
  }
  const sizes = new Float64Array(parts.length);
  parts.forEach((part, at) => {
    for (const combination of part) {
      classOf[combination] = at;
      sizes[at] = (sizes[at] ?? 0) + (table.weights[combination] ?? 0);
    }
  });
  return {
    classes: { classOf, sizes },
    kept: new Uint8Array(parts.length).fill(1),
    labels: table.columns.map((column) => parts.map((part) => labelOf(column, part))),
    levels: null,
    suppressedRows: 0,
    ncp: penalty(table, parts, sizes),
    evaluated: parts.length,
  };
}

type Entries = readonly {
  column: SensitiveColumn;
  starts: Int32Array;
  order: Int32Array;
  whole: Float64Array;
}[];

function entriesByCombination({ weights, sensitive }: QuasiTable): Entries {
  return sensitive.map((column) => {
    const starts = new Int32Array(weights.length + 1);
    for (const combination of column.combinations)
      starts[combination + 1] = (starts[combination + 1] ?? 0) + 1;
    for (let at = 0; at < weights.length; at++) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
    const filled = starts.slice();
    const order = new Int32Array(column.combinations.length);
    const whole = new Float64Array(column.distinct);
    column.codes.forEach((code, entry) => {
      whole[code] = (whole[code] ?? 0) + (column.counts[entry] ?? 0);
    });
    column.combinations.forEach((combination, entry) => {
      order[filled[combination] as number] = entry;
      filled[combination] = (filled[combination] as number) + 1;
    });
    return { column, starts, order, whole };
  });
}

function meets({ weights }: QuasiTable, entries: Entries, part: Int32Array, criteria: Criteria): boolean {
  let rows = 0;
  for (const combination of part) rows += weights[combination] ?? 0;
  if (rows < criteria.k) return false;
  if (criteria.l === null && criteria.t === null) return true;
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return entries.every((entry) => {
    const { starts, order } = entry;
    const picked: number[] = [];
    for (const combination of part)
      for (let place = starts[combination] ?? 0; place < (starts[combination + 1] ?? 0); place++)
        picked.push(order[place] as number);
    return holdsAlone(entry, picked, rows, all, criteria);
  });
}

/** Distances are from all rows. */
function holdsAlone(
  { column, whole }: Entries[number],
  picked: readonly number[],
  rows: number,
  all: number,
  { l, t }: Criteria,
): boolean {
  const share = new Map<number, number>();
  for (const entry of picked) {
    const code = column.codes[entry] as number;
    share.set(code, (share.get(code) ?? 0) + (column.counts[entry] ?? 0) / rows);
  }
  if (l !== null) {
    const entropy = [...share.values()].reduce((sum, p) => sum - p * Math.log(p), 0);
    if ((l.kind === 'distinct' ? share.size : Math.exp(entropy)) < l.l - tolerance) return false;
  }
  if (t === null) return true;
  const dense = new Float64Array(whole.length);
  for (const [code, p] of share) dense[code] = p;
  return earthMovers(dense, whole, all, column.ordered) <= t + tolerance;
}

/** The two halves by the widest column that can be split; null when none can. */
type Spreads = ReadonlyMap<QuasiColumn, number>;

function spreadOf({ numbers }: QuasiColumn): number {
  const filled = numbers?.filter((number) => !Number.isNaN(number)) ?? [];
  return (filled.at(-1) ?? 0) - (filled[0] ?? 0);
}

function split(
  table: QuasiTable,
  part: Int32Array,
  spreads: Spreads,
  isFine: (half: Int32Array) => boolean,
): [Int32Array, Int32Array] | null {
  const widest = table.columns
    .map((column) => ({ column, width: widthOf(column, part, spreads.get(column) ?? 0) }))
    .filter(({ width }) => width > 0)
    .sort((a, b) => b.width - a.width);
  for (const { column } of widest) {
    const halves = halve(table, column, part);
    if (halves !== null && isFine(halves[0]) && isFine(halves[1])) return halves;
  }
  return null;
}

function widthOf({ codes, values, numbers }: QuasiColumn, part: Int32Array, spread: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const combination of part) {
    const code = codes[combination] as number;
    low = Math.min(low, code);
    high = Math.max(high, code);
  }
  if (low === high) return 0;
  if (numbers === null) return (high - low) / (values.length - 1);
  const width = (numbers[high] ?? 0) - (numbers[low] ?? 0);
  return Number.isNaN(width) || spread === 0
    ? (high - low) / (values.length - 1)
    : Math.max(width / spread, 1e-12);
}

/** Equal values stay together: the half with the smaller ones ends where half the rows are reached. */
function halve(
  { weights }: QuasiTable,
  { codes }: QuasiColumn,
  part: Int32Array,
): [Int32Array, Int32Array] | null {
  const order = part.toSorted((a, b) => (codes[a] as number) - (codes[b] as number));
  let total = 0;
  for (const combination of part) total += weights[combination] ?? 0;
  let sum = 0;
  let cut = -1;
  let closest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < order.length - 1; at++) {
    sum += weights[order[at] as number] ?? 0;
    if (codes[order[at] as number] === codes[order[at + 1] as number]) continue;
    if (Math.abs(sum - total / 2) >= closest) break;
    closest = Math.abs(sum - total / 2);
    cut = at + 1;
  }
  return cut < 0 ? null : [order.slice(0, cut), order.slice(cut)];
}

const mostNamed = 6;

/** One value as it is; numbers and dates from the least to the largest; few values by name, else what they have in common. */
function labelOf({ codes, values, numbers, hierarchy }: QuasiColumn, part: Int32Array): string | null {
  const held = [...new Set(Array.from(part, (combination) => codes[combination] as number))].sort(
    (a, b) => a - b,
  );
  const present = held.map((code) => values[code] ?? null).filter((value) => value !== null);
  if (held.length === 1) return values[held[0] as number] ?? null;
  const hasMissing = present.length < held.length;
  if (present.length === 0) return null;
  if (numbers !== null && !hasMissing) return `${present[0]} to ${present.at(-1)}`;
  for (let level = 1; level < hierarchy.levels && !hasMissing; level++) {
    const names = new Set(present.map((value) => hierarchy.at(value, level)));
    const [name] = names;
    if (names.size === 1 && name !== undefined) return name;
  }
  return present.length <= mostNamed && !hasMissing ? present.join(' | ') : everything;
}

function penalty(table: QuasiTable, parts: readonly Int32Array[], sizes: Float64Array): number {
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  let sum = 0;
  for (const column of table.columns) {
    const spread = spreadOf(column);
    parts.forEach((part, at) => {
      sum += widthOf(column, part, spread) * (sizes[at] ?? 0);
    });
  }
  return rows === 0 ? 0 : sum / (rows * table.columns.length);
}
