import { refused } from '../parts/checks.ts';
import type { Values } from '../parts/scaling.ts';

/** Rows x height x width x channels: a row is one image. */
export interface Images {
  rows: number;
  height: number;
  width: number;
  channels: number;
  /** By row, then from top to bottom, from left to right, by channel. NaN is missing. */
  values: Values;
}

/** Throws INVALID_INPUT where sizes do not fit. */
export function checkImages({ rows, height, width, channels, values }: Images): void {
  const sizes = [rows, height, width, channels];
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1))
    throw refused(
      `Images need one row, a height, a width and one channel or more; given ${sizes.join(', ')}.`,
    );
  const size = rows * height * width * channels;
  if (values.length !== size)
    throw refused(
      `${rows} rows x ${height} x ${width} x ${channels} channels need ${size} values; given ${values.length}.`,
    );
}
