import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { renderSVG } from 'uqr';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { copyText } from '../../lib/copy.ts';

/** Shows the QR code of a new authenticator app and waits for a code of it. */
export function TotpSetUp({ onAdded }: { onAdded: (recoveryCodes: string[] | null) => void }) {
  const { t } = useTranslation('account');
  const [code, setCode] = useState('');
  const begun = useRef(false);
  const begin = useMutation({ mutationFn: () => client.secondFactors.setUp({ body: { kind: 'totp' } }) });
  const { mutate } = begin;
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  const { method_id = '', secret = '', uri = '' } = begin.data ?? {};
  const confirm = useMutation({
    mutationFn: () => client.secondFactors.confirm({ body: { method_id, code } }),
    onSuccess: ({ recovery_codes }) => onAdded(recovery_codes),
    onError: () => setCode(''),
  });
  const wrong = confirm.error instanceof ApiError && confirm.error.code === 'WRONG_CREDENTIALS';
  if (begin.error) return <ErrorNotice error={begin.error} onRetry={() => mutate()} />;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <p className="text-ink-soft">{t('totp_scan')}</p>
      {uri ? (
        <img
          alt={t('totp_qr')}
          src={`data:image/svg+xml,${encodeURIComponent(renderSVG(uri, { border: 2 }))}`}
          className="size-44 justify-self-center rounded-md border border-line bg-[#fff]"
        />
      ) : (
        <Skeleton className="size-44 justify-self-center" />
      )}
      <div className="grid gap-1">
        <p className="text-small text-ink-faint">{t('totp_by_hand')}</p>
        <div className="flex items-center gap-2">
          <code className="min-w-0 flex-1 font-mono text-small wrap-anywhere select-all">
            {secret?.replace(/.{4}(?=.)/g, '$& ')}
          </code>
          <Button size="small" onClick={() => void copyText(secret ?? '')}>
            {t('copy')}
          </Button>
        </div>
      </div>
      <Field label={t('totp_code')} hint={t('totp_code_hint')} error={wrong ? t('totp_wrong') : null}>
        {(field) => (
          <Input
            {...field}
            className="font-mono"
            autoComplete="one-time-code"
            inputMode="numeric"
            required
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      {confirm.error && !wrong ? <ErrorNotice error={confirm.error} /> : null}
      <Button type="submit" look="primary" disabled={confirm.isPending || !begin.data} className="w-full">
        {t('totp_submit')}
      </Button>
    </form>
  );
}
