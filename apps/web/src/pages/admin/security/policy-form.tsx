import {
  defaultThreatPolicy,
  type ThreatPolicy,
  type ThreatPolicyState,
  threatKinds,
} from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, inputClass } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { KindPolicy, NumberField } from './kind-policy.tsx';

/** What is watched for, from when it counts, and what is then done by itself. */
export function PolicyForm() {
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.threatPolicy,
    queryFn: ({ signal }) => client.threats.policy({ signal }),
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={12} className="h-12" />;
  return <Draft key={data.changed_at ?? 'default'} state={data} />;
}

function Draft({ state }: { state: ThreatPolicyState }) {
  const { t } = useTranslation('security');
  const queries = useQueryClient();
  const mayChange = usePermission('security:write');
  const [policy, setPolicy] = useState<ThreatPolicy>(state.policy);
  const [trusted, setTrusted] = useState(state.policy.trusted_addresses.join('\n'));
  const wanted = { ...policy, trusted_addresses: trusted.split(/[\s,]+/).filter((each) => each !== '') };
  const save = useMutation({
    mutationFn: (next: ThreatPolicy) => client.threats.setPolicy({ body: next }),
    onSuccess: (saved) => {
      queries.setQueryData(queryKeys.threatPolicy, saved);
      toast(t('saved'));
    },
  });
  const changed = JSON.stringify(wanted) !== JSON.stringify(state.policy);
  const incomplete = JSON.stringify(wanted).includes('null');
  const isDefault = JSON.stringify(wanted) === JSON.stringify(defaultThreatPolicy);
  return (
    <form
      className="grid grid-cols-1 gap-8"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(wanted);
      }}
    >
      <p className="max-w-prose text-ink-soft">
        {t('policy_text')}{' '}
        {state.changed_by === null
          ? t('policy_default')
          : t('policy_changed', { name: state.changed_by.name, time: formatTime(state.changed_at ?? '') })}
      </p>
      {threatKinds.map((kind) => (
        <KindPolicy
          key={kind}
          kind={kind}
          policy={policy}
          disabled={!mayChange}
          onChange={(change) => setPolicy((now) => ({ ...now, [kind]: { ...now[kind], ...change } }))}
        >
          {kind === 'impossible_travel' &&
            (state.places === 'none' ? (
              <Notice tone="warning" title={t('places_none')}>
                {t('places_none_text')}
              </Notice>
            ) : (
              <p className="text-small text-ink-soft">
                {t(`places_${state.places}`, {
                  time: state.places_built_at === null ? '–' : formatTime(state.places_built_at),
                })}
              </p>
            ))}
        </KindPolicy>
      ))}
      <Section title={t('for_all')}>
        <div className={`${panelClass} grid grid-cols-1 items-start gap-4 p-4 sm:grid-cols-2 lg:grid-cols-3`}>
          {(['block_minutes', 'mail_minutes'] as const).map((name) => (
            <NumberField
              key={name}
              label={t(`field_${name}`)}
              hint={t(`hint_${name}`)}
              value={policy[name]}
              disabled={!mayChange}
              onChange={(value) => setPolicy((now) => ({ ...now, [name]: value }))}
            />
          ))}
          <Field label={t('field_trusted_addresses')} hint={t('hint_trusted_addresses')}>
            {(field) => (
              <textarea
                {...field}
                rows={3}
                spellCheck={false}
                disabled={!mayChange}
                placeholder="198.51.100.0/24"
                value={trusted}
                onChange={({ target }) => setTrusted(target.value)}
                className={`${inputClass} h-auto py-1.5 font-mono`}
              />
            )}
          </Field>
        </div>
      </Section>
      {save.error && <ErrorNotice error={save.error} />}
      {mayChange && (
        <div className="sticky bottom-0 flex flex-wrap justify-end gap-2 border-t border-line bg-canvas py-3">
          <Button
            disabled={isDefault}
            onClick={() => {
              setPolicy(defaultThreatPolicy);
              setTrusted('');
            }}
          >
            {t('to_default')}
          </Button>
          <Button type="submit" look="primary" disabled={!changed || incomplete || save.isPending}>
            {t('save')}
          </Button>
        </div>
      )}
    </form>
  );
}
