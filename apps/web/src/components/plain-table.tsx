import clsx from 'clsx';
import type { ReactNode } from 'react';
import { panelClass } from './page.tsx';

export const cellClass = 'px-3 py-2 align-middle sm:px-4';
export const numberClass = 'px-3 py-2 text-end align-middle whitespace-nowrap sm:px-4';

export interface Heading {
  label: string;
  /** On which widths it stands, and how: the classes its cells have too. */
  className?: string;
  /** Read, not shown: the column of buttons. */
  unseen?: boolean;
}

/** A table of a page: its frame and head. It scrolls in itself where it is wider than its place. */
export function PlainTable({
  headings,
  label,
  children,
}: {
  headings: readonly Heading[];
  label: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      className={`${panelClass} relative overflow-x-auto`}
    >
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-small text-ink-soft">
            {headings.map(({ label: text, className, unseen = false }) => (
              <th key={text} scope="col" className={clsx(className ?? cellClass)}>
                {unseen ? <span className="sr-only">{text}</span> : text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </section>
  );
}
