import type { DatasetProfile } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { formatCount, formatNumber } from '../../../lib/format.ts';

export type ColumnProfile = DatasetProfile['columns'][number];
type Bin = ColumnProfile['histogram'][number];

/** Bars of a histogram, in their place or large; each says its range and count on hover. */
export function Histogram({
  column,
  height,
  labels = false,
}: {
  column: ColumnProfile;
  height: number;
  labels?: boolean;
}) {
  const { t } = useTranslation('dataset');
  const bins = column.histogram;
  const fullest = Math.max(1, ...bins.map(({ count }) => count));
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined) return null;
  const edge = edgeFormat(column);
  const span = last.to - first.from || 1;
  return (
    <div className="min-w-0">
      <svg
        role="img"
        aria-label={t('histogram_of', {
          column: column.name,
          bins: bins.length,
          from: edge(first.from),
          to: edge(last.to),
          count: formatCount(fullest),
        })}
        viewBox={`0 0 1000 ${height}`}
        preserveAspectRatio="none"
        className="block w-full"
        style={{ height }}
      >
        {bins.map((bin: Bin) => {
          const x = ((bin.from - first.from) / span) * 1000;
          const width = Math.max(4, ((bin.to - bin.from) / span) * 1000);
          const bar = bin.count === 0 ? 0 : Math.max(1.5, (bin.count / fullest) * (height - 1));
          return (
            <g key={bin.from}>
              <title>
                {t('bin', { from: edge(bin.from), to: edge(bin.to), count: formatCount(bin.count) })}
              </title>
              <rect x={x} y={0} width={width} height={height} className="fill-transparent" />
              <rect
                x={x + width * 0.06}
                y={height - bar}
                width={width * 0.88}
                height={bar}
                className="fill-accent"
              />
            </g>
          );
        })}
        <line
          x1={0}
          x2={1000}
          y1={height - 0.5}
          y2={height - 0.5}
          className="stroke-line-strong"
          strokeWidth={1}
        />
      </svg>
      {labels && (
        <div className="mt-1 flex justify-between text-small text-ink-faint">
          <span>{edge(first.from)}</span>
          <span>{edge(last.to)}</span>
        </div>
      )}
    </div>
  );
}

function edgeFormat(column: ColumnProfile): (value: number) => string {
  if (column.type === 'date') return (value) => new Date(value).toISOString().slice(0, 10);
  if (column.type === 'timestamp')
    return (value) => new Date(value).toISOString().slice(0, 16).replace('T', ' ');
  if (column.semantic === 'year' || column.semantic === 'identifier')
    return (value) => String(Math.round(value));
  return (value) => formatNumber(value);
}
