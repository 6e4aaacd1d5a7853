import { type ChartTile, type NumberFacts, tileChart } from '@stroma/charts';
import type { Tile, TileResult } from '@stroma/contracts';
import clsx from 'clsx';
import { ArrowDown, ArrowUp, Minus } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DrawnChart } from '../../components/chart/drawn-chart.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { Row } from '../../lib/cell.ts';
import { useTheme } from '../../lib/theme.ts';
import type { TileData } from './board-data.ts';
import { Markdown } from './markdown.tsx';
import { TileTable } from './tile-table.tsx';

const DrawnChartView = lazy(() => import('../../components/chart/drawn-chart.tsx'));

/** What a tile shows, in the place it has. It takes that place before its data is there, and keeps it. */
export function TileBody({
  tile,
  data: { result, error, isOld },
  asTable,
  isSelected,
  domains,
  underMenu = false,
  onPick,
  onDrawn,
}: {
  tile: Tile;
  data: TileData;
  asTable: boolean;
  isSelected?: ((row: Row) => boolean) | undefined;
  domains: Readonly<Record<string, readonly string[]>>;
  /** A menu lies over the corner of a text, which has no title to stand beside. */
  underMenu?: boolean;
  onPick?: ((row: Row, event: MouseEvent) => void) | undefined;
  onDrawn: (chart: DrawnChart | null) => void;
}) {
  const { t } = useTranslation('dashboards');
  if (tile.kind === 'text')
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      <div tabIndex={0} className="h-full overflow-y-auto rounded-lg px-4 py-3 -outline-offset-2">
        {underMenu && <div aria-hidden className="float-end h-6 w-8" />}
        <Markdown text={tile.options.text ?? ''} />
      </div>
    );
  if (tile.query === null) return <p className="px-4 text-ink-soft">{t('tile_no_query')}</p>;
  if (result === undefined)
    return error ? (
      <Scrolled>
        <ErrorNotice error={error} />
      </Scrolled>
    ) : (
      <div role="status" className="h-full px-4 pb-4">
        <span className="sr-only">{t('tile_loading')}</span>
        <Skeleton className="h-full w-full" />
      </div>
    );
  if (result.error !== null)
    return (
      <Scrolled>
        <Notice tone="critical" title={t('tile_failed')}>
          {result.error.message}
        </Notice>
      </Scrolled>
    );
  const shown = asTable || tile.kind === 'table';
  return (
    <div className={clsx('h-full transition-opacity', isOld && 'opacity-60')} aria-busy={isOld}>
      {shown ? (
        <TileTable label={tile.title || t('tile')} result={result} />
      ) : (
        <Drawing
          tile={tile}
          result={result}
          isSelected={isSelected}
          domains={domains}
          onPick={onPick}
          onDrawn={onDrawn}
        />
      )}
    </div>
  );
}

function Scrolled({ children }: { children: React.ReactNode }) {
  return <div className="h-full overflow-y-auto px-4 pb-3">{children}</div>;
}

function Drawing({
  tile,
  result,
  isSelected,
  domains,
  onPick,
  onDrawn,
}: {
  tile: Tile;
  result: TileResult;
  isSelected: ((row: Row) => boolean) | undefined;
  domains: Readonly<Record<string, readonly string[]>>;
  onPick: ((row: Row, event: MouseEvent) => void) | undefined;
  onDrawn: (chart: DrawnChart | null) => void;
}) {
  const { t, i18n } = useTranslation('dashboards');
  const { dark } = useTheme();
  const place = useRef<HTMLDivElement>(null);
  const [{ width, height }, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const size = entry?.contentRect;
      if (size) setSize({ width: Math.floor(size.width), height: Math.floor(size.height) });
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const scheme = dark ? 'dark' : 'light';
  const locale = i18n.language;
  // What is drawn is drawn again only when what it shows has changed, not whenever the board is.
  const selection = isSelected && result.rows.map(isSelected).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: selection stands for isSelected
  const chart = useMemo(() => {
    if (width < 40 || height < 40) return null;
    return tileChart(tile as ChartTile, result, {
      scheme,
      width,
      height,
      locale,
      isSelected: isSelected && ((row) => isSelected(row as Row)),
      domains,
    });
  }, [tile, result, scheme, width, height, locale, selection, domains]);
  const number = chart !== null && chart.form === 'number' ? chart.number : null;
  const label = t('chart_label', { title: tile.title, kind: t(`kind_${tile.kind}`) });
  return (
    <div ref={place} className="h-full w-full overflow-hidden px-2 pb-1">
      {chart === null ? null : chart.form === 'empty' || chart.form === 'layout' ? (
        <p className="grid h-full place-items-center px-4 text-center text-ink-soft">{t('tile_no_rows')}</p>
      ) : number !== null && tile.kind === 'number' ? (
        <NumberView number={number} trail={height > 140} />
      ) : (
        <Suspense fallback={<Skeleton className="h-full w-full" />}>
          <DrawnChartView
            label={label}
            chart={chart}
            look={{ scheme, locale }}
            onDrawn={onDrawn}
            onPick={(at, event) => {
              const row = result.rows[at];
              if (row !== undefined) onPick?.(row, event);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

const tones = { good: 'text-good', warning: 'text-warning', critical: 'text-critical', neutral: 'text-ink' };

function NumberView({ number, trail }: { number: NumberFacts; trail: boolean }) {
  const { t } = useTranslation('dashboards');
  const { change, status } = number;
  const Arrow = change === null ? Minus : { up: ArrowUp, down: ArrowDown, same: Minus }[change.direction];
  return (
    <div className="flex h-full flex-col justify-center px-2">
      <p className={clsx('flex flex-wrap items-baseline gap-x-2', status !== null && tones[status])}>
        <span data-tile="number" className="text-figure font-semibold">
          {number.text}
        </span>
        {number.unit !== null && <span className="text-section text-ink-soft">{number.unit}</span>}
        {status !== null && status !== 'neutral' && (
          <span className="text-small">{t(`status_${status}`)}</span>
        )}
      </p>
      {change !== null && (
        <p
          className={clsx(
            'mt-1 flex flex-wrap items-center gap-1',
            change.good === null ? 'text-ink-soft' : change.good ? 'text-good' : 'text-critical',
          )}
        >
          <Arrow size={14} aria-hidden />
          <span className="font-medium">{change.text}</span>
          {change.since !== null && (
            <span className="text-small text-ink-faint">{t('change_since', { since: change.since })}</span>
          )}
        </p>
      )}
      {number.target !== null && (
        <p className="text-small text-ink-faint">{t('target_of', { target: number.target })}</p>
      )}
      {trail && number.trail.length > 2 && <Trail values={number.trail.map(({ value }) => value)} />}
    </div>
  );
}

/** The values so far as a small line. */
function Trail({ values }: { values: readonly number[] }) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const y = (value: number) => (high === low ? 20 : 38 - ((value - low) / (high - low)) * 36);
  const points = values.map((value, at) => `${(at / (values.length - 1)) * 200},${y(value)}`).join(' ');
  return (
    <svg
      viewBox="0 0 200 40"
      preserveAspectRatio="none"
      aria-hidden="true"
      className="mt-2 h-10 w-full text-accent"
    >
      <polyline
        points={points}
        fill="none"
        stroke="currentColor"
        strokeWidth={2}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
