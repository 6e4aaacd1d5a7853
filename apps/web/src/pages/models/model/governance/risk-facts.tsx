import type { RecordFact, RiskRecord } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { cellClass, PlainTable } from '../../../../components/plain-table.tsx';
import { formatNumber } from '../../../../lib/format.ts';

const start = `${cellClass} text-start`;
const levelTones = { low: 'good', medium: 'warning', high: 'critical' } as const;

/** What is on record for a point, each with where. */
export function RiskFacts({ facts }: { facts: readonly RecordFact[] }) {
  const { t } = useTranslation('governance');
  if (facts.length === 0) return null;
  const shown = (value: RecordFact['value']): string =>
    value === null
      ? '–'
      : typeof value === 'number'
        ? formatNumber(value)
        : typeof value === 'boolean'
          ? t(value ? 'yes' : 'no')
          : value;
  return (
    <PlainTable
      label={t('facts')}
      headings={[
        { label: t('fact'), className: start },
        { label: t('value'), className: start },
        { label: t('source'), className: `${start} max-sm:hidden` },
      ]}
    >
      {facts.map(({ name, about, value, low, high, source }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sealed list, in its own order
        <tr key={at} className="align-top">
          <td className={`${start} align-top`}>
            {t(`fact_${name}` as 'fact_model')}
            {about !== null && <span className="block text-small text-ink-faint wrap-anywhere">{about}</span>}
          </td>
          <td className={`${start} align-top wrap-anywhere`}>
            {shown(value)}
            {low !== null && high !== null && (
              <span className="block text-small whitespace-nowrap text-ink-faint">
                {formatNumber(low)} – {formatNumber(high)}
              </span>
            )}
          </td>
          <td className={`${start} align-top text-small text-ink-faint wrap-anywhere max-sm:hidden`}>
            <code className="font-mono" title={source.id}>
              {source.id.length > 20 ? `${source.id.slice(0, 4)}…${source.id.slice(-8)}` : source.id}
            </code>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

export function RiskHazards({ hazards }: Pick<RiskRecord, 'hazards'>) {
  const { t } = useTranslation('governance');
  if (hazards.length === 0) return null;
  return (
    <ul className={`${panelClass} divide-y divide-line`}>
      {hazards.map((each, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sealed list, in its own order
        <li key={at} className="grid gap-1 px-4 py-3">
          <p className="font-medium wrap-anywhere">
            {t(`hazard_${each.kind}`)}: {each.hazard}
          </p>
          {each.affected !== '' && <p className="text-small text-ink-soft">{each.affected}</p>}
          <p className="flex flex-wrap items-center gap-2 text-small">
            <Badge tone={levelTones[each.level]}>{t(`level_${each.level}`)}</Badge>
            {t(`likelihood_${each.likelihood}`)}, {t(`severity_${each.severity}`)} →
            <Badge tone={levelTones[each.residual_level]}>{t(`level_${each.residual_level}`)}</Badge>
            {t(`likelihood_${each.residual_likelihood}`)}, {t(`severity_${each.residual_severity}`)}
          </p>
          <p className="text-ink-soft wrap-anywhere">{each.mitigation || t('not_stated')}</p>
          <p className="text-small text-ink-faint wrap-anywhere">
            {t(each.accepted ? 'accepted' : 'not_accepted')}
            {each.reason === '' ? '' : `: ${each.reason}`}
          </p>
        </li>
      ))}
    </ul>
  );
}
