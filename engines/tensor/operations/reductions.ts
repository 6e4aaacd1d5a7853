import { axesOf, axisOf, sizeAt } from '../graph/shape.ts';
import { operation, type Tensor, withGradient } from '../graph/tensor.ts';
import { add, cast, divide, equal, exp, log, multiply, negate, square, subtract } from './arithmetic.ts';
import { reshape, sum, whole } from './shaping.ts';

const countOver = (x: Tensor, axes: readonly number[]): number =>
  axes.reduce((count, axis) => count * sizeAt(x.shape, axis), 1);

/** Mean over `axes` (all when left out). */
export function mean(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return multiply(sum(x, axes, keep), 1 / countOver(x, axesOf('mean', x.shape, axes)));
}

/** Variance about the mean over `axes`, divided by n - `lost` (0: that of a population). */
export function variance(x: Tensor, axes?: readonly number[], keep = false, lost = 0): Tensor {
  const over = axesOf('variance', x.shape, axes);
  const centred = subtract(x, mean(x, over, true));
  return multiply(sum(square(centred), over, keep), 1 / (countOver(x, over) - lost));
}

/** The largest over `axes`; equal ones share its gradient. */
export function max(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  const over = axesOf('max', x.shape, axes);
  const kept = x.shape.map((size, axis) => (over.includes(axis) ? 1 : size));
  const largest: Tensor = operation('ReduceMax', [x, whole(over)], kept, {
    attributes: { keepdims: { int: 1 } },
    backward: (gradient, output) => {
      const here = cast(equal(x, output), 'real');
      return [multiply(here, divide(gradient, sum(here, over, true))), null];
    },
  });
  return keep
    ? largest
    : reshape(
        largest,
        x.shape.filter((_, axis) => !over.includes(axis)),
      );
}

/** The smallest over `axes`; equal ones share its gradient. */
export const min = (x: Tensor, axes?: readonly number[], keep = false): Tensor =>
  negate(max(negate(x), axes, keep));

/** log Σ exp(x) over `axes`, safe for any finite size of x. */
export function logSumExp(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  const over = axesOf('logSumExp', x.shape, axes);
  const largest = max(x, over, true);
  const kept = add(log(sum(exp(subtract(x, largest)), over, true)), largest);
  const value = withGradient(kept, [x], (gradient, output) => [multiply(gradient, exp(subtract(x, output)))]);
  return keep
    ? value
    : reshape(
        value,
        x.shape.filter((_, axis) => !over.includes(axis)),
      );
}

/** exp(x) / Σ exp(x) along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const along = axisOf('softmax', x.shape, axis);
  return operation('Softmax', [x], x.shape, {
    attributes: { axis: { int: along } },
    backward: (gradient, output) => [
      multiply(output, subtract(gradient, sum(multiply(gradient, output), [along], true))),
    ],
  });
}

/** log softmax along `axis`. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const along = axisOf('logSoftmax', x.shape, axis);
  return operation('LogSoftmax', [x], x.shape, {
    attributes: { axis: { int: along } },
    backward: (gradient, output) => [subtract(gradient, multiply(exp(output), sum(gradient, [along], true)))],
  });
}

/** Running sums along `axis`; backwards with `reverse`. */
export function cumulativeSum(x: Tensor, axis: number, reverse = false): Tensor {
  const along = axisOf('cumulativeSum', x.shape, axis);
  return operation('CumSum', [x, reshape(whole([along]), [])], x.shape, {
    attributes: { reverse: { int: reverse ? 1 : 0 } },
    backward: (gradient) => [cumulativeSum(gradient, along, !reverse), null],
  });
}
