import {
  broadcastTo,
  cast,
  constant,
  divide,
  equal,
  greater,
  iota,
  multiply,
  subtract,
  sum,
  type Tensor,
  unsqueeze,
} from '@stroma/tensor';

/** 1 at the places a row holds, 0 past its length (i32 [n]): [n, places]. */
export const placesHeld = (lengths: Tensor, places: number): Tensor =>
  cast(greater(unsqueeze(lengths, 1), unsqueeze(iota(places, 'i32'), 0)), 'real');

/** Mean of x [n, places, width] over the places that `held` [n, places] has: [n, width]. */
export function meanOfPlaces(x: Tensor, held: Tensor): Tensor {
  const total = sum(multiply(x, unsqueeze(held, 2)), [1]);
  return divide(total, sum(held, [1], true));
}

/** Of x [n, places, width] the last place of each row by its length (i32 [n]): [n, width]. */
export function lastPlace(x: Tensor, lengths: Tensor): Tensor {
  const [n = 0, places = 0] = x.shape;
  const last = subtract(lengths, constant(1, [], 'i32'));
  const here = equal(broadcastTo(unsqueeze(last, 1), [n, places]), unsqueeze(iota(places, 'i32'), 0));
  return sum(multiply(x, unsqueeze(cast(here, 'real'), 2)), [1]);
}
