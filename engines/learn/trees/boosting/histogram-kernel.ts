import {
  type Code,
  compile,
  f64,
  forEach,
  i32,
  instantiate,
  op,
  v128,
  type WasmFunction,
  type WasmMemory,
  type WasmModule,
} from './wasm-module.ts';

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
  /** Adds the pairs of the rows listed to the histograms of a block of `width` columns. */
  histogram(width: number, at: number, end: number, bins: number, pairs: number, histogram: number): void;
  /** `to` = `to` - `less`, over [to, end). */
  subtract(to: number, end: number, less: number): void;
  /** Turns pairs of doubles (gradient, hessian) in place into whole numbers; each row counts 1 << `shift` too. */
  quantise(at: number, end: number, scaleFirst: number, scaleSecond: number, shift: number): void;
  /**
   * Rows whose bin the table marks 1 first, others after, each in their order. `bins` is the address of the column in
   * row 0. Returns where the others begin; `spare` has room for all.
   */
  partition(at: number, end: number, bins: number, stride: number, table: number, spare: number): number;
  /** Adds `value` to the score of each row listed. */
  raise(at: number, end: number, scores: number, value: number): void;
  copy(to: number, from: number, bytes: number): void;
  clear(to: number, bytes: number): void;
}

function histogramOf(width: number): WasmFunction {
  const [at, end, bins, pairs, histogram, row, four, slot, pair] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
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
    parameters: [i32, i32, i32, i32, i32],
    locals: [i32, i32, i32, v128],
    body: forEach(at, end, 4, [
      [op.get(at), op.i32Load(), op.tee(row), op.i32Const(4), op.i32Shl, op.get(pairs), op.i32Add],
      [op.v128Load(), op.set(pair)],
      [op.get(row), op.i32Const(width), op.i32Mul, op.get(bins), op.i32Add, op.set(row)],
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
    parameters: [i32, i32, i32, i32, i32, i32],
    result: i32,
    // 6: end of the left rows, 7: of the right ones in `spare`, 8: the row, 9: 4 when it goes left.
    locals: [i32, i32, i32, i32],
    body: [
      [op.get(0), op.set(6), op.get(5), op.set(7)],
      forEach(0, 1, 4, [
        [op.get(6), op.get(0), op.i32Load(), op.tee(8), op.i32Store()],
        [op.get(7), op.get(8), op.i32Store()],
        [op.get(8), op.get(3), op.i32Mul, op.get(2), op.i32Add, op.i32Load8u()],
        [op.get(4), op.i32Add, op.i32Load8u(), op.i32Const(2), op.i32Shl, op.set(9)],
        [op.get(6), op.get(9), op.i32Add, op.set(6)],
        [op.get(7), op.i32Const(4), op.i32Add, op.get(9), op.i32Sub, op.set(7)],
      ]),
      [op.get(6), op.get(5), op.get(7), op.get(5), op.i32Sub, op.memoryCopy],
      op.get(6),
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

let compiled: WasmModule | undefined;

export function histogramModule(): WasmModule {
  compiled ??= compile([...Array.from({ length: widestBlock }, (_, at) => histogramOf(at + 1)), ...others]);
  return compiled;
}

export function histogramKernel(module: WasmModule, memory: WasmMemory): HistogramKernel {
  const { subtract, quantise, partition, raise, copy, clear, ...sums } = instantiate(module, memory);
  const byWidth = Array.from({ length: widestBlock + 1 }, (_, width) => sums[`histogram${width}`]);
  return {
    histogram: (width, ...words) => byWidth[width]?.(...words),
    subtract,
    quantise,
    partition,
    raise,
    copy,
    clear,
  } as HistogramKernel;
}
