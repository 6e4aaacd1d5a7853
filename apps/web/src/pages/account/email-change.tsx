import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { EmailField, EntryForm } from '../../components/entry-form.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useProof } from '../../components/proof.tsx';
import { client } from '../../lib/client.ts';
import { formatTime } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';

/** The address, a button to change it, and a change that waits for its confirmation. */
export function EmailAddress({ email }: { email: string }) {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const { data, error } = useQuery({
    queryKey: queryKeys.emailChange,
    queryFn: ({ signal }) => client.emailChange.state({ signal }),
  });
  const withdraw = useMutation({
    mutationFn: () => client.emailChange.withdraw(),
    onSuccess: async () => {
      toast(t('email_withdrawn'));
      await queryClient.invalidateQueries({ queryKey: queryKeys.emailChange });
    },
  });
  const pending = data?.pending ?? null;
  const keeper = data?.managed_by ?? null;
  return (
    <div className="grid justify-items-end gap-2">
      <span className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
        <span className="wrap-anywhere">{email}</span>
        {data !== undefined && keeper === null && (
          <Button size="small" onClick={() => setOpen(true)}>
            {t('email_change')}
          </Button>
        )}
      </span>
      {keeper !== null && <span className="text-small text-ink-faint">{t(`email_kept_${keeper}`)}</span>}
      {pending !== null && (
        <Notice
          tone="info"
          title={t('email_waits', { email: pending.email })}
          action={
            <Button size="small" disabled={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {t('email_withdraw')}
            </Button>
          }
        >
          {t('email_waits_text', { until: formatTime(pending.expires_at) })}
        </Notice>
      )}
      {error ? <ErrorNotice error={error} /> : null}
      {withdraw.error ? <ErrorNotice error={withdraw.error} /> : null}
      <Dialog open={open} onOpenChange={setOpen}>
        {open && <ChangeDialog onDone={() => setOpen(false)} />}
      </Dialog>
    </div>
  );
}

function ChangeDialog({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const withProof = useProof();
  const [email, setEmail] = useState('');
  const ask = useMutation({
    mutationFn: () => withProof(() => client.emailChange.request({ body: { email } })),
    onSuccess: (state) => {
      queryClient.setQueryData(queryKeys.emailChange, state);
      onDone();
    },
  });
  return (
    <DialogContent title={t('email_change_title')} description={t('email_change_text')}>
      <EntryForm sending={ask} button={t('email_change_submit')}>
        <EmailField autoFocus value={email} onChange={setEmail} />
      </EntryForm>
    </DialogContent>
  );
}
