import { dropout, gru, type Initial, initial, lstm, type Tensor } from '@stroma/tensor';
import { dense } from '../parts/layers.ts';
import { learned } from '../parts/learned.ts';
import type { NetworkMode } from '../parts/network-mode.ts';
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

type Cell = (name: string, x: Tensor, hidden: number, mode: NetworkMode) => { outputs: Tensor; last: Tensor };

function weights(
  name: string,
  x: Tensor,
  hidden: number,
  { gates, bias }: { gates: number; bias: Initial },
  mode: NetworkMode,
) {
  const inputs = x.shape[2] as number;
  const wide = gates * hidden;
  return {
    input: learned(`${name}.input`, [inputs, wide], initial.glorot(inputs, hidden), mode),
    hidden: learned(`${name}.hidden`, [hidden, wide], initial.linear(hidden), mode),
    bias: learned(`${name}.bias`, [wide], bias, mode),
  };
}

const lstmCell: Cell = (name, x, hidden, mode) =>
  lstm(x, weights(name, x, hidden, { gates: 4, bias: openForget(hidden) }, mode));

const gruCell: Cell = (name, x, hidden, mode) =>
  gru(x, {
    ...weights(name, x, hidden, { gates: 3, bias: initial.zeros }, mode),
    newBias: learned(`${name}.newBias`, [hidden], initial.zeros, mode),
  });

/** The state after a row's last place goes to the head: what stands past its length is never seen. */
const recurrentNetwork =
  (cell: Cell, { hidden = 32, layers = 1 }: RecurrentShape): SequenceNetwork =>
  (x, lengths, mode) => {
    const { outputs, dropoutRate } = mode;
    let run = cell('cell0', x, hidden, mode);
    for (let layer = 1; layer < layers; layer++)
      run = cell(`cell${layer}`, dropout(run.outputs, dropoutRate, `cell${layer}`), hidden, mode);
    const last = lengths === null ? run.last : lastPlace(run.outputs, lengths);
    return dense('head', dropout(last, dropoutRate, 'head'), outputs, mode);
  };

/** Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735). */
export const lstmNetwork = (shape: RecurrentShape): SequenceNetwork => recurrentNetwork(lstmCell, shape);

/** Gated recurrent units (Cho 2014, arXiv:1406.1078). */
export const gruNetwork = (shape: RecurrentShape): SequenceNetwork => recurrentNetwork(gruCell, shape);
