import { missingBin, setWords } from '../tree-set.ts';
import { columnBytes } from './histogram-kernel.ts';

export interface SplitRules {
  minRows: number;
  minHessian: number;
  l2: number;
  /** Added to a category's hessian where categories are put in order, as many mean hessians. */
  categorySmoothing: number;
  /** For each column -1, 0 or 1; null where none is held. */
  monotone: Int8Array | null;
  /** For each column: bins of values. */
  bins: Uint16Array;
  isCategory: Uint8Array;
}

/** What is known of a leaf: sums as whole numbers, and the bounds monotone columns above it left for its value. */
export interface LeafSums {
  gradient: number;
  hessian: number;
  rows: number;
  lower: number;
  upper: number;
}

/** The units of the whole numbers: powers of two. */
export interface Units {
  gradient: number;
  hessian: number;
  /** Bits of the hessian below the count of rows. */
  shift: number;
}

/** The best cut found; sums are of the left side. */
export class Split {
  gain = 0;
  column = -1;
  bin = 0;
  missingLeft = false;
  gradient = 0;
  hessian = 0;
  rows = 0;
  isSet = false;
  readonly set = new Uint32Array(setWords);

  clear(): void {
    this.gain = 0;
    this.column = -1;
  }
}

const two32 = 4294967296;
const columnWords = columnBytes / 4;

/** Least loss a leaf comes to, halved and negated: twice the fall of the second-order loss. Higher is better. */
export function leafScore(
  gradient: number,
  hessian: number,
  l2: number,
  lower: number,
  upper: number,
): number {
  const weight = hessian + l2;
  if (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY)
    return weight > 0 ? (gradient * gradient) / weight : 0;
  const value = leafValue(gradient, hessian, l2, lower, upper);
  return -2 * gradient * value - weight * value * value;
}

export function leafValue(
  gradient: number,
  hessian: number,
  l2: number,
  lower: number,
  upper: number,
): number {
  const weight = hessian + l2;
  const value = weight > 0 ? -gradient / weight : 0;
  return Math.min(upper, Math.max(lower, value));
}

/**
 * Looks through one leaf's histograms for the cut with the greatest gain (Friedman 2001, doi:10.1214/aos/1013203451,
 * second order as in Chen & Guestrin 2016, doi:10.1145/2939672.2939785). Numbers: every edge, missing rows tried on both
 * sides. Categories: in the order of gradient / hessian the best set is a prefix (Fisher 1958,
 * doi:10.1080/01621459.1958.10501479); missing ones are a category.
 */
export class SplitSearch {
  readonly #words: Int32Array;
  readonly #low: Uint32Array;
  readonly #rules: SplitRules;
  readonly #order = new Uint16Array(256);
  readonly #ratio = new Float64Array(256);

  constructor(buffer: SharedArrayBuffer, rules: SplitRules) {
    this.#words = new Int32Array(buffer);
    this.#low = new Uint32Array(buffer);
    this.#rules = rules;
  }

