import { ApiError } from '@stroma/sdk';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Field, Input } from './field.tsx';
import { ErrorNotice } from './notice.tsx';

/** Whatever sends a form: a mutation. */
export interface Sending {
  mutate: () => void;
  isPending: boolean;
  error: Error | null;
}

/** A form with one button, the width of its card; what went wrong stands above it. */
export function EntryForm({
  sending,
  ready = true,
  button,
  ownErrors = [],
  children,
}: {
  sending: Sending;
  /** False: the fields say what is missing, and nothing is sent. */
  ready?: boolean;
  button: string;
  /** Codes of errors that a field or notice of the form shows itself. */
  ownErrors?: readonly string[];
  children: ReactNode;
}) {
  const { error, isPending, mutate } = sending;
  const isShown = error instanceof ApiError && ownErrors.includes(error.code);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) mutate();
      }}
    >
      {children}
      {error !== null && !isShown ? <ErrorNotice error={error} /> : null}
      <Button type="submit" look="primary" disabled={isPending} className="w-full">
        {button}
      </Button>
    </form>
  );
}

interface Typed {
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}

export function EmailField({ value, onChange, autoFocus = false }: Typed) {
  const { t } = useTranslation('signIn');
  return (
    <Field label={t('email')}>
      {(field) => (
        <Input
          {...field}
          type="email"
          autoComplete="username"
          required
          autoFocus={autoFocus}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

export function NameField({ value, onChange, autoFocus = false }: Typed) {
  const { t } = useTranslation('account');
  return (
    <Field label={t('name')}>
      {(field) => (
        <Input
          {...field}
          autoComplete="name"
          required
          autoFocus={autoFocus}
          maxLength={200}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
