import { broadcast, fits, refuse, sizeAt } from '../graph/shape.ts';
import { operation, type Tensor } from '../graph/tensor.ts';
import { reshape, sumTo, transpose } from './shaping.ts';

interface Turned {
  /** Whether the first matrix is read transposed. */
  first?: boolean;
  second?: boolean;
}

const size = (x: Tensor, axis: number): number => sizeAt(x.shape, axis);

/** [m, k] times [k, n], either read transposed, plus `bias` where given, which broadcasts to [m, n]. */
export function gemm(a: Tensor, b: Tensor, turned: Turned = {}, bias?: Tensor): Tensor {
  const { first = false, second = false } = turned;
  if (a.shape.length !== 2 || b.shape.length !== 2) refuse('gemm', [a.shape, b.shape], 'two matrices');
  const [m, k] = first ? [size(a, 1), size(a, 0)] : [size(a, 0), size(a, 1)];
  const [inner, n] = second ? [size(b, 1), size(b, 0)] : [size(b, 0), size(b, 1)];
  if (k !== inner) refuse('matmul', [a.shape, b.shape], `equal inner sizes (${k} against ${inner})`);
  const shape = [m, n];
  if (bias !== undefined && !fits(broadcast('linear', bias.shape, shape), shape))
    refuse('linear', [bias.shape, shape], 'a bias that stretches to the result');
  return operation('Gemm', bias === undefined ? [a, b] : [a, b, bias], shape, {
    attributes: { transA: { int: first ? 1 : 0 }, transB: { int: second ? 1 : 0 } },
    backward: (g) => [
      first ? gemm(b, g, { first: second, second: true }) : gemm(g, b, { second: !second }),
      second ? gemm(g, a, { first: true, second: first }) : gemm(a, g, { first: !first }),
      ...(bias === undefined ? [] : [sumTo(g, bias.shape)]),
    ],
  });
}

/** The last dimension taken apart: everything before it is rows. */
const rowsOf = (x: Tensor): Tensor => reshape(x, [-1, size(x, -1)]);

/**
 * Matrix product over the last two dimensions, [..., m, k] x [..., k, n]; the dimensions before broadcast.
 * Throws TENSOR_SHAPE for fewer than two dimensions or unequal inner sizes.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length < 2 || b.shape.length < 2)
    refuse('matmul', [a.shape, b.shape], 'two dimensions or more');
  if (size(a, -1) !== size(b, -2))
    refuse('matmul', [a.shape, b.shape], `equal inner sizes (${size(a, -1)} against ${size(b, -2)})`);
  if (b.shape.length === 2) return reshape(gemm(rowsOf(a), b), [...a.shape.slice(0, -1), size(b, -1)]);
  const lead = broadcast('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  return operation('MatMul', [a, b], [...lead, size(a, -2), size(b, -1)], {
    backward: (g) => [sumTo(matmul(g, transpose(b)), a.shape), sumTo(matmul(transpose(a), g), b.shape)],
  });
}

/** x W + bias over the last dimension: [..., in] x [in, out] + [out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  if (weight.shape.length !== 2 || size(x, -1) !== size(weight, 0))
    refuse('linear', [x.shape, weight.shape], 'x [..., in] and weight [in, out]');
  return reshape(gemm(rowsOf(x), weight, {}, bias), [...x.shape.slice(0, -1), size(weight, 1)]);
}
