import type { SeededRandom } from '@stroma/kernel';
import { missingBin, setWords } from '../tree-set.ts';
import type { ForestJob } from './forest-job.ts';

/** The best cut of a node so far: rows whose code is marked, or at most `code`, go left. */
export interface ForestCut {
  score: number;
  column: number;
  code: number;
  threshold: number;
  missingLeft: boolean;
  /** Of categories. */
  set: Uint32Array | null;
}

/**
 * Sums of one column's codes over the rows of a node, and the cut that leaves the purest sides: the least variance, or
 * Gini's impurity (Breiman et al. 1984). Both are the greatest sum of squared sums over weights, one sum a class; two
 * classes need one sum only. Sums stand as [rows, weight, sums ...] for each code there.
 */
export class CutSearch {
  readonly #job: ForestJob;
  readonly #weights: Float64Array;
  readonly #stride: number;
  #sums: Float64Array;
  #keys: Uint32Array;
  /** Codes there, ascending; the missing one last. */
  #present: Uint16Array;
  #used = 0;
  readonly #total: Float64Array;
  readonly #left: Float64Array;

  /** `weights` of each row are of its bag. */
  constructor(job: ForestJob, weights: Float64Array) {
    this.#job = job;
    this.#weights = weights;
    this.#stride = 2 + job.width;
    const most = job.bins.reduce((a, b) => Math.max(a, b), 0) + 1;
    this.#sums = new Float64Array(this.#stride * most);
    this.#present = new Uint16Array(most);
    this.#keys = new Uint32Array(most);
    this.#total = new Float64Array(this.#stride);
    this.#left = new Float64Array(this.#stride);
  }

  /** Rows, weight and sums of a node. */
  totals(rows: Uint32Array, from: number, to: number): Float64Array {
    const total = new Float64Array(this.#stride);
    for (let at = from; at < to; at++) this.#add(total, 0, rows[at] as number);
    this.#total.set(total);
    return total;
  }

  /** Looks at a column over the node that `totals` was last asked of; false where it does not vary there. */
  look(
    rows: Uint32Array,
    from: number,
    to: number,
    column: number,
    best: ForestCut,
    random: SeededRandom,
  ): boolean {
    const bins = this.#job.bins[column] as number;
    if (to - from >= bins / 8) this.#count(rows, from, to, column);
    else this.#sort(rows, from, to, column);
    if (this.#used < 2) return false;
    if (this.#job.isCategory[column] === 1) this.#categories(column, best, random);
    else if (this.#job.randomCuts) this.#randomNumber(column, best, random);
    else this.#numbers(column, best);
    return true;
  }

  #add(sums: Float64Array, at: number, row: number): void {
    const weight = this.#weights[row] as number;
    const target = this.#job.targets[row] as number;
    sums[at] = (sums[at] as number) + 1;
    sums[at + 1] = (sums[at + 1] as number) + weight;
    if (this.#stride === 3) sums[at + 2] = (sums[at + 2] as number) + weight * target;
    else sums[at + 2 + target] = (sums[at + 2 + target] as number) + weight;
  }

  /** Sums by counting: for many rows. */
  #count(rows: Uint32Array, from: number, to: number, column: number): void {
    const codes = this.#job.codes[column] as Uint16Array;
    const bins = this.#job.bins[column] as number;
    const stride = this.#stride;
    const sums = this.#sums;
    const targets = this.#job.targets;
    const weights = this.#weights;
    sums.fill(0, 0, stride * (bins + 1));
    for (let at = from; at < to; at++) {
      const row = rows[at] as number;
      const cell = stride * (codes[row] as number);
      const weight = weights[row] as number;
      sums[cell] = (sums[cell] as number) + 1;
      sums[cell + 1] = (sums[cell + 1] as number) + weight;
      const target = targets[row] as number;
      if (stride === 3) sums[cell + 2] = (sums[cell + 2] as number) + weight * target;
      else sums[cell + 2 + target] = (sums[cell + 2 + target] as number) + weight;
    }
    let used = 0;
    for (let code = 0; code <= bins; code++) {
      if (sums[stride * code] === 0) continue;
      if (used < code) sums.copyWithin(stride * used, stride * code, stride * (code + 1));
      this.#present[used++] = code;
    }
    this.#used = used;
  }

  /** Sums by sorting: for few rows. */
  #sort(rows: Uint32Array, from: number, to: number, column: number): void {
    const codes = this.#job.codes[column] as Uint16Array;
    const n = to - from;
    const keys = this.#keys.subarray(0, n);
    for (let at = 0; at < n; at++) keys[at] = (codes[rows[from + at] as number] as number) * 65536 + at;
    if (n > 32) keys.sort();
    else
      for (let at = 1; at < n; at++) {
        const key = keys[at] as number;
        let place = at - 1;
        for (; place >= 0 && (keys[place] as number) > key; place--) keys[place + 1] = keys[place] as number;
        keys[place + 1] = key;
      }
    let used = 0;
    let before = -1;
    for (let at = 0; at < n; at++) {
      const key = keys[at] as number;
      const code = key >>> 16;
      if (code !== before) {
        before = code;
        this.#present[used] = code;
        this.#sums.fill(0, this.#stride * used, this.#stride * (used + 1));
        used++;
      }
      this.#add(this.#sums, this.#stride * (used - 1), rows[from + (key & 65535)] as number);
    }
    this.#used = used;
  }

  /** Squared sums over weight, left and right; -1 where a side would be too small. */
  #score(): number {
    const [left, total] = [this.#left, this.#total];
    const rows = left[0] as number;
    const weight = left[1] as number;
    const rest = (total[1] as number) - weight;
    const { minRows } = this.#job;
    if (rows < minRows || (total[0] as number) - rows < minRows || !(weight > 0 && rest > 0)) return -1;
    let a = 0;
    let b = 0;
    for (let k = 2; k < this.#stride; k++) {
      const mine = left[k] as number;
      const other = (total[k] as number) - mine;
      a += mine * mine;
      b += other * other;
    }
    return a / weight + b / rest;
  }

  #move(place: number): void {
    const from = this.#stride * place;
    for (let k = 0; k < this.#stride; k++)
      this.#left[k] = (this.#left[k] as number) + (this.#sums[from + k] as number);
  }

  #numbers(column: number, best: ForestCut): void {
    const missing = this.#job.bins[column] as number;
    const hasMissing = this.#present[this.#used - 1] === missing;
    const known = hasMissing ? this.#used - 1 : this.#used;
    for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
      this.#left.fill(0);
      if (side === 1) this.#move(known);
      // With missing rows on the right the last cut parts them from all that is known.
      const last = side === 0 && hasMissing ? known : known - 1;
      for (let place = 0; place < last; place++) {
        this.#move(place);
        const score = this.#score();
        if (score > best.score)
          this.#keep(best, score, column, place, known, side === 1 || (!hasMissing && this.#leftIsLarger()));
      }
    }
  }

