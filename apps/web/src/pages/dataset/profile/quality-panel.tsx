import type { DatasetProfile } from '@stroma/contracts';
import { CircleHelp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { panelClass } from '../../../components/page.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../../../components/popover.tsx';
import { formatCount, formatPercent } from '../../../lib/format.ts';

const parts = ['completeness', 'uniqueness', 'validity', 'consistency'] as const;

/** The score and the four shares it is made of. */
export function QualityPanel({ profile, rejectedRows }: { profile: DatasetProfile; rejectedRows: number }) {
  const { t } = useTranslation('dataset');
  const { quality } = profile;
  const missing = profile.columns.reduce((sum, { nulls }) => sum + nulls, 0);
  const counts = [
    ['missing_cells', missing],
    ['duplicate_rows', profile.duplicate_rows],
    ['rejected_rows', rejectedRows],
  ] as const;
  return (
    <section className={`${panelClass} p-4`} aria-label={t('quality')}>
      <div className="flex items-center justify-between">
        <h2 className="text-section font-semibold">{t('quality')}</h2>
        <Popover>
          <PopoverTrigger asChild>
            <button
              type="button"
              className="inline-flex items-center gap-1 rounded text-small text-ink-soft hover:text-ink"
            >
              <CircleHelp size={14} aria-hidden />
              {t('quality_how')}
            </button>
          </PopoverTrigger>
          <PopoverContent label={t('quality_how')} align="end">
            <p className="text-ink-soft">{t('quality_formula')}</p>
          </PopoverContent>
        </Popover>
      </div>
      <p className="mt-2 flex items-baseline gap-2">
        <span className="text-figure font-semibold">{Math.round(quality.score * 100)}</span>
        <span className="text-ink-faint">{t('quality_of')}</span>
      </p>
      <dl className="mt-2 grid gap-2">
        {parts.map((part) => (
          <div key={part} className="grid grid-cols-[7rem_1fr_3.5rem] items-center gap-2">
            <dt className="text-ink-soft">{t(`quality_${part}`)}</dt>
            <dd className="col-span-2 grid grid-cols-subgrid items-center">
              <span className="h-1.5 overflow-hidden rounded-full bg-hover">
                <span className="block h-full bg-accent" style={{ width: `${quality[part] * 100}%` }} />
              </span>
              <span className="text-end">{formatPercent(quality[part])}</span>
            </dd>
          </div>
        ))}
      </dl>
      <dl className="mt-4 grid gap-1 border-t border-line pt-3">
        {counts.map(([name, count]) => (
          <div key={name} className="flex justify-between">
            <dt className="text-ink-soft">{t(name)}</dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
