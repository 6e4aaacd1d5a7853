/** Numbers that are known, ascending. */
export const knownSorted = (values: Float64Array): Float64Array =>
  values.filter((value) => !Number.isNaN(value)).sort();

/** Codes that are there, ascending. */
export const codesThere = (values: Float64Array): number[] =>
  [...new Set(values)].filter((code) => !Number.isNaN(code)).sort((a, b) => a - b);

/**
 * Each value where there are fewer than `points`, else as many evenly between two quantiles: those of SciPy's mquantiles
 * (plotting positions (k - 0.4) / (n + 0.2); Cunnane 1978, doi:10.1016/0022-1694(78)90017-3), as scikit-learn has them.
 */
export function evenGrid(sorted: Float64Array, points: number, [low, high]: readonly [number, number]) {
  const values = [...new Set(sorted)];
  if (values.length < points) return values;
  const from = plottingQuantile(sorted, low);
  const to = plottingQuantile(sorted, high);
  if (from === to) return [from];
  return Array.from({ length: points }, (_, at) =>
    at === points - 1 ? to : from + ((to - from) * at) / (points - 1),
  );
}

function plottingQuantile(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  const place = n * share + 0.4 + 0.2 * share;
  const below = Math.floor(Math.min(n - 1, Math.max(1, place)));
  const part = Math.min(1, Math.max(0, place - below));
  return (1 - part) * (sorted[below - 1] as number) + part * (sorted[below] as number);
}

/** Least and greatest value, and between them values that part the rows about evenly: observed ones, without doubles. */
export function quantileEdges(sorted: Float64Array, bins: number): number[] {
  const edges = [sorted[0] as number];
  for (let bin = 1; bin <= bins; bin++) {
    const edge = sorted[Math.max(0, Math.ceil((bin * sorted.length) / bins - 1e-9) - 1)] as number;
    if (edge > (edges.at(-1) as number)) edges.push(edge);
  }
  return edges;
}

/** Place of the first edge at or above the value. */
export function firstAtLeast(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
