import type { SecondFactorNeeded, SignedIn } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { PasskeyButton } from './passkey-button.tsx';

type Way = 'code' | 'recovery';

/** The code of an app or a message, a passkey, or a recovery code. */
export function SecondFactorStep({
  needed,
  onEntered,
  onBack,
}: {
  needed: SecondFactorNeeded;
  onEntered: (answer: SignedIn) => void;
  onBack: () => void;
}) {
  const { t } = useTranslation('signIn');
  const { challenge, methods } = needed;
  const takesCodes = methods.some(({ kind }) => kind !== 'passkey');
  const phones = methods.filter(({ kind }) => kind === 'sms');
  const [way, setWay] = useState<Way>(takesCodes ? 'code' : 'recovery');
  const [code, setCode] = useState('');
  const prove = useMutation({
    mutationFn: () =>
      client.secondFactors[way === 'code' ? 'verify' : 'recover']({
        body: { challenge, code, client: 'browser' },
      }),
    onSuccess: onEntered,
    onError: () => setCode(''),
  });
  const send = useMutation({
    mutationFn: (methodId: string) =>
      client.secondFactors.sendCode({ body: { challenge, method_id: methodId } }),
  });
  const wrong = prove.error instanceof ApiError && prove.error.code === 'WRONG_CREDENTIALS';
  const change = (next: Way) => {
    setWay(next);
    setCode('');
    prove.reset();
  };
  return (
    <>
      {phones.map(({ method_id, name }) => (
        <div key={method_id} className="mb-4 grid gap-2">
          <Button disabled={send.isPending} onClick={() => send.mutate(method_id)}>
            {t('second_send', { name })}
          </Button>
          {send.isSuccess ? <Notice tone="info">{t('second_sent')}</Notice> : null}
          {send.error ? <ErrorNotice error={send.error} /> : null}
        </div>
      ))}
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          prove.mutate();
        }}
      >
        <Field
          key={way}
          label={t(way === 'code' ? 'second_code' : 'second_recovery')}
          hint={t(way === 'code' ? 'second_code_hint' : 'second_recovery_hint')}
          error={wrong ? t('second_wrong') : null}
        >
          {(field) => (
            <Input
              {...field}
              className="font-mono"
              autoComplete={way === 'code' ? 'one-time-code' : 'off'}
              inputMode={way === 'code' ? 'numeric' : 'text'}
              spellCheck={false}
              required
              autoFocus
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        {prove.error && !wrong ? <ErrorNotice error={prove.error} /> : null}
        <Button type="submit" look="primary" disabled={prove.isPending} className="w-full">
          {t('submit')}
        </Button>
      </form>
      {methods.some(({ kind }) => kind === 'passkey') ? (
        <PasskeyButton challenge={challenge} onEntered={onEntered} />
      ) : null}
      <div className="mt-4 -ms-2 flex flex-wrap justify-between gap-2">
        {takesCodes ? (
          <Button look="quiet" size="small" onClick={() => change(way === 'code' ? 'recovery' : 'code')}>
            {t(way === 'code' ? 'second_use_recovery' : 'second_use_code')}
          </Button>
        ) : null}
        <Button look="quiet" size="small" onClick={onBack}>
          {t('second_back')}
        </Button>
      </div>
    </>
  );
}
