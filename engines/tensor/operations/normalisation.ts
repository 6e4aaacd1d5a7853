import { axesOf, refuse, sizeAt } from '../graph/shape.ts';
import { constant, type Tensor, withGradient } from '../graph/tensor.ts';
import { add, divide, multiply, sqrt, square, subtract } from './arithmetic.ts';
import { mean, variance } from './reductions.ts';
import { reshape } from './shaping.ts';

/** (x - mean) / √(variance + epsilon) over `axes`, with a gradient of its own in few operations. */
export function standardise(x: Tensor, axes: readonly number[], epsilon = 1e-5): Tensor {
  const over = axesOf('standardise', x.shape, axes);
  const centred = subtract(x, mean(x, over, true));
  const deviation = sqrt(add(mean(square(centred), over, true), epsilon));
  const inverse = divide(constant(1), deviation);
  return withGradient(multiply(centred, inverse), [x], (gradient, output) => {
    const along = multiply(output, mean(multiply(gradient, output), over, true));
    return [multiply(subtract(subtract(gradient, mean(gradient, over, true)), along), inverse)];
  });
}

/** Over the last dimension (Ba 2016, arXiv:1607.06450); `scale` and `shift` [features]. */
export function layerNorm(x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-5): Tensor {
  return add(multiply(standardise(x, [-1], epsilon), scale), shift);
}

/**
 * x / √(mean x² + epsilon) over the last dimension, times `scale` (Zhang & Sennrich 2019, arXiv:1910.07467).
 */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon = 1e-6): Tensor {
  return multiply(divide(x, sqrt(add(mean(square(x), [-1], true), epsilon))), scale);
}

/**
 * Over the features of each group and all places of one row: x [n, channels, ...] (Wu & He 2018,
 * arXiv:1803.08494).
 */
export function groupNorm(x: Tensor, groups: number, scale: Tensor, shift: Tensor, epsilon = 1e-5): Tensor {
  const channels = x.shape[1] ?? 0;
  if (channels % groups !== 0) refuse('groupNorm', [x.shape], `channels that ${groups} groups divide`);
  const rows = reshape(x, [sizeAt(x.shape, 0), groups, -1]);
  return affine(reshape(standardise(rows, [2], epsilon), x.shape), scale, shift);
}

export interface BatchNorm {
  output: Tensor;
  /** Of this batch, per channel; the variance without bias, as it is kept for predictions. */
  mean: Tensor;
  variance: Tensor;
}

const acrossChannels = (x: Tensor): number[] => x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);

/**
 * Over batch and places, per channel: x [n, channels, ...] (Ioffe & Szegedy 2015, arXiv:1502.03167). For
 * training; the means it returns go into states by `movingAverage`.
 */
export function batchNorm(x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-5): BatchNorm {
  if (x.shape.length < 2) refuse('batchNorm', [x.shape], '[n, channels, ...]');
  const over = acrossChannels(x);
  const lost = over.every((axis) => sizeAt(x.shape, axis) === 1) ? 0 : 1;
  return {
    output: affine(standardise(x, over, epsilon), scale, shift),
    mean: mean(x, over),
    variance: variance(x, over, false, lost),
  };
}

/** Batch norm as it is used for predictions, with means and variances kept from training. */
export function batchNormKept(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  kept: { mean: Tensor; variance: Tensor },
  epsilon = 1e-5,
): Tensor {
  const factor = divide(scale, sqrt(add(kept.variance, epsilon)));
  return affine(x, factor, subtract(shift, multiply(kept.mean, factor)));
}

/** A state moved towards `value` by `rate`: an entry of a training's `updates`. */
export function movingAverage(state: Tensor, value: Tensor, rate = 0.1): { state: Tensor; value: Tensor } {
  return { state, value: add(multiply(state, 1 - rate), multiply(value, rate)) };
}

/** Times `scale` plus `shift`, both [channels], per channel of [n, channels, ...]. */
function affine(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const places = x.shape.slice(2).map(() => 1);
  const perChannel = (each: Tensor) => reshape(each, [sizeAt(x.shape, 1), ...places]);
  return add(multiply(x, perChannel(scale)), perChannel(shift));
}
