import type { IngestOverridesInput, UploadRecord } from '@stroma/contracts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogContent } from '../../components/dialog.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { decisionOrder, decisionsFor } from '../dataset/decisions/decision-choices.ts';
import { DecisionControl } from '../dataset/decisions/decision-control.tsx';
import { useReadAgain } from './unread-files.ts';

/** Sets how a file is to be read that could not be read, and begins it. */
export function ReadAgainDialog({
  file,
  onStarted,
  onClose,
}: {
  file: UploadRecord;
  onStarted: (jobId: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('dataset');
  const { t: common } = useTranslation();
  const [draft, setDraft] = useState<IngestOverridesInput>(file.overrides);
  const read = useReadAgain(file, (jobId) => {
    onStarted(jobId);
    onClose();
  });
  const names = decisionsFor(draft.format);
  // What no control here shows, such as the types of columns, stays as it was given.
  const fits = (name: string) =>
    names.some((each) => each === name) || !decisionOrder.some((each) => each === name);
  const chosen: IngestOverridesInput = Object.fromEntries(
    Object.entries(draft).filter(([name, value]) => value !== undefined && fits(name)),
  );
  const changed = JSON.stringify(chosen) !== JSON.stringify(file.overrides);
  const start = (event: FormEvent) => {
    event.preventDefault();
    read.mutate(chosen);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t('again_title', { name: file.file_name })} description={t('again_intro')}>
        <form onSubmit={start} className="grid grid-cols-1 gap-6">
          {file.error && (
            <Notice tone="plain" title={t('again_failed')}>
              {file.error.message}
            </Notice>
          )}
          <fieldset disabled={read.isPending} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
            <legend className="sr-only">{t('decisions_title')}</legend>
            {names.map((name) => (
              <div key={name} className="grid content-start gap-1" data-decision={name}>
                <span aria-hidden className="font-medium">
                  {t(`decision_${name}`)}
                </span>
                <DecisionControl
                  name={name}
                  label={t(`decision_${name}`)}
                  value={draft[name]}
                  tables={[]}
                  undecided={t('again_undecided')}
                  onChange={(value) => setDraft((before) => ({ ...before, [name]: value }))}
                />
              </div>
            ))}
          </fieldset>
          <footer className="sticky -bottom-6 -mx-6 -mb-6 grid gap-3 rounded-b-lg border-t border-line bg-surface px-6 py-4">
            {read.error && <ErrorNotice error={read.error} />}
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={onClose}>{common('cancel')}</Button>
              <Button type="submit" look="primary" disabled={!changed || read.isPending}>
                {t('read_again')}
              </Button>
            </div>
          </footer>
        </form>
      </DialogContent>
    </Dialog>
  );
}
