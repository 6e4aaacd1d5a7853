import {
  add,
  broadcastTo,
  constant,
  dropout,
  elu,
  gather,
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

interface GraphNetworkShape {
  kind: GraphKind;
  width: number;
  layers: number;
  heads: number;
}

/** Each node after all rounds: x [nodes, features] to [nodes, width]. */
function nodesSeen(
  { kind, width, layers, heads }: GraphNetworkShape,
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

/** An answer of the nodes asked for (i32 [n]): x [nodes, features] to [n, outputs]. */
export const nodeNetwork =
  (shape: GraphNetworkShape) =>
  (x: Tensor, edges: Edges, asked: Tensor, { outputs, dropoutRate }: NetworkMode): Tensor =>
    dense('head', gather(nodesSeen(shape, x, edges, dropoutRate), asked), outputs);

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
