import type { Challenge } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';
import { formatPercent } from '../../../../lib/format.ts';

const columns: readonly Column[] = [
  { name: 'at', type: 'timestamp' },
  { name: 'units', type: 'integer' },
  { name: 'difference', type: 'number' },
  { name: 'low', type: 'number' },
  { name: 'high', type: 'number' },
];

/** The difference with bounds that hold at every look, as units came in; the line is where no difference is. */
export function ConfidenceSequence({ challenge }: { challenge: Challenge }) {
  const { t } = useTranslation('challenges');
  const { test, metric, margin, alpha } = challenge;
  const rows = useMemo<Row[]>(
    () => test.points.map(({ at, units, estimate, low, high }) => [at, units, estimate, low, high]),
    [test.points],
  );
  const title = t('axis_difference', { metric: t(`metric_${metric}`) });
  const spec = useMemo(() => {
    const x = { field: 'units', type: 'quantitative', title: t('axis_units'), scale: { zero: false } };
    const y = { type: 'quantitative', title, scale: { domain: settled(test.points, margin), nice: true } };
    const quiet = { tooltip: false, clip: true };
    return {
      height: 360,
      layer: [
        {
          mark: { type: 'area', opacity: 0.2, line: false, interpolate: 'step-after', ...quiet },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          mark: { type: 'line', interpolate: 'step-after', clip: true },
          encoding: { x, y: { ...y, field: 'difference' } },
        },
        ...[...new Set([0, margin, -margin])].map((datum) => ({
          mark: { type: 'rule', strokeDash: datum === 0 ? [] : [4, 4], ...quiet },
          encoding: { y: { ...y, datum } },
        })),
      ],
    };
  }, [t, title, margin, test.points]);
  return (
    <div>
      <ChartPanel title={t('sequence')} spec={spec} columns={columns} rows={rows} />
      <p className="mt-2 text-small text-ink-faint">
        {t('sequence_note', { level: formatPercent(1 - alpha) })}
      </p>
    </div>
  );
}

/** Bounds of few units are wide and would leave no room for what is known by now. */
function settled(points: Challenge['test']['points'], margin: number): [number, number] {
  const last = points.at(-1)?.units ?? 0;
  const later = points.filter(({ units }) => units >= last / 4);
  const ends = later.flatMap(({ low, high }) => [low, high]);
  return [Math.min(-margin, 0, ...ends), Math.max(margin, 0, ...ends)];
}
