import type { NetworkData } from '../architecture.ts';
import { refused } from '../parts/checks.ts';
import { type Scaling, scaled, scaledChannels } from '../parts/scaling.ts';
import { checkGraph, type Graph, type PreparedEdges, prepareEdges } from './graph.ts';
import type { GraphRoom, GraphSettings } from './graph-settings.ts';

/** Features of a node, alike in all graphs. Throws INVALID_INPUT where they are not, or parts do not fit. */
export function featuresOf(graphs: readonly Graph[]): number {
  const [first, ...rest] = graphs;
  if (first === undefined) throw refused('One graph or more was expected; none was given.');
  const width = checkGraph(first, 'Graph 1');
  rest.forEach((graph, at) => {
    const own = checkGraph(graph, `Graph ${at + 2}`);
    if (own !== width)
      throw refused(`Nodes of graph 1 have ${width} features, those of graph ${at + 2} have ${own}.`);
  });
  return width;
}

export function checkFeatures(features: number, { centres }: Scaling): void {
  if (features !== centres.length)
    throw refused(`The network learned from ${centres.length} features a node; given ${features}.`);
}

/** Edges of the one graph; one of weight 0 where there are none. */
export function wholeGraph(graph: Graph, { kind, directed }: GraphSettings, scaling: Scaling) {
  const edges = prepareEdges(graph, kind, directed);
  const room: GraphRoom = { nodes: graph.nodes, edges: Math.max(1, edges.source.length) };
  const data: NetworkData = { x: scaled(graph.features, scaling, null), ...within(edges, room.edges) };
  return { room, data };
}

function within({ source, target, weight }: PreparedEdges, room: number): NetworkData {
  if (source.length === room) return { source, target, weight };
  const padded = {
    source: new Int32Array(room),
    target: new Int32Array(room),
    weight: new Float32Array(room),
  };
  padded.source.set(source);
  padded.target.set(target);
  padded.weight.set(weight);
  return padded;
}

/** Edges of each graph, and the room the largest need. */
export function preparedGraphs(graphs: readonly Graph[], { kind, directed }: GraphSettings) {
  const edges = graphs.map((graph) => prepareEdges(graph, kind, directed));
  const room: GraphRoom = {
    nodes: graphs.reduce((most, { nodes }) => Math.max(most, nodes), 1),
    edges: edges.reduce((most, { source }) => Math.max(most, source.length), 1),
  };
  return { edges, room };
}

/** Graphs one after the other, each padded to the room there is. */
export function graphRows(
  graphs: readonly Graph[],
  edges: readonly PreparedEdges[],
  room: GraphRoom,
  { pooling }: GraphSettings,
  scaling: Scaling,
): NetworkData {
  const channels = scaledChannels(scaling);
  const rows = graphs.length;
  const x = new Float32Array(rows * room.nodes * channels);
  const share = new Float32Array(rows * room.nodes);
  const source = new Int32Array(rows * room.edges);
  const target = new Int32Array(rows * room.edges);
  const weight = new Float32Array(rows * room.edges);
  graphs.forEach(({ nodes, features }, row) => {
    x.set(scaled(features, scaling, null), row * room.nodes * channels);
    share.fill(pooling === 'sum' ? 1 : 1 / nodes, row * room.nodes, row * room.nodes + nodes);
    const own = edges[row] as PreparedEdges;
    source.set(own.source, row * room.edges);
    target.set(own.target, row * room.edges);
    weight.set(own.weight, row * room.edges);
  });
  return { x, source, target, weight, share };
}

/** Of all nodes of all graphs, one after the other. */
export function allFeatures(graphs: readonly Graph[], width: number): Float64Array {
  const all = new Float64Array(graphs.reduce((count, { nodes }) => count + nodes, 0) * width);
  let at = 0;
  for (const { features } of graphs) {
    all.set(features, at);
    at += features.length;
  }
  return all;
}
