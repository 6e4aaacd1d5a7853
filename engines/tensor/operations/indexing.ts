import { axisOf, refuse, type Shape, sizeAt, sizeOf } from '../graph/shape.ts';
import { operation, stopGradient, type Tensor } from '../graph/tensor.ts';
import { cast, divide, equal, exp, subtract } from './arithmetic.ts';
import { filled, iota, reshape, transpose, unsqueeze, zeros } from './shaping.ts';

/**
 * Slices of `x` along `axis` (0 when left out) at `indices` (i32, from 0), whose shape takes the place of the
 * axis. An index out of range fails when it runs.
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const along = axisOf('gather', x.shape, axis);
  if (indices.type === 'real' || indices.type === 'bool')
    refuse(`gather by ${indices.type}`, [x.shape, indices.shape], 'indices of type i32');
  const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
  return operation('Gather', [x, indices], shape, {
    attributes: { axis: { int: along } },
    backward: (gradient) => {
      const rank = indices.shape.length;
      const front = shape.map((_, at) => at);
      const moved = [...front.splice(along, rank), ...front];
      const updates = reshape(transpose(gradient, moved), [
        sizeOf(indices.shape),
        ...x.shape.toSpliced(along, 1),
      ]);
      const first = scatterAdd(updates, reshape(indices, [-1]), sizeAt(x.shape, along));
      const back = x.shape.map((_, at) => (at === along ? 0 : at < along ? at + 1 : at));
      return [transpose(first, back), null];
    },
  });
}

/**
 * Rows of zeros, `size` of them, to which row i of `updates` [n, ...] is added at `indices[i]` (i32 [n]).
 * Segment sums of a graph are these: messages by the node they go to.
 */
export function scatterAdd(updates: Tensor, indices: Tensor, size: number): Tensor {
  if (indices.shape.length !== 1 || updates.shape[0] !== indices.shape[0])
    refuse('scatterAdd', [updates.shape, indices.shape], 'as many rows as indices');
  const shape: Shape = [size, ...updates.shape.slice(1)];
  return operation('ScatterND', [zeros(shape), unsqueeze(cast(indices, 'i64'), 1), updates], shape, {
    type: 'real',
    attributes: { reduction: { text: 'add' } },
    backward: (gradient) => [null, null, gather(gradient, indices)],
  });
}

/** Sums of the rows of `x` [n, ...] that share a segment (i32 [n], from 0 to `segments` - 1). */
export const segmentSum = (x: Tensor, segment: Tensor, segments: number): Tensor =>
  scatterAdd(x, segment, segments);

/**
 * exp(x) / Σ exp(x) over the rows of `x` [n, ...] that share a segment: weights of the edges that enter a
 * node. Safe for any finite x.
 */
export function segmentSoftmax(x: Tensor, segment: Tensor, segments: number): Tensor {
  const low = filled([segments, ...x.shape.slice(1)], -1e30);
  const largest = operation('ScatterND', [low, unsqueeze(cast(segment, 'i64'), 1), x], low.shape, {
    attributes: { reduction: { text: 'max' } },
  });
  // The shift changes no result, so it takes no part in the gradient.
  const raised = exp(subtract(x, stopGradient(gather(largest, segment))));
  return divide(raised, gather(segmentSum(raised, segment, segments), segment));
}

/**
 * 1 in the place of each index along a new last axis of `classes`, 0 elsewhere and everywhere for an index
 * out of range.
 */
export function oneHot(indices: Tensor, classes: number): Tensor {
  return cast(equal(unsqueeze(indices, -1), iota(classes, 'i32')), 'real');
}
