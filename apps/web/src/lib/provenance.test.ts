import type { ProvenanceGraph } from '@stroma/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, nodeSize } from './provenance.ts';

const node = (id: string): ProvenanceGraph['nodes'][number] => ({
  id,
  type: 'entity',
  kind: 'raw_file',
  label: id,
  content_sha256: null,
  parameters: {},
  seed: null,
  software: null,
  started_at: null,
  ended_at: null,
  link: null,
  signature_valid: null,
});

describe('the layout of a provenance graph', () => {
  it('puts what was there first above what was made from it, and no two nodes in one place', () => {
    const graphs = fc.integer({ min: 1, max: 12 }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        links: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 30 }),
      }),
    );
    fc.assert(
      fc.property(graphs, ({ count, links }) => {
        const edges = links
          .filter(([from, to]) => from < to)
          .map(([from, to]) => ({ from: `n${from}`, to: `n${to}`, relation: 'used' as const }));
        const nodes = Array.from({ length: count }, (_, index) => node(`n${index}`));
        const { nodes: placed, width, height } = layOut({ root: 'n0', nodes, edges, truncated: false });
        const places = new Map(placed.map((each) => [each.node.id, each]));
        expect(places.size).toBe(count);
        for (const { from, to } of edges) expect(places.get(to)?.y).toBeLessThan(places.get(from)?.y ?? 0);
        expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(count);
        for (const { x, y } of placed) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + nodeSize.width).toBeLessThanOrEqual(width);
          expect(y + nodeSize.height).toBeLessThanOrEqual(height);
        }
      }),
    );
  });

  it('ends on a graph that runs in a circle', () => {
    const edges = [
      { from: 'a', to: 'b', relation: 'used' as const },
      { from: 'b', to: 'a', relation: 'used' as const },
    ];
    expect(layOut({ root: 'a', nodes: [node('a'), node('b')], edges, truncated: false }).nodes).toHaveLength(
      2,
    );
  });
});
