import type { ModelEvaluation } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../../lib/cell.ts';

const columns: readonly Column[] = [
  { name: 'truth', type: 'text' },
  { name: 'said', type: 'text' },
  { name: 'rows', type: 'integer' },
  { name: 'share', type: 'number' },
];

/** Rows of the truth, columns of what was said; shaded by the share of the row. */
export function ConfusionChart({ confusion }: { confusion: NonNullable<ModelEvaluation['confusion']> }) {
  const { t } = useTranslation('models');
  const { labels, counts } = confusion;
  const rows = useMemo<Row[]>(
    () =>
      labels.flatMap((truth, at) => {
        const line = counts[at] ?? [];
        const all = line.reduce((sum, count) => sum + count, 0);
        return labels.map((said, to) => {
          const count = line[to] ?? 0;
          return [truth, said, count, all === 0 ? 0 : count / all];
        });
      }),
    [labels, counts],
  );
  const isLong = labels.join('').length > 40;
  const spec = useMemo(() => {
    const x = {
      field: 'said',
      type: 'nominal',
      sort: labels,
      title: t('axis_said'),
      // Names that would stand over each other go up aslant.
      axis: {
        orient: 'top',
        labelOverlap: false,
        ...(isLong ? { labelAngle: -30, labelLimit: 96 } : { labelAngle: 0 }),
      },
    };
    const axis = isLong ? { labelLimit: 96 } : {};
    const y = { field: 'truth', type: 'nominal', sort: labels, title: t('axis_truth'), axis };
    return {
      height: Math.max(320, Math.min(480, 60 + 44 * labels.length)),
      layer: [
        {
          mark: { type: 'rect', cornerRadius: 2 },
          encoding: {
            x,
            y,
            color: {
              field: 'share',
              type: 'quantitative',
              scale: { domain: [0, 1] },
              title: t('share_of_truth'),
              legend: { format: '.0%', orient: isLong ? 'bottom' : 'right' },
            },
          },
        },
        {
          mark: { type: 'text', fontSize: 13, tooltip: false },
          encoding: {
            x,
            y,
            text: { field: 'rows', type: 'quantitative', format: ',d' },
            color: { condition: { test: 'datum.share > 0.55', value: '#17191c' }, value: '#ffffff' },
          },
        },
      ],
    };
  }, [t, labels, isLong]);
  return <ChartPanel title={t('confusion')} spec={spec} columns={columns} rows={rows} />;
}
