import { refuse, sizeAt } from '../graph/shape.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import { greater, multiply, where } from './arithmetic.ts';
import { matmul } from './products.ts';
import { softmax } from './reductions.ts';
import { reshape, transpose } from './shaping.ts';

export interface AttentionOptions {
  /** Each place sees itself and those before it only. */
  causal?: boolean;
  /** 1 where a query (row) may see a key (column), 0 where not; broadcasts to [..., queries, keys]. */
  mask?: Tensor;
}

/** Far enough below any score to leave nothing, and finite, so that its gradient is 0 and never NaN. */
const unseen = -1e30;

/**
 * softmax(q kᵀ / √d) v (Vaswani 2017, arXiv:1706.03762): query [..., queries, d], key [..., keys, d], value
 * [..., keys, e]. A query that may see no key attends to all alike.
 */
export function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { causal = false, mask }: AttentionOptions = {},
): Tensor {
  const width = sizeAt(query.shape, -1);
  if (width !== sizeAt(key.shape, -1) || sizeAt(key.shape, -2) !== sizeAt(value.shape, -2))
    refuse(
      'attention',
      [query.shape, key.shape, value.shape],
      'queries and keys of one width, as many keys as values',
    );
  let scores = matmul(multiply(query, 1 / Math.sqrt(width)), transpose(key));
  if (mask !== undefined) scores = where(greater(mask, 0), scores, constant(unseen));
  if (causal)
    scores = where(triangle(sizeAt(query.shape, -2), sizeAt(key.shape, -2)), scores, constant(unseen));
  return matmul(softmax(scores), value);
}

/** True where key <= query, the last query seeing all keys. */
function triangle(queries: number, keys: number): Tensor {
  const sees = Array.from({ length: queries * keys }, (_, at) =>
    at % keys <= Math.floor(at / keys) + keys - queries ? 1 : 0,
  );
  return constant(sees, [queries, keys], 'bool');
}

/**
 * Attention in `heads` parts of the width, one beside the other: all of [n, places, width] with width = heads
 * x d.
 */
export function multiHeadAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  heads: number,
  options: AttentionOptions = {},
): Tensor {
  for (const { shape } of [query, key, value])
    if (shape.length !== 3 || sizeAt(shape, 2) % heads !== 0)
      refuse(
        'multiHeadAttention',
        [query.shape, key.shape, value.shape],
        `[n, places, width] with a width that ${heads} heads divide`,
      );
  const parted = (x: Tensor) =>
    transpose(reshape(x, [sizeAt(x.shape, 0), sizeAt(x.shape, 1), heads, -1]), [0, 2, 1, 3]);
  const seen = attention(parted(query), parted(key), parted(value), options);
  return reshape(transpose(seen, [0, 2, 1, 3]), [sizeAt(query.shape, 0), sizeAt(query.shape, 1), -1]);
}
