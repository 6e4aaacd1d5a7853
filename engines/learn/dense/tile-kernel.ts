import {
  type Code,
  compile,
  forEach,
  i32,
  instantiate,
  op,
  sharedMemory,
  v128,
  type WasmModule,
} from '../wasm/wasm-module.ts';

/** Rows, and outputs, of a tile: as many sums as stay in registers. */
export const tileSide = 4;
const doubleBytes = 8;

export interface TileKernel {
  /** The memory it works in. */
  cells: Float64Array;
  /**
   * Adds to the tile of sums at `sums` what four rows of `inputs` doubles at `x` and the four columns of weights at
   * `weights` make of each other, input by input; rows of weights and of sums are `wide` apart. Places in `cells`.
   */
  add(x: number, inputs: number, weights: number, wide: number, sums: number): void;
}

let compiled: WasmModule | undefined;

/** One with room for `cells` doubles: the one before where it has. Two sums at a time are what JavaScript cannot add. */
export function tileKernel(cells: number, before?: TileKernel): TileKernel {
  if (before !== undefined && before.cells.length >= cells) return before;
  compiled ??= compile([tile()]);
  const memory = sharedMemory(cells * doubleBytes);
  const { tile: add } = instantiate(compiled, memory);
  return {
    cells: new Float64Array(memory.buffer),
    add: (x, inputs, weights, wide, sums) =>
      add?.(
        x * doubleBytes,
        (x + inputs) * doubleBytes,
        inputs * doubleBytes,
        weights * doubleBytes,
        wide * doubleBytes,
        sums * doubleBytes,
      ),
  };
}

function tile() {
  const [at, end, rowBytes, weights, wideBytes, sums, address, value] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [left, right, first] = [8, 9, 10];
  const rows = Array.from({ length: tileSide }, (_, row) => row);
  /** For each row of sums in turn its address. */
  const eachRow = (body: (row: number) => Code): Code => [
    [op.get(sums), op.set(address)],
    rows.map((row) => [body(row), op.get(address), op.get(wideBytes), op.i32Add, op.set(address)]),
  ];
  const raise = (sum: number, weight: number): Code => [
    [op.get(sum), op.get(value), op.get(weight), op.f64x2Mul, op.f64x2Add, op.set(sum)],
  ];
  return {
    name: 'tile',
    parameters: [i32, i32, i32, i32, i32, i32],
    locals: [i32, v128, v128, v128, ...rows.flatMap(() => [v128, v128])],
    body: [
      eachRow((row) => [
        [op.get(address), op.v128Load(), op.set(first + 2 * row)],
        [op.get(address), op.v128Load(16), op.set(first + 2 * row + 1)],
      ]),
      forEach(at, end, doubleBytes, [
        [op.get(weights), op.v128Load(), op.set(left), op.get(weights), op.v128Load(16), op.set(right)],
        [op.get(at), op.set(address)],
        rows.map((row) => [
          [op.get(address), op.v128Load64Splat(), op.set(value)],
          [raise(first + 2 * row, left), raise(first + 2 * row + 1, right)],
          [op.get(address), op.get(rowBytes), op.i32Add, op.set(address)],
        ]),
        [op.get(weights), op.get(wideBytes), op.i32Add, op.set(weights)],
      ]),
      eachRow((row) => [
        [op.get(address), op.get(first + 2 * row), op.v128Store()],
        [op.get(address), op.get(first + 2 * row + 1), op.v128Store(16)],
      ]),
    ],
  };
}
