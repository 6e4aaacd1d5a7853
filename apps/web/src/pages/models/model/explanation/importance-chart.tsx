import { lessIsBetter, type ModelEvaluation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';

const mostColumns = 20;
const columns: readonly Column[] = [
  { name: 'column', type: 'text' },
  { name: 'importance', type: 'number' },
  { name: 'low', type: 'number' },
  { name: 'high', type: 'number' },
];

/** How much worse the score gets without what a column says, with its interval. */
export function ImportanceChart({ evaluation: { importance, metric } }: { evaluation: ModelEvaluation }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(
    () =>
      importance
        .slice(0, mostColumns)
        .map(({ column, importance: value, low, high }) => [column, value, low, high]),
    [importance],
  );
  const word = t(`metric_${metric}`);
  const title = t(lessIsBetter.has(metric) ? 'axis_importance_rise' : 'axis_importance', { metric: word });
  const spec = useMemo(() => {
    const y = { field: 'column', type: 'nominal', sort: null, title: null };
    const x = { type: 'quantitative', title, axis: { tickCount: 6 } };
    return {
      height: Math.max(320, 40 + 26 * rows.length),
      layer: [
        { mark: { type: 'bar', height: { band: 0.5 } }, encoding: { y, x: { ...x, field: 'importance' } } },
        {
          mark: { type: 'rule', strokeWidth: 1.5 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
      ],
    };
  }, [title, rows.length]);
  return <ChartPanel title={t('importance')} spec={spec} columns={columns} rows={rows} />;
}
