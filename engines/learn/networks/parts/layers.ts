import {
  add,
  convolution,
  initial,
  layerNorm,
  linear,
  multiply,
  relu,
  standardise,
  type Tensor,
} from '@stroma/tensor';
import type { ForwardRun } from '../architecture.ts';
import { learned } from './learned.ts';

/** What stands in place of parameters, if anything does. */
type Adapted = Pick<ForwardRun, 'adapt'>;

/** x [..., in] W + b: [..., outputs]. */
export function dense(name: string, x: Tensor, outputs: number, run?: Adapted): Tensor {
  const inputs = x.shape.at(-1) as number;
  const weight = learned(`${name}.weight`, [inputs, outputs], initial.linear(inputs), run);
  return linear(x, weight, learned(`${name}.bias`, [outputs], initial.zeros, run));
}

/** Layer norm over the last dimension. */
export function normed(name: string, x: Tensor, run?: Adapted): Tensor {
  const width = x.shape.at(-1) as number;
  return layerNorm(
    x,
    learned(`${name}.scale`, [width], initial.ones, run),
    learned(`${name}.shift`, [width], initial.zeros, run),
  );
}

/**
 * Layer norm over the channels of each place of x [n, channels, ...space], then ReLU: no place sees another, so that
 * padding changes nothing.
 */
export function channelsNormed(name: string, x: Tensor, run?: Adapted): Tensor {
  const channels = x.shape[1] as number;
  const shape = [channels, ...x.shape.slice(2).map(() => 1)];
  const scale = learned(`${name}.scale`, shape, initial.ones, run);
  const shift = learned(`${name}.shift`, shape, initial.zeros, run);
  return relu(add(multiply(standardise(x, [1]), scale), shift));
}

/** Convolution of x [n, channels, ...space] that keeps its space; `kernel` is odd. */
export function convolved(
  name: string,
  x: Tensor,
  outputs: number,
  { kernel, dilation = 1 }: { kernel: number; dilation?: number },
  run?: Adapted,
): Tensor {
  const space = x.shape.slice(2);
  const inputs = x.shape[1] as number;
  const fanIn = inputs * kernel ** space.length;
  const shape = [outputs, inputs, ...space.map(() => kernel)];
  const weight = learned(`${name}.weight`, shape, initial.kaiming(fanIn), run);
  const bias = learned(`${name}.bias`, [outputs], initial.zeros, run);
  return convolution(x, weight, bias, { dilation, padding: (dilation * (kernel - 1)) / 2 });
}
