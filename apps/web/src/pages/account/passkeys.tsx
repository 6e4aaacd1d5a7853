import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { useProof } from '../../components/proof.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';
import { AddPasskeyForm } from './add-passkey-form.tsx';
import { ProofLine } from './proof-line.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

export function Passkeys() {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const withProof = useProof();
  const [open, setOpen] = useState<'add' | string[] | null>(null);
  const passkeys = useQuery({
    queryKey: queryKeys.passkeys,
    queryFn: ({ signal }) => client.passkeys.list({ signal }),
  });
  const reload = () => queryClient.invalidateQueries({ queryKey: queryKeys.identity });
  const begin = useMutation({
    mutationFn: () => withProof(() => client.passkeys.registrationOptions()),
    onSuccess: () => setOpen('add'),
  });
  const remove = useMutation({
    mutationFn: (id: string) => withProof(() => client.passkeys.remove({ params: { id } })),
    onSuccess: () => {
      toast(t('passkey_removed'));
      void reload();
    },
  });
  const failed = begin.error ?? remove.error;
  return (
    <Section
      title={t('passkeys')}
      actions={
        <Button size="small" disabled={begin.isPending} onClick={() => begin.mutate()}>
          {t('passkey_add')}
        </Button>
      }
    >
      {failed ? <ErrorNotice error={failed} /> : null}
      {passkeys.error ? (
        <ErrorNotice error={passkeys.error} onRetry={() => void passkeys.refetch()} />
      ) : passkeys.isPending ? (
        <SkeletonRows rows={1} className="h-14" />
      ) : passkeys.data.items.length === 0 ? (
        <EmptyState icon={KeyRound} title={t('passkey_none')}>
          {t('passkey_none_text')}
        </EmptyState>
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {passkeys.data.items.map((each) => (
            <ProofLine
              key={each.passkey_id}
              icon={KeyRound}
              name={each.name}
              mark={each.backed_up ? t('passkey_synced') : null}
              lastUsedAt={each.last_used_at}
              busy={remove.isPending}
              onRemove={() => remove.mutate(each.passkey_id)}
            />
          ))}
        </ul>
      )}
      <Dialog open={open !== null} onOpenChange={(next) => next || setOpen(null)}>
        {open === null ? null : (
          <DialogContent title={t(open === 'add' ? 'passkey_add' : 'recovery_heading')}>
            {open === 'add' ? (
              <AddPasskeyForm
                onAdded={(codes) => {
                  void reload();
                  toast(t('passkey_added'));
                  setOpen(codes);
                }}
              />
            ) : (
              <RecoveryCodes codes={open} onDone={() => setOpen(null)} />
            )}
          </DialogContent>
        )}
      </Dialog>
    </Section>
  );
}
