import { refused } from '../parts/checks.ts';

export type GraphKind = 'gcn' | 'sage' | 'gat';

export interface Graph {
  nodes: number;
  /** nodes x features, by node. NaN is missing. */
  features: Float32Array | Float64Array;
  /** Nodes, from 0, at both ends of each edge. An edge given twice counts once, with the larger weight. */
  source: Int32Array;
  target: Int32Array;
  /** Of each edge, above 0; all 1 when left out. */
  weights?: Float32Array | Float64Array;
}

/** Edges as the layers take them. */
export interface PreparedEdges {
  source: Int32Array;
  target: Int32Array;
  weight: Float32Array;
}

/**
 * The edges of a graph with the weights that a kind of layer sums by. `directed` edges send from source to target, others
 * both ways. Loops are left to the layers: each node sees itself once.
 *
 * gcn: with a loop of weight 1 at each node, w / √(d_i d_j), d the sum of weights that enter a node.
 * sage: w / the sum of weights that enter the node.   gat: 1, with the loops.
 */
export function prepareEdges(graph: Graph, kind: GraphKind, directed: boolean): PreparedEdges {
  const { nodes } = graph;
  const weights = distinctEdges(graph, directed);
  if (kind !== 'sage') for (let node = 0; node < nodes; node++) weights.set(node * nodes + node, 1);
  const keys = Float64Array.from(weights.keys()).sort();
  const entering = new Float64Array(nodes);
  for (const key of keys) entering[key % nodes] = (entering[key % nodes] as number) + weightOf(key);
  const source = Int32Array.from(keys, (key) => Math.floor(key / nodes));
  const target = Int32Array.from(keys, (key) => key % nodes);
  const scale = { gcn: symmetric, sage: averaged, gat: () => 1 }[kind];
  return { source, target, weight: Float32Array.from(keys, (_, at) => scale(at)) };

  function weightOf(key: number): number {
    return weights.get(key) as number;
  }
  function into(node: number | undefined): number {
    return entering[node as number] as number;
  }
  function symmetric(at: number): number {
    return weightOf(keys[at] as number) / Math.sqrt(into(source[at]) * into(target[at]));
  }
  function averaged(at: number): number {
    return weightOf(keys[at] as number) / into(target[at]);
  }
}

/** Weights by source x nodes + target, without loops. */
function distinctEdges({ nodes, source, target, weights }: Graph, directed: boolean): Map<number, number> {
  const found = new Map<number, number>();
  const put = (from: number, to: number, weight: number) => {
    const key = from * nodes + to;
    found.set(key, Math.max(weight, found.get(key) ?? 0));
  };
  for (let edge = 0; edge < source.length; edge++) {
    const [from, to] = [source[edge] as number, target[edge] as number];
    const weight = weights?.[edge] ?? 1;
    if (from === to) continue;
    put(from, to, weight);
    if (!directed) put(to, from, weight);
  }
  return found;
}

/** Features a node has. Throws INVALID_INPUT where the parts of a graph do not fit each other. */
export function checkGraph(graph: Graph, name: string): number {
  const { nodes, features, source, target, weights } = graph;
  if (!Number.isInteger(nodes) || nodes < 1) throw refused(`${name} needs one node or more; given ${nodes}.`);
  const width = features.length / nodes;
  if (!Number.isInteger(width) || width < 1)
    throw refused(`${name} of ${nodes} nodes needs as many values for each; given ${features.length}.`);
  if (features.some((value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY))
    throw refused(`${name} holds an infinite value; values must be finite or missing (NaN).`);
  if (source.length !== target.length || (weights !== undefined && weights.length !== source.length))
    throw refused(
      `${name} needs a source, a target and, where there are any, a weight for each edge; given ${source.length}, ${target.length}${weights === undefined ? '' : ` and ${weights.length}`}.`,
    );
  const outside = (node: number) => node < 0 || node >= nodes;
  const edge = source.findIndex((from, at) => outside(from) || outside(target[at] as number));
  if (edge >= 0)
    throw refused(
      `Edge ${edge} of ${name} runs from ${source[edge]} to ${target[edge]}; its nodes are 0 to ${nodes - 1}.`,
    );
  const bad = weights?.findIndex((weight) => !(weight > 0 && Number.isFinite(weight))) ?? -1;
  if (bad >= 0)
    throw refused(`Edge ${bad} of ${name} weighs ${weights?.[bad]}; weights must be finite and above 0.`);
  return width;
}
