import { refuse, type Shape, sizeAt } from '../graph/shape.ts';
import { operation, type Tensor } from '../graph/tensor.ts';
import { add } from './arithmetic.ts';
import { gemm, matmul } from './products.ts';
import { reshape, sum, transpose } from './shaping.ts';
import { concat, flip, pad, placed, slice } from './slicing.ts';

/** One number for all dimensions of space, or one for each. */
export interface ConvolutionOptions {
  stride?: number | readonly number[];
  /** Zeros put on both sides. */
  padding?: number | readonly number[];
  dilation?: number | readonly number[];
  groups?: number;
}

interface Geometry {
  stride: readonly number[];
  before: readonly number[];
  after: readonly number[];
  dilation: readonly number[];
  groups: number;
}

const each = (value: number | readonly number[], dimensions: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: dimensions }, () => value) : value;

function geometryOf(
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvolutionOptions,
  dimensions: number,
): Geometry {
  const around = each(padding, dimensions);
  return {
    stride: each(stride, dimensions),
    before: around,
    after: around,
    dilation: each(dilation, dimensions),
    groups,
  };
}

/**
 * Cross-correlation in one, two or more dimensions, as networks call convolution: x [n, channels, ...space],
 * weight [outputs, channels / groups, ...kernel], bias [outputs]. The result is [n, outputs, ...space'].
 */
export function convolution(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve(x, weight, bias, geometryOf(options, x.shape.length - 2));
}

/**
 * The transpose of a convolution, which puts each value out over a kernel: x [n, channels, ...space], weight
 * [channels, outputs / groups, ...kernel]. `outputPadding` is added to the far side of the result.
 */
export function transposedConvolution(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions & { outputPadding?: number | readonly number[] } = {},
): Tensor {
  const dimensions = x.shape.length - 2;
  const { outputPadding = 0, ...rest } = options;
  const geometry = geometryOf(rest, dimensions);
  const extra = each(outputPadding, dimensions);
  const space = x.shape.slice(2).map((size, at) => {
    const [stride, before, after, dilation] = along(geometry, at);
    return (
      (size - 1) * stride -
      before -
      after +
      dilation * (sizeAt(weight.shape, at + 2) - 1) +
      1 +
      (extra[at] ?? 0)
    );
  });
  if (sizeAt(x.shape, 1) !== weight.shape[0])
    refuse('transposedConvolution', [x.shape, weight.shape], 'as many channels as the weight has first');
  const result = spread(
    x,
    weight,
    [sizeAt(x.shape, 0), sizeAt(weight.shape, 1) * geometry.groups, ...space],
    geometry,
  );
  return bias === undefined ? result : add(result, reshape(bias, [-1, ...space.map(() => 1)]));
}

function along({ stride, before, after, dilation }: Geometry, at: number): [number, number, number, number] {
  return [stride[at] ?? 1, before[at] ?? 0, after[at] ?? 0, dilation[at] ?? 1];
}

function convolve(x: Tensor, weight: Tensor, bias: Tensor | undefined, geometry: Geometry): Tensor {
  const { groups } = geometry;
  const channels = x.shape[1] ?? 0;
  if (
    x.shape.length < 3 ||
    weight.shape.length !== x.shape.length ||
    channels !== sizeAt(weight.shape, 1) * groups ||
    sizeAt(weight.shape, 0) % groups !== 0
  )
    refuse(
      'convolution',
      [x.shape, weight.shape],
      `x [n, channels, ...space] and weight [outputs, channels / ${groups}, ...kernel]`,
    );
  const space = x.shape.slice(2).map((size, at) => {
    const [stride, before, after, dilation] = along(geometry, at);
    const reach = dilation * (sizeAt(weight.shape, at + 2) - 1) + 1;
    if (size + before + after < reach)
      refuse('convolution', [x.shape, weight.shape], 'space at least as large as the kernel');
    return Math.floor((size + before + after - reach) / stride) + 1;
  });
  const shape = [sizeAt(x.shape, 0), sizeAt(weight.shape, 0), ...space];
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
  return operation('Conv', inputs, shape, {
    attributes: {
      kernel_shape: { ints: weight.shape.slice(2) },
      strides: { ints: geometry.stride },
      pads: { ints: [...geometry.before, ...geometry.after] },
      dilations: { ints: geometry.dilation },
      group: { int: groups },
    },
    backward: (gradient) => [
      spread(gradient, weight, x.shape, geometry),
      weightGradient(gradient, x, weight.shape, geometry),
      ...(bias === undefined ? [] : [sum(gradient, [0, ...space.map((_, at) => at + 2)])]),
    ],
    inDouble: () => byShifts(x, weight, bias, shape, geometry),
  });
}

