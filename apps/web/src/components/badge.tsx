import clsx from 'clsx';
import type { ReactNode } from 'react';

const tones = {
  none: '-mx-1.5 text-ink-soft',
  plain: 'bg-hover text-ink-soft',
  accent: 'bg-accent-soft text-accent',
  info: 'bg-info-soft text-info',
  warning: 'bg-warning-soft text-warning',
  critical: 'bg-critical-soft text-critical',
  good: 'bg-good-soft text-good',
} as const;

export function Badge({ tone = 'plain', children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 items-center gap-1 rounded px-1.5 text-small whitespace-nowrap',
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}
