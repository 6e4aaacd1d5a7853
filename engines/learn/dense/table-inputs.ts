import { normalUpperQuantile, quantileOfSorted } from '@stroma/stats';
import type { Matrix } from '../estimator.ts';
import type { NetworkData } from '../networks/architecture.ts';

/** How a column of numbers becomes one a network sees. */
export type NumberScale =
  /**
   * About the median in ranges of the middle half, held softly within ±3 (Holzmüller 2024, arXiv:2407.04491): few
   * values far off change little.
   */
  | { kind: 'robust'; centre: number; scale: number }
  /** By their order, towards a normal distribution: straight lines between points of it, held at the ends. */
  | { kind: 'quantiles'; knots: Float64Array; scores: Float64Array };

export interface NumberInput {
  /** Its place in the matrix. */
  column: number;
  scale: NumberScale;
  /** Whether an indicator of missing values stands beside it: where some were missing in training. */
  indicator: boolean;
}

export interface CodeInput {
  column: number;
  /** For each code of the matrix its place in the table of embeddings; that of `unknown` where it was never seen. */
  places: Int32Array;
  /** Missing values, and codes that training did not have. */
  unknown: number;
}

export interface TableInputs {
  numbers: readonly NumberInput[];
  codes: readonly CodeInput[];
  /** Rows of the embeddings: first those of the unknown of each column of codes, then of each code seen. */
  places: number;
  /** Of each place, the share of rows it had in its column. */
  shares: Float64Array;
}

const mostKnots = 64;
/** What a robust scale tends to and never reaches. */
export const softest = 3;
/** So far off that more changes nothing, and not so far that its square leaves single precision. */
export const farthest = 1e12;

/** Learns of each column how a network sees it. Columns without a known value, or with one alone, become zeros. */
export function fitTableInputs(matrix: Matrix, numbers: NumberScale['kind']): TableInputs {
  const columns = matrix.columns.map((values, column) => ({
    values,
    column,
    categories: matrix.categories[column] ?? 0,
  }));
  const coded = columns.filter(({ categories }) => categories > 0);
  let places = coded.length;
  const codes = coded.map(({ values, column, categories }, unknown): CodeInput => {
    const seen = new Set(values);
    const own = Int32Array.from({ length: categories }, (_, code) => (seen.has(code) ? places++ : unknown));
    return { column, places: own, unknown };
  });
  const shares = new Float64Array(places);
  for (const input of codes)
    for (const value of matrix.columns[input.column] ?? []) {
      const place = placeOf(input, value);
      shares[place] = (shares[place] as number) + 1 / matrix.rows;
    }
  return {
    numbers: columns
      .filter(({ categories }) => categories === 0)
      .map(({ values, column }) => {
        const known = values.filter((value) => !Number.isNaN(value)).sort();
        return {
          column,
          scale: numbers === 'robust' ? robustOf(known) : quantilesOf(known),
          indicator: known.length < values.length,
        };
      }),
    codes,
    places,
    shares,
  };
}

const placeOf = ({ places, unknown }: CodeInput, code: number): number => places[code] ?? unknown;

/** Where half of the values are one, by the whole range; 0 where all are. */
function robustOf(sorted: Float64Array): NumberScale {
  if (sorted.length === 0) return { kind: 'robust', centre: 0, scale: 0 };
  const at = (share: number) => quantileOfSorted(sorted, share);
  const middle = at(0.75) - at(0.25);
  return { kind: 'robust', centre: at(0.5), scale: middle > 0 ? middle : (at(1) - at(0)) / 2 };
}

function momentsOf(values: Float64Array): { centre: number; scale: number } {
  const count = values.length;
  const centre = values.reduce((sum, value) => sum + value / count, 0);
  const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2 / count, 0));
  return { centre, scale: scale > 1e-12 * Math.max(1, Math.abs(centre)) ? scale : 0 };
}