  /** Sums of all rows of a leaf, from any column's histogram. */
  total(histogram: number, column: number, into: LeafSums, { shift }: Units): void {
    const first = histogram / 4 + column * columnWords;
    const mask = 2 ** (shift - 32) - 1;
    into.gradient = 0;
    into.hessian = 0;
    into.rows = 0;
    for (let word = first; word < first + columnWords; word += 4) {
      const high = this.#words[word + 3] as number;
      into.gradient += (this.#words[word + 1] as number) * two32 + (this.#low[word] as number);
      into.hessian += (high & mask) * two32 + (this.#low[word + 2] as number);
      into.rows += high >>> (shift - 32);
    }
  }

  score({ gradient, hessian, lower, upper }: LeafSums, units: Units): number {
    return leafScore(gradient * units.gradient, hessian * units.hessian, this.#rules.l2, lower, upper);
  }

  /** `histogram` is the byte address of the leaf's first column. A better cut than `best` is written to it. */
  column(histogram: number, column: number, leaf: LeafSums, units: Units, best: Split): void {
    const at = histogram / 4 + column * columnWords;
    if (this.#rules.isCategory[column] === 1) this.#categories(at, column, leaf, units, best);
    else this.#numbers(at, column, leaf, units, best);
  }

  #numbers(at: number, column: number, leaf: LeafSums, units: Units, best: Split): void {
    const words = this.#words;
    const low = this.#low;
    const bins = this.#rules.bins[column] as number;
    const { minRows, minHessian, l2 } = this.#rules;
    const sign = this.#rules.monotone === null ? 0 : (this.#rules.monotone[column] as number);
    const { gradient, hessian, rows, lower, upper } = leaf;
    const bounded = sign !== 0 || lower !== Number.NEGATIVE_INFINITY || upper !== Number.POSITIVE_INFINITY;
    const { gradient: unit, hessian: unitHessian, shift } = units;
    const mask = 2 ** (shift - 32) - 1;
    const countShift = shift - 32;
    const missing = at + 4 * missingBin;
    const missingRows = (words[missing + 3] as number) >>> countShift;
    const parent = leafScore(gradient * unit, hessian * unitHessian, l2, lower, upper);
    const last = missingRows > 0 ? bins : bins - 1;
    for (let side = 0; side < (missingRows > 0 ? 2 : 1); side++) {
      let g = 0;
      let h = 0;
      let count = 0;
      if (side === 1) {
        g = (words[missing + 1] as number) * two32 + (low[missing] as number);
        h = ((words[missing + 3] as number) & mask) * two32 + (low[missing + 2] as number);
        count = missingRows;
      }
      for (let bin = 0, word = at; bin < last; bin++, word += 4) {
        const high = words[word + 3] as number;
        const here = high >>> countShift;
        if (here === 0) continue;
        g += (words[word + 1] as number) * two32 + (low[word] as number);
        h += (high & mask) * two32 + (low[word + 2] as number);
        count += here;
        if (count < minRows) continue;
        if (rows - count < minRows) break;
        const leftG = g * unit;
        const leftH = h * unitHessian;
        const rightG = (gradient - g) * unit;
        const rightH = (hessian - h) * unitHessian;
        if (leftH < minHessian) continue;
        if (rightH < minHessian) break;
        let gain = 0;
        if (bounded) {
          const leftValue = leafValue(leftG, leftH, l2, lower, upper);
          const rightValue = leafValue(rightG, rightH, l2, lower, upper);
          if ((rightValue - leftValue) * sign < 0) continue;
          gain =
            leafScore(leftG, leftH, l2, lower, upper) + leafScore(rightG, rightH, l2, lower, upper) - parent;
        } else gain = (leftG * leftG) / (leftH + l2) + (rightG * rightG) / (rightH + l2) - parent;
        if (gain > best.gain) {
          best.gain = gain;
          best.column = column;
          best.bin = bin;
          best.missingLeft = side === 1 || (missingRows === 0 && 2 * count >= rows);
          best.gradient = g;
          best.hessian = h;
          best.rows = count;
          best.isSet = false;
        }
      }
    }
  }

  #categories(at: number, column: number, leaf: LeafSums, units: Units, best: Split): void {
    const words = this.#words;
    const low = this.#low;
    const { minRows, minHessian, l2, categorySmoothing } = this.#rules;
    const { gradient, hessian, rows, lower, upper } = leaf;
    const countShift = units.shift - 32;
    const mask = 2 ** countShift - 1;
    const g = (bin: number) => (words[at + 4 * bin + 1] as number) * two32 + (low[at + 4 * bin] as number);
    const h = (bin: number) =>
      ((words[at + 4 * bin + 3] as number) & mask) * two32 + (low[at + 4 * bin + 2] as number);
    const n = (bin: number) => (words[at + 4 * bin + 3] as number) >>> countShift;
    const smoothing = (categorySmoothing * hessian) / rows;
    let used = 0;
    for (let bin = 0; bin < 256; bin++) {
      if (n(bin) === 0) continue;
      this.#order[used++] = bin;
      const weight = h(bin) + smoothing;
      this.#ratio[bin] = weight > 0 ? g(bin) / weight : 0;
    }
    const order = this.#order.subarray(0, used).sort((a, b) => this.#ratioOf(a) - this.#ratioOf(b) || a - b);
    const parent = leafScore(gradient * units.gradient, hessian * units.hessian, l2, lower, upper);
    let leftG = 0;
    let leftH = 0;
    let count = 0;
    let found = -1;
    for (let at = 0; at < used - 1; at++) {
      const bin = order[at] as number;
      leftG += g(bin);
      leftH += h(bin);
      count += n(bin);
      if (count < minRows || leftH * units.hessian < minHessian) continue;
      if (rows - count < minRows || (hessian - leftH) * units.hessian < minHessian) break;
      const gain =
        leafScore(leftG * units.gradient, leftH * units.hessian, l2, lower, upper) +
        leafScore((gradient - leftG) * units.gradient, (hessian - leftH) * units.hessian, l2, lower, upper) -
        parent;
      if (gain > best.gain) {
        best.gain = gain;
        best.gradient = leftG;
        best.hessian = leftH;
        best.rows = count;
        found = at;
      }
    }
    if (found < 0) return;
    best.column = column;
    best.isSet = true;
    best.set.fill(0);
    for (let at = 0; at <= found; at++) {
      const bin = order[at] as number;
      best.set[bin >> 5] = (best.set[bin >> 5] as number) | (1 << (bin & 31));
    }
    const larger = 2 * best.rows >= rows;
    // Categories never seen here go with the larger side, as missing ones do where there were none.
    if (larger)
      for (let bin = 0; bin < 256; bin++)
        if (n(bin) === 0) best.set[bin >> 5] = (best.set[bin >> 5] as number) | (1 << (bin & 31));
    best.missingLeft = (((best.set[missingBin >> 5] as number) >>> (missingBin & 31)) & 1) === 1;
  }

  #ratioOf(bin: number): number {
    return this.#ratio[bin] as number;
  }
}
