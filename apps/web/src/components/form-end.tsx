import { useTranslation } from 'react-i18next';
import { Button, type ButtonLook } from './button.tsx';
import { ErrorNotice } from './notice.tsx';

/** The end of a form in a dialog: what went wrong, the way out without a change, and what the form is there for. */
export function FormEnd({
  error = null,
  button,
  look = 'primary',
  disabled = false,
  onCancel,
}: {
  error?: unknown;
  button: string;
  look?: ButtonLook['look'];
  disabled?: boolean;
  onCancel: () => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t('cancel')}</Button>
        <Button type="submit" look={look} disabled={disabled}>
          {button}
        </Button>
      </div>
    </>
  );
}
