import type { SignatureMeaning, SignatureSubject } from '@stroma/contracts';
import { ApiError } from '@stroma/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { PenLine } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';
import { Button } from '../button.tsx';
import { Dialog, DialogContent } from '../dialog.tsx';
import { Field, Input, Select } from '../field.tsx';
import { FormEnd } from '../form-end.tsx';

/** Signs a record as it was shown: the signer says what it means and proves who they are. */
export function SignButton({
  subject,
  meaning = 'reviewed',
}: {
  subject: SignatureSubject;
  /** What is offered first. */
  meaning?: SignatureMeaning;
}) {
  const { t } = useTranslation('signatures');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        <PenLine size={14} aria-hidden />
        {t('sign')}
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        {open ? <SignDialog subject={subject} asked={meaning} onDone={() => setOpen(false)} /> : null}
      </Dialog>
    </>
  );
}

function SignDialog({
  subject,
  asked,
  onDone,
}: {
  subject: SignatureSubject;
  asked: SignatureMeaning;
  onDone: () => void;
}) {
  const { t } = useTranslation('signatures');
  const queries = useQueryClient();
  const [meaning, setMeaning] = useState<SignatureMeaning>(asked);
  const [comment, setComment] = useState('');
  const [secret, setSecret] = useState('');
  const { kind, id, label } = subject.object;
  const sign = useMutation({
    mutationFn: () => {
      const isCode = /^\d{3}\s?\d{3}$/.test(secret.trim());
      return client.signatures.sign({
        body: {
          object: { kind, id },
          content_sha256: subject.content_sha256,
          meaning,
          comment,
          time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          ...(isCode ? { code: secret } : { password: secret }),
        },
      });
    },
    onSuccess: () => {
      toast(t('signed', { meaning: t(`word_${meaning}`) }));
      void queries.invalidateQueries({ queryKey: queryKeys.signatures({ kind, id }) });
      onDone();
    },
    onError: () => setSecret(''),
  });
  const wrong = sign.error instanceof ApiError && sign.error.code === 'WRONG_CREDENTIALS';
  return (
    <DialogContent title={t('sign_title', { label })} description={t('sign_text')}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          // A portal's events reach the form it stands in.
          event.stopPropagation();
          sign.mutate();
        }}
      >
        <div>
          <p className="font-medium">{t('content')}</p>
          <code className="font-mono text-small text-ink-soft wrap-anywhere">{subject.content_sha256}</code>
        </div>
        <Field label={t('meaning')}>
          {(field) => (
            <Select
              {...field}
              value={meaning}
              onChange={({ target }) => setMeaning(target.value as SignatureMeaning)}
            >
              {(['authored', 'reviewed', 'approved'] as const).map((each) => (
                <option key={each} value={each}>
                  {t(`meaning_${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('comment')} hint={t('comment_hint')}>
          {(field) => (
            <Input
              {...field}
              maxLength={1000}
              value={comment}
              onChange={({ target }) => setComment(target.value)}
            />
          )}
        </Field>
        <Field label={t('proof')} hint={t('proof_hint')} error={wrong ? t('proof_wrong') : null}>
          {(field) => (
            <Input
              {...field}
              type="password"
              autoComplete="current-password"
              required
              value={secret}
              onChange={({ target }) => setSecret(target.value)}
            />
          )}
        </Field>
        <FormEnd
          error={wrong ? null : sign.error}
          button={t('sign')}
          disabled={secret === '' || sign.isPending}
          onCancel={onDone}
        />
      </form>
    </DialogContent>
  );
}
