import type { TrainingProgress } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../lib/cell.ts';

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
  const learned = search_curve.length > 3 ? search_curve.slice(1).map(({ score }) => score) : null;
  const [low, high] = learned === null ? [null, null] : [Math.min(...learned), Math.max(...learned)];
  const spec = useMemo(() => {
    const room = low === null ? 0 : (high - low) * 0.1;
    const ends = low === null ? {} : { domain: [low - room, high + room], nice: true };
    return {
      height: 320,
      mark: { type: 'line', interpolate: 'step-after', point: { size: 30 }, clip: true },
      encoding: {
        x: { field: 'seconds', type: 'quantitative', title: t('axis_seconds') },
        y: { field: 'score', type: 'quantitative', title: word, scale: { zero: false, ...ends } },
      },
    };
  }, [t, word, low, high]);
  if (rows.length === 0) return null;
  return <ChartPanel title={t('search_curve')} spec={spec} columns={columns} rows={rows} />;
}
