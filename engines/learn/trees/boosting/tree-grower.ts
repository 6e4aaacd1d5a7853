import type { ColumnBins } from '../binning.ts';
import { TreeBuilder, type TreeSet } from '../tree-set.ts';
import type { TreeThreads } from '../tree-threads.ts';
import { type LeafSums, leafValue, Split, SplitSearch, type Units } from './split-search.ts';
import { answerWords, type TrainingJob } from './training-memory.ts';
import { readSplit, step, TrainingPart, word } from './training-part.ts';

export interface Growth {
  leaves: number;
  depth: number;
  rate: number;
  /** Columns this tree may use. */
  columns: Uint8Array;
  /** Of the rows of a leaf, in place of the Newton step. */
  valueOf: ((rows: Uint32Array) => number) | null;
}

interface Leaf {
  node: number;
  from: number;
  to: number;
  depth: number;
  /** Histogram; -1 for a leaf that is not looked at again. */
  slot: number;
  sums: LeafSums;
  split: Split | null;
}

/** Below this many rows the first thread parts them alone. */
const alone = 8192;

/** Grows trees leaf by leaf, the greatest gain first, over the memory the threads share. */
export class TreeGrower {
  readonly part: TrainingPart;
  readonly #job: TrainingJob;
  readonly #bins: readonly ColumnBins[];
  readonly #threads: TreeThreads | null;
  readonly #parts: number;
  readonly #answers: Float64Array;
  readonly #order: Uint32Array;
  readonly #table: Uint8Array;
  readonly #mask: Uint8Array;
  readonly #ranges: Float64Array;
  readonly #search: SplitSearch;
  #units: Units = { gradient: 1, hessian: 1, shift: 32 };
  #leaves: Leaf[] = [];

