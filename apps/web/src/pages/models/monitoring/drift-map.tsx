import type { MonitorFindings } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { predictedName } from './found-names.ts';

const mostColumns = 20;
const columns: readonly Column[] = [
  { name: 'column', type: 'text' },
  { name: 'window', type: 'text' },
  { name: 'psi', type: 'number' },
  { name: 'q', type: 'number' },
  { name: 'significant', type: 'boolean' },
  { name: 'severity', type: 'text' },
  { name: 'mean', type: 'number' },
  { name: 'missing_share', type: 'number' },
  { name: 'unseen_share', type: 'number' },
];

/** How far each column lies from what was learned, window by window; a dot where that is more than chance. */
export function DriftMap({ findings, labels }: { findings: MonitorFindings; labels: readonly string[] }) {
  const { t } = useTranslation('monitoring');
  const level = findings.thresholds.false_discovery ?? 0.05;
  const severe = findings.thresholds.severe_psi ?? 0.25;
  const { rows, names } = useMemo(() => {
    const shown = [
      ...findings.predictions.map((each) => ({
        ...each,
        name: t('answers_row', { name: predictedName(t, each.column) }),
      })),
      ...(findings.labels === null
        ? []
        : [{ ...findings.labels, name: t('truth_row', { name: findings.labels.column }) }]),
      ...findings.columns.slice(0, mostColumns).map((each) => ({ ...each, name: each.column })),
    ];
    const cells = shown.flatMap(({ name, points }) =>
      points.flatMap((point, at): Row[] =>
        point === null
          ? []
          : [
              [
                name,
                labels[at] ?? String(at),
                point.psi,
                point.q_value,
                point.q_value <= level,
                t(`severity_${point.severity}`),
                point.mean,
                point.missing_share,
                point.unseen_share,
              ],
            ],
      ),
    );
    return { rows: cells, names: shown.map(({ name }) => name) };
  }, [findings, labels, level, t]);
  const spec = useMemo(() => {
    const x = {
      field: 'window',
      type: 'ordinal',
      sort: null,
      title: t('window'),
      scale: { domain: labels, padding: 0.06 },
      axis: { labelAngle: 0, labelOverlap: true },
    };
    const y = {
      field: 'column',
      type: 'nominal',
      sort: null,
      title: null,
      scale: { domain: names, padding: 0.12 },
      axis: { labelLimit: 200 },
    };
    return {
      height: Math.max(320, 72 + 30 * names.length),
      layer: [
        {
          mark: { type: 'rect', cornerRadius: 2 },
          encoding: {
            x,
            y,
            color: {
              field: 'psi',
              type: 'quantitative',
              title: t('psi'),
              scale: { domain: [0, severe * 1.5], clamp: true },
              legend: { gradientLength: 160 },
            },
            tooltip: columns.map(({ name, type }) => ({
              field: name,
              type: type === 'number' ? 'quantitative' : 'nominal',
              ...(type === 'number' && { format: '.3~g' }),
            })),
          },
        },
        {
          transform: [{ filter: 'datum.significant' }],
          mark: {
            type: 'point',
            filled: true,
            size: 70,
            color: '#ffffff',
            stroke: '#17191c',
            tooltip: false,
          },
          encoding: { x, y },
        },
      ],
    };
  }, [labels, names, severe, t]);
  if (rows.length === 0) return null;
  return (
    <div>
      <ChartPanel title={t('drift_map')} spec={spec} columns={columns} rows={rows} />
      <p className="mt-2 text-small text-ink-faint">{t('drift_map_note', { level })}</p>
    </div>
  );
}
