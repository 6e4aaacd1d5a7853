import { axesOf, axisOf, fits, refuse, type Shape, sizeAt, sizeOf } from '../graph/shape.ts';
import { constant, isConstant, noSizes, operation, type Tensor } from '../graph/tensor.ts';

export const whole = (values: readonly number[]): Tensor => constant(values, [values.length], 'i64');

/** A shape to ONNX; that of a scalar has no sizes, which no other constant may have. */
const sizes = (shape: Shape): Tensor => (shape.length === 0 ? scalarSizes : whole(shape));
const scalarSizes = noSizes();

/** The same values in another shape of the same size; one size may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((size, each) => (each === -1 ? size : size * each), 1);
  const size = sizeOf(x.shape);
  const asked = shape.map((each) => (each === -1 ? size / known : each));
  if (shape.filter((each) => each === -1).length > 1 || sizeOf(asked, 'reshape') !== size)
    refuse('reshape', [x.shape, shape], `a shape of ${size} values`);
  if (fits(x.shape, asked)) return x;
  if (x.node.kind === 'constant') return constant(x.node.values, asked, x.type);
  const source = x.node.kind === 'operation' && x.node.op === 'Reshape' ? (x.node.inputs[0] as Tensor) : x;
  return operation('Reshape', [source, sizes(asked)], asked, {
    backward: (gradient) => [reshape(gradient, source.shape), null],
  });
}

/** Dimensions in the order `axes`; the last two swapped when left out. */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  const rank = x.shape.length;
  if (axes === undefined && rank < 2) refuse('transpose', [x.shape], 'two dimensions or more');
  const order =
    axes?.map((axis) => axisOf('transpose', x.shape, axis)) ??
    x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  if (order.length !== rank || new Set(order).size !== rank)
    refuse('transpose', [x.shape], `an order of all its ${rank} axes, not ${order.join(', ')}`);
  if (order.every((axis, at) => axis === at)) return x;
  const shape = order.map((axis) => sizeAt(x.shape, axis));
  return operation('Transpose', [x], shape, {
    attributes: { perm: { ints: order } },
    backward: (gradient) => [
      transpose(
        gradient,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ],
  });
}

/** Repeated to a larger shape, as arithmetic does. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (fits(x.shape, shape)) return x;
  const lead = shape.length - x.shape.length;
  if (lead < 0 || x.shape.some((size, axis) => size !== 1 && size !== shape[axis + lead]))
    refuse(
      'broadcastTo',
      [x.shape, shape],
      'sizes of 1 or those of the target, aligned at the last dimension',
    );
  return operation('Expand', [x, sizes(shape)], shape, {
    backward: (gradient) => [sumTo(gradient, x.shape), null],
  });
}

/** Sum over `axes` (all when left out); `keep` leaves them with size 1. */
export function sum(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  const over = axesOf('sum', x.shape, axes);
  const kept = x.shape.map((size, axis) => (over.includes(axis) ? 1 : size));
  const shape = keep ? kept : x.shape.filter((_, axis) => !over.includes(axis));
  if (over.every((axis) => x.shape[axis] === 1) || isConstant(x, 0))
    return isConstant(x, 0) ? zeros(shape) : reshape(x, shape);
  return operation('ReduceSum', [x, whole(over)], shape, {
    attributes: { keepdims: { int: keep ? 1 : 0 } },
    backward: (gradient) => [broadcastTo(reshape(gradient, kept), x.shape), null],
  });
}

/** Undoes a broadcast: the sum over what was repeated. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (fits(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const over = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || shape[axis - lead] !== x.shape[axis]);
  return reshape(sum(x, over), shape);
}

export const zeros = (shape: Shape): Tensor => (shape.length === 0 ? constant(0) : filled(shape, 0));
export const ones = (shape: Shape): Tensor => filled(shape, 1);

/** One value everywhere; a large one is made where it is needed and not kept in the file. */
export function filled(shape: Shape, value: number): Tensor {
  const size = sizeOf(shape, 'filled');
  if (size <= 64) return constant(new Float64Array(size).fill(value), shape);
  return operation('Expand', [constant(value), sizes(shape)], shape);
}

/** A dimension of size 1 put in at `axis`. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** 0, 1, ... count - 1. */
export const iota = (count: number, type: 'real' | 'i32' = 'real'): Tensor =>
  constant(
    Float64Array.from({ length: count }, (_, at) => at),
    [count],
    type,
  );
