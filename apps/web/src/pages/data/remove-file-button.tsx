import type { UploadRecord } from '@stroma/contracts';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { usePermission } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { useRemoveFile } from './unread-files.ts';

/** Removes a raw file once the person has said so twice: it cannot be brought back. */
export function RemoveFileButton({ file, onRemoved }: { file: UploadRecord; onRemoved: () => void }) {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  const [open, setOpen] = useState(false);
  const name = file.file_name;
  const remove = useRemoveFile(() => {
    toast(t('removed', { name }));
    onRemoved();
  });
  if (!usePermission('datasets:delete')) return null;
  return (
    <>
      <IconButton icon={Trash2} label={t('remove_of', { name })} onClick={() => setOpen(true)} />
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent title={t('remove_title')} description={t('remove_text', { name })}>
          <div className="grid gap-4">
            {remove.error && <ErrorNotice error={remove.error} />}
            <div className="flex justify-end gap-2">
              <Button onClick={() => setOpen(false)}>{common('cancel')}</Button>
              <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate(file)}>
                {t('remove')}
              </Button>
            </div>
          </div>
        </DialogContent>
      </Dialog>
    </>
  );
}
