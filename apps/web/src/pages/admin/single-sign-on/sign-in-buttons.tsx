import { useMutation, useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../components/button.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';

const failures = [
  'expired',
  'refused',
  'not_verified',
  'wrong_domain',
  'no_account',
  'no_role',
  'disabled',
  'unreachable',
  'invalid',
] as const;

/** Why a single sign-on that has just come back did not succeed; nothing when there was none. */
export function SingleSignOnFailure({ failure }: { failure: string | undefined }) {
  const { t } = useTranslation('signIn');
  const known = failures.find((each) => each === failure);
  if (known === undefined) return null;
  return (
    <Notice tone="critical" title={t('sso_failed')}>
      {t(`sso_failed_${known}`)}
    </Notice>
  );
}

/**
 * Single sign-on for the sign-in page: a button for each connection that is shown to all, and a way in by e-mail
 * domain. Nothing where no connection exists.
 */
export function SignInButtons({ to }: { to?: string | undefined }) {
  const { t } = useTranslation('signIn');
  const [asking, setAsking] = useState(false);
  const methods = useQuery({
    queryKey: ['single-sign-on', 'methods'],
    queryFn: ({ signal }) => client.singleSignOn.methods({ signal }),
    staleTime: 60_000,
  });
  if (!methods.data?.available) return null;
  return (
    <section className="mt-6 grid gap-2" aria-label={t('sso_title')}>
      <div className="mb-2 flex items-center gap-3 text-small text-ink-faint">
        <span className="h-px flex-1 bg-line" />
        {t('sso_or')}
        <span className="h-px flex-1 bg-line" />
      </div>
      {methods.data.items.map((each) => (
        <a
          key={each.connection_id}
          href={startAddress(each.start_path, to)}
          className={buttonClass({}, 'w-full')}
        >
          <KeyRound size={14} aria-hidden />
          {t('sso_with', { name: each.name })}
        </a>
      ))}
      {asking ? (
        <ByEmail to={to} />
      ) : (
        <Button look="quiet" className="w-full" onClick={() => setAsking(true)}>
          {t('sso_by_email')}
        </Button>
      )}
    </section>
  );
}

function ByEmail({ to }: { to?: string | undefined }) {
  const { t } = useTranslation('signIn');
  const [email, setEmail] = useState('');
  const find = useMutation({
    mutationFn: () => client.singleSignOn.methods({ query: { email } }),
    onSuccess: ({ items: [first] }) => {
      if (first) window.location.assign(startAddress(first.start_path, to, email));
    },
  });
  const none = find.data?.items.length === 0 ? t('sso_none') : null;
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        find.mutate();
      }}
    >
      <Field label={t('sso_email')} error={none}>
        {(field) => (
          <Input
            {...field}
            type="email"
            autoComplete="email"
            required
            autoFocus
            value={email}
            onChange={(event) => {
              setEmail(event.target.value);
              find.reset();
            }}
          />
        )}
      </Field>
      {find.error ? <ErrorNotice error={find.error} /> : null}
      <Button type="submit" className="w-full" disabled={find.isPending}>
        {t('sso_continue')}
      </Button>
    </form>
  );
}

function startAddress(path: string, to: string | undefined, email?: string): string {
  const query = new URLSearchParams();
  if (to) query.set('to', to);
  if (email) query.set('email', email);
  return query.size > 0 ? `${path}?${query}` : path;
}
