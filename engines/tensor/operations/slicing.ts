import { axisOf, fits, refuse, sizeAt } from '../graph/shape.ts';
import { constant, operation, type Tensor } from '../graph/tensor.ts';
import { reshape, whole } from './shaping.ts';

/**
 * From `start` up to, not including, `end` along `axis`, each `step`th (1 or more); negative bounds count
 * from the end.
 */
export function slice(x: Tensor, axis: number, start: number, end: number, step = 1): Tensor {
  const along = axisOf('slice', x.shape, axis);
  const size = sizeAt(x.shape, along);
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  if (!(from >= 0 && from < to && to <= size && step >= 1))
    refuse(
      'slice',
      [x.shape],
      `0 <= start < end <= ${size} and a step from 1, not ${start}, ${end}, ${step}`,
    );
  if (from === 0 && to === size && step === 1) return x;
  const count = Math.ceil((to - from) / step);
  const shape = x.shape.with(along, count);
  return operation('Slice', [x, whole([from]), whole([to]), whole([along]), whole([step])], shape, {
    backward: (gradient) => [placed(gradient, along, size, from, step), null, null, null, null],
  });
}

/** `x` laid into zeros of `size` along `axis`, from `start`, `step` apart: what `slice` took out put back. */
export function placed(x: Tensor, axis: number, size: number, start: number, step = 1): Tensor {
  const count = sizeAt(x.shape, axis);
  if (step === 1) return pad(x, axis, start, size - start - count);
  const spread = pad(
    reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]),
    axis + 1,
    0,
    step - 1,
  );
  const flat = reshape(spread, x.shape.with(axis, count * step));
  const rest = size - start - count * step;
  return rest >= 0
    ? pad(flat, axis, start, rest)
    : pad(slice(flat, axis, 0, count * step + rest), axis, start, 0);
}

/** `before` and `after` places of `value` put around along `axis`. */
export function pad(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const along = axisOf('pad', x.shape, axis);
  if (before < 0 || after < 0) refuse('pad', [x.shape], `widths of 0 or more, not ${before} and ${after}`);
  if (before === 0 && after === 0) return x;
  const size = sizeAt(x.shape, along);
  const widths = x.shape.map((_, at) => (at === along ? before : 0));
  const ends = x.shape.map((_, at) => (at === along ? after : 0));
  return operation(
    'Pad',
    [x, whole([...widths, ...ends]), constant(value, [], x.type)],
    x.shape.with(along, before + size + after),
    { backward: (gradient) => [slice(gradient, along, before, before + size), null, null] },
  );
}

/** One after the other along `axis`; all other sizes are equal. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (first === undefined) return refuse('concat', [], 'at least one tensor');
  const along = axisOf('concat', first.shape, axis);
  for (const { shape } of parts)
    if (shape.length !== first.shape.length || !fits(shape.with(along, 1), first.shape.with(along, 1)))
      refuse(
        'concat',
        parts.map((part) => part.shape),
        `equal sizes but along axis ${along}`,
      );
  if (parts.length === 1) return first;
  const size = parts.reduce((total, { shape }) => total + sizeAt(shape, along), 0);
  return operation('Concat', parts, first.shape.with(along, size), {
    attributes: { axis: { int: along } },
    backward: (gradient) =>
      split(
        gradient,
        along,
        parts.map(({ shape }) => sizeAt(shape, along)),
      ),
  });
}

/** Cut along `axis` into pieces of the sizes given. */
export function split(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  const along = axisOf('split', x.shape, axis);
  if (sizes.reduce((total, each) => total + each, 0) !== sizeAt(x.shape, along))
    refuse('split', [x.shape], `pieces that add up to ${sizeAt(x.shape, along)}, not ${sizes.join(' + ')}`);
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return slice(x, along, from - size, from);
  });
}

/** Tensors of one shape along a new dimension. */
export function stack(parts: readonly Tensor[], axis: number): Tensor {
  const rank = (parts[0]?.shape.length ?? 0) + 1;
  const at = axis < 0 ? axis + rank : axis;
  return concat(
    parts.map((part) => reshape(part, [...part.shape.slice(0, at), 1, ...part.shape.slice(at)])),
    at,
  );
}

/** Values of an axis in reverse. */
export function flip(x: Tensor, axis: number): Tensor {
  const along = axisOf('flip', x.shape, axis);
  const size = sizeAt(x.shape, along);
  // One before the start, past any size: the way ONNX says "down to the first".
  const bounds = [whole([size - 1]), whole([-size - 1]), whole([along]), whole([-1])];
  return operation('Slice', [x, ...bounds], x.shape, {
    backward: (gradient) => [flip(gradient, along), null, null, null, null],
  });
}
