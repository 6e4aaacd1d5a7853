import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Column, Row } from '../../lib/cell.ts';
import { chartTheme } from '../../lib/chart-theme.ts';
import { useTheme } from '../../lib/theme.ts';
import { ErrorNotice } from '../notice.tsx';
import { showTooltip } from './chart-tooltip.ts';
import { fittedSpec } from './fitted-spec.ts';

/** What can be taken out of a drawn chart. */
export interface DrawnChart {
  svg(): Promise<string>;
  png(): Promise<string>;
}

/** Draws a Vega-Lite spec whose data is named `rows`, as wide as its place. Expressions are interpreted, never evaluated. */
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
  const { t } = useTranslation();
  const { dark } = useTheme();
  const missing = t('missing');
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);

  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (width === 0 || place.current === null) return;
    let view: View | null = null;
    try {
      const values = rows.map((row) =>
        Object.fromEntries(
          columns.map(({ name, type }, at) => [name, row[at] ?? (type === 'text' ? missing : null)]),
        ),
      );
      const sized = { ...fittedSpec(spec, columns, rows, width), datasets: { rows: values } };
      const compiled = compile(sized as unknown as TopLevelSpec, { config: chartTheme(dark) }).spec;
      view = new View(parse(compiled, undefined, { ast: true }), {
        expr: expressionInterpreter,
        renderer: 'svg',
        container: place.current,
        hover: true,
      } as ConstructorParameters<typeof View>[1]);
      view.tooltip(showTooltip);
      const drawn = view;
      void drawn.runAsync().catch(setFailure);
      setFailure(null);
      onDrawn({ svg: () => drawn.toSVG(), png: () => drawn.toImageURL('png', 2) });
    } catch (error) {
      setFailure(error);
    }
    return () => {
      onDrawn(null);
      view?.finalize();
    };
  }, [spec, columns, rows, width, dark, missing, onDrawn]);

  return (
    <>
      {failure !== null && <ErrorNotice error={failure} />}
      <div
        ref={place}
        role="img"
        aria-label={label}
        className="min-h-80 w-full overflow-x-auto overflow-y-hidden"
      />
    </>
  );
}
