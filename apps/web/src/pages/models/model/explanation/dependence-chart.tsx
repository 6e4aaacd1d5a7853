import type { Dependence, ModelEvaluation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';

/** What the model says on average, and of most rows, when one column takes each of its values. */
export function DependenceChart({
  dependence,
  evaluation,
}: {
  dependence: Dependence;
  evaluation: ModelEvaluation;
}) {
  const { t } = useTranslation('models');
  const { column, points, label } = dependence;
  const isTime = evaluation.signature.find(({ name }) => name === column)?.kind === 'time';
  const isNumber = points.every(({ value }) => typeof value === 'number');
  const columns = useMemo<Column[]>(
    () => [
      { name: 'value', type: isTime ? 'timestamp' : isNumber ? 'number' : 'text' },
      { name: 'mean', type: 'number' },
      { name: 'low', type: 'number' },
      { name: 'high', type: 'number' },
      { name: 'share', type: 'number' },
    ],
    [isTime, isNumber],
  );
  const rows = useMemo<Row[]>(
    () =>
      points.map(({ value, mean, low, high, share }) => [
        isTime ? new Date(value).toISOString() : value,
        mean,
        low,
        high,
        share,
      ]),
    [points, isTime],
  );
  const said =
    label === null ? t('axis_said_of', { target: evaluation.target }) : t('axis_probability', { label });
  const spec = useMemo(() => {
    const x = isTime
      ? { field: 'value', type: 'temporal', title: column }
      : isNumber
        ? { field: 'value', type: 'quantitative', title: column, scale: { zero: false } }
        : { field: 'value', type: 'nominal', sort: null, title: column, axis: { labelAngle: 0 } };
    const y = { type: 'quantitative', title: said, scale: { zero: false } };
    const band = { x, y: { ...y, field: 'low' }, y2: { field: 'high' } };
    return {
      height: 320,
      layer:
        isNumber || isTime
          ? [
              { mark: { type: 'area', opacity: 0.2, line: false, tooltip: false }, encoding: band },
              { mark: { type: 'line', point: { size: 20 } }, encoding: { x, y: { ...y, field: 'mean' } } },
            ]
          : [
              { mark: { type: 'rule', strokeWidth: 2 }, encoding: band },
              { mark: { type: 'point', size: 70 }, encoding: { x, y: { ...y, field: 'mean' } } },
            ],
    };
  }, [isTime, isNumber, column, said]);
  return (
    <>
      <ChartPanel title={t('dependence_of', { column })} spec={spec} columns={columns} rows={rows} />
      <p className="mt-2 text-small text-ink-faint">{t('dependence_note')}</p>
    </>
  );
}
