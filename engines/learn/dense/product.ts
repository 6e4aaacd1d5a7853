import { type TileKernel, tileKernel, tileSide } from './tile-kernel.ts';

/**
 * x W + b in double: rows x outputs of `x`, rows x inputs, and of `weight`, inputs x outputs. Each output is summed over
 * the inputs in their order, so that a row has the same bits among others and alone.
 */
export function product(
  x: Float64Array,
  rows: number,
  weight: Float32Array,
  bias: Float32Array,
): Float64Array {
  return (rows < tileSide ? byRow : byTile)(x, rows, weight, bias);
}

function byRow(x: Float64Array, rows: number, weight: Float32Array, bias: Float32Array): Float64Array {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const result = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const to = row * outputs;
    result.set(bias, to);
    for (let input = 0; input < inputs; input++) {
      const value = x[row * inputs + input] as number;
      const from = input * outputs;
      for (let at = 0; at < outputs; at++)
        result[to + at] = (result[to + at] as number) + value * (weight[from + at] as number);
    }
  }
  return result;
}

const toSide = (count: number): number => Math.ceil(count / tileSide) * tileSide;

let kernel: TileKernel | undefined;

/** Rows and outputs are filled up to whole tiles. */
function byTile(x: Float64Array, rows: number, weight: Float32Array, bias: Float32Array): Float64Array {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const [high, wide] = [toSide(rows), toSide(outputs)];
  const [weights, sums] = [high * inputs, high * inputs + inputs * wide];
  kernel = tileKernel(sums + high * wide, kernel);
  const { cells } = kernel;
  cells.set(x);
  cells.fill(0, x.length, weights);
  for (let input = 0; input < inputs; input++) {
    const to = weights + input * wide;
    cells.set(weight.subarray(input * outputs, (input + 1) * outputs), to);
    cells.fill(0, to + outputs, to + wide);
  }
  for (let row = 0; row < high; row++) cells.set(bias, sums + row * wide);
  for (let row = 0; row < high; row += tileSide)
    for (let output = 0; output < wide; output += tileSide)
      kernel.add(row * inputs, inputs, weights + output, wide, sums + row * wide + output);
  const result = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const from = sums + row * wide;
    result.set(cells.subarray(from, from + outputs), row * outputs);
  }
  return result;
}
