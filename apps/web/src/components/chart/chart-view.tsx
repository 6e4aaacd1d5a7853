import { tileChart } from '@stroma/charts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Column, Row } from '../../lib/cell.ts';
import { useTheme } from '../../lib/theme.ts';
import DrawnChartView, { type DrawnChart } from './drawn-chart.tsx';

/** Draws a Vega-Lite spec whose data is named `rows`, as wide as its place. */
export default function ChartView({
  label,
  spec,
  columns,
  rows,
  onDrawn,
}: {
  label: string;
  spec: Record<string, unknown>;
  columns: readonly Column[];
  rows: readonly Row[];
  onDrawn: (chart: DrawnChart | null) => void;
}) {
  const { i18n } = useTranslation();
  const { dark } = useTheme();
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const scheme = dark ? 'dark' : 'light';
  const locale = i18n.language;
  const chart = useMemo(() => {
    const height = typeof spec.height === 'number' ? spec.height : 320;
    const tile = { title: '', kind: 'bar' as const, query: null, spec, options: {} };
    return tileChart(tile, { columns, rows }, { scheme, width, height, locale });
  }, [spec, columns, rows, scheme, width, locale]);
  return (
    <div ref={place} className="min-h-80 w-full overflow-x-auto overflow-y-hidden">
      {width > 0 && 'spec' in chart && (
        <DrawnChartView label={label} chart={chart} look={{ scheme, locale }} onDrawn={onDrawn} />
      )}
    </div>
  );
}
