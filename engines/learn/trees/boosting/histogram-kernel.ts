import {
  type Code,
  compile,
  f64,
  forEach,
  i32,
  i64,
  instantiate,
  leaveIf,
  nextIf,
  op,
  v128,
  type WasmFunction,
  type WasmMemory,
  type WasmModule,
  when,
} from '../../wasm/wasm-module.ts';

/** Bytes of one bin: the sum of gradients, and of hessians with the count of rows above them, each 64 bits whole. */
export const binBytes = 16;
/** Of one column: 255 bins of values and the last for missing ones. */
export const columnBytes = 256 * binBytes;
export const widestBlock = 8;

/**
 * The loops over rows. Sums are of whole numbers (`quantise`), so neither the order of rows nor the number of threads
 * changes a bit of them, and a sibling's histogram is exactly the parent's less the child's. Two 64-bit lanes at once
 * are what JavaScript cannot add: this is why the kernel is WebAssembly.
 * Arguments are byte addresses; an end is that of the row list.
 */
export interface HistogramKernel {
  /**
   * Adds the pairs of the rows listed to the histograms of a block of `width` columns. `bins` is the address of the first
   * of them in row 0.
   */
  histogram(
    width: number,
    at: number,
    end: number,
    bins: number,
    stride: number,
    pairs: number,
    histogram: number,
  ): void;
  /** `to` = `to` - `less`, over [to, end). */
  subtract(to: number, end: number, less: number): void;
  /** Turns pairs of doubles (gradient, hessian) in place into whole numbers; each row counts 1 << `shift` too. */
  quantise(at: number, end: number, scaleFirst: number, scaleSecond: number, shift: number): void;
  /**
   * Rows whose bin the table marks 1 first, others after, each in their order. `bins` is the address of the column's
   * own. Returns where the others begin; `spare` has room for all.
   */
  partition(at: number, end: number, bins: number, table: number, spare: number): number;
  /** Adds `value` to the score of each row listed. */
  raise(at: number, end: number, scores: number, value: number): void;
  /** Exponentials of `sign` x the doubles from `from` on, two at a time, within 1 in 2^52; arguments within +-708. */
  exponential(to: number, end: number, from: number, sign: number): void;
  /**
   * The best cut after a bin of [at, end): the greatest score (squared gradient over hessian, both sides) above `best`.
   * Returns the address of its bin, or 0; its score is written to `found`, the sums to its left 16 bytes on. `start`
   * is the address of a bin whose rows are left from the beginning.
   */
  cut(
    at: number,
    end: number,
    start: number,
    found: number,
    best: number,
    gradient: number,
    hessian: number,
    rows: number,
    unitFirst: number,
    unitSecond: number,
    shift: number,
    minRows: number,
    minHessian: number,
    l2: number,
  ): number;
  copy(to: number, from: number, bytes: number): void;
  clear(to: number, bytes: number): void;
}

function histogramOf(width: number): WasmFunction {
  const [at, end, bins, stride, pairs, histogram, row, four, slot, pair] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const add = (column: number, code: Code): Code => [
    [code, op.get(histogram), op.i32Add, op.tee(slot)],
    [op.get(slot), op.v128Load(column * columnBytes), op.get(pair), op.i64x2Add],
    op.v128Store(column * columnBytes),
  ];
  const columns: Code[] = [];
  for (let column = 0; column < width; column++) {
    const within = column % 4;
    if (column - within + 4 > width) {
      columns.push(add(column, [op.get(row), op.i32Load8u(column), op.i32Const(4), op.i32Shl]));
      continue;
    }
    if (within === 0) columns.push([op.get(row), op.i32Load(column), op.set(four)]);
    const shifted: Code =
      within === 0
        ? [op.get(four), op.i32Const(4), op.i32Shl]
        : [op.get(four), op.i32Const(8 * within - 4), op.i32ShrU];
    columns.push(add(column, [shifted, op.i32Const(0xff0), op.i32And]));
  }
  return {
    name: `histogram${width}`,
    parameters: [i32, i32, i32, i32, i32, i32],
    locals: [i32, i32, i32, v128],
    body: forEach(at, end, 4, [
      [op.get(at), op.i32Load(), op.tee(row), op.i32Const(4), op.i32Shl, op.get(pairs), op.i32Add],
      [op.v128Load(), op.set(pair)],
      [op.get(row), op.get(stride), op.i32Mul, op.get(bins), op.i32Add, op.set(row)],
      columns,
    ]),
  };
}