/**
 * What reached `shape` from each value of `x`: the gradient of a convolution by its input, as one with the
 * kernel turned round.
 */
function spread(x: Tensor, weight: Tensor, shape: Shape, geometry: Geometry): Tensor {
  const { groups, dilation } = geometry;
  const kernel = weight.shape.slice(2);
  const grouped = reshape(weight, [
    groups,
    sizeAt(weight.shape, 0) / groups,
    sizeAt(weight.shape, 1),
    ...kernel,
  ]);
  const swapped = transpose(grouped, [0, 2, 1, ...kernel.map((_, at) => at + 3)]);
  let turned = reshape(swapped, [
    groups * sizeAt(weight.shape, 1),
    sizeAt(weight.shape, 0) / groups,
    ...kernel,
  ]);
  let apart = x;
  const before: number[] = [];
  const after: number[] = [];
  kernel.forEach((size, at) => {
    const axis = at + 2;
    if (size > 1) turned = flip(turned, axis);
    const [stride, first, , spacing] = along(geometry, at);
    const length = (sizeAt(x.shape, axis) - 1) * stride + 1;
    if (stride > 1) apart = placed(apart, axis, length, 0, stride);
    const reach = spacing * (size - 1);
    const far = sizeAt(shape, axis) - length + first;
    before.push(Math.max(0, reach - first));
    after.push(Math.max(0, far));
    const cut = Math.max(0, first - reach);
    if (cut > 0 || far < 0) apart = slice(apart, axis, cut, sizeAt(apart.shape, axis) + Math.min(0, far));
  });
  return convolve(apart, turned, undefined, { stride: kernel.map(() => 1), before, after, dilation, groups });
}

/** For each place of the kernel, what it saw: space' long, laid one under the other. */
function seen(x: Tensor, kernel: Shape, space: Shape, geometry: Geometry): Tensor[] {
  let padded = x;
  const lead = x.shape.length - kernel.length;
  kernel.forEach((_, at) => {
    const [, before, after] = along(geometry, at);
    padded = pad(padded, at + lead, before, after);
  });
  let views = [padded];
  kernel.forEach((size, at) => {
    const [stride, , , dilation] = along(geometry, at);
    views = views.flatMap((view) =>
      Array.from({ length: size }, (_, place) =>
        slice(
          view,
          at + lead,
          place * dilation,
          place * dilation + (sizeAt(space, at) - 1) * stride + 1,
          stride,
        ),
      ),
    );
  });
  return views;
}

/** One matrix product of the gradient with what each place of the kernel saw. */
function weightGradient(gradient: Tensor, x: Tensor, shape: Shape, geometry: Geometry): Tensor {
  const { groups } = geometry;
  const kernel = shape.slice(2);
  const [outputs, channels] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const channelFirst = (each: Tensor) => transpose(each, [1, 0, ...kernel.map((_, at) => at + 2)]);
  const places = seen(channelFirst(x), kernel, gradient.shape.slice(2), geometry);
  const rows = reshape(channelFirst(gradient), [groups, outputs / groups, -1]);
  const columns = places.map((view) => reshape(view, [groups, channels, -1]));
  const all = concat(columns, 1);
  const product =
    groups === 1
      ? gemm(reshape(rows, [outputs, -1]), reshape(all, [sizeAt(all.shape, 1), -1]), { second: true })
      : matmul(rows, transpose(all));
  const ordered = transpose(reshape(product, [outputs, places.length, channels]), [0, 2, 1]);
  return reshape(ordered, shape);
}

/** The same sums written with matrix products, for double. */
function byShifts(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  shape: Shape,
  geometry: Geometry,
): Tensor {
  const { groups } = geometry;
  const kernel = weight.shape.slice(2);
  const space = shape.slice(2);
  const [n, outputs] = [sizeAt(shape, 0), sizeAt(shape, 1)];
  const places = reshape(weight, [groups, outputs / groups, sizeAt(weight.shape, 1), -1]);
  const parts = seen(x, kernel, space, geometry).map((view, at) =>
    matmul(
      reshape(slice(places, 3, at, at + 1), [1, groups, outputs / groups, -1]),
      reshape(view, [n, groups, sizeAt(weight.shape, 1), -1]),
    ),
  );
  const total = reshape(
    parts.reduce((sum, part) => add(sum, part)),
    shape,
  );
  return bias === undefined ? total : add(total, reshape(bias, [-1, ...space.map(() => 1)]));
}
