import { missingBin, setWords } from '../tree-set.ts';
import { binBytes, columnBytes, type HistogramKernel } from './histogram-kernel.ts';

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
  /** Squared gradient over hessian, of both sides. */
  score = 0;
  /** The score less that of the leaf uncut. */
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
    this.score = 0;
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
  readonly #doubles: Float64Array;
  readonly #kernel: HistogramKernel;
  /** In words of 32 bits. */
  readonly #found: number;
  readonly #rules: SplitRules;
  readonly #order = new Uint16Array(256);
  readonly #ratio = new Float64Array(256);

  /** `found` is the address of 48 bytes of its own, zero from the 32nd on. */
  constructor(buffer: SharedArrayBuffer, kernel: HistogramKernel, found: number, rules: SplitRules) {
    this.#kernel = kernel;
    this.#found = found / 4;
    this.#doubles = new Float64Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#low = new Uint32Array(buffer);
    this.#rules = rules;
  }

  /** Sums of all rows of a leaf, from any column's histogram. */
  total(histogram: number, column: number, into: LeafSums, { shift }: Units): void {
    const first = histogram / 4 + column * columnWords;
    into.gradient = 0;
    into.hessian = 0;
    into.rows = 0;
    for (let word = first; word < first + columnWords; word += 4) {
      into.gradient += this.#gradientAt(word);
      into.hessian += this.#hessianAt(word, shift);
      into.rows += this.#rowsAt(word, shift);
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
    const bins = this.#rules.bins[column] as number;
    const sign = this.#rules.monotone === null ? 0 : (this.#rules.monotone[column] as number);
    const isBounded =
      sign !== 0 || leaf.lower !== Number.NEGATIVE_INFINITY || leaf.upper !== Number.POSITIVE_INFINITY;
    const missingRows = (this.#words[at + 4 * missingBin + 3] as number) >>> (units.shift - 32);
    // The last cut is between all that is known and what is missing.
    const last = missingRows > 0 ? bins : bins - 1;
    for (let side = 0; side < (missingRows > 0 ? 2 : 1); side++) {
      const start = side === 1 ? at + 4 * missingBin : this.#found + 8;
      const bin = isBounded
        ? this.#boundedCut(at, last, start, leaf, units, sign, best.score)
        : this.#cut(at, last, start, leaf, units, best.score);
      if (bin < 0) continue;
      const word = this.#found + 4;
      best.score = this.#doubles[this.#found / 2] as number;
      best.column = column;
      best.bin = bin;
      best.gradient = this.#gradientAt(word);
      best.hessian = this.#hessianAt(word, units.shift);
      best.rows = this.#rowsAt(word, units.shift);
      best.missingLeft = side === 1 || (missingRows === 0 && 2 * best.rows >= leaf.rows);
      best.isSet = false;
    }
  }

  /** The bin to cut after, or -1; its score and sums are then where `found` says. */
  #cut(at: number, last: number, start: number, leaf: LeafSums, units: Units, best: number): number {
    const { minRows, minHessian, l2 } = this.#rules;
    const bin = this.#kernel.cut(
      4 * at,
      4 * at + binBytes * last,
      4 * start,
      4 * this.#found,
      best,
      leaf.gradient * units.gradient,
      leaf.hessian * units.hessian,
      leaf.rows,
      units.gradient,
      units.hessian,
      units.shift,
      minRows,
      minHessian,
      l2,
    );
    return bin === 0 ? -1 : (bin - 4 * at) / binBytes;
  }

  /** As `#cut`, for leaves whose values are held within bounds. */
  #boundedCut(
    at: number,
    last: number,
    start: number,
    leaf: LeafSums,
    units: Units,
    sign: number,
    best: number,
  ): number {
    const { minRows, minHessian, l2 } = this.#rules;
    const { lower, upper } = leaf;
    let [g, h, count] = [
      this.#gradientAt(start),
      this.#hessianAt(start, units.shift),
      this.#rowsAt(start, units.shift),
    ];
    let most = best;
    let found = -1;
    for (let bin = 0; bin < last; bin++) {
      const word = at + 4 * bin;
      if (this.#rowsAt(word, units.shift) === 0) continue;
      g += this.#gradientAt(word);
      h += this.#hessianAt(word, units.shift);
      count += this.#rowsAt(word, units.shift);
      if (count < minRows || h * units.hessian < minHessian) continue;
      if (leaf.rows - count < minRows || (leaf.hessian - h) * units.hessian < minHessian) break;
      const left = [g * units.gradient, h * units.hessian, l2, lower, upper] as const;
      const right = [
        (leaf.gradient - g) * units.gradient,
        (leaf.hessian - h) * units.hessian,
        l2,
        lower,
        upper,
      ] as const;
      if ((leafValue(...right) - leafValue(...left)) * sign < 0) continue;
      const score = leafScore(...left) + leafScore(...right);
      if (!(score > most)) continue;
      most = score;
      found = bin;
      this.#doubles[this.#found / 2] = score;
      this.#put(this.#found + 4, g, h, count, units.shift);
    }
    return found;
  }

  #gradientAt(word: number): number {
    return (this.#words[word + 1] as number) * two32 + (this.#low[word] as number);
  }

  #hessianAt(word: number, shift: number): number {
    const mask = 2 ** (shift - 32) - 1;
    return ((this.#words[word + 3] as number) & mask) * two32 + (this.#low[word + 2] as number);
  }

  #rowsAt(word: number, shift: number): number {
    return (this.#words[word + 3] as number) >>> (shift - 32);
  }

  #put(word: number, gradient: number, hessian: number, rows: number, shift: number): void {
    this.#low[word] = gradient;
    this.#words[word + 1] = Math.floor(gradient / two32);
    this.#low[word + 2] = hessian;
    this.#low[word + 3] = rows * 2 ** (shift - 32) + Math.floor(hessian / two32);
  }

  #categories(at: number, column: number, leaf: LeafSums, units: Units, best: Split): void {
    const { minRows, minHessian, l2, categorySmoothing } = this.#rules;
    const { gradient, hessian, rows, lower, upper } = leaf;
    const g = (bin: number) => this.#gradientAt(at + 4 * bin);
    const h = (bin: number) => this.#hessianAt(at + 4 * bin, units.shift);
    const n = (bin: number) => this.#rowsAt(at + 4 * bin, units.shift);
    const smoothing = (categorySmoothing * hessian) / rows;
    let used = 0;
    for (let bin = 0; bin < 256; bin++) {
      if (n(bin) === 0) continue;
      this.#order[used++] = bin;
      const weight = h(bin) + smoothing;
      this.#ratio[bin] = weight > 0 ? g(bin) / weight : 0;
    }
    const order = this.#order.subarray(0, used).sort((a, b) => this.#ratioOf(a) - this.#ratioOf(b) || a - b);
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
      const score =
        leafScore(leftG * units.gradient, leftH * units.hessian, l2, lower, upper) +
        leafScore((gradient - leftG) * units.gradient, (hessian - leftH) * units.hessian, l2, lower, upper);
      if (score > best.score) {
        best.score = score;
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