const others: WasmFunction[] = [
  {
    name: 'subtract',
    parameters: [i32, i32, i32],
    locals: [],
    body: forEach(0, 1, binBytes, [
      [op.get(0), op.get(0), op.v128Load(), op.get(2), op.v128Load(), op.i64x2Sub, op.v128Store()],
      [op.get(2), op.i32Const(binBytes), op.i32Add, op.set(2)],
    ]),
  },
  {
    name: 'quantise',
    parameters: [i32, i32, f64, f64, i32],
    locals: [],
    body: forEach(0, 1, binBytes, [
      [
        op.get(0),
        op.get(0),
        op.f64Load(),
        op.get(2),
        op.f64Mul,
        op.f64Nearest,
        op.i64TruncF64s,
        op.i64Store(),
      ],
      [op.get(0), op.get(0), op.f64Load(8), op.get(3), op.f64Mul, op.f64Nearest, op.i64TruncF64s],
      [op.i64Const(1), op.get(4), op.i64ExtendI32u, op.i64Shl, op.i64Add, op.i64Store(8)],
    ]),
  },
  {
    name: 'partition',
    parameters: [i32, i32, i32, i32, i32],
    result: i32,
    // 5: end of the left rows, 6: of the right ones in `spare`, 7: the row, 8: 4 when it goes left.
    locals: [i32, i32, i32, i32],
    body: [
      [op.get(0), op.set(5), op.get(4), op.set(6)],
      forEach(0, 1, 4, [
        [op.get(5), op.get(0), op.i32Load(), op.tee(7), op.i32Store()],
        [op.get(6), op.get(7), op.i32Store()],
        [op.get(7), op.get(2), op.i32Add, op.i32Load8u()],
        [op.get(3), op.i32Add, op.i32Load8u(), op.i32Const(2), op.i32Shl, op.set(8)],
        [op.get(5), op.get(8), op.i32Add, op.set(5)],
        [op.get(6), op.i32Const(4), op.i32Add, op.get(8), op.i32Sub, op.set(6)],
      ]),
      [op.get(5), op.get(4), op.get(6), op.get(4), op.i32Sub, op.memoryCopy],
      op.get(5),
    ],
  },
  {
    name: 'raise',
    parameters: [i32, i32, i32, f64],
    locals: [i32],
    body: forEach(0, 1, 4, [
      [op.get(0), op.i32Load(), op.i32Const(3), op.i32Shl, op.get(2), op.i32Add, op.tee(4)],
      [op.get(4), op.f64Load(), op.get(3), op.f64Add, op.f64Store()],
    ]),
  },
  {
    name: 'copy',
    parameters: [i32, i32, i32],
    locals: [],
    body: [op.get(0), op.get(1), op.get(2), op.memoryCopy],
  },
  {
    name: 'clear',
    parameters: [i32, i32],
    locals: [],
    body: [op.get(0), op.i32Const(0), op.get(1), op.memoryFill],
  },
];

/** Taylor's series about 0 on half a binary order, highest power first. */
const series = Array.from({ length: 14 }, (_, at) => {
  let factorial = 1;
  for (let factor = 2; factor <= 13 - at; factor++) factorial *= factor;
  return 1 / factorial;
});

function exponential(): WasmFunction {
  const [to, end, from, sign, x, n, sum] = [0, 1, 2, 3, 4, 5, 6];
  const both = (value: number): Code => [op.f64Const(value), op.f64x2Splat];
  // The two halves of the logarithm of 2 of Cody and Waite, so that n times the first is exact.
  const [high, low] = [0.6931471803691238, 1.9082149292705877e-10];
  return {
    name: 'exponential',
    parameters: [i32, i32, i32, f64],
    locals: [v128, v128, v128],
    body: forEach(to, end, 16, [
      [op.get(from), op.v128Load(), op.get(sign), op.f64x2Splat, op.f64x2Mul],
      [both(-708), op.f64x2Max, both(708), op.f64x2Min, op.tee(x)],
      [both(Math.LOG2E), op.f64x2Mul, op.f64x2Nearest, op.set(n)],
      [op.get(x), op.get(n), both(high), op.f64x2Mul, op.f64x2Sub],
      [op.get(n), both(low), op.f64x2Mul, op.f64x2Sub, op.set(x)],
      both(series[0] as number),
      series.slice(1).map((term) => [op.get(x), op.f64x2Mul, both(term), op.f64x2Add]),
      op.set(sum),
      [op.get(to), op.get(sum), op.get(n), op.i32x4TruncSatF64x2s, op.i64x2ExtendLowI32x4s],
      [op.i64Const(1023), op.i64x2Splat, op.i64x2Add, op.i32Const(52), op.i64x2Shl],
      [op.f64x2Mul, op.v128Store()],
      [op.get(from), op.i32Const(16), op.i32Add, op.set(from)],
    ]),
  };
}

