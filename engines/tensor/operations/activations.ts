import { constant, operation, type Tensor } from '../graph/tensor.ts';
import { abs, add, exp, log, maximum, minimum, multiply, negate, square, subtract } from './arithmetic.ts';
import { unitLegendre } from './quadrature.ts';
import { sum, unsqueeze } from './shaping.ts';

/** max(x, 0); gradient 0 at 0. */
export const relu = (x: Tensor): Tensor =>
  operation('Relu', [x], x.shape, {
    backward: (gradient, output) => [multiply(gradient, operation('Sign', [output], x.shape))],
  });

/** x where positive, `slope` x elsewhere. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor =>
  add(multiply(relu(x), 1 - slope), multiply(x, slope));

export const tanh = (x: Tensor): Tensor =>
  operation('Tanh', [x], x.shape, {
    backward: (gradient, output) => [multiply(gradient, subtract(1, square(output)))],
  });

/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: Tensor): Tensor =>
  operation('Sigmoid', [x], x.shape, {
    backward: (gradient, output) => [multiply(gradient, multiply(output, subtract(1, output)))],
  });

/** x sigmoid(x) (Elfwing 2018, doi:10.1016/j.neunet.2017.12.012). */
export const silu = (x: Tensor): Tensor => multiply(x, sigmoid(x));

/** log(1 + exp(x)), safe for any finite x. */
export const softplus = (x: Tensor): Tensor => add(relu(x), log(add(exp(negate(abs(x))), 1)));

/** x where positive, `scale` (exp(x) - 1) elsewhere (Clevert 2016, arXiv:1511.07289). */
export const elu = (x: Tensor, scale = 1): Tensor =>
  add(relu(x), multiply(subtract(exp(minimum(x, 0)), 1), scale));

/** The error function; in double by quadrature, to about 1e-14. */
export function erf(x: Tensor): Tensor {
  return operation('Erf', [x], x.shape, {
    backward: (gradient) => [multiply(gradient, multiply(exp(negate(square(x))), 2 / Math.sqrt(Math.PI)))],
    inDouble: () => {
      const { nodes, weights } = unitLegendre(40);
      const near = maximum(minimum(x, 6), -6);
      const heights = exp(negate(multiply(unsqueeze(square(near), -1), constant(nodes.map((t) => t * t)))));
      const area = sum(multiply(heights, constant(weights)), [x.shape.length]);
      return multiply(multiply(near, area), 2 / Math.sqrt(Math.PI));
    },
  });
}

/** x Φ(x) (Hendrycks & Gimpel 2016, arXiv:1606.08415), exact. */
export const gelu = (x: Tensor): Tensor => multiply(x, multiply(add(erf(multiply(x, Math.SQRT1_2)), 1), 0.5));

/** Kept within bounds; no gradient outside. */
export const clamp = (x: Tensor, least: number, most: number): Tensor => minimum(maximum(x, least), most);