  #randomNumber(column: number, best: ForestCut, random: SeededRandom): void {
    const missing = this.#job.bins[column] as number;
    const hasMissing = this.#present[this.#used - 1] === missing;
    const known = hasMissing ? this.#used - 1 : this.#used;
    const centres = this.#job.centres[column] as Float64Array;
    const low = centres[this.#present[0] as number] as number;
    const high = centres[this.#present[known - 1] as number] as number;
    const at = low + random.next() * (high - low);
    const isLeft = hasMissing && random.next() < 0.5;
    this.#left.fill(0);
    if (isLeft) this.#move(this.#used - 1);
    let place = 0;
    this.#move(0);
    while (place + 1 < known - 1 && (centres[this.#present[place + 1] as number] as number) <= at)
      this.#move(++place);
    const score = this.#score();
    if (score > best.score)
      this.#keep(best, score, column, place, known, hasMissing ? isLeft : this.#leftIsLarger());
  }

  #leftIsLarger(): boolean {
    return 2 * (this.#left[1] as number) >= (this.#total[1] as number);
  }

  #keep(
    best: ForestCut,
    score: number,
    column: number,
    place: number,
    known: number,
    missingLeft: boolean,
  ): void {
    const code = this.#present[place] as number;
    const next = this.#present[place + 1] as number;
    const edges = this.#job.edges[column] as Float64Array;
    const centres = this.#job.centres[column] as Float64Array;
    best.score = score;
    best.column = column;
    best.code = code;
    // Half way to the next value that is there, as far as rows of the bins between allow.
    const middle = ((centres[code] as number) + (centres[next] as number)) / 2;
    best.threshold =
      place + 1 < known
        ? Math.max(edges[code] as number, Math.min(edges[next - 1] as number, middle))
        : Number.MAX_VALUE;
    best.missingLeft = missingLeft;
    best.set = null;
  }

  /** In the order of the mean, or of the share of the node's most frequent class. */
  #categories(column: number, best: ForestCut, random: SeededRandom): void {
    let leading = 2;
    for (let k = 3; k < this.#stride; k++)
      if ((this.#total[k] as number) > (this.#total[leading] as number)) leading = k;
    const ratio = (place: number) =>
      (this.#sums[this.#stride * place + leading] as number) /
      (this.#sums[this.#stride * place + 1] as number);
    const order = Array.from({ length: this.#used }, (_, place) => place).sort(
      (a, b) => ratio(a) - ratio(b) || a - b,
    );
    const only = this.#job.randomCuts ? random.whole(this.#used - 1) : -1;
    let found = -1;
    this.#left.fill(0);
    for (let at = 0; at < order.length - 1; at++) {
      this.#move(order[at] as number);
      if (only >= 0 && at !== only) continue;
      const score = this.#score();
      if (!(score > best.score)) continue;
      best.score = score;
      found = at;
    }
    if (found < 0) return;
    const missing = this.#job.bins[column] as number;
    const set = new Uint32Array(setWords);
    const mark = (code: number) => {
      const bit = code === missing ? missingBin : code;
      set[bit >> 5] = (set[bit >> 5] as number) | (1 << (bit & 31));
    };
    let weight = 0;
    for (const place of order.slice(0, found + 1)) {
      mark(this.#present[place] as number);
      weight += this.#sums[this.#stride * place + 1] as number;
    }
    if (2 * weight >= (this.#total[1] as number)) {
      const there = new Set(this.#present.subarray(0, this.#used));
      for (let code = 0; code <= missing; code++) if (!there.has(code)) mark(code);
    }
    best.column = column;
    best.set = set;
    best.missingLeft = isMarked(set, missingBin);
  }
}

export function isMarked(set: Uint32Array, bit: number): boolean {
  return (((set[bit >> 5] as number) >>> (bit & 31)) & 1) === 1;
}
