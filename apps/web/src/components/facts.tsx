import type { ReactNode } from 'react';
import { panelClass } from './page.tsx';

/** Names and values, one pair a line. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={`${panelClass} divide-y divide-line`}>
      {facts.map(([name, value]) => (
        <div key={name} className="flex min-h-10 flex-wrap items-center justify-between gap-x-6 px-4 py-2">
          <dt className="text-ink-soft">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
