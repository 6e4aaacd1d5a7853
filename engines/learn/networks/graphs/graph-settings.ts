import type { Tensor } from '@stroma/tensor';
import type { Architecture } from '../architecture.ts';
import { checkDropout, checkHeads, checkWhole } from '../parts/checks.ts';
import { decays, modeOf } from '../parts/network-mode.ts';
import type { GraphKind } from './graph.ts';
import { nodeNetwork, wholeGraphNetwork } from './graph-network.ts';

export interface GraphSettings {
  /** How a node learns of its neighbours: Kipf & Welling's convolution, GraphSAGE with means, or attention. */
  kind: GraphKind;
  /** Values a node holds within; 32 when left out. */
  width: number;
  /** Rounds of messages: how many edges away a node sees; 2 when left out. */
  layers: number;
  /** Of `gat`, a number that divides `width`; 4 when left out. */
  heads: number;
  /** Edges send from source to target only; both ways when left out. */
  directed: boolean;
  /** What stands for a whole graph: its nodes' mean (when left out) or their sum, which grows with the graph. */
  pooling: 'mean' | 'sum';
  dropout: number;
}

export type GraphOptions = Pick<GraphSettings, 'kind'> & Partial<GraphSettings>;

/** Throws INVALID_INPUT for sizes that make no network. */
export function graphSettings(options: GraphOptions): GraphSettings {
  const {
    kind,
    width = 32,
    layers = 2,
    heads = 4,
    directed = false,
    pooling = 'mean',
    dropout = 0,
  } = options;
  const settings = { kind, width, layers, heads, directed, pooling, dropout };
  checkWhole(settings, ['width', 'layers', 'heads']);
  if (kind === 'gat') checkHeads(width, heads);
  checkDropout(dropout);
  return settings;
}

/** What a network is made for: nodes and edges of a graph, edges those that `prepareEdges` gives. */
export interface GraphRoom {
  nodes: number;
  edges: number;
}

/** A row is a node of the one graph that is given whole. */
export function nodeArchitecture(
  settings: GraphSettings,
  { nodes, edges }: GraphRoom,
  channels: number,
  outputs: number,
): Architecture {
  const network = nodeNetwork(settings);
  return {
    rows: [{ name: 'node', shape: [], type: 'i32' }],
    whole: [
      { name: 'x', shape: [nodes, channels], type: 'real' },
      { name: 'source', shape: [edges], type: 'i32' },
      { name: 'target', shape: [edges], type: 'i32' },
      { name: 'weight', shape: [edges], type: 'real' },
    ],
    outputs,
    decays,
    forward(inputs, run) {
      const { x, source, target, weight, node } = inputs as Record<string, Tensor>;
      const given = { source, target, weight } as { source: Tensor; target: Tensor; weight: Tensor };
      return network(x as Tensor, given, node as Tensor, modeOf(outputs, settings.dropout, run));
    },
  };
}

/** A row is a graph, padded to the room there is. */
export function graphArchitecture(
  settings: GraphSettings,
  { nodes, edges }: GraphRoom,
  channels: number,
  outputs: number,
): Architecture {
  const network = wholeGraphNetwork(settings);
  return {
    rows: [
      { name: 'x', shape: [nodes, channels], type: 'real' },
      { name: 'source', shape: [edges], type: 'i32' },
      { name: 'target', shape: [edges], type: 'i32' },
      { name: 'weight', shape: [edges], type: 'real' },
      { name: 'share', shape: [nodes], type: 'real' },
    ],
    outputs,
    decays,
    forward: (inputs, run) =>
      network(inputs as unknown as GraphInputs, modeOf(outputs, settings.dropout, run)),
  };
}

type GraphInputs = Parameters<ReturnType<typeof wholeGraphNetwork>>[0];
