import type { Challenge, Model } from '@stroma/contracts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Facts } from '../../../../components/facts.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { formatAgo, formatCount, formatNumber, formatPercent, formatTime } from '../../../../lib/format.ts';
import { ChallengeActions } from './challenge-actions.tsx';
import { ChallengeStatusMark, DecisionMark } from './challenge-marks.tsx';
import { ConfidenceSequence } from './confidence-sequence.tsx';

const unevenBelow = 0.01;

/** One trial: how both sides do, what the test says of it so far, and what can be done. */
export function ChallengeView({
  model,
  challenge,
  beside,
}: {
  model: Model;
  challenge: Challenge;
  beside: ReactNode;
}) {
  const { t } = useTranslation('challenges');
  const { champion, challenger, mode, share, status, decision, test, ended_because, promotion } = challenge;
  const { started_by, started_at, comment, stop } = challenge;
  return (
    <>
      <Section
        title={t('title_of', { challenger: challenger.number, champion: champion.number })}
        actions={
          <>
            {beside}
            <ChallengeActions model={model} challenge={challenge} />
          </>
        }
      >
        <div className="grid grid-cols-1 gap-4">
          <p className="flex flex-wrap items-center gap-2 text-ink-soft">
            <ChallengeStatusMark status={status} />
            <DecisionMark decision={decision} />
            <span>
              {[
                t(`mode_${mode}`),
                ...(mode === 'ab' ? [t('of_requests', { share: formatPercent(share, 0) })] : []),
                t('began_by', { name: started_by.name ?? t('somebody'), time: formatAgo(started_at) }),
              ].join(' · ')}
            </span>
            {ended_because !== null && <span>{t(`ended_${ended_because}`)}</span>}
            {status === 'running' && stop.ends_at !== null && (
              <span>{t('runs_until', { time: formatTime(stop.ends_at) })}</span>
            )}
          </p>
          {comment !== '' && <p className="text-ink-soft wrap-anywhere">{comment}</p>}
          {promotion !== null && (promotion.state === 'waiting' || promotion.state === 'done') && (
            <Notice tone="info" title={t(`promotion_${promotion.state}`, { number: promotion.number })} />
          )}
          {test.share_p_value !== null && test.share_p_value < unevenBelow && (
            <Notice tone="warning">{t('uneven', { p: formatNumber(test.share_p_value, 2) })}</Notice>
          )}
          {test.corrections_left_out > 0 && (
            <Notice tone="warning">
              {t('corrections_left_out', {
                count: test.corrections_left_out,
                shown: formatCount(test.corrections_left_out),
              })}
            </Notice>
          )}
        </div>
      </Section>
      {test.points.length > 1 ? (
        <ConfidenceSequence challenge={challenge} />
      ) : (
        <Notice tone="plain">{t('no_outcomes')}</Notice>
      )}
      <div className="grid grid-cols-1 items-start gap-8 xl:grid-cols-2">
        <Sides challenge={challenge} />
        <TestFacts challenge={challenge} />
      </div>
    </>
  );
}

function Sides({ challenge: { champion, challenger, counts, metric } }: { challenge: Challenge }) {
  const { t } = useTranslation('challenges');
  return (
    <Section title={t('both')}>
      <PlainTable
        label={t('both')}
        headings={[
          { label: t('side'), className: `${cellClass} text-start` },
          { label: t('requests'), className: numberClass },
          { label: t('outcomes'), className: `${numberClass} max-sm:hidden` },
          { label: t(`metric_${metric}`), className: numberClass },
        ]}
      >
        {(['champion', 'challenger'] as const).map((side) => {
          const { requests, outcomes, mean } = counts[side];
          const { number } = side === 'champion' ? champion : challenger;
          return (
            <tr key={side}>
              <th scope="row" className={`${cellClass} text-start font-normal`}>
                <span className="font-medium">{t(side)}</span>{' '}
                <span className="text-ink-faint">{t('version', { number })}</span>
              </th>
              <td className={numberClass}>{formatCount(requests)}</td>
              <td className={`${numberClass} max-sm:hidden`}>{formatCount(outcomes)}</td>
              <td className={numberClass}>{mean === null ? '–' : formatNumber(mean)}</td>
            </tr>
          );
        })}
      </PlainTable>
      {counts.lost > 0 && (
        <p className="mt-2 text-small text-ink-faint">
          {t('lost', { count: counts.lost, shown: formatCount(counts.lost) })}
        </p>
      )}
    </Section>
  );
}

function TestFacts({ challenge: { test, agreement, margin } }: { challenge: Challenge }) {
  const { t } = useTranslation('challenges');
  const { difference, p_value, units, design } = test;
  return (
    <Section title={t('test')}>
      <Facts
        facts={[
          [
            t('difference'),
            difference === null
              ? '–'
              : t('difference_of', {
                  estimate: signed(difference.estimate),
                  low: signed(difference.low),
                  high: signed(difference.high),
                }),
          ],
          [t('p_value'), p_value === null ? '–' : formatNumber(p_value, 2)],
          [t('units'), formatCount(units)],
          ...(test.corrections > 0
            ? ([
                [
                  t('corrections'),
                  t('corrections_counted', {
                    count: test.corrections,
                    shown: formatCount(test.corrections),
                  }),
                ],
              ] as const)
            : []),
          [t('design'), t(`design_${design}`)],
          ...(margin > 0 ? ([[t('margin'), formatNumber(margin)]] as const) : []),
          ...(agreement === null || agreement.compared === 0
            ? []
            : ([
                [
                  t('agreement'),
                  t('agreed', {
                    share: formatPercent(agreement.agreed / agreement.compared),
                    count: agreement.compared,
                  }),
                ],
              ] as const)),
        ]}
      />
    </Section>
  );
}

const signed = (value: number): string =>
  `${value < 0 ? '−' : value > 0 ? '+' : ''}${formatNumber(Math.abs(value), 3)}`;
