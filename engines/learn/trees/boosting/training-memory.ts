import { StromaError } from '@stroma/kernel';
import { checkMemory } from '../../estimator.ts';
import { mostBytes, sharedMemory, type WasmMemory, type WasmModule } from '../../wasm/wasm-module.ts';
import { binBytes, columnBytes, histogramModule, widestBlock } from './histogram-kernel.ts';
import type { RowLoss } from './row-losses.ts';
import type { SplitRules } from './split-search.ts';

/** Neighbouring columns that one thread sums, as many at once as have their histograms in the nearest cache. */
export interface Block {
  first: number;
  width: number;
}

/** Where everything is in the memory the threads share, as byte addresses. */
export interface Layout {
  rows: number;
  columns: number;
  outputs: number;
  blocks: Block[];
  /** Bins, row by row: one byte for each column. Histograms read some columns of a row. */
  bins: number;
  /** The same, column by column: what parts the rows of a leaf reads one column. */
  binsByColumn: number;
  pairs: number;
  scores: number;
  targets: number;
  /** 0 when there are none, as the next. */
  weights: number;
  normaliser: number;
  /** Rows in the order of leaves, and room for as many. */
  order: number;
  spare: number;
  /** 256 bytes: 1 for bins that go left. */
  table: number;
  /** For each column a byte: 1 where the tree may use it. */
  mask: number;
  /** Numbers for and from the threads. */
  words: number;
  answers: number;
  /** 64 bytes of each thread, zero at first. */
  found: number;
  /** Exponentials, of each row. */
  powers: number;
  histograms: number;
  histogramBytes: number;
}

export interface TrainingJob {
  memory: WasmMemory;
  module: WasmModule;
  layout: Layout;
  rules: SplitRules;
  loss: RowLoss | null;
  quantile: number;
}

/** Doubles of one thread's answer to one question. */
export const answerWords = 64;

export interface MemoryNeeds {
  rows: number;
  columns: number;
  outputs: number;
  leaves: number;
  threads: number;
  hasWeights: boolean;
  isSoftmax: boolean;
  limitBytes: number | undefined;
}

/** Throws INVALID_INPUT where it would take more than the 4 GiB one memory can be, or than it may take. */
export function layOut(needs: MemoryNeeds): { layout: Layout; memory: WasmMemory; module: WasmModule } {
  const { rows, columns, outputs, leaves, threads } = needs;
  let used = 0;
  const reserve = (bytes: number): number => {
    const at = used;
    used = Math.ceil((used + bytes) / 64) * 64;
    return at;
  };
  const words = reserve(8 * (64 + 3 * leaves));
  const answers = reserve(8 * answerWords * threads);
  const table = reserve(256);
  const least = Math.ceil(columns / widestBlock);
  const count = Math.min(columns, Math.ceil(least / threads) * threads);
  const blocks = Array.from({ length: count }, (_, index): Block => {
    const first = Math.floor((index * columns) / count);
    const width = Math.floor(((index + 1) * columns) / count) - first;
    return { first, width };
  });
  const layout: Layout = {
    rows,
    columns,
    outputs,
    blocks,
    words,
    answers,
    table,
    mask: reserve(columns),
    bins: reserve(rows * columns),
    binsByColumn: reserve(rows * columns),
    pairs: reserve(rows * binBytes),
    scores: reserve(8 * rows * outputs),
    targets: reserve(8 * rows),
    weights: needs.hasWeights ? reserve(8 * rows) : 0,
    normaliser: needs.isSoftmax ? reserve(8 * rows) : 0,
    order: reserve(4 * rows),
    spare: reserve(4 * rows),
    found: reserve(64 * threads),
    powers: reserve(8 * rows),
    histogramBytes: columns * columnBytes,
    histograms: reserve(columns * columnBytes * leaves),
  };
  if (used > mostBytes)
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a table whose training fits in 4 GiB, was given ${rows} rows x ${columns} columns with ${leaves} leaves, which takes ${(used / 2 ** 30).toFixed(1)} GiB. Take fewer columns, leaves or a sample of the rows.`,
      { bytes: used },
    );
  checkMemory(
    `Boosting trees on ${rows} rows x ${columns} columns with ${leaves} leaves`,
    used,
    needs.limitBytes,
    'Take fewer columns, leaves or a sample of the rows.',
  );
  return { layout, memory: sharedMemory(used), module: histogramModule() };
}

/** Rows whose bins stay in the cache while all columns are written. */
const rowsTurned = 2048;

/** The bins that stand by column, once more by row. */
export function rowByRow(bytes: Uint8Array, { rows, columns, bins, binsByColumn }: Layout): void {
  for (let from = 0; from < rows; from += rowsTurned) {
    const to = Math.min(rows, from + rowsTurned);
    for (let column = 0; column < columns; column++) {
      const own = binsByColumn + column * rows;
      for (let row = from; row < to; row++) bytes[bins + row * columns + column] = bytes[own + row] as number;
    }
  }
}
