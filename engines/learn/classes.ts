/** A column cut into classes, for counting. */
export interface ClassedColumn {
  /** Of each row, from 0; every row has one. */
  codes: Uint16Array;
  classes: number;
}

/**
 * Numbers in at most `most` classes of about equal size, equal values never parted; missing ones (NaN) are a class of
 * their own where there are any. O(n log n).
 */
export function classesOfNumbers(values: Float64Array, most: number): ClassedColumn {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let part = 1; part < most; part++) {
    const edge = known[Math.floor((part * known.length) / most)];
    if (edge !== undefined && edge > (known[0] as number) && edge !== edges.at(-1)) edges.push(edge);
  }
  const hasMissing = known.length < values.length;
  const codes = new Uint16Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    codes[row] = Number.isNaN(value) ? edges.length + 1 : countUpTo(edges, value);
  }
  return { codes, classes: edges.length + 1 + (hasMissing ? 1 : 0) };
}

function countUpTo(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if ((edges[at] as number) <= value) low = at + 1;
    else high = at;
  }
  return low;
}

/**
 * Texts by value: the `most - 1` most frequent (ties by text) and one class for all others, where there are others.
 * Missing ones (null) are a value.
 */
export function classesOfTexts(values: readonly (string | null)[], most: number): ClassedColumn {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const order = [...counts].sort(([a, n], [b, m]) => m - n || (String(a) < String(b) ? -1 : 1));
  const fits = order.length <= most;
  const named = order.slice(0, fits ? most : most - 1);
  const codeOf = new Map(named.map(([value], code) => [value, code]));
  const codes = Uint16Array.from(values, (value) => codeOf.get(value) ?? named.length);
  return { codes, classes: named.length + (fits ? 0 : 1) };
}
