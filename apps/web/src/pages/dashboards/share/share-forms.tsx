import type { BoardState } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryForm } from '../../../components/entry-form.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { Notice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

const usualLives = [1, 7, 30, 90];
const usualDays = 30;
const dayMs = 86_400_000;
const endIn = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();

/** What the organisation lets links be. Until that is known the server says it. */
function useLinkRules(chosen: number | null | undefined) {
  const { data } = useQuery({
    queryKey: queryKeys.sharingPolicy,
    queryFn: ({ signal }) => client.dashboardShares.policy({ signal }),
  });
  const most = data?.most_days ?? null;
  const wished = chosen === undefined ? usualDays : chosen;
  return {
    mayShare: data?.links ?? true,
    needsPassword: data?.password_required ?? false,
    isLimited: most !== null,
    lives: most === null ? usualLives : [...usualLives.filter((each) => each < most), most],
    days: most === null ? wished : Math.min(wished ?? most, most),
  };
}

interface FormProps {
  dashboardId: string;
  state: BoardState;
  onMade: (text: string) => void;
}

export function LinkForm({ dashboardId, state, onMade }: FormProps) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const [label, setLabel] = useState('');
  const [password, setPassword] = useState('');
  const [chosen, setDays] = useState<number | null>();
  const { days, lives, mayShare, needsPassword, isLimited } = useLinkRules(chosen);
  const [filters, setFilters] = useState<'fixed' | 'free'>('fixed');
  const make = useMutation({
    mutationFn: () =>
      client.dashboardShares.share({
        params: { id: dashboardId },
        body: {
          label,
          filters,
          state,
          password: password === '' ? null : password,
          expires_at: days === null ? null : endIn(days),
        },
      }),
    onSuccess: ({ url }) => {
      void queryClient.invalidateQueries({ queryKey: queryKeys.boardPart(dashboardId, 'shares') });
      onMade(url);
    },
  });
  if (!mayShare) return <Notice tone="info" title={t('links_closed')} />;
  return (
    <EntryForm sending={make} button={t('make_link')}>
      <LabelField value={label} onChange={setLabel} />
      <Field label={t('password')} hint={t(needsPassword ? 'password_needed' : 'password_hint')}>
        {(field) => (
          <Input
            {...field}
            type="password"
            required={needsPassword}
            autoComplete="new-password"
            minLength={8}
            maxLength={200}
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        )}
      </Field>
      <LifeField days={days} lives={lives} onChange={setDays}>
        {!isLimited && <option value="">{t('no_end')}</option>}
      </LifeField>
      <FiltersField value={filters} onChange={setFilters} />
    </EntryForm>
  );
}

export function EmbedForm({ dashboardId, state, onMade }: FormProps) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const [label, setLabel] = useState('');
  const [origins, setOrigins] = useState('');
  const [chosen, setDays] = useState<number | null>();
  const { days, lives, mayShare } = useLinkRules(chosen);
  const [filters, setFilters] = useState<'fixed' | 'free'>('fixed');
  const make = useMutation({
    mutationFn: () =>
      client.dashboardShares.embed({
        params: { id: dashboardId },
        body: {
          label,
          filters,
          state,
          allowed_origins: origins.split(/\s+/).filter((each) => each !== ''),
          expires_at: endIn(days ?? usualDays),
        },
      }),
    onSuccess: ({ html }) => {
      void queryClient.invalidateQueries({ queryKey: queryKeys.boardPart(dashboardId, 'shares') });
      onMade(html);
    },
  });
  if (!mayShare) return <Notice tone="info" title={t('links_closed')} />;
  return (
    <EntryForm sending={make} button={t('make_embed')}>
      <LabelField value={label} onChange={setLabel} />
      <Field label={t('origins')} hint={t('origins_hint')}>
        {(field) => (
          <textarea
            {...field}
            required
            rows={2}
            placeholder="https://portal.example.org"
            value={origins}
            onChange={({ target }) => setOrigins(target.value)}
            className={`${inputClass} h-auto py-1.5 font-mono text-small`}
          />
        )}
      </Field>
      <LifeField days={days} lives={lives} onChange={setDays} />
      <FiltersField value={filters} onChange={setFilters} />
    </EntryForm>
  );
}

function LabelField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('leaving');
  return (
    <Field label={t('label')} hint={t('label_hint')}>
      {(field) => (
        <Input {...field} maxLength={120} value={value} onChange={({ target }) => onChange(target.value)} />
      )}
    </Field>
  );
}

function LifeField({
  days,
  lives,
  onChange,
  children,
}: {
  days: number | null;
  lives: readonly number[];
  onChange: (days: number | null) => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation('leaving');
  return (
    <Field label={t('ends')}>
      {(field) => (
        <Select
          {...field}
          value={days ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? null : Number(target.value))}
        >
          {lives.map((each) => (
            <option key={each} value={each}>
              {t('in_days', { count: each })}
            </option>
          ))}
          {children}
        </Select>
      )}
    </Field>
  );
}

function FiltersField({
  value,
  onChange,
}: {
  value: 'fixed' | 'free';
  onChange: (value: 'fixed' | 'free') => void;
}) {
  const { t } = useTranslation('leaving');
  return (
    <Field label={t('filters')} hint={t(value === 'fixed' ? 'filters_fixed_hint' : 'filters_free_hint')}>
      {(field) => (
        <Select {...field} value={value} onChange={({ target }) => onChange(target.value as typeof value)}>
          <option value="fixed">{t('filters_fixed')}</option>
          <option value="free">{t('filters_free')}</option>
        </Select>
      )}
    </Field>
  );
}
