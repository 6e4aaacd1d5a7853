import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../lib/client.ts';
import { queryKeys } from '../lib/query-keys.ts';
import { Field, Input } from './field.tsx';

/** A new password, twice; `ready` once both are the same and long enough. The server judges how strong it is. */
export function useNewPassword() {
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const { data } = useQuery({
    queryKey: queryKeys.signInOptions,
    queryFn: ({ signal }) => client.identity.signInOptions({ signal }),
    staleTime: 300_000,
  });
  const shortest = data?.password_min_length ?? 12;
  const ready = password.length >= shortest && repeated === password;
  const clear = () => {
    setPassword('');
    setRepeated('');
  };
  return { password, setPassword, repeated, setRepeated, shortest, ready, clear };
}

export function NewPasswordFields({ state }: { state: ReturnType<typeof useNewPassword> }) {
  const { t } = useTranslation('account');
  const { password, setPassword, repeated, setRepeated, shortest } = state;
  const short = password.length > 0 && password.length < shortest;
  const different = repeated.length > 0 && repeated !== password;
  return (
    <>
      <Field
        label={t('new_password')}
        hint={t('new_password_hint', { count: shortest })}
        error={short ? t('new_password_short', { count: shortest, given: password.length }) : null}
      >
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('new_password_again')} error={different ? t('new_password_different') : null}>
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="new-password"
            required
            value={repeated}
            onChange={(event) => setRepeated(event.target.value)}
          />
        )}
      </Field>
    </>
  );
}
