import { type ChartLook, tileChart } from '@stroma/charts';
import type { sharedResult, Tile } from '@stroma/contracts';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { panelClass } from '../../components/page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { cellLabel, isNumeric } from '../../lib/cell.ts';
import { useTheme } from '../../lib/theme.ts';

const DrawnChartView = lazy(() => import('../../components/chart/drawn-chart.tsx'));

type Result = (typeof sharedResult)['_zod']['output'];

const mostRows = 200;

/** One tile of a shared dashboard, at its place on the grid, or below the one before where there is no room. */
export function SharedTile({ tile, result }: { tile: Tile; result: Result | undefined }) {
  const { x, y, w, h } = tile.place;
  return (
    <section
      aria-label={tile.title || tile.kind}
      style={{
        gridColumn: `${x + 1} / span ${w}`,
        gridRow: `${y + 1} / span ${h}`,
        minHeight: tile.kind === 'number' ? 120 : Math.min(h, 9) * 40,
      }}
      className={`${panelClass} flex min-w-0 flex-col overflow-hidden`}
    >
      {tile.title !== '' && <h2 className="truncate px-4 pt-3 font-medium">{tile.title}</h2>}
      <div className="relative min-h-0 flex-1 p-4 pt-2">
        {tile.kind === 'text' ? (
          <Text text={tile.options.text ?? ''} />
        ) : result === undefined ? (
          <Skeleton className="h-full min-h-16 w-full" />
        ) : (
          <Body tile={tile} result={result} />
        )}
      </div>
    </section>
  );
}

/** Its words, line by line: what a stranger reads is never taken for markup. */
function Text({ text }: { text: string }) {
  return (
    <div className="grid gap-1 text-ink-soft">
      {text.split('\n').map((line, at) =>
        /^#{1,6}\s/.test(line) ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <p key={at} className="text-section font-semibold text-ink">
            {line.replace(/^#+\s*/, '')}
          </p>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <p key={at}>{line.replace(/(\*\*|__|`)/g, '').replace(/^\s*[-*]\s/, '• ')}</p>
        ),
      )}
    </div>
  );
}

function Body({ tile, result }: { tile: Tile; result: Result }) {
  const { t, i18n } = useTranslation('leaving');
  const { dark } = useTheme();
  const place = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const scheme = dark ? 'dark' : 'light';
  const look: ChartLook = useMemo(
    () => ({ scheme, locale: i18n.language, width: size.width, height: Math.max(120, size.height) }),
    [scheme, i18n.language, size],
  );
  const chart = useMemo(() => tileChart(tile, result, look), [tile, result, look]);
  const body =
    result.error !== null ? (
      <p className="text-ink-soft">{t('tile_failed')}</p>
    ) : chart.form === 'empty' ? (
      <p className="text-ink-soft">{t('no_rows')}</p>
    ) : chart.form === 'layout' ? (
      <Rows result={result} />
    ) : chart.form === 'number' && chart.number !== null && tile.kind === 'number' ? (
      <div>
        <p className="text-[32px] leading-10 font-semibold tabular-nums">
          {chart.number.text}
          {chart.number.unit !== null && (
            <span className="ms-1 text-section text-ink-soft">{chart.number.unit}</span>
          )}
        </p>
        {chart.number.change !== null && (
          <p className="text-small text-ink-soft">{chart.number.change.text}</p>
        )}
      </div>
    ) : (
      size.width > 0 && (
        <Suspense fallback={<Skeleton className="h-full w-full" />}>
          <DrawnChartView label={tile.title || tile.kind} chart={chart} look={look} />
        </Suspense>
      )
    );
  return (
    <div ref={place} className="absolute inset-x-4 top-2 bottom-3 overflow-auto">
      {body}
    </div>
  );
}

function Rows({ result: { columns, rows, truncated } }: { result: Result }) {
  const { t } = useTranslation('leaving');
  return (
    <table className="w-full border-collapse text-small">
      <thead>
        <tr className="border-b border-line text-ink-soft">
          {columns.map(({ name, type }) => (
            <th
              key={name}
              scope="col"
              className={`px-2 py-1 font-medium ${isNumeric(type) ? 'text-end' : 'text-start'}`}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, mostRows).map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of an answer have no other name
          <tr key={at} className="border-b border-line">
            {columns.map(({ name, type }, column) => (
              <td key={name} className={`px-2 py-1 ${isNumeric(type) ? 'text-end tabular-nums' : ''}`}>
                {cellLabel(row[column] as never)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {(truncated || rows.length > mostRows) && (
        <caption className="caption-bottom p-2">{t('more_rows')}</caption>
      )}
    </table>
  );
}
