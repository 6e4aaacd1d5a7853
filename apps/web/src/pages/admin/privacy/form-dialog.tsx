import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { Field, inputClass } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';

/** A dialog with fields and one button, which stays with what went wrong until it went well. */
export function FormDialog({
  title,
  text,
  button,
  danger = false,
  ready,
  run,
  onClose,
  children,
}: {
  title: string;
  text?: string;
  button: string;
  danger?: boolean;
  ready: boolean;
  run: () => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}) {
  const work = useMutation({ mutationFn: run, onSuccess: onClose });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={title} {...(text !== undefined && { description: text })}>
        <form
          className="grid grid-cols-1 gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) work.mutate();
          }}
        >
          {children}
          {work.error && <ErrorNotice error={work.error} />}
          <div className="flex justify-end">
            <Button type="submit" look={danger ? 'danger' : 'primary'} disabled={!ready || work.isPending}>
              {button}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** Several lines of text. */
export function TextArea({
  label,
  hint,
  value,
  rows = 3,
  onChange,
}: {
  label: string;
  hint?: string;
  value: string;
  rows?: number;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint}>
      {(props) => (
        <textarea
          {...props}
          rows={rows}
          maxLength={5000}
          value={value}
          onChange={({ target }) => onChange(target.value)}
          className={`${inputClass} h-auto py-1.5`}
        />
      )}
    </Field>
  );
}

/** What stands on lines of their own. */
export const linesOf = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];
