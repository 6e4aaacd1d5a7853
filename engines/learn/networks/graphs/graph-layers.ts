import {
  add,
  constant,
  gather,
  greater,
  initial,
  leakyRelu,
  linear,
  multiply,
  parameter,
  reshape,
  segmentSoftmax,
  segmentSum,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from '@stroma/tensor';
import { dense } from '../parts/layers.ts';

/** Edges as messages run: from node `source` to node `target` (i32 [edges]). An edge of weight 0 is none. */
export interface Edges {
  source: Tensor;
  target: Tensor;
  /** [edges] */
  weight: Tensor;
}

/** One round of messages: h [nodes, in] to [nodes, width]. */
export type GraphLayer = (name: string, h: Tensor, edges: Edges, width: number) => Tensor;

/** Of each node, the sum of what its neighbours send, by the weight of the edge. */
function received(h: Tensor, { source, target, weight }: Edges): Tensor {
  return segmentSum(multiply(gather(h, source), unsqueeze(weight, 1)), target, h.shape[0] as number);
}

/**
 * Graph convolution (Kipf & Welling 2017, arXiv:1609.02907): Σ w_ij W h_j + b, with the weights 1/√(d_i d_j), a node's
 * own among them, prepared with the edges.
 */
export const gcnLayer: GraphLayer = (name, h, edges, width) => {
  const inputs = h.shape[1] as number;
  const weight = parameter(`${name}.weight`, [inputs, width], initial.glorot(inputs, width));
  const bias = parameter(`${name}.bias`, [width], initial.zeros);
  // The smaller of both is spread.
  return inputs < width
    ? linear(received(h, edges), weight, bias)
    : add(received(linear(h, weight), edges), bias);
};

/**
 * GraphSAGE with means (Hamilton 2017, arXiv:1706.02216): W h_i + U Σ w_ij h_j + b, the weights of a node's neighbours
 * adding up to 1.
 */
export const sageLayer: GraphLayer = (name, h, edges, width) => {
  const inputs = h.shape[1] as number;
  const weight = parameter(`${name}.near`, [inputs, width], initial.glorot(inputs, width));
  return add(dense(name, h, width), linear(received(h, edges), weight));
};

/**
 * Graph attention (Veličković 2018, arXiv:1710.10903): each of `heads` weighs a node's neighbours and itself by the
 * softmax of leakyRelu(a·W h_i + b·W h_j), slope 0.2; their results stand side by side.
 */
export const gatLayer =
  (heads: number): GraphLayer =>
  (name, h, { source, target, weight }, width) => {
    const nodes = h.shape[0] as number;
    const inputs = h.shape[1] as number;
    const each = width / heads;
    const matrix = parameter(`${name}.weight`, [inputs, width], initial.glorot(inputs, width));
    const spread = reshape(linear(h, matrix), [nodes, heads, each]);
    const score = (end: string) =>
      sum(multiply(spread, parameter(`${name}.${end}`, [heads, each], initial.glorot(each, 1))), [2]);
    const raw = leakyRelu(add(gather(score('to'), target), gather(score('from'), source)), 0.2);
    const seen = where(greater(unsqueeze(weight, 1), 0), raw, constant(-1e30));
    const share = segmentSoftmax(seen, target, nodes);
    const messages = multiply(gather(spread, source), unsqueeze(share, 2));
    const bias = parameter(`${name}.bias`, [width], initial.zeros);
    return add(reshape(segmentSum(messages, target, nodes), [nodes, width]), bias);
  };
