import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MessageSquare, ShieldCheck, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { panelClass, Section } from '../../components/page.tsx';
import { useProof } from '../../components/proof.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { toast } from '../../lib/toasts.ts';
import { ProofLine } from './proof-line.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SmsSetUp } from './sms-set-up.tsx';
import { TotpSetUp } from './totp-set-up.tsx';

type Open = { kind: 'totp' | 'sms' } | { kind: 'codes'; codes: string[] } | null;

export function SecondFactors() {
  const { t } = useTranslation('account');
  const queryClient = useQueryClient();
  const withProof = useProof();
  const [open, setOpen] = useState<Open>(null);
  const factors = useQuery({
    queryKey: queryKeys.secondFactors,
    queryFn: ({ signal }) => client.secondFactors.list({ signal }),
  });
  const reload = () => queryClient.invalidateQueries({ queryKey: queryKeys.identity });
  const begin = useMutation({
    mutationFn: async (kind: 'totp' | 'sms') => {
      // Asks for a proof first, so that the dialog of the set-up does not stand in its way.
      await withProof(() => client.passkeys.registrationOptions());
      return kind;
    },
    onSuccess: (kind) => setOpen({ kind }),
  });
  const renew = useMutation({
    mutationFn: () => withProof(() => client.secondFactors.renewRecoveryCodes()),
    onSuccess: ({ recovery_codes }) => {
      setOpen({ kind: 'codes', codes: recovery_codes });
      void reload();
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => withProof(() => client.secondFactors.remove({ params: { id } })),
    onSuccess: () => {
      toast(t('second_removed'));
      void reload();
    },
  });
  const added = (codes: string[] | null) => {
    void reload();
    toast(t('second_added'));
    setOpen(codes === null ? null : { kind: 'codes', codes });
  };
  const items = factors.data?.items.filter(({ kind }) => kind !== 'passkey') ?? [];
  const failed = begin.error ?? renew.error ?? remove.error;
  return (
    <Section
      title={t('second_factors')}
      note={factors.data?.required ? t('second_required') : undefined}
      actions={
        factors.data ? (
          <>
            {factors.data.sms_available ? (
              <Button size="small" disabled={begin.isPending} onClick={() => begin.mutate('sms')}>
                {t('second_add_sms')}
              </Button>
            ) : null}
            <Button size="small" disabled={begin.isPending} onClick={() => begin.mutate('totp')}>
              {t('second_add_totp')}
            </Button>
          </>
        ) : null
      }
    >
      {failed ? <ErrorNotice error={failed} /> : null}
      {factors.error ? (
        <ErrorNotice error={factors.error} onRetry={() => void factors.refetch()} />
      ) : factors.isPending ? (
        <SkeletonRows rows={2} className="h-14" />
      ) : items.length === 0 ? (
        <EmptyState icon={ShieldCheck} title={t('second_none')}>
          {t('second_none_text')}
        </EmptyState>
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {items.map((factor) => (
            <ProofLine
              key={factor.method_id}
              icon={factor.kind === 'sms' ? MessageSquare : Smartphone}
              name={factor.name}
              mark={t(`kind_${factor.kind}`)}
              lastUsedAt={factor.last_used_at}
              busy={remove.isPending}
              onRemove={() => remove.mutate(factor.method_id)}
            />
          ))}
        </ul>
      )}
      {factors.data && factors.data.items.length > 0 ? (
        <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
          <p className="text-ink-soft">{t('recovery_left', { count: factors.data.recovery_codes_left })}</p>
          <Button size="small" disabled={renew.isPending} onClick={() => renew.mutate()}>
            {t('recovery_renew')}
          </Button>
        </div>
      ) : null}
      {factors.data && factors.data.items.length > 0 && factors.data.recovery_codes_left < 3 ? (
        <div className="mt-3">
          <Notice tone="warning">{t('recovery_few')}</Notice>
        </div>
      ) : null}
      <Dialog open={open !== null} onOpenChange={(next) => next || setOpen(null)}>
        {open === null ? null : (
          <DialogContent title={t(open.kind === 'codes' ? 'recovery_heading' : `second_add_${open.kind}`)}>
            {open.kind === 'totp' ? <TotpSetUp onAdded={added} /> : null}
            {open.kind === 'sms' ? <SmsSetUp onAdded={added} /> : null}
            {open.kind === 'codes' ? <RecoveryCodes codes={open.codes} onDone={() => setOpen(null)} /> : null}
          </DialogContent>
        )}
      </Dialog>
    </Section>
  );
}
