import { type LeaderboardEntry, lessIsBetter } from '@stroma/contracts';
import { useTranslation } from 'react-i18next';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { formatDuration, formatNumber, formatPercent } from '../../../lib/format.ts';
import { possible } from '../metric-range.ts';
import { ScoreInterval } from '../score-interval.tsx';
import { learnerName } from './learner-name.ts';

/** Models tried, best first, with the interval of each on one scale. */
export function Leaderboard({ entries }: { entries: readonly LeaderboardEntry[] }) {
  const { t } = useTranslation('models');
  const [best] = entries;
  if (best === undefined) return null;
  // What says the same of every row lies far off and would leave no room for the others.
  const others = entries.filter(({ family }) => family !== 'baseline');
  const ends = (others.length > 0 ? others : entries).flatMap(({ metric: of, score, ci }) => [
    score,
    ...(possible(of, ci) ?? []),
  ]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const metric = t(`metric_${best.metric}`);
  const folded = entries.some(({ ci }) => ci !== null);
  const weighed = entries.length > 1 && entries.some(({ weight }) => weight !== null);
  return (
    <>
      <PlainTable
        label={t('leaderboard')}
        headings={[
          { label: t('model'), className: `${cellClass} text-start` },
          { label: metric, className: numberClass },
          ...(folded
            ? [{ label: t('interval'), className: `${cellClass} w-1/3 text-start max-md:hidden` }]
            : []),
          ...(weighed ? [{ label: t('weight'), className: `${numberClass} max-sm:hidden` }] : []),
          { label: t('took'), className: `${numberClass} max-sm:hidden` },
        ]}
      >
        {entries.map((entry) => (
          <tr key={entry.model}>
            <td className={cellClass}>
              <Learner entry={entry} />
            </td>
            <td className={numberClass}>
              <ScoreInterval metric={entry.metric} score={entry.score} ci={entry.ci} />
            </td>
            {folded && (
              <td className={`${cellClass} max-md:hidden`}>
                <Interval entry={entry} low={low} high={high} />
              </td>
            )}
            {weighed && (
              <td className={`${numberClass} max-sm:hidden`}>
                {entry.weight === null || entry.weight === 0 ? t('nothing') : formatPercent(entry.weight, 0)}
              </td>
            )}
            <td className={`${numberClass} max-sm:hidden`}>{formatDuration(entry.seconds * 1000)}</td>
          </tr>
        ))}
      </PlainTable>
      <p className="mt-2 text-small text-ink-faint">
        {folded && t('leaderboard_folds')}{' '}
        {t(lessIsBetter.has(best.metric) ? 'leaderboard_less' : 'leaderboard_more')}
      </p>
    </>
  );
}

const settingsOf = ({ settings }: LeaderboardEntry): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? formatNumber(value, 3) : value}`)
    .join(', ');

function Learner({ entry }: { entry: LeaderboardEntry }) {
  const { t } = useTranslation('models');
  const { name, variant } = learnerName(t, entry);
  const settings = settingsOf(entry);
  return (
    <>
      <span className="font-medium wrap-anywhere">{name}</span>
      {variant !== null && (
        <span className="ms-2 inline-block font-mono text-small text-ink-faint wrap-anywhere">{variant}</span>
      )}
      {settings !== '' && (
        <p className="line-clamp-2 text-small text-ink-faint" title={settings}>
          {settings}
        </p>
      )}
    </>
  );
}

function Interval({ entry, low, high }: { entry: LeaderboardEntry; low: number; high: number }) {
  const interval = possible(entry.metric, entry.ci);
  const at = (value: number) =>
    `${high === low ? 50 : Math.max(0, Math.min(100, ((value - low) / (high - low)) * 100))}%`;
  return (
    <span aria-hidden className="relative mx-1 block h-4">
      <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
      {interval !== null && (
        <span
          className="absolute top-[calc(50%-1.5px)] h-[3px] rounded-full bg-accent/40"
          style={{ insetInlineStart: at(interval[0]), insetInlineEnd: `calc(100% - ${at(interval[1])})` }}
        />
      )}
      <span
        className="absolute top-[calc(50%-4px)] size-2 -translate-x-1/2 rounded-full bg-accent rtl:translate-x-1/2"
        style={{ insetInlineStart: at(entry.score) }}
      />
    </span>
  );
}
