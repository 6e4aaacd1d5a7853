import { columnBytes, type HistogramKernel, histogramKernel } from './histogram-kernel.ts';
import { type Derivable, derive, normalise } from './row-losses.ts';
import { type LeafSums, Split, SplitSearch, type Units } from './split-search.ts';
import { answerWords, type Block, type TrainingJob } from './training-memory.ts';

/** What all threads do at once, each its part. */
export const step = { derive: 1, normalise: 2, quantise: 3, partition: 4, leaves: 5, raise: 6 } as const;

/** Of `layout.words`, by step. */
export const word = {
  output: 0,
  scaleFirst: 1,
  scaleSecond: 2,
  shift: 3,
  from: 4,
  to: 5,
  column: 6,
  small: 7,
  large: 8,
  searchSmall: 9,
  searchLarge: 10,
  unitFirst: 11,
  unitSecond: 12,
  leaves: 13,
  smallSums: 14,
  largeSums: 19,
  ranges: 64,
} as const;

/** Of an answer: `partition` gives the end of its left rows, `derive` two maxima, `leaves` two splits. */
const splitWords = 20;
const rowsAtOnce = 2048;

/** One thread's share of the training; the main thread has the first. */
export class TrainingPart {
  readonly kernel: HistogramKernel;
  readonly words: Float64Array;
  readonly data: Derivable;
  readonly pairs: Float64Array;
  readonly #job: TrainingJob;
  readonly #part: number;
  readonly #parts: number;
  readonly #answer: Float64Array;
  readonly #search: SplitSearch;
  readonly #blocks: readonly Block[];
  readonly #mask: Uint8Array;
  readonly #best = new Split();
  readonly #leaf: LeafSums = { gradient: 0, hessian: 0, rows: 0, lower: 0, upper: 0 };
  readonly #units: Units = { gradient: 1, hessian: 1, shift: 32 };

  constructor(job: TrainingJob, part: number, parts: number) {
    const { memory, module, layout } = job;
    const { buffer } = memory;
    this.#job = job;
    this.#part = part;
    this.#parts = parts;
    this.kernel = histogramKernel(module, memory);
    this.words = new Float64Array(buffer, layout.words, word.ranges);
    this.#answer = new Float64Array(buffer, layout.answers + 8 * answerWords * part, answerWords);
    this.#search = new SplitSearch(buffer, this.kernel, layout.found + 64 * part, job.rules);
    const count = layout.blocks.length;
    this.#blocks = layout.blocks.filter((_, index) => Math.floor((index * parts) / count) === part);
    this.#mask = new Uint8Array(buffer, layout.mask, layout.columns);
    this.pairs = new Float64Array(buffer, layout.pairs, 2 * layout.rows);
    this.data = {
      loss: job.loss ?? 'squared',
      quantile: job.quantile,
      scores: new Float64Array(buffer, layout.scores, layout.rows * layout.outputs),
      targets: new Float64Array(buffer, layout.targets, layout.rows),
      weights: layout.weights > 0 ? new Float64Array(buffer, layout.weights, layout.rows) : null,
      powers: new Float64Array(buffer, layout.powers, layout.rows),
      normaliser: layout.normaliser > 0 ? new Float64Array(buffer, layout.normaliser, layout.rows) : null,
    };
  }

  run(what: number): void {
    switch (what) {
      case step.derive:
        this.#derive();
        break;
      case step.normalise:
        normalise(
          this.data.scores,
          this.#job.layout.outputs,
          this.data.normaliser as Float64Array,
          ...this.#share(0, this.#job.layout.rows),
        );
        break;
      case step.quantise:
        this.#quantise();
        break;
      case step.partition:
        this.#partition();
        break;
      case step.leaves:
        this.#leaves();
        break;
      case step.raise:
        this.#raise();
        break;
    }
  }

