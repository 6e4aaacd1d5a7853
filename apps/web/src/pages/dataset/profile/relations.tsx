import type { DatasetProfile } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { KeyRound, Link2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { panelClass } from '../../../components/page.tsx';
import { formatPercent } from '../../../lib/format.ts';

/** Keys of the table and its bridges to other tables. */
export function Relations({ profile }: { profile: DatasetProfile }) {
  const { t } = useTranslation('dataset');
  return (
    <section className={`${panelClass} grid content-start gap-4 p-4`}>
      <div>
        <h2 className="text-section font-semibold">{t('candidate_keys')}</h2>
        {profile.candidate_keys.length === 0 ? (
          <p className="mt-1 text-ink-soft">{t('candidate_keys_none')}</p>
        ) : (
          <>
            <p className="text-small text-ink-faint">{t('candidate_keys_hint')}</p>
            <ul className="mt-2 flex flex-wrap gap-2">
              {profile.candidate_keys.slice(0, 8).map((key) => (
                <li key={key.join()} className="flex items-center gap-1.5">
                  <KeyRound size={14} aria-hidden className="text-accent" />
                  <code className="font-mono text-small">{key.join(' + ')}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div>
        <h2 className="text-section font-semibold">{t('joins')}</h2>
        <p className="text-small text-ink-faint">
          {t(profile.candidate_joins.length === 0 ? 'joins_none' : 'joins_hint')}
        </p>
        <ul className="mt-2 grid gap-2 empty:hidden">
          {profile.candidate_joins.slice(0, 8).map((join) => (
            <li key={`${join.column} ${join.other_dataset_id} ${join.other_column}`} className="flex gap-2">
              <Link2 size={14} aria-hidden className="mt-1 shrink-0 text-accent" />
              <div className="min-w-0">
                <p className="flex flex-wrap items-center gap-2">
                  <Link
                    to="/data/$datasetId"
                    params={{ datasetId: join.other_dataset_id }}
                    className="rounded font-medium text-accent hover:underline"
                  >
                    {join.other_name}
                  </Link>
                  <Badge>{t(`kind_${join.kind}`)}</Badge>
                </p>
                <p className="text-small text-ink-soft">
                  {t('join_line', {
                    overlap: formatPercent(join.overlap, 0),
                    column: join.column,
                    other_column: join.other_column,
                  })}
                </p>
              </div>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
