import type { DatasetProfile } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { panelClass } from '../../../components/page.tsx';
import { formatFixed } from '../../../lib/format.ts';

/** Pairs of columns by strength, on a scale from -1 to 1. */
export function Correlations({ correlations }: { correlations: DatasetProfile['correlations'] }) {
  const { t } = useTranslation('dataset');
  return (
    <section className={`${panelClass} p-4`}>
      <h2 className="text-section font-semibold">{t('correlations')}</h2>
      <p className="text-small text-ink-faint">
        {t(correlations.length === 0 ? 'correlations_none' : 'correlations_hint')}
      </p>
      <ul className="mt-2 grid gap-1 empty:hidden">
        {correlations.slice(0, 8).map(({ a, b, r, n }) => (
          <li
            key={`${a} ${b}`}
            title={`n = ${n}`}
            className="grid grid-cols-[minmax(0,1fr)_6rem_3rem] items-center gap-3"
          >
            <span className="truncate" title={`${a} × ${b}`}>
              {a} <span className="text-ink-faint">×</span> {b}
            </span>
            <span className="relative h-3 bg-hover">
              <span className="absolute inset-y-0 start-1/2 w-px bg-line-strong" />
              <span
                className="absolute inset-y-0"
                style={{
                  insetInlineStart: r < 0 ? `${50 + r * 50}%` : '50%',
                  width: `${Math.abs(r) * 50}%`,
                  background: r < 0 ? 'light-dark(#D55E00, #E69F00)' : 'light-dark(#0072B2, #56B4E9)',
                }}
              />
            </span>
            <span className="text-end">{formatFixed(r, 2)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
