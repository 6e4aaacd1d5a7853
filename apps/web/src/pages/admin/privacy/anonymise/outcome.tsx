import type { AnonymisationPreview, RiskReport } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../../../components/facts.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { formatCount, formatNumber, formatPercent } from '../../../../lib/format.ts';

type Tried = NonNullable<AnonymisationPreview['after']>;

const figures = [
  ['risk_highest', ({ prosecutor }: RiskReport) => formatPercent(prosecutor.highest, 2)],
  ['risk_average', ({ prosecutor }: RiskReport) => formatPercent(prosecutor.average, 2)],
  ['risk_marketer', ({ marketer }: RiskReport) => formatPercent(marketer, 2)],
  ['unique_rows', ({ unique_rows }: RiskReport) => formatCount(unique_rows)],
  ['smallest_class', ({ smallest_class }: RiskReport) => formatCount(smallest_class)],
  ['below_k', ({ share_below_k }: RiskReport) => formatPercent(share_below_k, 1)],
] as const;

/** The chance of being found again, before and, once tried, after. */
export function RiskTable({ before, after }: { before: RiskReport; after: RiskReport | null }) {
  const { t } = useTranslation('anonymise');
  return (
    <div className={`${panelClass} overflow-x-auto`}>
      <table className="w-full">
        <caption className="border-b border-line px-4 py-2 text-start text-small text-ink-faint">
          {t('risk_by', { columns: before.quasi_identifiers.join(', ') })}
        </caption>
        <thead>
          <tr className="border-b border-line text-small text-ink-soft">
            <th className="px-4 py-2 text-start font-medium">{t('figure')}</th>
            <th className="px-4 py-2 text-end font-medium">{t('before')}</th>
            <th className="px-4 py-2 text-end font-medium">{t('after')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {figures.map(([label, of]) => (
            <tr key={label}>
              <th scope="row" className="px-4 py-2 text-start font-normal">
                {t(label)}
              </th>
              <td className="px-4 py-2 text-end tabular-nums">{of(before)}</td>
              <td className="px-4 py-2 text-end font-medium tabular-nums">
                {after === null ? '–' : of(after)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What it cost, and the first rows as they would be. */
export function Outcome({ tried, rows }: { tried: Tried; rows: number }) {
  const { t } = useTranslation('anonymise');
  return (
    <div className="grid grid-cols-1 gap-4">
      {tried.loss !== null && (
        <Facts
          facts={[
            [t('loss_ncp'), formatPercent(tried.loss.ncp, 1)],
            [
              t('loss_suppressed'),
              `${formatCount(tried.loss.suppressed_rows)} (${formatPercent(rows === 0 ? 0 : tried.loss.suppressed_rows / rows, 1)})`,
            ],
            [t('loss_class_size'), formatNumber(tried.loss.average_class_size)],
            ...tried.levels.map(
              ({ column, level, levels }) =>
                [t('level_of', { column }), t('level', { level, levels })] as const,
            ),
            ...tried.diversity.map(
              ({ column, distinct, entropy, distance }) =>
                [
                  t('diversity_of', { column }),
                  t('diversity', {
                    distinct,
                    entropy: formatNumber(entropy, 3),
                    distance: formatNumber(distance, 3),
                  }),
                ] as const,
            ),
          ]}
        />
      )}
      <div className={`${panelClass} overflow-x-auto`}>
        <table className="w-full text-small">
          <caption className="sr-only">{t('first_rows')}</caption>
          <thead>
            <tr className="border-b border-line text-ink-soft">
              {tried.columns.map(({ name }) => (
                <th key={name} className="px-3 py-2 text-start font-medium whitespace-nowrap">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {tried.rows.slice(0, 8).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name and never move
              <tr key={index}>
                {row.map((value, column) => (
                  <td
                    key={tried.columns[column]?.name}
                    title={String(value ?? '')}
                    className="max-w-72 truncate px-3 py-1.5 whitespace-nowrap tabular-nums"
                  >
                    {value === null ? <span className="text-ink-faint">∅</span> : String(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
