/** Rows and outputs whose sums are held together: each value read is used as often. */
const side = 4;

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
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const result = new Float64Array(rows * outputs);
  const wholeRows = rows - (rows % side);
  const wholeOutputs = outputs - (outputs % side);
  for (let row = 0; row < wholeRows; row += side)
    for (let output = 0; output < wholeOutputs; output += side)
      addTile(result, x, weight, bias, row, output, inputs, outputs);
  for (let row = 0; row < rows; row++)
    addRow(result, x, weight, bias, row, row < wholeRows ? wholeOutputs : 0);
  return result;
}

/** A row's sums from one output on. */
function addRow(
  result: Float64Array,
  x: Float64Array,
  weight: Float32Array,
  bias: Float32Array,
  row: number,
  output: number,
): void {
  const outputs = bias.length;
  const inputs = weight.length / outputs;
  const to = row * outputs;
  for (let at = output; at < outputs; at++) result[to + at] = bias[at] as number;
  for (let input = 0; input < inputs; input++) {
    const value = x[row * inputs + input] as number;
    const from = input * outputs;
    for (let at = output; at < outputs; at++)
      result[to + at] = (result[to + at] as number) + value * (weight[from + at] as number);
  }
}

/** Sixteen sums that stay in registers. */
function addTile(
  result: Float64Array,
  x: Float64Array,
  weight: Float32Array,
  bias: Float32Array,
  row: number,
  output: number,
  inputs: number,
  outputs: number,
): void {
  let a0 = bias[output] as number;
  let a1 = bias[output + 1] as number;
  let a2 = bias[output + 2] as number;
  let a3 = bias[output + 3] as number;
  let [b0, b1, b2, b3] = [a0, a1, a2, a3];
  let [c0, c1, c2, c3] = [a0, a1, a2, a3];
  let [d0, d1, d2, d3] = [a0, a1, a2, a3];
  const a = row * inputs;
  const b = a + inputs;
  const c = b + inputs;
  const d = c + inputs;
  let at = output;
  for (let input = 0; input < inputs; input++) {
    const w0 = weight[at] as number;
    const w1 = weight[at + 1] as number;
    const w2 = weight[at + 2] as number;
    const w3 = weight[at + 3] as number;
    at += outputs;
    const xa = x[a + input] as number;
    a0 += xa * w0;
    a1 += xa * w1;
    a2 += xa * w2;
    a3 += xa * w3;
    const xb = x[b + input] as number;
    b0 += xb * w0;
    b1 += xb * w1;
    b2 += xb * w2;
    b3 += xb * w3;
    const xc = x[c + input] as number;
    c0 += xc * w0;
    c1 += xc * w1;
    c2 += xc * w2;
    c3 += xc * w3;
    const xd = x[d + input] as number;
    d0 += xd * w0;
    d1 += xd * w1;
    d2 += xd * w2;
    d3 += xd * w3;
  }
  let to = row * outputs + output;
  result[to] = a0;
  result[to + 1] = a1;
  result[to + 2] = a2;
  result[to + 3] = a3;
  to += outputs;
  result[to] = b0;
  result[to + 1] = b1;
  result[to + 2] = b2;
  result[to + 3] = b3;
  to += outputs;
  result[to] = c0;
  result[to + 1] = c1;
  result[to + 2] = c2;
  result[to + 3] = c3;
  to += outputs;
  result[to] = d0;
  result[to + 1] = d1;
  result[to + 2] = d2;
  result[to + 3] = d3;
}
