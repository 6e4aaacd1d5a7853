import type { VersionGovernance } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { Facts } from '../../../../components/facts.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { usePermission } from '../../../../lib/session.ts';
import type { ModelPart } from '../model-queries.ts';
import { CriticalPolicyDialog } from './critical-policy-dialog.tsx';
import { governanceQuery } from './governance-queries.ts';
import { RecordList } from './record-list.tsx';
import { ReviewList } from './review-list.tsx';
import { RiskClassMark } from './risk-class-mark.tsx';

/** What the organisation's policy makes of a version, its risk records and bias reports, and what waits for a person. */
export function GovernanceTab({ model, version }: ModelPart) {
  const { t } = useTranslation('governance');
  const cache = useQueryClient();
  const mayGovern = usePermission('models:govern');
  const [editing, setEditing] = useState(false);
  const { data, error, refetch } = useQuery(governanceQuery(model.model_id, version.number));
  const changed = () => cache.invalidateQueries({ queryKey: queryKeys.model(model.model_id) });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} className="h-12" />;
  return (
    <div className="grid grid-cols-1 gap-8">
      <Section
        title={t('standing')}
        note={t('standing_note')}
        actions={mayGovern && <Button onClick={() => setEditing(true)}>{t('policy')}</Button>}
      >
        <Standing governance={data} />
      </Section>
      <ReviewList model={model} onChanged={changed} />
      <RecordList model={model} version={version} onChanged={changed} />
      {editing && <CriticalPolicyDialog onClose={() => setEditing(false)} onDone={changed} />}
    </div>
  );
}

function Standing({ governance }: { governance: VersionGovernance }) {
  const { t } = useTranslation('governance');
  const { risk_class, counted_classes, trained_by, now, staging, production, reviewed, waiting_reviews } =
    governance;
  const others = counted_classes.filter((each) => each !== risk_class);
  const taken = (critical: VersionGovernance['production']) =>
    critical === null
      ? t('not_critical')
      : [
          t('takes_sign_offs', { count: critical.sign_offs }),
          ...(critical.signature ? [t('takes_signature')] : []),
          t(`reviews_${critical.reviews}`),
          t('by_rules', { rules: critical.rules.map(({ name }) => name).join(', ') }),
        ].join(' · ');
  return (
    <Facts
      facts={[
        [
          t('risk_class'),
          <span key="class" className="flex flex-wrap items-center gap-2">
            <RiskClassMark of={risk_class} />
            {others.length > 0 && (
              <span className="text-small text-ink-faint">
                {t('also_counted', { classes: others.map((each) => t(`class_${each}`)).join(', ') })}
              </span>
            )}
          </span>,
        ],
        [t('where_it_stands'), taken(now)],
        [t('to_staging'), taken(staging)],
        [t('to_production'), taken(production)],
        [t('trained_by'), trained_by.map(({ name, user_id }) => name ?? user_id).join(', ')],
        [
          t('reviews'),
          t('reviews_counts', {
            waiting: waiting_reviews,
            accepted: reviewed.accepted,
            overridden: reviewed.overridden,
          }),
        ],
      ]}
    />
  );
}