  constructor(job: TrainingJob, bins: readonly ColumnBins[], leaves: number, threads: TreeThreads | null) {
    const { layout, memory } = job;
    const { buffer } = memory;
    this.#job = job;
    this.#bins = bins;
    this.#threads = threads;
    this.#parts = threads?.threads ?? 1;
    this.part = new TrainingPart(job, 0, this.#parts);
    this.#answers = new Float64Array(buffer, layout.answers, answerWords * this.#parts);
    this.#order = new Uint32Array(buffer, layout.order, layout.rows);
    this.#table = new Uint8Array(buffer, layout.table, 256);
    this.#mask = new Uint8Array(buffer, layout.mask, layout.columns);
    this.#ranges = new Float64Array(buffer, layout.words + 8 * word.ranges, 3 * leaves);
    this.#search = new SplitSearch(buffer, this.part.kernel, layout.found, job.rules);
  }

  /** All threads together, or the first alone. */
  run(what: number): void {
    if (this.#threads === null || this.#parts === 1) this.part.run(what);
    else this.#threads.run(what, () => this.part.run(what));
  }

  /** Greatest of the threads' answers. */
  greatest(index: number): number {
    let most = 0;
    for (let part = 0; part < this.#parts; part++)
      most = Math.max(most, this.#answers[part * answerWords + index] as number);
    return most;
  }

  /** Turns the pairs of derivatives, none of which exceeds these, into whole numbers whose sums are exact. */
  quantise(mostFirst: number, mostSecond: number): void {
    const { rows } = this.#job.layout;
    const shift = 64 - Math.max(12, Math.ceil(Math.log2(rows + 2)));
    const power = (bits: number, most: number) =>
      most > 0
        ? 2 ** Math.max(-900, Math.min(900, bits - 1 - Math.ceil(Math.log2(most) + Math.log2(rows + 1))))
        : 1;
    const first = power(52, mostFirst);
    const second = power(shift, mostSecond);
    this.part.words[word.scaleFirst] = first;
    this.part.words[word.scaleSecond] = second;
    this.part.words[word.shift] = shift;
    this.part.words[word.unitFirst] = 1 / first;
    this.part.words[word.unitSecond] = 1 / second;
    this.#units = { gradient: 1 / first, hessian: 1 / second, shift };
    this.run(step.quantise);
  }

  /** A tree on `rows`, ascending; `raise` adds it to the scores of those rows. */
  grow(rows: Uint32Array, growth: Growth, output: number): TreeSet {
    const builder = new TreeBuilder(1, 2 * growth.leaves);
    this.#order.set(rows);
    this.#mask.set(growth.columns);
    const root: Leaf = {
      node: 0,
      from: 0,
      to: rows.length,
      depth: 0,
      slot: 0,
      sums: {
        gradient: Number.NaN,
        hessian: Number.NaN,
        rows: Number.NaN,
        lower: Number.NEGATIVE_INFINITY,
        upper: Number.POSITIVE_INFINITY,
      },
      split: null,
    };
    const free = Array.from({ length: growth.leaves }, (_, slot) => slot).toReversed();
    root.slot = free.pop() as number;
    this.#ask(root, null, growth);
    builder.add(root.sums.rows);
    const open = root.split === null ? [] : [root];
    const leaves = [root];
    while (leaves.length < growth.leaves) {
      const leaf = takeBest(open);
      if (leaf === null) break;
      const [left, right] = this.#divide(leaf, builder);
      leaves[leaves.indexOf(leaf)] = left;
      leaves.push(right);
      if (leaves.length === growth.leaves) break;
      const [small, large] = left.to - left.from <= right.to - right.from ? [left, right] : [right, left];
      if (![small, large].some((each) => this.#isWanted(each, growth))) {
        free.push(leaf.slot);
        continue;
      }
      large.slot = leaf.slot;
      small.slot = free.pop() as number;
      this.#ask(small, large, growth);
      for (const each of [left, right]) {
        if (each.split !== null) open.push(each);
        else free.push(each.slot);
      }
    }
    this.#leaves = leaves;
    leaves.forEach((leaf, index) => {
      const { gradient, hessian, lower, upper } = leaf.sums;
      const { l2 } = this.#job.rules;
      const value =
        growth.valueOf === null
          ? leafValue(gradient * this.#units.gradient, hessian * this.#units.hessian, l2, lower, upper)
          : clip(growth.valueOf(this.#order.subarray(leaf.from, leaf.to)), lower, upper);
      builder.setValue(leaf.node, 0, growth.rate * value);
      this.#ranges[3 * index] = leaf.from;
      this.#ranges[3 * index + 1] = leaf.to;
      this.#ranges[3 * index + 2] = growth.rate * value;
    });
    return builder.finish(output);
  }

  /** Adds the last tree to the scores of the rows it was grown from. */
  raise(output: number): void {
    this.part.words[word.output] = output;
    this.part.words[word.leaves] = this.#leaves.length;
    this.run(step.raise);
  }

  #isWanted(leaf: Leaf, growth: Growth): boolean {
    return leaf.depth < growth.depth && leaf.to - leaf.from >= 2 * this.#job.rules.minRows;
  }

  /** Has the histograms made and cuts looked for. */
  #ask(small: Leaf, large: Leaf | null, growth: Growth): void {
    const { words } = this.part;
    const put = (leaf: Leaf, at: number) => {
      const { gradient, hessian, rows, lower, upper } = leaf.sums;
      [gradient, hessian, rows, lower, upper].forEach((value, index) => {
        words[at + index] = value;
      });
    };
    words[word.from] = small.from;
    words[word.to] = small.to;
    words[word.small] = small.slot;
    words[word.large] = large === null ? -1 : large.slot;
    words[word.searchSmall] = this.#isWanted(small, growth) ? 1 : 0;
    words[word.searchLarge] = large !== null && this.#isWanted(large, growth) ? 1 : 0;
    put(small, word.smallSums);
    if (large !== null) put(large, word.largeSums);
    this.run(step.leaves);
    [small, large].forEach((leaf, which) => {
      if (leaf === null) return;
      const { histograms, histogramBytes } = this.#job.layout;
      if (Number.isNaN(leaf.sums.rows))
        this.#search.total(histograms + leaf.slot * histogramBytes, 0, leaf.sums, this.#units);
      const split = new Split();
      readSplit(this.#answers, this.#parts, which, split);
      split.gain = split.score - this.#search.score(leaf.sums, this.#units);
      leaf.split = split.column < 0 ? null : split;
    });
  }

  #divide(leaf: Leaf, builder: TreeBuilder): [Leaf, Leaf] {
    const split = leaf.split as Split;
    const middle = this.#partition(leaf, split);
    const sign = this.#job.rules.monotone?.[split.column] ?? 0;
    const { sums } = leaf;
    const side = (isLeft: boolean): Leaf => ({
      node: builder.add(isLeft ? split.rows : sums.rows - split.rows),
      from: isLeft ? leaf.from : middle,
      to: isLeft ? middle : leaf.to,
      depth: leaf.depth + 1,
      slot: -1,
      sums: {
        gradient: isLeft ? split.gradient : sums.gradient - split.gradient,
        hessian: isLeft ? split.hessian : sums.hessian - split.hessian,
        rows: isLeft ? split.rows : sums.rows - split.rows,
        lower: sums.lower,
        upper: sums.upper,
      },
      split: null,
    });
    const left = side(true);
    const right = side(false);
    if (sign !== 0) {
      const value = ({ gradient, hessian }: LeafSums) =>
        leafValue(
          gradient * this.#units.gradient,
          hessian * this.#units.hessian,
          this.#job.rules.l2,
          sums.lower,
          sums.upper,
        );
      const bound = (value(left.sums) + value(right.sums)) / 2;
      const [below, above] = sign > 0 ? [left, right] : [right, left];
      below.sums.upper = bound;
      above.sums.lower = bound;
    }
    const edges = (this.#bins[split.column] as ColumnBins).edges;
    builder.split(leaf.node, {
      column: split.column,
      threshold: edges[split.bin] ?? Number.MAX_VALUE,
      missingLeft: split.missingLeft,
      set: split.isSet ? split.set : null,
      gain: split.gain,
      left: left.node,
      right: right.node,
    });
    return [left, right];
  }

  #partition(leaf: Leaf, split: Split): number {
    const { layout } = this.#job;
    for (let bin = 0; bin < 256; bin++)
      this.#table[bin] = split.isSet
        ? ((split.set[bin >> 5] as number) >>> (bin & 31)) & 1
        : bin === 255
          ? split.missingLeft
            ? 1
            : 0
          : bin <= split.bin
            ? 1
            : 0;
    const { kernel, words } = this.part;
    const [order, spare] = [layout.order, layout.spare];
    if (this.#parts === 1 || leaf.to - leaf.from < alone) {
      const end = kernel.partition(
        order + 4 * leaf.from,
        order + 4 * leaf.to,
        layout.binsByColumn + layout.rows * split.column,
        layout.table,
        spare,
      );
      return (end - order) / 4;
    }
    words[word.from] = leaf.from;
    words[word.to] = leaf.to;
    words[word.column] = split.column;
    this.run(step.partition);
    // Each thread's rows are parted; what they have on the right moves behind all that goes left.
    let middle = this.#answers[0] as number;
    for (let part = 1; part < this.#parts; part++) {
      const answer = part * answerWords;
      const [lefts, from] = [this.#answers[answer] as number, this.#answers[answer + 1] as number];
      const rights = from - middle;
      kernel.copy(spare, order + 4 * middle, 4 * rights);
      kernel.copy(order + 4 * middle, order + 4 * from, 4 * (lefts - from));
      kernel.copy(order + 4 * (middle + lefts - from), spare, 4 * rights);
      middle += lefts - from;
    }
    return middle;
  }
}

const clip = (value: number, lower: number, upper: number) => Math.min(upper, Math.max(lower, value));

/** Takes the leaf of the greatest gain out; the first of equals. */
function takeBest(open: Leaf[]): Leaf | null {
  let best = -1;
  for (let at = 0; at < open.length; at++) if (best < 0 || gainOf(open[at]) > gainOf(open[best])) best = at;
  return best < 0 ? null : (open.splice(best, 1)[0] as Leaf);
}

const gainOf = (leaf: Leaf | undefined) => leaf?.split?.gain ?? 0;
