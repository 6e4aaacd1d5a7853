import {
  add,
  convolution,
  type Initial,
  initial,
  layerNorm,
  linear,
  multiply,
  parameter,
  relu,
  standardise,
  type Tensor,
} from '@stroma/tensor';

/** x [..., in] W + b: [..., outputs]. */
export function dense(
  name: string,
  x: Tensor,
  outputs: number,
  begin: (fanIn: number) => Initial = initial.linear,
): Tensor {
  const inputs = x.shape.at(-1) as number;
  const weight = parameter(`${name}.weight`, [inputs, outputs], begin(inputs));
  return linear(x, weight, parameter(`${name}.bias`, [outputs], initial.zeros));
}

/** Layer norm over the last dimension. */
export function normed(name: string, x: Tensor): Tensor {
  const width = x.shape.at(-1) as number;
  return layerNorm(
    x,
    parameter(`${name}.scale`, [width], initial.ones),
    parameter(`${name}.shift`, [width], initial.zeros),
  );
}

/**
 * Layer norm over the channels of each place of x [n, channels, ...space], then ReLU: no place sees another, so that
 * padding changes nothing.
 */
export function channelsNormed(name: string, x: Tensor): Tensor {
  const channels = x.shape[1] as number;
  const shape = [channels, ...x.shape.slice(2).map(() => 1)];
  const scale = parameter(`${name}.scale`, shape, initial.ones);
  const shift = parameter(`${name}.shift`, shape, initial.zeros);
  return relu(add(multiply(standardise(x, [1]), scale), shift));
}

/** Convolution of x [n, channels, ...space] that keeps its space; `kernel` is odd. */
export function convolved(name: string, x: Tensor, outputs: number, kernel: number, dilation = 1): Tensor {
  const space = x.shape.slice(2);
  const inputs = x.shape[1] as number;
  const fanIn = inputs * kernel ** space.length;
  const shape = [outputs, inputs, ...space.map(() => kernel)];
  const weight = parameter(`${name}.weight`, shape, initial.kaiming(fanIn));
  const bias = parameter(`${name}.bias`, [outputs], initial.zeros);
  return convolution(x, weight, bias, { dilation, padding: (dilation * (kernel - 1)) / 2 });
}
