import type { SecondFactorPolicy } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { useProof } from '../../../components/proof.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';

/** Of which roles a second factor is asked, and who has none yet. */
export function SecondFactorPolicyPanel() {
  const { t } = useTranslation('admin');
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.secondFactorPolicy,
    queryFn: ({ signal }) => client.secondFactorPolicy.get({ signal }),
  });
  return (
    <Section title={t('factor_policy')} note={t('factor_policy_note')}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={6} className="h-8" />
      ) : (
        <PolicyForm key={data.changed_at ?? ''} policy={data} />
      )}
    </Section>
  );
}

function PolicyForm({ policy }: { policy: SecondFactorPolicy }) {
  const { t } = useTranslation('admin');
  const queryClient = useQueryClient();
  const withProof = useProof();
  const mayChange = usePermission('security:write');
  const [everyone, setEveryone] = useState(policy.everyone !== null);
  const [chosen, setChosen] = useState(
    () =>
      new Set(
        policy.roles
          .filter(({ required_by }) => required_by === 'organisation' && policy.everyone === null)
          .map(({ role }) => role),
      ),
  );
  const save = useMutation({
    mutationFn: () =>
      withProof(() => client.secondFactorPolicy.set({ body: { everyone, roles: [...chosen] } })),
    onSuccess: (next) => {
      queryClient.setQueryData(queryKeys.secondFactorPolicy, next);
      toast(t('factor_saved'));
    },
  });
  const toggle = (role: string) => {
    const next = new Set(chosen);
    if (!next.delete(role)) next.add(role);
    setChosen(next);
  };
  return (
    <form
      className={`${panelClass} grid gap-4 p-4`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={!mayChange || save.isPending} className="grid min-w-0 gap-3">
        <legend className="sr-only">{t('factor_policy')}</legend>
        <label className="flex flex-wrap items-center gap-2">
          <input
            type="checkbox"
            checked={everyone}
            disabled={policy.everyone === 'installation'}
            onChange={({ target }) => setEveryone(target.checked)}
          />
          <span className="font-medium">{t('factor_everyone')}</span>
          {policy.everyone === 'installation' ? (
            <Badge>{t('factor_by_installation')}</Badge>
          ) : (
            <span className="text-small text-ink-faint">{t('factor_everyone_hint')}</span>
          )}
        </label>
        <ul className="grid gap-x-6 gap-y-2 sm:grid-cols-2 xl:grid-cols-3">
          {policy.roles.map(({ role, name, required_by, members, without }) => {
            const fixed = required_by === 'installation';
            return (
              <li key={role}>
                <label className="flex items-start gap-2">
                  <input
                    type="checkbox"
                    className="mt-1"
                    checked={fixed || everyone || chosen.has(role)}
                    disabled={fixed || everyone}
                    onChange={() => toggle(role)}
                  />
                  <span className="min-w-0">
                    <span className="flex flex-wrap items-center gap-x-2">
                      {name}
                      {fixed && <Badge>{t('factor_by_installation')}</Badge>}
                    </span>
                    <span className="block text-small text-ink-faint">
                      {members === 0
                        ? t('factor_no_members')
                        : without === 0
                          ? t('factor_without_none')
                          : t('factor_without', {
                              count: without,
                              shown: formatCount(without),
                              members: formatCount(members),
                            })}
                    </span>
                  </span>
                </label>
              </li>
            );
          })}
        </ul>
      </fieldset>
      {save.error ? <ErrorNotice error={save.error} /> : null}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-small text-ink-faint">
          {policy.changed_at !== null &&
            t('factor_changed', { name: policy.changed_by ?? '', time: formatTime(policy.changed_at) })}
        </p>
        {mayChange && (
          <Button type="submit" disabled={save.isPending}>
            {t('factor_save')}
          </Button>
        )}
      </div>
    </form>
  );
}
