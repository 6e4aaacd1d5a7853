import type { ApiKey } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Field, Input, inputClass, Select } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { useSession } from '../../../lib/session.ts';

const dayMs = 86_400_000;
const lives = [30, 90, 365] as const;

export interface KeySettings {
  name: string;
  scopes: string[];
  allowed_addresses: string[];
  requests_per_minute: number | null;
  /** Absent: as it is. */
  expires_at?: string | null;
}

/** What a key is called, may do, may come from and how long it lives. */
export function KeyForm({
  present,
  busy,
  error,
  onSubmit,
}: {
  present: ApiKey | null;
  busy: boolean;
  error: unknown;
  onSubmit: (settings: KeySettings) => void;
}) {
  const { t } = useTranslation('apiKeys');
  const [name, setName] = useState(present?.name ?? '');
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(present?.scopes ?? []));
  const [addresses, setAddresses] = useState(present?.allowed_addresses.join('\n') ?? '');
  const [limit, setLimit] = useState(present?.requests_per_minute?.toString() ?? '');
  const [life, setLife] = useState(present === null ? '90' : 'keep');
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (scopes.size === 0) return;
        onSubmit({
          name,
          scopes: [...scopes],
          allowed_addresses: addresses.split(/[\s,]+/).filter((each) => each !== ''),
          requests_per_minute: limit === '' ? null : Number(limit),
          ...(life !== 'keep' && {
            expires_at: life === '' ? null : new Date(Date.now() + Number(life) * dayMs).toISOString(),
          }),
        });
      }}
    >
      <Field label={t('name')} hint={t('name_hint')}>
        {(field) => (
          <Input
            {...field}
            required
            maxLength={80}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <ScopeChoice chosen={scopes} onChange={setScopes} />
      <Field label={t('addresses')} hint={t('addresses_hint')}>
        {(field) => (
          <textarea
            {...field}
            rows={2}
            className={`${inputClass} h-auto py-1 font-mono text-small`}
            value={addresses}
            onChange={({ target }) => setAddresses(target.value)}
          />
        )}
      </Field>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t('limit')} hint={t('limit_hint')}>
          {(field) => (
            <Input
              {...field}
              type="number"
              min={1}
              max={1_000_000}
              value={limit}
              onChange={({ target }) => setLimit(target.value)}
            />
          )}
        </Field>
        <Field label={t('expiry')}>
          {(field) => (
            <Select {...field} value={life} onChange={({ target }) => setLife(target.value)}>
              {present !== null && <option value="keep">{t('expiry_keep')}</option>}
              {lives.map((days) => (
                <option key={days} value={days}>
                  {t('expiry_days', { count: days })}
                </option>
              ))}
              <option value="">{t('expiry_never')}</option>
            </Select>
          )}
        </Field>
      </div>
      {error ? <ErrorNotice error={error} /> : null}
      <div className="flex justify-end">
        <Button type="submit" look="primary" disabled={busy || scopes.size === 0}>
          {t(present === null ? (busy ? 'creating' : 'create') : 'save')}
        </Button>
      </div>
    </form>
  );
}

/** The permissions one holds oneself, by what they are about. */
function ScopeChoice({
  chosen,
  onChange,
}: {
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const { t } = useTranslation('apiKeys');
  const held = useSession()?.permissions ?? [];
  const all = [...new Set([...held, ...chosen])].filter((each) => each !== 'scim:provision').sort();
  const toggle = (scope: string) => {
    const next = new Set(chosen);
    if (!next.delete(scope)) next.add(scope);
    onChange(next);
  };
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 flex w-full items-baseline justify-between gap-4 font-medium">
        {t('scopes')}
        <span className="text-small font-normal text-ink-faint">
          {chosen.size === 0 ? t('scopes_none') : t('scopes_count', { count: chosen.size })}
        </span>
      </legend>
      <div className="grid max-h-44 overflow-y-auto rounded-md border border-line-strong p-2 sm:grid-cols-2">
        {all.map((scope) => (
          <label key={scope} className="flex min-h-7 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-(--accent-fill)"
              checked={chosen.has(scope)}
              onChange={() => toggle(scope)}
            />
            <code className="font-mono text-small">{scope}</code>
          </label>
        ))}
      </div>
      <p className="text-small text-ink-faint">{t('scopes_hint')}</p>
    </fieldset>
  );
}
