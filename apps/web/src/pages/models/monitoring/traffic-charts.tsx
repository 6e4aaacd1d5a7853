import type { MonitorWindow } from '@stroma/contracts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import type { Column, Row } from '../../../lib/cell.ts';

interface Windows {
  windows: readonly MonitorWindow[];
  labels: readonly string[];
}

const volumeColumns: readonly Column[] = [
  { name: 'window', type: 'text' },
  { name: 'outcome', type: 'text' },
  { name: 'rows', type: 'integer' },
];
const latencyColumns: readonly Column[] = [
  { name: 'window', type: 'text' },
  { name: 'percentile', type: 'text' },
  { name: 'ms', type: 'number' },
];

const windowAxis = (title: string, labels: readonly string[], scale: object = {}) => ({
  field: 'window',
  type: 'ordinal',
  sort: null,
  title,
  scale: { domain: labels, ...scale },
  axis: { labelAngle: 0, labelOverlap: true },
});

/** How many rows were predicted in each window, and of how many the outcome is known. */
export function VolumeChart({ windows, labels }: Windows) {
  const { t } = useTranslation('monitoring');
  const rows = useMemo<Row[]>(
    () =>
      windows.flatMap(({ rows: all, labelled_rows: known }, at): Row[] => [
        [labels[at] ?? '', t('with_outcome'), known],
        [labels[at] ?? '', t('without_outcome'), all - known],
      ]),
    [windows, labels, t],
  );
  const spec = useMemo(
    () => ({
      height: 320,
      mark: { type: 'bar' },
      encoding: {
        x: windowAxis(t('window'), labels),
        y: { field: 'rows', type: 'quantitative', title: t('rows') },
        color: { field: 'outcome', type: 'nominal', sort: null, title: null, legend: { orient: 'top' } },
      },
    }),
    [labels, t],
  );
  return <ChartPanel title={t('volume')} spec={spec} columns={volumeColumns} rows={rows} />;
}

/** How long requests took in each window; nothing where that was not kept. */
export function LatencyChart({ windows, labels }: Windows) {
  const { t } = useTranslation('monitoring');
  const rows = useMemo<Row[]>(
    () =>
      windows.flatMap(({ latency }, at): Row[] =>
        latency === null
          ? []
          : [
              [labels[at] ?? '', 'p50', latency.p50_ms],
              [labels[at] ?? '', 'p95', latency.p95_ms],
              [labels[at] ?? '', 'p99', latency.p99_ms],
            ],
      ),
    [windows, labels],
  );
  const spec = useMemo(
    () => ({
      height: 320,
      mark: { type: 'line', point: { size: 50 } },
      encoding: {
        x: windowAxis(t('window'), labels, { type: 'point', padding: 0.5 }),
        y: { field: 'ms', type: 'quantitative', title: t('milliseconds') },
        color: { field: 'percentile', type: 'nominal', sort: null, title: null, legend: { orient: 'top' } },
        strokeDash: { field: 'percentile', type: 'nominal', sort: null, title: null },
      },
    }),
    [labels, t],
  );
  if (rows.length === 0) return null;
  return <ChartPanel title={t('latency')} spec={spec} columns={latencyColumns} rows={rows} />;
}
