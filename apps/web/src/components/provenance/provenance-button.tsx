import { GitFork } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button, type ButtonLook } from '../button.tsx';
import { Dialog, DialogContent, DialogTrigger } from '../dialog.tsx';
import { ProvenanceView } from './provenance-view.tsx';

/** Opens where a result came from. */
export function ProvenanceButton({
  id,
  onRunAgain,
  ...look
}: { id: string | null; onRunAgain?: (() => void) | undefined } & ButtonLook) {
  const { t } = useTranslation();
  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button {...look}>
          <GitFork size={look.size === 'small' ? 14 : 16} aria-hidden />
          {t('provenance')}
        </Button>
      </DialogTrigger>
      <DialogContent side title={t('provenance')} description={t('provenance_intro')}>
        {id === null ? (
          <p className="text-ink-soft">{t('provenance_none')}</p>
        ) : (
          <ProvenanceView id={id} onRunAgain={onRunAgain} />
        )}
      </DialogContent>
    </Dialog>
  );
}