  #at(index: number): number {
    return this.words[index] as number;
  }

  #share(from: number, to: number): [number, number] {
    const size = to - from;
    return [
      from + Math.floor((this.#part * size) / this.#parts),
      from + Math.floor(((this.#part + 1) * size) / this.#parts),
    ];
  }

  #derive(): void {
    const { layout } = this.#job;
    const { loss, normaliser } = this.data;
    const [from, to] = this.#share(0, layout.rows);
    const output = this.#at(word.output);
    const scores = layout.scores + 8 * (output * layout.rows + from);
    const [powers, end] = [layout.powers + 8 * from, layout.powers + 8 * to];
    if (loss === 'logistic') this.kernel.exponential(powers, end, scores, -1);
    else if (loss === 'poisson') this.kernel.exponential(powers, end, scores, 1);
    else if (loss === 'softmax' && normaliser !== null) {
      const start = output * layout.rows;
      for (let row = from; row < to; row++)
        this.data.powers[row] = (this.data.scores[start + row] as number) - (normaliser[row] as number);
      this.kernel.exponential(powers, end, powers, 1);
    }
    derive(this.data, output, this.pairs, from, to, this.#answer);
  }

  #quantise(): void {
    const { pairs, rows } = this.#job.layout;
    const [from, to] = this.#share(0, rows);
    this.kernel.quantise(
      pairs + 16 * from,
      pairs + 16 * to,
      this.#at(word.scaleFirst),
      this.#at(word.scaleSecond),
      this.#at(word.shift),
    );
  }

  #partition(): void {
    const { layout } = this.#job;
    const [from, to] = this.#share(this.#at(word.from), this.#at(word.to));
    this.#answer[0] =
      (this.kernel.partition(
        layout.order + 4 * from,
        layout.order + 4 * to,
        layout.binsByColumn + layout.rows * this.#at(word.column),
        layout.table,
        layout.spare + 4 * from,
      ) -
        layout.order) /
      4;
    this.#answer[1] = from;
    this.#answer[2] = to;
  }

  /** Sums the smaller leaf, takes it from its parent's, which becomes the larger one's, and looks for cuts in both. */
  #leaves(): void {
    const { layout } = this.#job;
    const small = layout.histograms + this.#at(word.small) * layout.histogramBytes;
    const large =
      this.#at(word.large) < 0 ? -1 : layout.histograms + this.#at(word.large) * layout.histogramBytes;
    const [at, end] = [layout.order + 4 * this.#at(word.from), layout.order + 4 * this.#at(word.to)];
    for (const { first, width } of this.#blocks)
      this.kernel.clear(small + first * columnBytes, width * columnBytes);
    // Some rows at a time, so that a block finds what the one before it fetched.
    for (let from = at; from < end; from += 4 * rowsAtOnce)
      for (const { first, width } of this.#blocks)
        this.kernel.histogram(
          width,
          from,
          Math.min(end, from + 4 * rowsAtOnce),
          layout.bins + first,
          layout.columns,
          layout.pairs,
          small + first * columnBytes,
        );
    if (large >= 0)
      for (const { first, width } of this.#blocks)
        this.kernel.subtract(
          large + first * columnBytes,
          large + (first + width) * columnBytes,
          small + first * columnBytes,
        );
    this.#units.gradient = this.#at(word.unitFirst);
    this.#units.hessian = this.#at(word.unitSecond);
    this.#units.shift = this.#at(word.shift);
    this.#find(small, this.#at(word.searchSmall) === 1, word.smallSums, 0);
    if (large >= 0) this.#find(large, this.#at(word.searchLarge) === 1, word.largeSums, splitWords);
  }

  #find(histogram: number, wanted: boolean, sums: number, answer: number): void {
    const best = this.#best;
    best.clear();
    if (wanted) {
      const leaf = this.#leaf;
      leaf.gradient = this.#at(sums);
      leaf.hessian = this.#at(sums + 1);
      leaf.rows = this.#at(sums + 2);
      leaf.lower = this.#at(sums + 3);
      leaf.upper = this.#at(sums + 4);
      if (Number.isNaN(leaf.rows))
        this.#search.total(histogram, this.#blocks[0]?.first ?? 0, leaf, this.#units);
      // Below this a gain is rounding.
      best.score = (1 + 1e-12) * this.#search.score(leaf, this.#units);
      for (const { first, width } of this.#blocks)
        for (let column = first; column < first + width; column++)
          if (this.#mask[column] === 1) this.#search.column(histogram, column, leaf, this.#units, best);
    }
    writeSplit(this.#answer, answer, best);
  }

  #raise(): void {
    const { layout } = this.#job;
    const scores = layout.scores + 8 * layout.rows * this.#at(word.output);
    const leaves = this.#at(word.leaves);
    const ranges = new Float64Array(this.#job.memory.buffer, layout.words + 8 * word.ranges, 3 * leaves);
    for (let leaf = this.#part; leaf < leaves; leaf += this.#parts)
      this.kernel.raise(
        layout.order + 4 * (ranges[3 * leaf] as number),
        layout.order + 4 * (ranges[3 * leaf + 1] as number),
        scores,
        ranges[3 * leaf + 2] as number,
      );
  }
}

function writeSplit(answer: Float64Array, at: number, split: Split): void {
  answer[at] = split.column < 0 ? Number.NEGATIVE_INFINITY : split.score;
  answer[at + 1] = split.column;
  answer[at + 2] = split.bin;
  answer[at + 3] = split.missingLeft ? 1 : 0;
  answer[at + 4] = split.gradient;
  answer[at + 5] = split.hessian;
  answer[at + 6] = split.rows;
  answer[at + 7] = split.isSet ? 1 : 0;
  for (let index = 0; index < 8; index++) answer[at + 8 + index] = split.set[index] as number;
}

/** The best of what the threads found for the small (0) or large (1) leaf; the first of equals. */
export function readSplit(answers: Float64Array, parts: number, which: number, into: Split): void {
  into.clear();
  into.score = Number.NEGATIVE_INFINITY;
  for (let part = 0; part < parts; part++) {
    const at = part * answerWords + which * splitWords;
    if (!((answers[at] as number) > into.score)) continue;
    into.score = answers[at] as number;
    into.column = answers[at + 1] as number;
    into.bin = answers[at + 2] as number;
    into.missingLeft = answers[at + 3] === 1;
    into.gradient = answers[at + 4] as number;
    into.hessian = answers[at + 5] as number;
    into.rows = answers[at + 6] as number;
    into.isSet = answers[at + 7] === 1;
    for (let index = 0; index < 8; index++) into.set[index] = answers[at + 8 + index] as number;
  }
}
