import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogContent } from './dialog.tsx';
import { Field, inputClass } from './field.tsx';
import { FormEnd } from './form-end.tsx';

/** Asks before something is done that is not taken back with one click; with a reason where one goes on record. */
export function ConfirmDialog({
  title,
  text,
  button,
  danger = false,
  reason: reasonAsked,
  reasonHint,
  shortestReason = 3,
  ready = true,
  run,
  onClose,
  children,
}: {
  title: string;
  text: string;
  button: string;
  danger?: boolean;
  /** Label of the reason; absent: none is asked for. */
  reason?: string;
  reasonHint?: string;
  /** Characters the reason has at least. */
  shortestReason?: number;
  ready?: boolean;
  run: (reason: string) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const given = reason.trim();
  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      await run(given);
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={title} description={text}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          {children}
          {reasonAsked === undefined ? null : (
            <Field label={reasonAsked} hint={reasonHint ?? t('reason_hint')}>
              {(props) => (
                <textarea
                  {...props}
                  required
                  rows={3}
                  maxLength={500}
                  value={reason}
                  onChange={({ target }) => setReason(target.value)}
                  className={`${inputClass} h-auto py-1.5`}
                />
              )}
            </Field>
          )}
          <FormEnd
            error={error}
            button={button}
            look={danger ? 'danger' : 'primary'}
            disabled={busy || !ready || (reasonAsked !== undefined && given.length < shortestReason)}
            onCancel={onClose}
          />
        </form>
      </DialogContent>
    </Dialog>
  );
}
