import clsx from 'clsx';
import type { ReactNode } from 'react';
import { useDocumentTitle } from '../lib/document-title.ts';

/** A page's title, what it is, and its actions; the content below. */
export function Page({
  title,
  heading,
  intro,
  actions,
  wide = false,
  children,
}: {
  title: string;
  /** Stands in place of the title where it shall be more than text. */
  heading?: ReactNode;
  intro?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  useDocumentTitle(title);
  return (
    <div className={clsx('mx-auto w-full px-4 pt-6 pb-16 sm:px-8', wide ? 'max-w-[100rem]' : 'max-w-6xl')}>
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-title font-semibold wrap-anywhere">{heading ?? title}</h1>
          {intro && <div className="mt-1 max-w-prose text-ink-soft">{intro}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      <div className="mt-6">{children}</div>
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  note,
  actions,
  children,
  className,
}: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={clsx('min-w-0', className)}>
      <div className="mb-3 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h2 className="text-section font-semibold">{title}</h2>
          {note && <p className="text-small text-ink-faint">{note}</p>}
        </div>
        {actions && <div className="flex max-w-full min-w-0 flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

export const panelClass = 'rounded-lg border border-line bg-surface';
