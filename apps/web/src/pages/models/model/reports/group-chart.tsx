import type { ModelFairness } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';
import { groupName } from './report-marks.tsx';

type By = ModelFairness['report']['by'][number];

const columns: readonly Column[] = [
  { name: 'group', type: 'text' },
  { name: 'rows', type: 'integer' },
  { name: 'value', type: 'number' },
  { name: 'low', type: 'number' },
  { name: 'high', type: 'number' },
];

/** What each group gets, with its interval: how often it is selected, or what is said of it on average. */
export function GroupChart({ by }: { by: By }) {
  const { t } = useTranslation('models');
  const isClass = by.groups.some((group) => 'selection_rate' in group);
  const rows = useMemo<Row[]>(
    () =>
      by.groups.flatMap((group) => {
        const measure = 'selection_rate' in group ? group.selection_rate : group.mean_prediction;
        if (measure === null) return [];
        return [[groupName(group.group), group.rows, measure.value, measure.low, measure.high]];
      }),
    [by],
  );
  const title = t(isClass ? 'selection_rate' : 'mean_prediction');
  const spec = useMemo(() => {
    const y = { field: 'group', type: 'nominal', sort: null, title: null };
    const x = { type: 'quantitative', title, scale: { zero: isClass }, axis: { tickCount: 6 } };
    return {
      height: Math.max(320, 60 + 28 * rows.length),
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
        { mark: { type: 'point', size: 70 }, encoding: { y, x: { ...x, field: 'value' } } },
      ],
    };
  }, [title, isClass, rows.length]);
  if (rows.length === 0) return null;
  return <ChartPanel title={title} spec={spec} columns={columns} rows={rows} />;
}
