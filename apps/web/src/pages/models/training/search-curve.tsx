import type { TrainingProgress } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { scoreDomain } from '../metric-range.ts';

const columns: readonly Column[] = [
  { name: 'seconds', type: 'number' },
  { name: 'fits', type: 'integer' },
  { name: 'score', type: 'number' },
];

/**
 * The best score over the time spent, to where the search is now. The axis has room for what was won since the first
 * model, which says the same of every row: from there the line comes in at the edge.
 */
export function SearchCurve({ progress }: { progress: TrainingProgress }) {
  const { t } = useTranslation('models');
  const { search_curve, metric, seconds, fits } = progress;
  const word = metric === null ? t('score') : t(`metric_${metric}`);
  const rows = useMemo<Row[]>(() => {
    const last = search_curve.at(-1);
    const points = search_curve.map((point) => [point.seconds, point.fits, point.score]);
    return last === undefined || last.seconds >= seconds ? points : [...points, [seconds, fits, last.score]];
  }, [search_curve, seconds, fits]);
  const spec = useMemo(() => {
    const scores = search_curve.map(({ score }) => score);
    const domain = scoreDomain(metric, scores.length > 2 ? scores.slice(1) : scores);
    return {
      height: 320,
      mark: { type: 'line', interpolate: 'step-after', point: { size: 30 }, clip: true },
      encoding: {
        x: { field: 'seconds', type: 'quantitative', title: t('axis_seconds') },
        y: { field: 'score', type: 'quantitative', title: word, scale: { zero: false, domain } },
      },
    };
  }, [t, word, metric, search_curve]);
  if (rows.length === 0) return null;
  return <ChartPanel title={t('search_curve')} spec={spec} columns={columns} rows={rows} />;
}
