import type { ModelEvaluation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';
import { formatFixed } from '../../../../lib/format.ts';

const height = 320;
const share = { domain: [0, 1] };
const number = (name: string): Column => ({ name, type: 'number' });
const text = (name: string): Column => ({ name, type: 'text' });

/** What says the same of every row lies on the diagonal. */
const diagonal = {
  data: {
    values: [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
  },
  mark: { type: 'line', strokeWidth: 1, strokeDash: [4, 4], color: '#8a8f98', tooltip: false },
  encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
};

const widestLegend = 40;

/** Names that have no room beside each other stand one below the other. */
function colour(names: readonly string[]) {
  if (names.length < 2) return {};
  const legend = {
    orient: 'bottom',
    labelLimit: 280,
    ...(names.join('').length > widestLegend && { columns: 1 }),
  };
  return { color: { field: 'class', type: 'nominal', title: null, legend } };
}

const named = ({ label, score }: { label: string; score: number }): string =>
  `${label} (${formatFixed(score, 3)})`;

export function RocChart({ curves }: { curves: ModelEvaluation['roc'] }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(
    () =>
      curves.flatMap((curve) =>
        curve.points.map(({ false_positive_rate, true_positive_rate, threshold }) => [
          named(curve),
          false_positive_rate,
          true_positive_rate,
          threshold,
        ]),
      ),
    [curves],
  );
  const many = curves.length > 1;
  const names = useMemo(() => curves.map(named), [curves]);
  const spec = useMemo(() => {
    const x = {
      field: 'false positive rate',
      type: 'quantitative',
      title: t('axis_false_positive'),
      scale: share,
    };
    const y = {
      field: 'true positive rate',
      type: 'quantitative',
      title: t('axis_true_positive'),
      scale: share,
    };
    return {
      height,
      layer: [
        diagonal,
        {
          mark: { type: 'line', interpolate: 'linear' },
          encoding: { x, y, order: { field: 'row', type: 'quantitative' }, ...colour(names) },
        },
      ],
    };
  }, [t, names]);
  const [only] = curves;
  return (
    <ChartPanel
      title={many || only === undefined ? t('roc') : t('roc_of', { area: formatFixed(only.score, 3) })}
      spec={spec}
      columns={[
        text('class'),
        number('false positive rate'),
        number('true positive rate'),
        number('threshold'),
      ]}
      rows={rows}
    />
  );
}

export function PrecisionRecallChart({ curves }: { curves: ModelEvaluation['precision_recall'] }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(
    () =>
      curves.flatMap((curve) =>
        curve.points.map(({ recall, precision, threshold }) => [named(curve), recall, precision, threshold]),
      ),
    [curves],
  );
  const many = curves.length > 1;
  const names = useMemo(() => curves.map(named), [curves]);
  const spec = useMemo(
    () => ({
      height,
      mark: { type: 'line', interpolate: 'step-before' },
      encoding: {
        x: { field: 'recall', type: 'quantitative', title: t('axis_recall'), scale: share },
        y: { field: 'precision', type: 'quantitative', title: t('axis_precision'), scale: share },
        order: { field: 'row', type: 'quantitative' },
        ...colour(names),
      },
    }),
    [t, names],
  );
  const [only] = curves;
  return (
    <ChartPanel
      title={
        many || only === undefined
          ? t('precision_recall')
          : t('precision_recall_of', { area: formatFixed(only.score, 3) })
      }
      spec={spec}
      columns={[text('class'), number('recall'), number('precision'), number('threshold')]}
      rows={rows}
    />
  );
}

export function CalibrationChart({ curves }: { curves: ModelEvaluation['calibration'] }) {
  const { t } = useTranslation('models');
  const rows = useMemo<Row[]>(
    () =>
      curves.flatMap(({ label, bins }) =>
        bins.map(({ predicted, observed, low, high, rows: count }) => [
          label,
          predicted,
          observed,
          low,
          high,
          count,
        ]),
      ),
    [curves],
  );
  const many = curves.length > 1;
  const names = useMemo(() => curves.map(({ label }) => label), [curves]);
  const spec = useMemo(() => {
    const x = { field: 'predicted', type: 'quantitative', title: t('axis_predicted_share'), scale: share };
    const y = { type: 'quantitative', title: t('axis_observed_share'), scale: share };
    return {
      height,
      layer: [
        diagonal,
        {
          mark: { type: 'rule', strokeWidth: 1 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, ...colour(names) },
        },
        {
          mark: { type: 'line', point: { size: 40 } },
          encoding: { x, y: { ...y, field: 'observed' }, ...colour(names) },
        },
      ],
    };
  }, [t, names]);
  const [only] = curves;
  return (
    <ChartPanel
      title={
        many || only === undefined
          ? t('calibration')
          : t('calibration_of', { error: formatFixed(only.error, 3) })
      }
      spec={spec}
      columns={[
        text('class'),
        number('predicted'),
        number('observed'),
        number('low'),
        number('high'),
        { name: 'rows', type: 'integer' },
      ]}
      rows={rows}
    />
  );
}
