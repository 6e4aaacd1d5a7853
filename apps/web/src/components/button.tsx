import clsx from 'clsx';
import type { ComponentProps } from 'react';

const looks = {
  primary:
    'bg-accent-fill text-accent-on-fill hover:bg-accent-fill-hover border border-transparent font-medium disabled:opacity-50',
  secondary:
    'bg-surface border border-line hover:bg-hover text-ink disabled:text-ink-faint disabled:hover:bg-surface',
  quiet:
    'border border-transparent text-ink-soft hover:bg-hover hover:text-ink disabled:text-ink-faint disabled:hover:bg-transparent',
  danger: 'bg-surface border border-line text-critical hover:bg-critical-soft disabled:opacity-50',
} as const;

const sizes = { small: 'h-7 px-2 text-small', normal: 'h-8 px-3 text-body', icon: 'size-8' } as const;

export interface ButtonLook {
  look?: keyof typeof looks;
  size?: keyof typeof sizes;
}

/** The classes of a button, for links that look like one. */
export function buttonClass({ look = 'secondary', size = 'normal' }: ButtonLook, more?: string): string {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-2 rounded-md whitespace-nowrap select-none transition-colors duration-100',
    looks[look],
    sizes[size],
    more,
  );
}

export function Button({ look, size, className, ...props }: ComponentProps<'button'> & ButtonLook) {
  return (
    <button
      type="button"
      {...props}
      className={buttonClass({ ...(look && { look }), ...(size && { size }) }, className)}
    />
  );
}
