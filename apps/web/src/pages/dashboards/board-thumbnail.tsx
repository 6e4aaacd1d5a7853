import type { DashboardSummary, TileKind } from '@stroma/contracts';
import {
  ChartArea,
  ChartCandlestick,
  ChartColumn,
  ChartLine,
  ChartPie,
  ChartScatter,
  Gauge,
  Grid3x3,
  Hash,
  type LucideIcon,
  Map as MapIcon,
  Table2,
  Type,
  Waypoints,
} from 'lucide-react';

const icons: Record<TileKind, LucideIcon> = {
  line: ChartLine,
  bar: ChartColumn,
  area: ChartArea,
  scatter: ChartScatter,
  pie: ChartPie,
  donut: ChartPie,
  histogram: ChartColumn,
  box: ChartCandlestick,
  heatmap: Grid3x3,
  table: Table2,
  number: Hash,
  gauge: Gauge,
  map: MapIcon,
  network: Waypoints,
  text: Type,
};

/** Rows of the grid for one of the units that columns are. */
const rows = 2.4;

/** Where the tiles of a board stand and of what kind they are, as a small picture. */
export function Thumbnail({ board: { tiles } }: { board: DashboardSummary }) {
  const height = Math.min(28, Math.max(10, ...tiles.map(({ place }) => place.y + place.h)));
  return (
    <svg
      viewBox={`-0.3 -0.3 12.6 ${height / rows + 0.6}`}
      preserveAspectRatio="xMidYMin slice"
      aria-hidden="true"
      className="h-32 w-full bg-sunken"
    >
      {tiles.map(({ kind, place: { x, y, w, h } }, at) => {
        const Icon = icons[kind];
        const isText = kind === 'text';
        const size = Math.min(0.9, (h / rows) * 0.6, w * 0.6);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a picture of places
          <g key={at}>
            <rect
              x={x + 0.08}
              y={y / rows + 0.08}
              width={w - 0.16}
              height={h / rows - 0.16}
              rx={0.12}
              fill={isText ? 'var(--hover)' : 'var(--surface)'}
              stroke="var(--line)"
              strokeWidth={0.05}
            />
            <Icon
              x={x + (w - size) / 2}
              y={(y + h / 2) / rows - size / 2}
              width={size}
              height={size}
              strokeWidth={1.5}
              color={isText ? 'var(--ink-faint)' : 'var(--accent)'}
            />
          </g>
        );
      })}
    </svg>
  );
}
