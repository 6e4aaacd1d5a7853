import type { ProvenanceGraph as Graph } from '@stroma/contracts';
import clsx from 'clsx';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { layOut, nodeSize, type PlacedNode } from '../../lib/provenance.ts';

const shapes = {
  entity: 'fill-surface stroke-accent',
  activity: 'fill-sunken stroke-line-strong',
  agent: 'fill-info-soft stroke-info',
} as const;

/** Things, the steps that made them and who took them: what was there first on top. */
export function ProvenanceGraph({
  graph,
  selected,
  onSelect,
}: {
  graph: Graph;
  selected: string | null;
  onSelect: (id: string) => void;
}) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLElement>(null);
  const { nodes, width, height } = useMemo(() => layOut(graph), [graph]);
  useEffect(() => {
    const element = scroller.current;
    if (element) element.scrollLeft = (element.scrollWidth - element.clientWidth) / 2;
  }, []);
  const places = new Map(nodes.map((placed) => [placed.node.id, placed]));
  return (
    <section
      ref={scroller}
      aria-label={t('provenance_graph')}
      className="overflow-auto rounded-lg border border-line bg-canvas p-4"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <svg
        width={width + 4}
        height={height + 4}
        viewBox={`-2 -2 ${width + 4} ${height + 4}`}
        className="mx-auto block"
        role="group"
        aria-label={t('provenance_graph')}
      >
        {drawnEdges(graph).map(({ from, to, relation }) => {
          const below = places.get(from);
          const above = places.get(to);
          return below && above ? (
            <path
              key={`${from} ${to} ${relation}`}
              d={edgePath(above, below)}
              className="fill-none stroke-line-strong"
              strokeWidth={1.25}
              strokeDasharray={relation === 'was_associated_with' ? '3 3' : undefined}
            />
          ) : null;
        })}
        {nodes.map(({ node, x, y }) => (
          <g
            key={node.id}
            role="button"
            tabIndex={0}
            aria-pressed={selected === node.id}
            transform={`translate(${x} ${y})`}
            onClick={() => onSelect(node.id)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault();
              onSelect(node.id);
            }}
            className="cursor-pointer"
          >
            <rect
              width={nodeSize.width}
              height={nodeSize.height}
              rx={node.type === 'activity' ? 4 : node.type === 'agent' ? 28 : 8}
              className={shapes[node.type]}
              strokeWidth={selected === node.id ? 2.5 : 1}
            />
            <foreignObject width={nodeSize.width} height={nodeSize.height} className="pointer-events-none">
              <div className="flex h-full flex-col justify-center px-4 text-center">
                <div className="truncate font-medium">{node.label}</div>{' '}
                <div className={clsx('truncate text-small text-ink-faint')}>
                  {node.kind.replaceAll('_', ' ')}
                </div>
              </div>
            </foreignObject>
          </g>
        ))}
      </svg>
    </section>
  );
}

/** Every edge but those that only shorten the way over a step that is drawn too. */
function drawnEdges({ edges }: Graph): Graph['edges'] {
  const steps = Map.groupBy(edges, ({ from }) => from);
  return edges.filter(
    ({ from, to, relation }) =>
      relation !== 'was_derived_from' ||
      !steps.get(from)?.some((first) => steps.get(first.to)?.some((second) => second.to === to)),
  );
}

/** From the foot of the earlier node to the head of the later one. */
function edgePath(above: PlacedNode, below: PlacedNode): string {
  const x1 = above.x + nodeSize.width / 2;
  const y1 = above.y + nodeSize.height;
  const x2 = below.x + nodeSize.width / 2;
  const y2 = below.y;
  const bend = (y2 - y1) / 2;
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}
