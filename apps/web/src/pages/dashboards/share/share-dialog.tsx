import type { BoardState } from '@stroma/contracts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { copyText } from '../../../lib/copy.ts';
import { EmbedForm, LinkForm } from './share-forms.tsx';
import { ShareList } from './share-list.tsx';

/** Links and frames of a dashboard: makes one, shows it once, ends those there are. */
export function ShareDialog({
  dashboardId,
  state,
  open,
  onClose,
}: {
  dashboardId: string;
  /** What the board is narrowed to now: what a link opens with. */
  state: BoardState;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation('leaving');
  const [kind, setKind] = useState<'link' | 'embed'>('link');
  const [made, setMade] = useState<{ text: string; note: string } | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog open={open} onOpenChange={(now) => now || close()}>
      <DialogContent side title={t('share')} description={t('share_text')}>
        <div className="grid gap-6">
          {made === null ? (
            <div className="grid gap-4">
              <div>
                <Segmented
                  label={t('share_kind')}
                  value={kind}
                  onChange={setKind}
                  options={[
                    { value: 'link', label: t('link') },
                    { value: 'embed', label: t('embed') },
                  ]}
                />
              </div>
              {kind === 'link' ? (
                <LinkForm
                  dashboardId={dashboardId}
                  state={state}
                  onMade={(url) => setMade({ text: url, note: t('link_once') })}
                />
              ) : (
                <EmbedForm
                  dashboardId={dashboardId}
                  state={state}
                  onMade={(html) => setMade({ text: html, note: t('embed_once') })}
                />
              )}
            </div>
          ) : (
            <div className="grid gap-3">
              <Notice tone="warning">{made.note}</Notice>
              <code
                data-made-share
                className="block max-h-40 overflow-y-auto rounded-md border border-line bg-sunken p-3 font-mono text-small wrap-anywhere select-all"
              >
                {made.text}
              </code>
              <div className="flex justify-end gap-2">
                <Button onClick={() => void copyText(made.text)}>{t('copy')}</Button>
                <Button look="primary" onClick={() => setMade(null)}>
                  {t('done')}
                </Button>
              </div>
            </div>
          )}
          <ShareList dashboardId={dashboardId} />
        </div>
      </DialogContent>
    </Dialog>
  );
}