/** Equal values stand at the middle of the places they take. */
function quantilesOf(sorted: Float64Array): NumberScale {
  const count = sorted.length;
  const parts = Math.min(mostKnots, Math.max(10, Math.floor(count / 10))) - 1;
  const knots: number[] = [];
  const ranks: number[] = [];
  for (let part = 0; part <= parts && count > 0; part++) {
    const value = sorted[Math.round((part / parts) * (count - 1))] as number;
    if (value === knots.at(-1)) continue;
    knots.push(value);
    ranks.push((firstAbove(sorted, value, false) + firstAbove(sorted, value, true)) / 2 / count);
  }
  const raw = ranks.map((rank) => -normalUpperQuantile(rank));
  const mapped = sorted.map((value) => scoreAt(knots, raw, value));
  const { centre, scale } = momentsOf(mapped);
  return {
    kind: 'quantiles',
    knots: Float64Array.from(knots),
    scores: Float64Array.from(raw, (score) => (scale === 0 ? 0 : (score - centre) / scale)),
  };
}

/** How many values are below `value`, or with it. */
function firstAbove(sorted: Float64Array, value: number, withIt: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const own = sorted[middle] as number;
    if (own < value || (withIt && own === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function scoreAt(knots: ArrayLike<number>, scores: ArrayLike<number>, value: number): number {
  let [low, high] = [0, knots.length - 1];
  if (high < 0) return 0;
  if (value <= (knots[0] as number)) return scores[0] as number;
  if (value >= (knots[high] as number)) return scores[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((knots[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const [from, to] = [knots[low] as number, knots[high] as number];
  const [first, last] = [scores[low] as number, scores[high] as number];
  return first + ((last - first) * (value - from)) / (to - from);
}

function scaled(scale: NumberScale, value: number): number {
  if (Number.isNaN(value)) return 0;
  if (scale.kind === 'quantiles') return scoreAt(scale.knots, scale.scores, value);
  const own = scale.scale === 0 ? 0 : (value - scale.centre) / scale.scale;
  const kept = Math.max(-farthest, Math.min(farthest, own));
  return kept / Math.hypot(1, kept / softest);
}

/** What a network is told of rows, by row; all as in the matrix's order of columns. */
export interface TableValues {
  /** Scaled, 0 in place of missing ones. */
  numbers: Float64Array;
  /** Of the columns with an indicator: 1 where one is missing. */
  missing: Float64Array;
  /** Places of embeddings. */
  codes: Int32Array;
}

export function tableValues({ numbers, codes }: TableInputs, { rows, columns }: Matrix): TableValues {
  const indicated = numbers.filter(({ indicator }) => indicator);
  const values = new Float64Array(rows * numbers.length);
  const missing = new Float64Array(rows * indicated.length);
  const places = new Int32Array(rows * codes.length);
  numbers.forEach(({ column, scale }, at) => {
    const given = columns[column] as Float64Array;
    for (let row = 0; row < rows; row++)
      values[row * numbers.length + at] = scaled(scale, given[row] as number);
  });
  indicated.forEach(({ column }, at) => {
    const given = columns[column] as Float64Array;
    for (let row = 0; row < rows; row++)
      missing[row * indicated.length + at] = Number.isNaN(given[row]) ? 1 : 0;
  });
  codes.forEach((input, at) => {
    const given = columns[input.column] as Float64Array;
    for (let row = 0; row < rows; row++)
      places[row * codes.length + at] = placeOf(input, given[row] as number);
  });
  return { numbers: values, missing, codes: places };
}

/** `tableValues` in single precision, by the names of a network's inputs; those of no column are left out. */
export function tableData(inputs: TableInputs, matrix: Matrix): NetworkData {
  const { numbers, missing, codes } = tableValues(inputs, matrix);
  return {
    ...(inputs.numbers.length > 0 ? { numbers: Float32Array.from(numbers) } : {}),
    ...(inputs.numbers.some(({ indicator }) => indicator) ? { missing: Float32Array.from(missing) } : {}),
    ...(inputs.codes.length > 0 ? { codes } : {}),
  };
}
