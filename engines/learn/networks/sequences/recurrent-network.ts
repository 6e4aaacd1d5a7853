import { dropout, gru, type Initial, initial, lstm, parameter, type Tensor } from '@stroma/tensor';
import { dense } from '../parts/layers.ts';
import { lastPlace } from './places.ts';
import type { SequenceNetwork } from './sequence-network.ts';

export interface RecurrentShape {
  /** Values a state holds; 32 when left out. */
  hidden?: number;
  /** Cells one over the other; 1 when left out. */
  layers?: number;
}

/** Forget gates begin open, so that what came early is not lost before anything is learned (Gers 2000, doi:10.1162/089976600300015015). */
function openForget(hidden: number): Initial {
  const gate = (at: number) => (at >= hidden && at < 2 * hidden ? 1 : 0);
  return { kind: 'values', values: Float64Array.from({ length: 4 * hidden }, (_, at) => gate(at)) };
}

type Cell = (name: string, x: Tensor, hidden: number) => { outputs: Tensor; last: Tensor };

function weights(name: string, x: Tensor, hidden: number, gates: number, bias: Initial) {
  const inputs = x.shape[2] as number;
  const wide = gates * hidden;
  return {
    input: parameter(`${name}.input`, [inputs, wide], initial.glorot(inputs, hidden)),
    hidden: parameter(`${name}.hidden`, [hidden, wide], initial.linear(hidden)),
    bias: parameter(`${name}.bias`, [wide], bias),
  };
}

const lstmCell: Cell = (name, x, hidden) => lstm(x, weights(name, x, hidden, 4, openForget(hidden)));

const gruCell: Cell = (name, x, hidden) =>
  gru(x, {
    ...weights(name, x, hidden, 3, initial.zeros),
    newBias: parameter(`${name}.newBias`, [hidden], initial.zeros),
  });

/** The state after a row's last place goes to the head: what stands past its length is never seen. */
const recurrentNetwork =
  (cell: Cell, { hidden = 32, layers = 1 }: RecurrentShape): SequenceNetwork =>
  (x, lengths, { outputs, dropoutRate }) => {
    let run = cell('cell0', x, hidden);
    for (let layer = 1; layer < layers; layer++)
      run = cell(`cell${layer}`, dropout(run.outputs, dropoutRate, `cell${layer}`), hidden);
    const last = lengths === null ? run.last : lastPlace(run.outputs, lengths);
    return dense('head', dropout(last, dropoutRate, 'head'), outputs);
  };

/** Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735). */
export const lstmNetwork = (shape: RecurrentShape): SequenceNetwork => recurrentNetwork(lstmCell, shape);

/** Gated recurrent units (Cho 2014, arXiv:1406.1078). */
export const gruNetwork = (shape: RecurrentShape): SequenceNetwork => recurrentNetwork(gruCell, shape);
