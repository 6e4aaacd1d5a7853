import { type ChartLook, chartView, type DrawnTile } from '@stroma/charts';
import { useEffect, useRef, useState } from 'react';
import { ErrorNotice } from '../notice.tsx';
import { Skeleton } from '../skeleton.tsx';
import { showTooltip } from './chart-tooltip.ts';

/** What can be taken out of a drawn chart. */
export interface DrawnChart {
  svg(): Promise<string>;
  png(): Promise<string>;
}

/**
 * Draws a chart into its place. What was there stays until the new one stands, so that nothing flickers when data
 * arrives. `onPick` hears which row of the answer a clicked mark stands for.
 */
export default function DrawnChartView({
  label,
  chart,
  look,
  onDrawn,
  onPick,
}: {
  label: string;
  chart: DrawnTile;
  look: Pick<ChartLook, 'scheme' | 'locale'>;
  onDrawn?: ((chart: DrawnChart | null) => void) | undefined;
  onPick?: ((row: number, event: MouseEvent) => void) | undefined;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [stands, setStands] = useState(false);
  const latest = useRef({ onDrawn, onPick });
  latest.current = { onDrawn, onPick };
  const { scheme, locale } = look;

  useEffect(() => {
    let ended = false;
    let end = () => {};
    const draw = async () => {
      if (place.current === null) return;
      const view = await chartView(chart, { scheme, locale }, { hover: true });
      if (ended || place.current === null) return view.finalize();
      end = () => view.finalize();
      view.renderer('svg').tooltip(showTooltip).initialize(place.current).hover();
      view.addEventListener('click', (event, item) => {
        const row: unknown = item?.datum?.row;
        if (typeof row === 'number') latest.current.onPick?.(row, event as MouseEvent);
      });
      await view.runAsync();
      setFailure(null);
      if (!ended) setStands(true);
      if (!ended) latest.current.onDrawn?.({ svg: () => view.toSVG(), png: () => view.toImageURL('png', 2) });
    };
    draw().catch((error: unknown) => !ended && setFailure(error));
    return () => {
      ended = true;
      latest.current.onDrawn?.(null);
      end();
    };
  }, [chart, scheme, locale]);

  return (
    <>
      {failure !== null && <ErrorNotice error={failure} />}
      <div role="img" aria-label={label} className="relative size-full">
        {!stands && failure === null && <Skeleton className="absolute inset-0" />}
        <div ref={place} aria-hidden="true" className="relative size-full" />
      </div>
    </>
  );
}
