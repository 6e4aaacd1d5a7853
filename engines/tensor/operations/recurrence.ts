import { refuse, sizeAt } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { sigmoid, tanh } from './activations.ts';
import { add, multiply, subtract } from './arithmetic.ts';
import { gemm } from './products.ts';
import { reshape, transpose, zeros } from './shaping.ts';
import { slice, split, stack } from './slicing.ts';

/**
 * Weights of a recurrent cell, its gates side by side: `input` [in, gates x hidden], `hidden` [hidden, gates
 * x hidden].
 */
export interface RecurrentWeights {
  input: Tensor;
  hidden: Tensor;
  /** [gates x hidden] */
  bias: Tensor;
}

export interface Recurrence {
  /** Of all places, [n, places, hidden]. */
  outputs: Tensor;
  /** Of the last place, [n, hidden]. */
  last: Tensor;
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735) over x [n, places,
 * in], unrolled, from zeros. Gates in the order input, forget, cell, output.
 */
export function lstm(x: Tensor, weights: RecurrentWeights): Recurrence {
  const { steps, hidden, start } = unrolled('lstm', x, weights, 4);
  let [output, cell] = [start, start];
  const outputs = steps.map((fromInput) => {
    const gates = gemm(output, weights.hidden, {}, fromInput);
    const [open, candidate, show] = split(gates, 1, [2 * hidden, hidden, hidden]) as [Tensor, Tensor, Tensor];
    const [enter, keep] = split(sigmoid(open), 1, [hidden, hidden]) as [Tensor, Tensor];
    cell = add(multiply(keep, cell), multiply(enter, tanh(candidate)));
    output = multiply(sigmoid(show), tanh(cell));
    return output;
  });
  return { outputs: stack(outputs, 1), last: output };
}

/**
 * Gated recurrent unit (Cho 2014, arXiv:1406.1078) over x [n, places, in], unrolled, from zeros. Gates in the
 * order reset, update, new; `newBias` [hidden] is added to what the reset gate lets through.
 */
export function gru(x: Tensor, weights: RecurrentWeights & { newBias: Tensor }): Recurrence {
  const { steps, hidden, start } = unrolled('gru', x, weights, 3);
  const [forGates, forNew] = split(weights.hidden, 1, [2 * hidden, hidden]) as [Tensor, Tensor];
  let output = start;
  const outputs = steps.map((fromInput) => {
    const [gatesInput, newInput] = split(fromInput, 1, [2 * hidden, hidden]) as [Tensor, Tensor];
    const gates = sigmoid(gemm(output, forGates, {}, gatesInput));
    const [reset, keep] = split(gates, 1, [hidden, hidden]) as [Tensor, Tensor];
    const candidate = tanh(add(newInput, multiply(reset, gemm(output, forNew, {}, weights.newBias))));
    output = add(candidate, multiply(keep, subtract(output, candidate)));
    return output;
  });
  return { outputs: stack(outputs, 1), last: output };
}

/** What the input gives to the gates of each place: one matrix product for all of them. */
function unrolled(name: string, x: Tensor, { input, hidden, bias }: RecurrentWeights, gates: number) {
  const [n = 0, places = 0, width = 0] = x.shape;
  const size = sizeAt(hidden.shape, 0);
  const wide = gates * size;
  if (x.shape.length !== 3 || input.shape[0] !== width || input.shape[1] !== wide || hidden.shape[1] !== wide)
    refuse(
      name,
      [x.shape, input.shape, hidden.shape],
      `x [n, places, in], input [in, ${gates} h] and hidden [h, ${gates} h]`,
    );
  const rows = reshape(transpose(x, [1, 0, 2]), [places * n, width]);
  const all = gemm(rows, input, {}, bias);
  const steps = Array.from({ length: places }, (_, at) => slice(all, 0, at * n, (at + 1) * n));
  return { steps, hidden: size, start: zeros([n, size]) };
}
