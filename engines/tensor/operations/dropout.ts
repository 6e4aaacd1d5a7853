import { refuse, sizeOf } from '../graph/shape.ts';
import { constant, input, operation, type Tensor } from '../graph/tensor.ts';
import { add, cast, greaterOrEqual, multiply } from './arithmetic.ts';
import { reshape } from './shaping.ts';

/**
 * The name of the input that holds the key of a step; a training gives it, from its seed and the step's
 * number.
 */
export const stepKey = '#key';

/**
 * Each value kept with probability 1 - `rate` and then divided by it, or else 0 (Srivastava 2014, JMLR
 * 15:1929). What is kept is a function of the training's seed, the step and `site`, a name that no other
 * dropout of the graph has; so the same step drops the same values, whether it came at once or after a pause.
 * For predictions leave it out.
 */
export function dropout(x: Tensor, rate: number, site: string): Tensor {
  if (!(rate >= 0 && rate < 1))
    refuse(`dropout "${site}"`, [x.shape], `a rate from 0 to below 1, not ${rate}`);
  if (rate === 0) return x;
  const words = randomWords(sizeOf(x.shape), site);
  const limit = Math.floor(rate * 2 ** 32);
  const kept = greaterOrEqual(words, constant(limit, [], 'u32'));
  return multiply(x, reshape(multiply(cast(kept, 'real'), 1 / (1 - rate)), x.shape));
}

/**
 * Counted random numbers of 32 bits: an integer hash (after C. Wellons' lowbias32) of place, site and step.
 */
function randomWords(count: number, site: string): Tensor {
  const places = Int32Array.from({ length: count }, (_, at) => Math.imul(at, 0x9e3779b1));
  const key = scrambled(bits('BitwiseXor', input(stepKey, [], 'i32'), constant(siteNumber(site), [], 'i32')));
  const seeded = add(constant(Float64Array.from(places), [count], 'i32'), cast(key, 'i32'));
  return scrambled(seeded);
}

function scrambled(x: Tensor): Tensor {
  const first = folded(cast(x, 'u32'), 16);
  const second = folded(cast(multiply(cast(first, 'i32'), constant(0x21f0aaad, [], 'i32')), 'u32'), 15);
  const last = multiply(cast(second, 'i32'), constant(0x735a2d97, [], 'i32'));
  return folded(cast(last, 'u32'), 15);
}

/** x ^ (x >> shift) */
function folded(x: Tensor, shift: number): Tensor {
  const shifted = operation('BitShift', [x, constant(shift, [], 'u32')], x.shape, {
    attributes: { direction: { text: 'RIGHT' } },
  });
  return bits('BitwiseXor', x, shifted);
}

const bits = (op: string, x: Tensor, y: Tensor): Tensor => operation(op, [x, y], x.shape);

function siteNumber(site: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < site.length; at++) hash = Math.imul(hash ^ site.charCodeAt(at), 0x01000193);
  return hash | 0;
}
