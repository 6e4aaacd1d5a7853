import type { ProvenanceGraph } from '@stroma/contracts';
import { queryOptions } from '@tanstack/react-query';
import { client } from './client.ts';
import { queryKeys } from './query-keys.ts';

export type ProvenanceNode = ProvenanceGraph['nodes'][number];

export const provenanceQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.provenance(id),
    queryFn: async ({ signal }) =>
      (await client.provenance.get({
        params: { id },
        query: { format: 'graph' },
        signal,
      })) as ProvenanceGraph,
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface PlacedNode {
  node: ProvenanceNode;
  x: number;
  y: number;
}

export const nodeSize = { width: 176, height: 56, gapX: 24, gapY: 40 } as const;

/**
 * Lays the graph out in rows, what was there first on top: a node's row is its longest way to anything made from it.
 * Within a row, nodes stand near the middle of what they lead to.
 */
export function layOut(graph: ProvenanceGraph): { nodes: PlacedNode[]; width: number; height: number } {
  const outgoing = Map.groupBy(graph.edges, (edge) => edge.from);
  const depth = new Map<string, number>();
  const visit = (id: string, level: number, path: ReadonlySet<string>) => {
    if (path.has(id) || (depth.get(id) ?? -1) >= level) return;
    depth.set(id, level);
    for (const { to } of outgoing.get(id) ?? []) visit(to, level + 1, new Set([...path, id]));
  };
  visit(graph.root, 0, new Set());
  for (const { id } of graph.nodes) if (!depth.has(id)) visit(id, 0, new Set());

  const deepest = Math.max(0, ...depth.values());
  const levels = Map.groupBy(graph.nodes, ({ id }) => depth.get(id) ?? 0);
  const widest = Math.max(1, ...[...levels.values()].map((nodes) => nodes.length));
  const { width, height, gapX, gapY } = nodeSize;
  const total = widest * (width + gapX) - gapX;
  const placed = new Map<string, PlacedNode>();
  for (let level = 0; level <= deepest; level++) {
    const nodes = levels.get(level) ?? [];
    const middle = ({ id }: ProvenanceNode) => {
      const above = graph.edges
        .filter(({ to }) => to === id)
        .flatMap(({ from }) => placed.get(from)?.x ?? []);
      return above.length === 0 ? 0 : above.reduce((sum, x) => sum + x, 0) / above.length;
    };
    const rowWidth = nodes.length * (width + gapX) - gapX;
    nodes
      .toSorted((a, b) => middle(a) - middle(b))
      .forEach((node, at) => {
        const x = (total - rowWidth) / 2 + at * (width + gapX);
        placed.set(node.id, { node, x, y: (deepest - level) * (height + gapY) });
      });
  }
  return { nodes: [...placed.values()], width: total, height: (deepest + 1) * (height + gapY) - gapY };
}
