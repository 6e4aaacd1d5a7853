import type { ReactNode } from 'react';
import { panelClass } from '../../components/page.tsx';

/** A few numbers side by side. */
export function Figures({ figures }: { figures: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={`${panelClass} grid grid-cols-2 gap-x-6 gap-y-3 p-4 sm:grid-cols-3 lg:grid-cols-5`}>
      {figures.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-small text-ink-faint">{name}</dt>
          <dd className="tabular-nums wrap-anywhere">{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
