import type { LearningMetric, MonitorFindings } from '@stroma/contracts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import { Select } from '../../../components/field.tsx';
import { Notice } from '../../../components/notice.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { formatNumber, formatTime } from '../../../lib/format.ts';
import { possible } from '../metric-range.ts';

const columns: readonly Column[] = [
  { name: 'window', type: 'text' },
  { name: 'score', type: 'number' },
  { name: 'low', type: 'number' },
  { name: 'high', type: 'number' },
  { name: 'outcomes', type: 'integer' },
  { name: 'held_out', type: 'number' },
  { name: 'held_out_low', type: 'number' },
  { name: 'held_out_high', type: 'number' },
];

/** A score of each window with its interval, beside what the version scored on rows kept back. */
export function QualityOverTime({
  findings,
  labels,
}: {
  findings: MonitorFindings;
  labels: readonly string[];
}) {
  const { t } = useTranslation('monitoring');
  const { t: words } = useTranslation('models');
  const metrics = [
    ...new Set(findings.windows.flatMap(({ quality }) => quality.map(({ metric }) => metric))),
  ];
  const [picked, setPicked] = useState<LearningMetric | null>(null);
  const metric = metrics.find((each) => each === picked) ?? metrics[0];
  const rows = useMemo<Row[]>(
    () =>
      findings.windows.flatMap(({ quality, labelled_rows }, at) => {
        const found = quality.find((each) => each.metric === metric);
        if (found === undefined || metric === undefined) return [];
        const held = found.held_out;
        const [low, high] = possible(metric, [found.low, found.high]) ?? [null, null];
        const [heldLow, heldHigh] = (held && possible(metric, [held.low, held.high])) ?? [null, null];
        return [
          [labels[at] ?? '', found.value, low, high, labelled_rows, held?.value ?? null, heldLow, heldHigh],
        ];
      }),
    [findings, labels, metric],
  );
  const title = metric === undefined ? '' : words(`metric_${metric}`);
  const spec = useMemo(() => {
    const x = {
      field: 'window',
      type: 'ordinal',
      sort: null,
      title: t('window'),
      scale: { domain: labels, type: 'point', padding: 0.5 },
      axis: { labelAngle: 0, labelOverlap: true },
    };
    const y = { type: 'quantitative', title, scale: { zero: false } };
    const quiet = { tooltip: false };
    // The same rows kept back for every window: drawn once, from side to side.
    const first = [{ filter: { field: 'window', equal: rows[0]?.[0] ?? '' } }];
    return {
      height: 320,
      layer: [
        {
          transform: first,
          mark: { type: 'rect', opacity: 0.15, ...quiet },
          encoding: { y: { ...y, field: 'held_out_low' }, y2: { field: 'held_out_high' } },
        },
        {
          transform: first,
          mark: { type: 'rule', strokeDash: [4, 4], strokeWidth: 1, ...quiet },
          encoding: { y: { ...y, field: 'held_out' } },
        },
        {
          mark: { type: 'rule', strokeWidth: 2, ...quiet },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          mark: { type: 'line', point: { size: 60 } },
          encoding: { x, y: { ...y, field: 'score' } },
        },
      ],
    };
  }, [labels, rows, title, t]);
  if (metric === undefined) return <Notice tone="plain">{t('quality_none')}</Notice>;
  return (
    <div className="grid grid-cols-1 gap-3">
      {metrics.length > 1 && (
        <Select
          aria-label={t('metric')}
          className="w-56!"
          value={metric}
          onChange={({ target }) => setPicked(target.value as LearningMetric)}
        >
          {metrics.map((each) => (
            <option key={each} value={each}>
              {words(`metric_${each}`)}
            </option>
          ))}
        </Select>
      )}
      <ChartPanel title={title} spec={spec} columns={columns} rows={rows} />
      <p className="text-small text-ink-faint">{t('quality_note')}</p>
      {findings.changes.map(({ since, before, after }) => (
        <Notice key={since} tone="warning">
          {t('loss_changed', {
            time: formatTime(since),
            before: formatNumber(before, 3),
            after: formatNumber(after, 3),
          })}
        </Notice>
      ))}
    </div>
  );
}
