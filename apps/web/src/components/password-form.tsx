import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../lib/client.ts';
import { Button } from './button.tsx';
import { Field, Input } from './field.tsx';
import { ErrorNotice } from './notice.tsx';

const shortest = 12;

/** Replaces the password; says what is wrong with a new one as it is typed. */
export function PasswordForm({ oneTime, onChanged }: { oneTime: boolean; onChanged: () => void }) {
  const { t } = useTranslation('signIn');
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const change = useMutation({
    mutationFn: () =>
      client.identity.changePassword({ body: { current_password: current, new_password: next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      setRepeated('');
      onChanged();
    },
  });
  const tooShort = next.length > 0 && next.length < shortest;
  const different = repeated.length > 0 && repeated !== next;
  const wrong = change.error instanceof ApiError && change.error.code === 'WRONG_CREDENTIALS';
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (next.length >= shortest && repeated === next) change.mutate();
      }}
    >
      <Field
        label={t(oneTime ? 'current' : 'current_normal')}
        error={wrong ? (change.error?.message ?? null) : null}
      >
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={t('new')}
        hint={t('new_hint')}
        error={tooShort ? t('too_short', { count: next.length }) : null}
      >
        {(field) => (
          <Input
            {...field}
            type="password"
            autoComplete="new-password"
            required
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('repeat')} error={different ? t('different') : null}>
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
      {change.error && !wrong ? <ErrorNotice error={change.error} /> : null}
      <Button type="submit" look="primary" disabled={change.isPending} className="justify-self-start">
        {t('change_submit')}
      </Button>
    </form>
  );
}
