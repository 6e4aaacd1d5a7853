import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { client } from '../../../lib/client.ts';
import { toast } from '../../../lib/toasts.ts';

export function ReviewDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('compliance');
  const [note, setNote] = useState('');
  const review = useMutation({
    mutationFn: () => client.compliance.confirmReview({ body: { note: note.trim() } }),
    onSuccess: ({ members }) => {
      toast(t('review_done', { count: members }));
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('review_title')} description={t('review_text')}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            review.mutate();
          }}
        >
          <Field label={t('review_note')}>
            {(props) => (
              <Input
                {...props}
                maxLength={400}
                value={note}
                onChange={({ target }) => setNote(target.value)}
              />
            )}
          </Field>
          {review.error && <ErrorNotice error={review.error} />}
          <div className="flex justify-end">
            <Button type="submit" look="primary" disabled={note.trim() === '' || review.isPending}>
              {t('review_confirm')}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}
