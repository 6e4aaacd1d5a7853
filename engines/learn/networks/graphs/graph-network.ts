import {
  add,
  broadcastTo,
  constant,
  dropout,
  elu,
  multiply,
  relu,
  reshape,
  sum,
  type Tensor,
  unsqueeze,
} from '@stroma/tensor';
import { dense } from '../parts/layers.ts';
import type { NetworkMode } from '../parts/network-mode.ts';
import type { GraphKind } from './graph.ts';
import { type Edges, type GraphLayer, gatLayer, gcnLayer, sageLayer } from './graph-layers.ts';

export interface GraphNetworkShape {
  kind: GraphKind;
  /** Values a node holds within; 32 when left out. */
  width?: number;
  /** Rounds of messages: how many edges away a node sees; 2 when left out. */
  layers?: number;
  /** Of `gat`, a number that divides `width`; 4 when left out. */
  heads?: number;
}

/** Each node after all rounds: x [nodes, features] to [nodes, width]. */
export function nodesSeen(
  { kind, width = 32, layers = 2, heads = 4 }: GraphNetworkShape,
  x: Tensor,
  edges: Edges,
  dropoutRate: number,
): Tensor {
  const layer: GraphLayer = { gcn: gcnLayer, sage: sageLayer, gat: gatLayer(heads) }[kind];
  const act = kind === 'gat' ? elu : relu;
  let h = x;
  for (let at = 0; at < layers; at++)
    h = dropout(act(layer(`layer${at}`, h, edges, width)), dropoutRate, `layer${at}`);
  return h;
}

/** An answer of each node: x [nodes, features] to [nodes, outputs]. */
export const nodeNetwork =
  (shape: GraphNetworkShape) =>
  (x: Tensor, edges: Edges, { outputs, dropoutRate }: NetworkMode): Tensor =>
    dense('head', nodesSeen(shape, x, edges, dropoutRate), outputs);

/** Graphs of a batch, each padded to `nodes` nodes and `edges` edges of weight 0 within its own nodes. */
export interface GraphBatch {
  /** [n, nodes, features] */
  x: Tensor;
  /** i32 [n, edges], numbers of nodes within the graph. */
  source: Tensor;
  target: Tensor;
  /** [n, edges] */
  weight: Tensor;
  /** What a node counts in the pooling, 0 for padding: [n, nodes]. */
  share: Tensor;
}

/** An answer of each graph, from its nodes' sum by `share`: [n, outputs]. */
export const wholeGraphNetwork =
  (shape: GraphNetworkShape) =>
  ({ x, source, target, weight, share }: GraphBatch, { outputs, dropoutRate }: NetworkMode): Tensor => {
    const [n = 0, nodes = 0, features = 0] = x.shape;
    const first = constant(
      Array.from({ length: n }, (_, graph) => graph * nodes),
      [n, 1],
      'i32',
    );
    const inBatch = (within: Tensor) => reshape(add(within, broadcastTo(first, within.shape)), [-1]);
    const edges = { source: inBatch(source), target: inBatch(target), weight: reshape(weight, [-1]) };
    const seen = nodesSeen(shape, reshape(x, [n * nodes, features]), edges, dropoutRate);
    const pooled = sum(multiply(reshape(seen, [n, nodes, -1]), unsqueeze(share, 2)), [1]);
    return dense('head', pooled, outputs);
  };
