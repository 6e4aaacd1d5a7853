import type { SignedIn } from '@stroma/contracts';
import { useMutation } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { passkeysWork, signInWithPasskey, wasCancelled } from '../../lib/passkeys.ts';

/** Signs in with a passkey, or finishes a sign-in with one. Not there where the browser knows none. */
export function PasskeyButton({
  challenge,
  onEntered,
}: {
  challenge?: string;
  onEntered: (answer: SignedIn) => void;
}) {
  const { t } = useTranslation('signIn');
  const signIn = useMutation({ mutationFn: () => signInWithPasskey(challenge), onSuccess: onEntered });
  if (!passkeysWork()) return null;
  return (
    <div className="mt-4 grid gap-3">
      <Button className="w-full" disabled={signIn.isPending} onClick={() => signIn.mutate()}>
        <Fingerprint size={14} aria-hidden />
        {t('passkey')}
      </Button>
      {signIn.error === null ? null : wasCancelled(signIn.error) ? (
        <Notice tone="info">{t('passkey_cancelled')}</Notice>
      ) : (
        <ErrorNotice error={signIn.error} />
      )}
    </div>
  );
}
