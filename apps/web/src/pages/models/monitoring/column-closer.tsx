import type { MonitorColumn, MonitorFindings } from '@stroma/contracts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartPanel } from '../../../components/chart/chart-panel.tsx';
import { Select } from '../../../components/field.tsx';
import { Section } from '../../../components/page.tsx';
import type { Column, Row } from '../../../lib/cell.ts';
import { formatNumber } from '../../../lib/format.ts';
import { binName, predictedName } from './found-names.ts';

const columns: readonly Column[] = [
  { name: 'bin', type: 'text' },
  { name: 'when', type: 'text' },
  { name: 'share', type: 'number' },
];

/** One column: how its values lay when it was learned from, and how they lie in the newest window. */
export function ColumnCloser({ findings }: { findings: MonitorFindings }) {
  const { t } = useTranslation('monitoring');
  const all = [
    ...findings.columns.map((own) => ({ ...own, shown: own.column })),
    ...findings.predictions.map((own) => ({ ...own, shown: predictedName(t, own.column) })),
  ].filter(({ bins }) => bins.length > 0);
  const [picked, setPicked] = useState('');
  const shown = all.find(({ column }) => column === picked) ?? all[0];
  if (shown === undefined) return null;
  return (
    <Section
      title={t('column_closer')}
      actions={
        <Select
          aria-label={t('column')}
          className="w-56!"
          value={shown.column}
          onChange={({ target }) => setPicked(target.value)}
        >
          {all.map(({ column, shown: name }) => (
            <option key={column} value={column}>
              {name}
            </option>
          ))}
        </Select>
      }
    >
      <Bins column={shown} />
      {shown.unseen.length > 0 && (
        <p className="mt-2 text-small text-ink-faint wrap-anywhere">
          {t('unseen_values', { values: shown.unseen.join(', ') })}
        </p>
      )}
    </Section>
  );
}

function Bins({ column: { shown: column, kind, bins } }: { column: MonitorColumn & { shown: string } }) {
  const { t } = useTranslation('monitoring');
  const { rows, names } = useMemo(() => {
    const named = bins.map(({ from }, at) => {
      const label = binName(t, { bins }, at);
      if (label !== null) return label;
      if (from === null) return at === 0 ? `< ${ofKind(kind, bins[1]?.from ?? null)}` : t('missing_bin');
      return `≥ ${ofKind(kind, from)}`;
    });
    const cells = bins.flatMap(({ reference, window }, at): Row[] => [
      [named[at] ?? '', t('learned_from'), reference],
      [named[at] ?? '', t('newest'), window],
    ]);
    return { rows: cells, names: [...new Set(named)] };
  }, [bins, kind, t]);
  const spec = useMemo(
    () => ({
      height: 320,
      mark: { type: 'bar' },
      encoding: {
        x: {
          field: 'bin',
          type: 'ordinal',
          sort: null,
          title: column,
          scale: { domain: names },
          axis: { labelAngle: 0, labelOverlap: true },
        },
        xOffset: { field: 'when', sort: null },
        y: { field: 'share', type: 'quantitative', title: t('share'), axis: { format: '%' } },
        color: { field: 'when', type: 'nominal', sort: null, title: null, legend: { orient: 'top' } },
      },
    }),
    [column, names, t],
  );
  return <ChartPanel title={t('column_bins', { name: column })} spec={spec} columns={columns} rows={rows} />;
}

const ofKind = (kind: MonitorColumn['kind'], value: number | null): string =>
  value === null ? '' : kind === 'time' ? new Date(value).toISOString().slice(0, 10) : formatNumber(value, 3);
