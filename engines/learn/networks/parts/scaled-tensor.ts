import {
  concat,
  constant,
  divide,
  gather,
  input,
  multiply,
  subtract,
  type Tensor,
  zeros,
} from '@stroma/tensor';
import { type Scaling, scaledChannels } from './scaling.ts';

/**
 * What `scaled` does, as part of a graph: of the input `x` [...places, channels] as it was measured, and, where channels
 * are flagged, `missing` [...places, flagged channels], 1 where one is.
 */
export function scaledTensor(scaling: Scaling, places: readonly number[]): Tensor {
  const { centres, scales, flagged } = scaling;
  const channels = centres.length;
  const x = divide(subtract(input('x', [...places, channels]), constant(centres)), constant(scales));
  const some = scaledChannels(scaling) - channels;
  if (some === 0) return x;
  const missing = input('missing', [...places, some]);
  // Each flagged channel finds its own; the others a column of zeros put last.
  let next = 0;
  const own = Array.from(flagged, (flag) => (flag === 1 ? next++ : some));
  const widened = concat([missing, zeros([...places, 1])], places.length);
  const known = subtract(1, gather(widened, constant(own, [channels], 'i32'), places.length));
  return concat([multiply(x, known), missing], places.length);
}
