import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { endStepUp } from '../../lib/step-up.ts';
import { Dialog } from '../dialog.tsx';
import { ProofDialog } from '../proof.tsx';

/** Stands over the page while the session waits for a proof; then everything is asked for again. */
export default function StepUpDialog() {
  const { t } = useTranslation('security');
  const queries = useQueryClient();
  const proven = () => {
    endStepUp();
    void queries.invalidateQueries();
  };
  return (
    <Dialog open onOpenChange={(open) => open || endStepUp()}>
      <ProofDialog onProven={proven} title={t('step_up_title')} text={t('step_up_text')} />
    </Dialog>
  );
}
