import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';

/** A phone number, then the code that was sent to it. */
export function SmsSetUp({ onAdded }: { onAdded: (recoveryCodes: string[] | null) => void }) {
  const { t } = useTranslation('account');
  const [phone, setPhone] = useState('');
  const [code, setCode] = useState('');
  const begin = useMutation({
    mutationFn: () =>
      client.secondFactors.setUp({ body: { kind: 'sms', phone: phone.replace(/[\s()/-]/g, '') } }),
  });
  const methodId = begin.data?.method_id ?? null;
  const confirm = useMutation({
    mutationFn: () => client.secondFactors.confirm({ body: { method_id: methodId ?? '', code } }),
    onSuccess: ({ recovery_codes }) => onAdded(recovery_codes),
    onError: () => setCode(''),
  });
  const wrong = confirm.error instanceof ApiError && confirm.error.code === 'WRONG_CREDENTIALS';
  const failed = begin.error ?? (wrong ? null : confirm.error);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (methodId === null) begin.mutate();
        else confirm.mutate();
      }}
    >
      {methodId === null ? (
        <Field label={t('sms_phone')} hint={t('sms_phone_hint')}>
          {(field) => (
            <Input
              {...field}
              type="tel"
              autoComplete="tel"
              required
              autoFocus
              value={phone}
              onChange={(event) => setPhone(event.target.value)}
            />
          )}
        </Field>
      ) : (
        <Field label={t('sms_code')} error={wrong ? t('totp_wrong') : null}>
          {(field) => (
            <Input
              {...field}
              className="font-mono"
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              autoFocus
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
      )}
      {failed ? <ErrorNotice error={failed} /> : null}
      <Button type="submit" look="primary" disabled={begin.isPending || confirm.isPending}>
        {t(methodId === null ? 'sms_send' : 'totp_submit')}
      </Button>
    </form>
  );
}
