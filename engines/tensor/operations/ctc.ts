import { refuse, sizeAt } from '../graph/shape.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import { add, cast, equal, greater, multiply, negate, where } from './arithmetic.ts';
import { oneHot } from './indexing.ts';
import { matmul } from './products.ts';
import { logSumExp } from './reductions.ts';
import { broadcastTo, iota, reshape, sum, transpose, unsqueeze } from './shaping.ts';
import { concat, pad, slice, stack } from './slicing.ts';

/** The logarithm of nothing, finite so that sums and gradients of it stay numbers. */
const never = -1e30;

/**
 * Connectionist temporal classification (Graves 2006, doi:10.1145/1143844.1143891): the negative log
 * probability of `labels` i32 [n, most] under `logProbabilities` [n, places, classes], whose class 0 is the
 * blank; one loss a row, [n]. `places` and `lengths`, i32 [n], say how many of each row count; labels past
 * their length are not read. A row whose labels cannot fit has a loss of about 1e30 and no gradient that
 * means anything.
 */
export function ctcLoss(logProbabilities: Tensor, labels: Tensor, places: Tensor, lengths: Tensor): Tensor {
  const [n = 0, steps = 0, classes = 0] = logProbabilities.shape;
  const most = sizeAt(labels.shape, -1);
  if (logProbabilities.shape.length !== 3 || labels.shape[0] !== n || labels.type !== 'i32')
    refuse(
      'ctcLoss',
      [logProbabilities.shape, labels.shape],
      'log probabilities [n, places, classes] and labels i32 [n, most]',
    );
  const states = 2 * most + 1;
  const spread = withBlanks(labels);
  // Each state's own class: [n, places, states].
  const emitted = matmul(logProbabilities, transpose(oneHot(spread, classes)));
  const start = reshape(constant(Array.from({ length: states }, (_, at) => (at < 2 ? 0 : never))), [
    1,
    states,
  ]);
  const jumps = mayJump(spread);
  const at = (step: number) => reshape(slice(emitted, 1, step, step + 1), [n, states]);
  let alpha = add(at(0), start);
  const alphas = [alpha];
  for (let step = 1; step < steps; step++) {
    const shifted = (by: number) => slice(pad(alpha, 1, by, 0, never), 1, 0, states);
    const ways = stack([alpha, shifted(1), where(jumps, shifted(2), never)], 0);
    alpha = add(logSumExp(ways, [0]), at(step));
    alphas.push(alpha);
  }
  return negate(ending(stack(alphas, 1), places, lengths));
}

/** Blank, first label, blank, second label, ... blank. */
function withBlanks(labels: Tensor): Tensor {
  const [n = 0, most = 0] = labels.shape;
  const blanks = constant(new Float64Array(n * most), [n, most], 'i32');
  const pairs = reshape(stack([blanks, labels], 2), [n, 2 * most]);
  return concat([pairs, slice(blanks, 1, 0, 1)], 1);
}

/** States that may be entered past the blank before them: labels unlike the last label. */
function mayJump(spread: Tensor): Tensor {
  const states = sizeAt(spread.shape, 1);
  const before = slice(pad(spread, 1, 2, 0, 0), 1, 0, states);
  const alike = cast(equal(spread, before), 'real');
  const isLabel = constant(Array.from({ length: states }, (_, at) => at % 2));
  return greater(multiply(add(negate(alike), 1), isLabel), 0.5);
}

/** The two states a row may end in, at its last place. */
function ending(alphas: Tensor, places: Tensor, lengths: Tensor): Tensor {
  const [n = 0, steps = 0, states = 0] = alphas.shape;
  const here = equal(unsqueeze(places, 1), add(iota(steps, 'i32'), constant(1, [], 'i32')));
  const last = sum(where(unsqueeze(here, 2), alphas, 0), [1]);
  const twice = add(lengths, lengths);
  const ends = iota(states, 'i32');
  const isEnd = add(
    cast(equal(ends, unsqueeze(twice, 1)), 'real'),
    cast(equal(add(ends, constant(1, [], 'i32')), unsqueeze(twice, 1)), 'real'),
  );
  return logSumExp(where(greater(isEnd, 0.5), last, broadcastTo(constant(never), [n, states])), [1]);
}
