import type { Target } from '../../estimator.ts';
import { rowsOfTarget, takeTarget } from '../../table/target.ts';
import { headOf, outputsOf } from '../head.ts';
import { notesOf } from '../network-predictor.ts';
import { refused } from '../parts/checks.ts';
import { scaledChannels, scalingOf } from '../parts/scaling.ts';
import { trainNetwork } from '../training-loop.ts';
import type { NetworkTrainingOptions } from '../training-options.ts';
import type { Graph } from './graph.ts';
import { allFeatures, featuresOf, graphRows, preparedGraphs, wholeGraph } from './graph-data.ts';
import { type GraphPredictor, loadGraphNetwork } from './graph-predictor.ts';
import { type GraphOptions, graphArchitecture, graphSettings, nodeArchitecture } from './graph-settings.ts';
import { loadNodeNetwork, type NodePredictor } from './node-predictor.ts';

/**
 * Learns a number, a class or a survival time of each graph, as of molecules, with the shared training of networks (early
 * stopping, `go`, `from`, `memoryLimitBytes`); in a thread of its own, which it holds. All graphs are padded to the nodes
 * and edges of the largest. Features are taken in their standard deviations; a missing value counts as its feature's mean,
 * and a feature that has missing ones is followed by one that says where.
 *
 * GCN: Kipf & Welling 2017, arXiv:1609.02907; GraphSAGE: Hamilton 2017, arXiv:1706.02216; GAT: Veličković 2018,
 * arXiv:1710.10903. The order of nodes and edges changes no answer but in its last digits.
 *
 * Throws as `trainNetwork`, and INVALID_INPUT for sizes that do not fit, edges to no node, weights not above 0, infinite
 * values and features of which nothing is known.
 */
export async function fitGraphNetwork(
  graphs: readonly Graph[],
  target: Target,
  options: NetworkTrainingOptions & GraphOptions,
): Promise<GraphPredictor> {
  const settings = graphSettings(options);
  const features = featuresOf(graphs);
  const scaling = scalingOf(allFeatures(graphs, features), features, null);
  const { edges, room } = preparedGraphs(graphs, settings);
  const outputs = outputsOf(headOf(target, graphs.length));
  const architecture = graphArchitecture(settings, room, scaledChannels(scaling), outputs);
  const data = graphRows(graphs, edges, room, settings, scaling);
  const { head, weights, ...rest } = await trainNetwork(architecture, data, target, options);
  const notes = notesOf({ head, weights, ...rest });
  return loadGraphNetwork({
    kind: 'graph_network',
    version: 1,
    settings,
    room,
    scaling,
    head,
    weights,
    notes,
  });
}

export interface NodeOptions extends Omit<NetworkTrainingOptions, 'weights' | 'validation'> {
  /** Nodes whose target is known; all when left out. What the target holds of others is never looked at. */
  known?: Uint32Array;
  /** Nodes of these held out for early stopping, or their share (0.2 when left out); 0 for none. */
  validation?: Uint32Array | number;
}

/**
 * Learns a number, a class or a survival time of each node of one graph, as of genes in a pathway, from those that are
 * known; the others take part as neighbours. Each step sees the whole graph, and all nodes it learns from unless `batch` is
 * given. Kinds of layers, missing values and errors as of `fitGraphNetwork`.
 */
export async function fitNodeNetwork(
  graph: Graph,
  target: Target,
  options: NodeOptions & GraphOptions,
): Promise<NodePredictor> {
  const settings = graphSettings(options);
  const features = featuresOf([graph]);
  const scaling = scalingOf(graph.features, features, null);
  if (rowsOfTarget(target) !== graph.nodes)
    throw refused(
      `A target for each of ${graph.nodes} nodes was expected (anything where it is not known); ${rowsOfTarget(target)} were given.`,
    );
  const known = knownNodes(graph, options.known);
  const own = takeTarget(target, known);
  const { room, data } = wholeGraph(graph, settings, scaling);
  const outputs = outputsOf(headOf(own, known.length));
  const architecture = nodeArchitecture(settings, room, scaledChannels(scaling), outputs);
  const { known: _, validation = 0.2, ...rest } = options;
  const trained = await trainNetwork(architecture, { node: Int32Array.from(known), ...data }, own, {
    batch: known.length,
    ...rest,
    validation: typeof validation === 'number' ? validation : placesOf(validation, known),
  });
  const { head, weights } = trained;
  const notes = notesOf(trained);
  return loadNodeNetwork({ kind: 'node_network', version: 1, settings, scaling, head, weights, notes });
}

function knownNodes({ nodes }: Graph, known: Uint32Array | undefined): Uint32Array {
  const all = known ?? Uint32Array.from({ length: nodes }, (_, node) => node);
  const bad = all.find((node) => node >= nodes);
  if (bad !== undefined || new Set(all).size < all.length)
    throw refused(
      `known holds nodes 0 to ${nodes - 1}, each once; given ${bad === undefined ? 'one twice' : bad}.`,
    );
  return all;
}

function placesOf(nodes: Uint32Array, known: Uint32Array): Uint32Array {
  const places = new Map(Array.from(known, (node, place) => [node, place]));
  return nodes.map((node) => {
    const place = places.get(node);
    if (place === undefined)
      throw refused(`Nodes held out must be among those that are known; node ${node} is not.`);
    return place;
  });
}
