import type { ModelEvaluation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';
import { formatNumber } from '../../../../lib/format.ts';

type Residuals = NonNullable<ModelEvaluation['residuals']>;
const height = 320;

const points: readonly Column[] = [
  { name: 'actual', type: 'number' },
  { name: 'predicted', type: 'number' },
  { name: 'low', type: 'number' },
  { name: 'high', type: 'number' },
];
const bins: readonly Column[] = [
  { name: 'from', type: 'number' },
  { name: 'to', type: 'number' },
  { name: 'rows', type: 'integer' },
];

/** What was said against what was true; a perfect model lies on the diagonal. */
export function ActualChart({ residuals, target }: { residuals: Residuals; target: string }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(
    () => residuals.points.map(({ actual, predicted, low, high }) => [actual, predicted, low, high]),
    [residuals],
  );
  const spec = useMemo(() => {
    const all = residuals.points.flatMap(({ actual, predicted }) => [actual, predicted]);
    const ends = [Math.min(...all), Math.max(...all)];
    const scale = { domain: ends, nice: true, zero: false };
    const x = { field: 'predicted', type: 'quantitative', title: t('axis_predicted', { target }), scale };
    const y = { field: 'actual', type: 'quantitative', title: t('axis_actual', { target }), scale };
    return {
      height,
      layer: [
        {
          data: { values: ends.map((end) => ({ x: end, y: end })) },
          mark: { type: 'line', strokeWidth: 1, strokeDash: [4, 4], color: '#8a8f98', tooltip: false },
          encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
        },
        { mark: { type: 'circle', size: 28, opacity: 0.5 }, encoding: { x, y } },
      ],
    };
  }, [t, residuals, target]);
  return <ChartPanel title={t('actual_predicted')} spec={spec} columns={points} rows={rows} />;
}

export function ResidualChart({ residuals, target }: { residuals: Residuals; target: string }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(
    () => residuals.histogram.map(({ from, to, count }) => [from, to, count]),
    [residuals],
  );
  const spec = useMemo(
    () => ({
      height,
      // A bar whose bins are given has no width in Vega-Lite 6; a rectangle keeps its ends.
      mark: { type: 'rect', stroke: null },
      encoding: {
        x: { field: 'from', type: 'quantitative', title: t('axis_residual', { target }) },
        x2: { field: 'to' },
        y: { field: 'rows', type: 'quantitative', title: t('axis_count') },
        y2: { datum: 0 },
      },
    }),
    [t, target],
  );
  return (
    <ChartPanel
      title={t('residuals', { mean: formatNumber(residuals.mean, 3), sd: formatNumber(residuals.sd, 3) })}
      spec={spec}
      columns={bins}
      rows={rows}
    />
  );
}
