import { StromaError } from '@stroma/kernel';

/** Sizes from the slowest to the fastest dimension; `[]` is a scalar. */
export type Shape = readonly number[];

export const describeShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Throws TENSOR_SHAPE naming the operation, what it expected and the shapes it was given. */
export function refuse(operation: string, shapes: readonly Shape[], expected: string): never {
  const given = shapes.map(describeShape).join(' and ');
  throw new StromaError('TENSOR_SHAPE', `${operation}: expected ${expected}; given ${given}.`, {
    operation,
    shapes: shapes.map((shape) => [...shape]),
  });
}

/** Number of values; throws TENSOR_SHAPE when a size is not a whole number of 1 or more. */
export function sizeOf(shape: Shape, operation = 'shape'): number {
  let size = 1;
  for (const each of shape) {
    if (!Number.isInteger(each) || each < 1)
      refuse(operation, [shape], 'sizes that are whole numbers from 1');
    size *= each;
  }
  return size;
}

export const fits = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** The common shape of two, sizes of 1 stretched, aligned at the last dimension. */
export function broadcast(operation: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const first = a[axis - rank + a.length] ?? 1;
    const second = b[axis - rank + b.length] ?? 1;
    if (first !== second && first !== 1 && second !== 1)
      refuse(
        operation,
        [a, b],
        `equal sizes or 1 in each dimension, counted from the last (${first} against ${second})`,
      );
    return Math.max(first, second);
  });
}

/** Axes from 0, ascending, each once; negative ones count from the end. */
export function axesOf(operation: string, shape: Shape, axes: readonly number[] | undefined): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const all = new Set(axes.map((axis) => axisOf(operation, shape, axis)));
  if (all.size !== axes.length) refuse(operation, [shape], `each axis once, not ${axes.join(', ')}`);
  return [...all].sort((a, b) => a - b);
}

export function axisOf(operation: string, shape: Shape, axis: number): number {
  const from = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(from) || from < 0 || from >= shape.length)
    refuse(operation, [shape], `an axis from ${-shape.length} to ${shape.length - 1}, not ${axis}`);
  return from;
}

/** Size along an axis that is known to exist. */
export const sizeAt = (shape: Shape, axis: number): number =>
  shape[axis < 0 ? axis + shape.length : axis] as number;