function cut(): WasmFunction {
  const [at, end, start, found, best, gradient, hessian, rows] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [unitFirst, unitSecond, shift, minRows, minHessian, l2] = [8, 9, 10, 11, 12, 13];
  const [result, count, packed, mask, left, right, sum, cell, two] = [14, 15, 16, 17, 18, 19, 20, 21, 22];
  const bits: Code = [op.get(shift), op.i64ExtendI32u];
  const score = best;
  const mine = 23;
  return {
    name: 'cut',
    parameters: [i32, i32, i32, i32, f64, f64, f64, i32, f64, f64, i32, i32, f64, f64],
    result: i32,
    locals: [i32, i32, i64, i64, f64, f64, v128, v128, v128, f64],
    body: [
      [op.i64Const(1), bits, op.i64Shl, op.i64Const(1), op.i64Sub, op.set(mask)],
      [op.get(start), op.v128Load(), op.set(sum)],
      forEach(at, end, binBytes, [
        [
          op.get(at),
          op.v128Load(),
          op.tee(cell),
          op.i64Lane(1),
          bits,
          op.i64ShrU,
          op.i32WrapI64,
          op.i32Eqz,
          nextIf,
        ],
        [op.get(sum), op.get(cell), op.i64x2Add, op.tee(sum), op.i64Lane(1), op.tee(packed)],
        [bits, op.i64ShrU, op.i32WrapI64, op.tee(count), op.get(minRows), op.i32LtS, nextIf],
        [op.get(rows), op.get(count), op.i32Sub, op.get(minRows), op.i32LtS, leaveIf],
        [op.get(packed), op.get(mask), op.i64And, op.f64ConvertI64s, op.get(unitSecond), op.f64Mul],
        [op.tee(left), op.get(minHessian), op.f64Lt, nextIf],
        [op.get(hessian), op.get(left), op.f64Sub, op.tee(right), op.get(minHessian), op.f64Lt, leaveIf],
        [
          op.get(sum),
          op.i64Lane(0),
          op.f64ConvertI64s,
          op.get(unitFirst),
          op.f64Mul,
          op.tee(mine),
          op.f64x2Splat,
        ],
        [op.get(gradient), op.get(mine), op.f64Sub, op.withF64Lane(1), op.tee(two), op.get(two), op.f64x2Mul],
        [
          op.get(left),
          op.f64x2Splat,
          op.get(right),
          op.withF64Lane(1),
          op.get(l2),
          op.f64x2Splat,
          op.f64x2Add,
        ],
        [op.f64x2Div, op.tee(two), op.f64Lane(0), op.get(two), op.f64Lane(1), op.f64Add, op.tee(mine)],
        [op.get(score), op.f64Gt],
        when([
          [op.get(mine), op.set(score), op.get(at), op.set(result)],
          [op.get(found), op.get(mine), op.f64Store(), op.get(found), op.get(sum), op.v128Store(16)],
        ]),
      ]),
      op.get(result),
    ],
  };
}

let compiled: WasmModule | undefined;

export function histogramModule(): WasmModule {
  compiled ??= compile([
    ...Array.from({ length: widestBlock }, (_, at) => histogramOf(at + 1)),
    ...others,
    exponential(),
    cut(),
  ]);
  return compiled;
}

export function histogramKernel(module: WasmModule, memory: WasmMemory): HistogramKernel {
  const { subtract, quantise, partition, raise, copy, clear, exponential, cut, ...sums } = instantiate(
    module,
    memory,
  );
  const byWidth = Array.from({ length: widestBlock + 1 }, (_, width) => sums[`histogram${width}`]);
  return {
    histogram: (width, ...words) => byWidth[width]?.(...words),
    subtract,
    quantise,
    // Addresses past 2 GiB come back negative.
    partition: (...words) => (partition?.(...words) ?? 0) >>> 0,
    raise,
    exponential,
    cut: (...words) => (cut?.(...words) ?? 0) >>> 0,
    copy,
    clear,
  } as HistogramKernel;
}
