import type { LearningMetric, TrainingStep } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../lib/cell.ts';

const lossColumns: readonly Column[] = [
  { name: 'epoch', type: 'number' },
  { name: 'step', type: 'integer' },
  { name: 'loss', type: 'number' },
];
const scoreColumns: readonly Column[] = [
  { name: 'epoch', type: 'number' },
  { name: 'step', type: 'integer' },
  { name: 'score', type: 'number' },
];

/** Dots of more than these hide the line. */
const mostDots = 50;

/** How a network learns, epoch by epoch: the loss of what it learns from, the score of what it does not. */
export function NetworkCurves({
  curve,
  metric,
}: {
  curve: readonly TrainingStep[];
  metric: LearningMetric | null;
}) {
  const { t } = useTranslation('models');
  const word = metric === null ? t('score') : t(`metric_${metric}`);
  const losses = useMemo<Row[]>(() => curve.map(({ epoch, step, loss }) => [epoch, step, loss]), [curve]);
  const scores = useMemo<Row[]>(
    () => curve.flatMap(({ epoch, step, score }): Row[] => (score === null ? [] : [[epoch, step, score]])),
    [curve],
  );
  const dotted = curve.length <= mostDots;
  const specs = useMemo(() => {
    const lineOf = (field: string, title: string) => ({
      height: 320,
      mark: { type: 'line', point: dotted && { size: 20 } },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', title: t('axis_epoch') },
        y: { field, type: 'quantitative', title, scale: { zero: false } },
      },
    });
    return { loss: lineOf('loss', t('axis_loss')), score: lineOf('score', word) };
  }, [t, word, dotted]);
  if (losses.length === 0) return null;
  return (
    <div className="grid grid-cols-1 items-start gap-8 xl:grid-cols-2">
      <ChartPanel title={t('loss_by_epoch')} spec={specs.loss} columns={lossColumns} rows={losses} />
      {scores.length > 0 && (
        <ChartPanel
          title={t('score_by_epoch', { metric: word })}
          spec={specs.score}
          columns={scoreColumns}
          rows={scores}
        />
      )}
    </div>
  );
}
