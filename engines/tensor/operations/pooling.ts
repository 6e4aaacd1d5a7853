import { refuse } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { max, mean } from './reductions.ts';
import { reshape } from './shaping.ts';
import { pad, slice, stack } from './slicing.ts';

export interface PoolingOptions {
  /** As long as the window when left out. */
  stride?: number | readonly number[];
  padding?: number | readonly number[];
}

/** The largest of each window of x [n, channels, ...space]; equal ones share its gradient. */
export const maxPool = (
  x: Tensor,
  window: number | readonly number[],
  options: PoolingOptions = {},
): Tensor => pooled('maxPool', x, window, options, Number.NEGATIVE_INFINITY, max);

/** The mean of each window; padding counts as zeros. */
export const averagePool = (
  x: Tensor,
  window: number | readonly number[],
  options: PoolingOptions = {},
): Tensor => pooled('averagePool', x, window, options, 0, mean);

type Reduce = (x: Tensor, axes: readonly number[]) => Tensor;

function pooled(
  name: string,
  x: Tensor,
  window: number | readonly number[],
  { stride = window, padding = 0 }: PoolingOptions,
  around: number,
  reduce: Reduce,
): Tensor {
  const space = x.shape.slice(2);
  const all = (value: number | readonly number[]) =>
    space.map((_, at) => (typeof value === 'number' ? value : (value[at] ?? 1)));
  const [windows, strides, paddings] = [all(window), all(stride), all(padding)];
  if (
    space.length === 0 ||
    space.some((size, at) => size + 2 * (paddings[at] as number) < (windows[at] as number))
  )
    refuse(name, [x.shape, windows], '[n, channels, ...space] with space at least as large as the window');
  const apart = space.every(
    (size, at) => windows[at] === strides[at] && paddings[at] === 0 && size % (windows[at] as number) === 0,
  );
  if (apart) {
    const cut = space.flatMap((size, at) => [size / (windows[at] as number), windows[at] as number]);
    return reduce(
      reshape(x, [...x.shape.slice(0, 2), ...cut]),
      space.map((_, at) => 3 + 2 * at),
    );
  }
  let views = [paddings.reduce((padded, width, at) => pad(padded, at + 2, width, width, around), x)];
  space.forEach((size, at) => {
    const [width, step] = [windows[at] as number, strides[at] as number];
    const count = Math.floor((size + 2 * (paddings[at] as number) - width) / step) + 1;
    views = views.flatMap((view) =>
      Array.from({ length: width }, (_, place) =>
        slice(view, at + 2, place, place + (count - 1) * step + 1, step),
      ),
    );
  });
  return reduce(stack(views, 0), [0]);
}
