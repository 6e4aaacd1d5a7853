import type { LearningMetric, LearningPoint } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { possible, scoreDomain } from '../metric-range.ts';

const columns: readonly Column[] = [
  { name: 'rows', type: 'integer' },
  { name: 'score', type: 'number' },
  { name: 'low', type: 'number' },
  { name: 'high', type: 'number' },
];

/** The score against the rows learned from: whether more data would help. */
export function LearningCurve({
  points,
  metric,
}: {
  points: readonly LearningPoint[];
  metric: LearningMetric;
}) {
  const { t } = useTranslation('models');
  const word = t(`metric_${metric}`);
  const rows = useMemo<Row[]>(
    () =>
      points.map(({ rows: count, score, ci }) => {
        const [low, high] = possible(metric, ci) ?? [null, null];
        return [count, score, low, high];
      }),
    [points, metric],
  );
  const spec = useMemo(() => {
    const x = { field: 'rows', type: 'quantitative', title: t('axis_rows') };
    const ends = points.flatMap(({ score, ci }) => [score, ...(possible(metric, ci) ?? [])]);
    const y = {
      type: 'quantitative',
      title: word,
      scale: { zero: false, domain: scoreDomain(metric, ends) },
    };
    return {
      height: 320,
      layer: [
        {
          transform: [{ filter: 'isValid(datum.low)' }],
          mark: { type: 'area', opacity: 0.2, line: false, tooltip: false },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          mark: { type: 'line', point: { size: 30 } },
          encoding: { x, y: { ...y, field: 'score' } },
        },
      ],
    };
  }, [t, word, points, metric]);
  if (points.length < 2) return null;
  return <ChartPanel title={t('learning_curve')} spec={spec} columns={columns} rows={rows} />;
}
