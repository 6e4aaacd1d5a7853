import type { Dataset, DatasetProfile } from '@stroma/contracts';
import clsx from 'clsx';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { panelClass, Section } from '../../../components/page.tsx';
import { SearchField } from '../../../components/search-field.tsx';
import { TypeMark } from '../../../components/type-mark.tsx';
import { formatCount, formatPercent } from '../../../lib/format.ts';
import type { ColumnProfile } from '../../dataset/profile/histogram.tsx';
import { targetFacts } from './target-facts.ts';

const firstColumns = 100;
const grid =
  'grid grid-cols-[minmax(0,1fr)_5rem] items-center gap-x-4 sm:grid-cols-[minmax(0,1fr)_6rem_5rem_5rem]';

/** Each column with what it holds: one is the target, the others are learned from or left out. */
export function TargetList({
  dataset,
  profile,
  target,
  leftOut,
  onTarget,
  onLeaveOut,
}: {
  dataset: Dataset;
  profile: DatasetProfile;
  target: string | null;
  leftOut: ReadonlySet<string>;
  onTarget: (name: string) => void;
  onLeaveOut: (names: ReadonlySet<string>) => void;
}) {
  const { t } = useTranslation('models');
  const [wanted, setWanted] = useState('');
  const [all, setAll] = useState(false);
  const found = profile.columns.filter(({ name }) =>
    name.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const shown = all ? found : found.slice(0, firstColumns);
  const toggle = (name: string) => {
    const next = new Set(leftOut);
    if (!next.delete(name)) next.add(name);
    onLeaveOut(next);
  };
  return (
    <Section
      title={t('step_target')}
      note={t('target_of', { dataset: dataset.name, rows: formatCount(profile.rows) })}
      actions={
        profile.columns.length > 8 && (
          <SearchField label={t('find_columns')} value={wanted} onText={setWanted} />
        )
      }
    >
      <div role="radiogroup" aria-label={t('step_target')} className={`${panelClass} divide-y divide-line`}>
        <div className={`${grid} px-4 py-2 text-small text-ink-soft`} aria-hidden>
          <span>{t('column')}</span>
          <span className="text-end max-sm:hidden">{t('distinct')}</span>
          <span className="text-end max-sm:hidden">{t('missing')}</span>
          <span className="text-end">{t('learn_from')}</span>
        </div>
        {shown.map((column) => (
          <ColumnLine
            key={column.name}
            column={column}
            rows={profile.rows}
            chosen={column.name === target}
            leftOut={leftOut.has(column.name)}
            onTarget={onTarget}
            onToggle={toggle}
          />
        ))}
      </div>
      {found.length > shown.length && (
        <button type="button" className="mt-2 rounded text-accent" onClick={() => setAll(true)}>
          {t('all_columns', { count: found.length })}
        </button>
      )}
      {found.length === 0 && <p className="mt-2 text-ink-soft">{t('none_found')}</p>}
    </Section>
  );
}

function ColumnLine({
  column,
  rows,
  chosen,
  leftOut,
  onTarget,
  onToggle,
}: {
  column: ColumnProfile;
  rows: number;
  chosen: boolean;
  leftOut: boolean;
  onTarget: (name: string) => void;
  onToggle: (name: string) => void;
}) {
  const { t } = useTranslation('models');
  const { name, type, distinct, null_share, nulls } = column;
  const facts = targetFacts(column, rows);
  const unfit = 'unfit' in facts ? facts.unfit : null;
  return (
    <div className={clsx(grid, 'px-4 py-2', chosen && 'bg-accent-soft')}>
      <label className={clsx('flex min-w-0 items-center gap-3', unfit === null && 'cursor-pointer')}>
        <input
          type="radio"
          name="target"
          value={name}
          checked={chosen}
          disabled={unfit !== null}
          onChange={() => onTarget(name)}
          className="size-4 shrink-0 accent-accent"
        />
        <TypeMark type={type} />
        <span className="min-w-0">
          <span className={clsx('block truncate', unfit === null ? 'font-medium' : 'text-ink-soft')}>
            {name}
          </span>
          <span className="block text-small text-ink-faint">
            {unfit === null
              ? t(`problem_${'problems' in facts ? facts.problems[0] : 'regression'}`)
              : t(`unfit_${unfit}`)}
          </span>
        </span>
      </label>
      <span className="text-end max-sm:hidden">{formatCount(distinct)}</span>
      <span className="text-end max-sm:hidden">{nulls === 0 ? t('nothing') : formatPercent(null_share)}</span>
      <span className="text-end">
        <input
          type="checkbox"
          aria-label={t('learn_from_column', { name })}
          checked={!leftOut && !chosen}
          disabled={chosen}
          onChange={() => onToggle(name)}
          className="ms-auto block size-4 accent-accent"
        />
      </span>
    </div>
  );
}
