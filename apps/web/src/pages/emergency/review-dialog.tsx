import type { EmergencyAccess } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { Field, inputClass } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { client } from '../../lib/client.ts';
import { queryKeys } from '../../lib/query-keys.ts';

export function ReviewDialog({ emergency, onClose }: { emergency: EmergencyAccess; onClose: () => void }) {
  const { t } = useTranslation('emergency');
  const queryClient = useQueryClient();
  const [note, setNote] = useState('');
  const review = useMutation({
    mutationFn: (justified: boolean) =>
      client.breakGlass.review({
        params: { id: emergency.emergency_id },
        body: { justified, note: note.trim() },
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.emergencies });
      onClose();
    },
  });
  const blocked = note.trim() === '' || review.isPending;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('review_title', { name: emergency.user_name })} description={emergency.reason}>
        <div className="grid grid-cols-1 gap-4">
          <Field label={t('note')} hint={t('note_hint')}>
            {(props) => (
              <textarea
                {...props}
                rows={4}
                maxLength={2000}
                value={note}
                onChange={({ target }) => setNote(target.value)}
                className={`${inputClass} h-auto py-1.5`}
              />
            )}
          </Field>
          {review.error && <ErrorNotice error={review.error} />}
          <div className="flex flex-wrap justify-end gap-2">
            <Button look="danger" disabled={blocked} onClick={() => review.mutate(false)}>
              {t('unjustified')}
            </Button>
            <Button look="primary" disabled={blocked} onClick={() => review.mutate(true)}>
              {t('justified')}
            </Button>
          </div>
        </div>
      </DialogContent>
    </Dialog>
  );
}
