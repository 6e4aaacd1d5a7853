import { seededRandom } from '@stroma/kernel';
import type { Matrix } from '../estimator.ts';
import { type CategoryBins, missingBin } from './tree-set.ts';

/** How values of one column become bins 0, 1, ... */
export interface ColumnBins {
  /** Bins in use, the missing one not counted. */
  bins: number;
  /** Of a column of numbers: the greatest value of each bin but the last. */
  edges: Float64Array;
  /** Of a column of categories: the bin of each code. */
  categories: Uint8Array | null;
}

/** Values looked at for the edges of a column: rank errors of 1 in 256 need no more. */
const sampled = 1 << 16;

/**
 * Edges half way between neighbouring values: exact (each distinct value its own bin) where a column has at most `most`
 * of them, quantiles of a seeded sample of 65,536 rows otherwise. Categories keep their codes where there are fewer than
 * 255; of more the most frequent do, and the rest share a bin.
 */
export function binsOf(matrix: Matrix, rows: Uint32Array | null, most: number, seed: number): ColumnBins[] {
  const random = seededRandom(seed);
  const n = rows?.length ?? matrix.rows;
  const few = Math.min(n, sampled);
  const sample = new Uint32Array(few);
  for (let at = 0; at < few; at++) {
    // One of each stretch of equal length, so that order in the table does not matter.
    const from = Math.floor((at * n) / few);
    const index = from + random.whole(Math.max(1, Math.floor(((at + 1) * n) / few) - from));
    sample[at] = rows?.[index] ?? index;
  }
  return matrix.columns.map((values, column) => {
    const categories = matrix.categories[column] ?? 0;
    if (categories > 0) return categoryBins(values, rows, categories);
    const looked = new Float64Array(few);
    for (let at = 0; at < few; at++) looked[at] = values[sample[at] as number] as number;
    const edges = edgesOf(looked, most);
    return { bins: edges.length + 1, edges, categories: null };
  });
}

/** `values` may be sorted in place. */
export function edgesOf(values: Float64Array, most: number): Float64Array {
  values.sort();
  let known = values.length;
  while (known > 0 && Number.isNaN(values[known - 1])) known--;
  let distinct = 0;
  for (let at = 0; at < known && distinct <= most; at++)
    if (at === 0 || values[at] !== values[at - 1]) distinct++;
  const edges: number[] = [];
  const add = (low: number, high: number) => {
    const middle = low + (high - low) / 2;
    const edge = middle < high ? middle : low;
    if (edges.length === 0 || edge > (edges.at(-1) as number)) edges.push(edge);
  };
  if (distinct <= most) {
    for (let at = 1; at < known; at++)
      if (values[at] !== values[at - 1]) add(values[at - 1] as number, values[at] as number);
    return Float64Array.from(edges);
  }
  for (let part = 1; part < most; part++) {
    const at = Math.floor((part * known) / most);
    const low = values[at - 1] as number;
    let next = at;
    while (next < known && values[next] === low) next++;
    if (next < known) add(low, values[next] as number);
  }
  return Float64Array.from(edges);
}

function categoryBins(values: Float64Array, rows: Uint32Array | null, categories: number): ColumnBins {
  const bins = new Uint8Array(categories);
  if (categories < missingBin) {
    for (let code = 0; code < categories; code++) bins[code] = code;
    return { bins: categories, edges: new Float64Array(0), categories: bins };
  }
  const counts = new Float64Array(categories);
  const n = rows?.length ?? values.length;
  for (let at = 0; at < n; at++) {
    const code = values[rows?.[at] ?? at] as number;
    if (code >= 0) counts[code] = (counts[code] as number) + 1;
  }
  const order = Array.from(counts.keys()).sort(
    (a, b) => (counts[b] as number) - (counts[a] as number) || a - b,
  );
  const others = missingBin - 1;
  order.forEach((code, rank) => {
    bins[code] = Math.min(rank, others);
  });
  return { bins: others + 1, edges: new Float64Array(0), categories: bins };
}

export const categoryBinsOf = (bins: readonly ColumnBins[]): CategoryBins =>
  bins.map(({ categories }) => categories);

const cells = 1024;

/**
 * Writes the bins of the rows' values one after the other, from place `first`. A grid over the range of the edges narrows each search to
 * the few edges of its cell.
 */
export function writeBins(
  values: Float64Array,
  rows: Uint32Array | null,
  column: ColumnBins,
  out: Uint8Array | Uint16Array,
  first: number,
  missing: number,
): void {
  const n = rows?.length ?? values.length;
  const { edges, categories } = column;
  if (categories !== null) {
    for (let at = 0; at < n; at++) {
      const code = values[rows === null ? at : (rows[at] as number)] as number;
      out[first + at] = code >= 0 ? (categories[code] as number) : missing;
    }
    return;
  }
  const count = edges.length;
  const lowest = count > 0 ? (edges[0] as number) : 0;
  const span = count > 0 ? (edges[count - 1] as number) - lowest : 0;
  const scale = span > 0 && Number.isFinite(cells / span) ? cells / span : 0;
  const starts = new Uint16Array(cells + 2);
  const cellOf = (value: number) => Math.max(0, Math.min(cells, ((value - lowest) * scale) | 0));
  // The same rounding places edges and values, so an edge below a value is never in a later cell.
  for (let edge = 0; edge < count; edge++) {
    const cell = cellOf(edges[edge] as number) + 1;
    starts[cell] = (starts[cell] as number) + 1;
  }
  for (let cell = 1; cell < starts.length; cell++)
    starts[cell] = (starts[cell] as number) + (starts[cell - 1] as number);
  for (let at = 0; at < n; at++) {
    const value = values[rows === null ? at : (rows[at] as number)] as number;
    if (Number.isNaN(value)) {
      out[first + at] = missing;
      continue;
    }
    const place = (value - lowest) * scale;
    const cell = place > 0 ? (place < cells ? place | 0 : cells) : 0;
    let low = starts[cell] as number;
    let high = starts[cell + 1] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    out[first + at] = low;
  }
}
