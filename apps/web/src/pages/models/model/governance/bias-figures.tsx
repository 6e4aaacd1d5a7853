import type { BiasReport } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { formatCount, formatNumber } from '../../../../lib/format.ts';
import { groupName as named, VerdictMark } from '../reports/report-marks.tsx';

const start = `${cellClass} text-start`;
type Estimate = BiasReport['overall'][number]['estimate'];

const between = ({ value, low, high }: Estimate) =>
  `${formatNumber(value)} (${formatNumber(low)} – ${formatNumber(high)})`;

/** What a bias report says: criteria by columns, what changed by a mitigation, and what could not be tested. */
export function BiasFigures({ report }: { report: BiasReport }) {
  const { t } = useTranslation('governance');
  const { by, mitigation, untested, conclusion, limits } = report;
  const word = (name: string) => t(`fact_${name}` as 'fact_model');
  return (
    <>
      <Section title={t('bias_conclusion')}>
        <p className="whitespace-pre-line wrap-anywhere">{conclusion || t('not_stated')}</p>
      </Section>
      <Section title={t('bias_limits')}>
        <p className="whitespace-pre-line wrap-anywhere">{limits || t('not_stated')}</p>
      </Section>
      {by.map(({ columns, crossed, verdict, criteria, groups }) => (
        <Section
          key={columns.join()}
          title={columns.join(' × ')}
          note={`${crossed ? `${t('crossed')}, ` : ''}${groups.map(({ group, rows }) => `${named(group)}: ${formatCount(rows)}`).join('; ')}`}
          actions={<VerdictMark verdict={verdict} />}
        >
          <PlainTable
            label={columns.join(' × ')}
            headings={[
              { label: t('criterion'), className: start },
              { label: t('difference'), className: numberClass },
              { label: t('verdict'), className: start },
            ]}
          >
            {criteria.map((each) => (
              <tr key={each.name}>
                <td className={start}>
                  {word(each.name)}
                  <span className="block text-small text-ink-faint">
                    {named(each.lowest)} – {named(each.highest)}
                  </span>
                </td>
                <td className={numberClass}>{between(each.difference)}</td>
                <td className={start}>
                  <VerdictMark verdict={each.verdict} />
                </td>
              </tr>
            ))}
          </PlainTable>
        </Section>
      ))}
      {mitigation !== null && (
        <Section title={t('before_after')} note={mitigation.note}>
          <PlainTable
            label={t('before_after')}
            headings={[
              { label: t('criterion'), className: start },
              { label: t('before_word'), className: numberClass },
              { label: t('after_word'), className: numberClass },
            ]}
          >
            {mitigation.changes.map(({ columns, criterion, before, after }) => (
              <tr key={`${columns.join()} ${criterion}`}>
                <td className={start}>
                  {word(criterion)}
                  <span className="block text-small text-ink-faint">{columns.join(' × ')}</span>
                </td>
                <td className={numberClass}>{between(before)}</td>
                <td className={numberClass}>{between(after)}</td>
              </tr>
            ))}
          </PlainTable>
        </Section>
      )}
      {untested.length > 0 && (
        <Section title={t('untested')}>
          <ul className="list-disc ps-4">
            {untested.map(({ columns, what, group, rows, reason }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a sealed list, in its own order
              <li key={at}>
                {columns.join(' × ')}: {group === null ? '' : `${named(group)}, `}
                {reason === 'more_groups' ? what : word(what)}
                {rows === null ? '' : ` (${formatCount(rows)})`}: {t(`untested_${reason}`)}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
