import { ApiError } from '@stroma/sdk';
import { useMutation } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../lib/client.ts';
import { Button } from './button.tsx';
import { Dialog, DialogContent } from './dialog.tsx';
import { Field, Input } from './field.tsx';
import { ErrorNotice } from './notice.tsx';

type WithProof = <T>(work: () => Promise<T>) => Promise<T>;

const ProofContext = createContext<WithProof>((work) => work());

/** Runs work that needs a recent proof of who one is: asks for it when the server does, then tries again. */
export const useProof = (): WithProof => useContext(ProofContext);

interface Asked {
  proven: () => void;
  given: (error: unknown) => void;
}

export function ProofProvider({ children }: { children: ReactNode }) {
  const asked = useRef<Asked | null>(null);
  const [open, setOpen] = useState(false);
  const withProof: WithProof = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'REAUTHENTICATION_REQUIRED') throw error;
      await new Promise<void>((proven, given) => {
        asked.current = { proven, given: () => given(error) };
        setOpen(true);
      });
      return work();
    }
  };
  const close = (proven: boolean) => {
    setOpen(false);
    if (proven) asked.current?.proven();
    else asked.current?.given(null);
    asked.current = null;
  };
  return (
    <ProofContext value={withProof}>
      {children}
      <Dialog open={open} onOpenChange={(next) => next || close(false)}>
        {open ? <ProofDialog onProven={() => close(true)} /> : null}
      </Dialog>
    </ProofContext>
  );
}

export function ProofDialog({
  onProven,
  title,
  text,
}: {
  onProven: () => void;
  title?: string;
  text?: string;
}) {
  const { t } = useTranslation('account');
  const [secret, setSecret] = useState('');
  const prove = useMutation({
    mutationFn: () => {
      const isCode = /^\d{3}\s?\d{3}$/.test(secret.trim());
      return client.identity.reauthenticate({ body: isCode ? { code: secret } : { password: secret } });
    },
    onSuccess: onProven,
    onError: () => setSecret(''),
  });
  const wrong = prove.error instanceof ApiError && prove.error.code === 'WRONG_CREDENTIALS';
  return (
    <DialogContent title={title ?? t('proof_title')} description={text ?? t('proof_text')}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          prove.mutate();
        }}
      >
        <Field label={t('proof_label')} error={wrong ? t('proof_wrong') : null}>
          {(field) => (
            <Input
              {...field}
              type="password"
              autoComplete="current-password"
              required
              autoFocus
              value={secret}
              onChange={(event) => setSecret(event.target.value)}
            />
          )}
        </Field>
        {prove.error && !wrong ? <ErrorNotice error={prove.error} /> : null}
        <Button type="submit" look="primary" disabled={prove.isPending} className="justify-self-start">
          {t('proof_submit')}
        </Button>
      </form>
    </DialogContent>
  );
}
