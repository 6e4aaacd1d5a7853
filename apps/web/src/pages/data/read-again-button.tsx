import type { UploadRecord } from '@stroma/contracts';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { withTexts } from '../../lib/i18n.ts';
import { usePermission } from '../../lib/session.ts';

export const ReadAgainDialog = lazy(async () => {
  const { ReadAgainDialog: dialog } = await withTexts(import('./read-again-dialog.tsx'));
  return { default: dialog };
});

/** Opens the decisions for a file that could not be read. */
export function ReadAgainButton({
  file,
  onStarted,
}: {
  file: UploadRecord;
  onStarted: (jobId: string) => void;
}) {
  const { t } = useTranslation('data');
  const [open, setOpen] = useState(false);
  if (!usePermission('datasets:write')) return null;
  return (
    <>
      <Button
        size="small"
        aria-label={t('read_again_of', { name: file.file_name })}
        onClick={() => setOpen(true)}
      >
        {t('read_again')}
      </Button>
      {open && (
        <Suspense>
          <ReadAgainDialog file={file} onStarted={onStarted} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
