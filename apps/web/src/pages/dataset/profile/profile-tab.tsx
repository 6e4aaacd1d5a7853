import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import clsx from 'clsx';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { Input } from '../../../components/field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass, Section } from '../../../components/page.tsx';
import type { Severity } from '../../../components/severity-mark.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { type DatasetPart, profileQuery } from '../shown-version.ts';
import { ColumnRow, profileGrid } from './column-row.tsx';
import { Correlations } from './correlations.tsx';
import { QualityPanel } from './quality-panel.tsx';
import { Relations } from './relations.tsx';

const route = getRouteApi('/frame/data/$datasetId');
const gravity: readonly Severity[] = ['critical', 'warning', 'info'];
const firstColumns = 60;

/** How good the data is: the whole table above, each column below. */
export function ProfileTab(part: DatasetPart) {
  const { t } = useTranslation('dataset');
  const { column: named } = route.useSearch();
  const { data: profile, error, refetch } = useQuery(profileQuery(part));
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(named === undefined ? [] : [named]));
  const [wanted, setWanted] = useState('');
  const [all, setAll] = useState(false);
  const loaded = profile !== undefined;
  useEffect(() => {
    if (named === undefined || !loaded) return;
    setOpen((now) => new Set([...now, named]));
    document.querySelector(`[data-column="${CSS.escape(named)}"]`)?.scrollIntoView({ block: 'center' });
  }, [named, loaded]);

  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (profile === undefined) {
    return (
      <div className="grid gap-4 lg:grid-cols-3">
        <Skeleton className="h-56" />
        <Skeleton className="h-56" />
        <Skeleton className="h-56" />
        <Skeleton className="h-96 lg:col-span-3" />
      </div>
    );
  }
  const found = profile.columns.filter(({ name }) =>
    name.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const shown = all ? found : found.filter(({ name }, index) => index < firstColumns || name === named);
  const toggle = (name: string) =>
    setOpen((now) => new Set(now.has(name) ? [...now].filter((each) => each !== name) : [...now, name]));
  const worstOf = (name: string) =>
    gravity.find((severity) =>
      profile.issues.some((issue) => issue.column === name && issue.severity === severity),
    ) ?? null;
  return (
    <div className="grid grid-cols-1 gap-8">
      <div className="grid grid-cols-1 items-stretch gap-4 lg:grid-cols-3">
        <QualityPanel profile={profile} rejectedRows={part.version.rejected_rows} />
        <Correlations correlations={profile.correlations} />
        <Relations profile={profile} />
      </div>
      <Section
        title={t('columns')}
        actions={
          profile.columns.length > 8 && (
            <div className="w-56">
              <Input
                type="search"
                aria-label={t('columns_find')}
                placeholder={t('columns_find')}
                value={wanted}
                onChange={(event) => setWanted(event.target.value)}
              />
            </div>
          )
        }
      >
        <div className={clsx(panelClass, 'overflow-hidden')}>
          <div
            aria-hidden
            className={clsx(profileGrid, 'h-9 border-b border-line bg-sunken px-4 text-small text-ink-soft')}
          >
            <span className="ps-12">{t('column')}</span>
            <span>{t('distribution')}</span>
            <span className="max-md:hidden">{t('fact_nulls')}</span>
            <span className="text-end max-md:hidden">{t('fact_distinct')}</span>
            <span className="text-end max-xl:hidden">{t('fact_min')}</span>
            <span className="text-end max-xl:hidden">{t('fact_mean')}</span>
            <span className="text-end max-xl:hidden">{t('fact_max')}</span>
          </div>
          <ul className="divide-y divide-line">
            {shown.map((column) => (
              <ColumnRow
                key={column.name}
                column={column}
                rows={profile.rows}
                worst={worstOf(column.name)}
                open={open.has(column.name)}
                onToggle={() => toggle(column.name)}
              />
            ))}
          </ul>
          {found.length === 0 && <p className="p-4 text-ink-soft">{t('columns_none')}</p>}
        </div>
        {shown.length < found.length && (
          <Button className="mt-3" onClick={() => setAll(true)}>
            {t('show_all_columns', { count: found.length })}
          </Button>
        )}
      </Section>
    </div>
  );
}
