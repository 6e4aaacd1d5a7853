import type { SharingPolicy } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { inputClass } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page, panelClass } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';

/** What of dashboards may leave the organisation: by link, in frames, by mail. */
export function SharingPolicyPage() {
  const { t } = useTranslation('leaving');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.sharingPolicy,
    queryFn: ({ signal }) => client.dashboardShares.policy({ signal }),
  });
  return (
    <Page title={t('policy')} intro={t('policy_intro')}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={5} className="h-14" />
      ) : (
        <Draft key={JSON.stringify(data)} saved={data} />
      )}
    </Page>
  );
}

const switches = ['links', 'password_required', 'health_data', 'outside_mail'] as const;
const usualDays = 90;
const longestDays = 3650;

function Draft({ saved }: { saved: SharingPolicy }) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const mayChange = usePermission('policies:write');
  const [policy, setPolicy] = useState(saved);
  const [asking, setAsking] = useState(false);
  const set = (part: Partial<SharingPolicy>) => setPolicy((now) => ({ ...now, ...part }));
  const send = async () => {
    const next = await client.dashboardShares.setPolicy({ body: policy });
    queryClient.setQueryData(queryKeys.sharingPolicy, next);
    toast(t('policy_saved'));
  };
  const save = useMutation({ mutationFn: send });
  const { most_days } = policy;
  const isWhole = most_days === null || (most_days >= 1 && most_days <= longestDays);
  const isChanged = JSON.stringify(policy) !== JSON.stringify(saved);
  return (
    <form
      className="grid grid-cols-1 gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (policy.health_data && !saved.health_data) setAsking(true);
        else save.mutate();
      }}
    >
      {!mayChange && <Notice tone="info" title={t('policy_read_only')} />}
      <fieldset disabled={!mayChange || save.isPending} className={`${panelClass} divide-y divide-line`}>
        <legend className="sr-only">{t('policy')}</legend>
        {switches.map((name) => (
          <label key={name} className="flex items-start gap-3 px-4 py-3">
            <input
              type="checkbox"
              className="mt-1 size-4 shrink-0 accent-(--accent-fill)"
              checked={policy[name]}
              disabled={name === 'password_required' && !policy.links}
              onChange={({ target }) => set({ [name]: target.checked })}
            />
            <span className="min-w-0">
              <span className="block font-medium">{t(`policy_${name}`)}</span>
              <span className="block max-w-prose text-small text-ink-soft">{t(`policy_${name}_hint`)}</span>
            </span>
          </label>
        ))}
        <div className="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 py-3">
          <label className="flex min-w-0 flex-1 basis-72 items-start gap-3">
            <input
              type="checkbox"
              className="mt-1 size-4 shrink-0 accent-(--accent-fill)"
              checked={most_days !== null}
              disabled={!policy.links}
              onChange={({ target }) => set({ most_days: target.checked ? usualDays : null })}
            />
            <span className="min-w-0">
              <span className="block font-medium">{t('policy_most_days')}</span>
              <span className="block max-w-prose text-small text-ink-soft">{t('policy_most_days_hint')}</span>
            </span>
          </label>
          {most_days !== null && (
            <span className="inline-flex items-center gap-2">
              <input
                type="number"
                required
                aria-label={t('policy_days')}
                min={1}
                max={longestDays}
                disabled={!policy.links}
                value={Number.isNaN(most_days) ? '' : most_days}
                onChange={({ target }) => set({ most_days: target.valueAsNumber })}
                className={`${inputClass} w-24 text-end tabular-nums`}
              />
              <span aria-hidden className="text-ink-soft">
                {t('policy_days')}
              </span>
            </span>
          )}
        </div>
      </fieldset>
      {save.error !== null && <ErrorNotice error={save.error} />}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="max-w-prose text-small text-ink-faint">{t('policy_at_once')}</p>
        {mayChange && (
          <div className="flex gap-2">
            <Button disabled={!isChanged} onClick={() => setPolicy(saved)}>
              {t('policy_undo')}
            </Button>
            <Button type="submit" look="primary" disabled={!isChanged || !isWhole || save.isPending}>
              {t('policy_save')}
            </Button>
          </div>
        )}
      </div>
      {asking && (
        <ConfirmDialog
          title={t('policy_health_title')}
          text={t('policy_health_text')}
          button={t('policy_health_allow')}
          danger
          onClose={() => setAsking(false)}
          run={send}
        />
      )}
    </form>
  );
}
