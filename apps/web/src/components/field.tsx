import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';

export const inputClass =
  'h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2 text-body text-ink placeholder:text-ink-faint disabled:bg-sunken disabled:text-ink-faint aria-invalid:border-critical';

/** A labelled control; hint and error are read with it. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  children: (props: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-hint`, 'aria-invalid': Boolean(error) })}
      <p
        id={`${id}-hint`}
        className={clsx('text-small empty:hidden', error ? 'text-critical' : 'text-ink-faint')}
      >
        {error || hint}
      </p>
    </div>
  );
}

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input {...props} className={clsx(inputClass, className)} />;
}

/** A labelled line of text. */
export function TextField({
  label,
  hint,
  error = null,
  onText,
  ...input
}: Omit<ComponentProps<'input'>, 'onChange'> & {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  onText: (text: string) => void;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => <Input {...props} {...input} onChange={({ target }) => onText(target.value)} />}
    </Field>
  );
}

export function Select({ className, ...props }: ComponentProps<'select'>) {
  return (
    <span className={clsx('relative block w-full min-w-0', className)}>
      <select {...props} className={clsx(inputClass, 'appearance-none truncate pe-7')} />
      <ChevronDown
        size={14}
        aria-hidden
        className="pointer-events-none absolute end-2 top-2.5 text-ink-faint"
      />
    </span>
  );
}
