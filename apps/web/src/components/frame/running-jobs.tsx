import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Activity } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../lib/format.ts';
import { jobEnded, recentJobsQuery } from '../../lib/jobs.ts';
import { Popover, PopoverClose, PopoverContent, PopoverTrigger } from '../popover.tsx';
import { ProgressBar } from '../progress-bar.tsx';
import { StatusMark } from '../status-mark.tsx';

/** How many jobs run now; on click, each with its progress. */
export function RunningJobs() {
  const { t } = useTranslation();
  const { data } = useQuery(recentJobsQuery);
  const running = data?.items.filter(({ status }) => !jobEnded(status)) ?? [];
  const label = running.length === 0 ? t('running_jobs_none') : t('running_jobs', { count: running.length });
  return (
    <Popover>
      <PopoverTrigger asChild>
        <button
          type="button"
          aria-label={label}
          className="relative grid size-8 shrink-0 place-items-center rounded-md text-ink-soft hover:bg-hover hover:text-ink"
        >
          <Activity size={16} aria-hidden className={running.length > 0 ? 'text-accent' : undefined} />
          {running.length > 0 && (
            <span className="absolute -end-0.5 -top-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-accent-fill px-1 text-small leading-none text-accent-on-fill">
              {running.length}
            </span>
          )}
        </button>
      </PopoverTrigger>
      <PopoverContent label={label} align="end">
        <p className="font-medium">{label}</p>
        <ul className="mt-3 grid gap-3 empty:hidden">
          {running.slice(0, 6).map((job) => (
            <li key={job.job_id} className="grid gap-1">
              <div className="flex items-center gap-2">
                <StatusMark status={job.status} bare />
                <span className="min-w-0 flex-1 truncate">{job.title}</span>
                <span className="text-small text-ink-faint">{Math.round(job.progress)} %</span>
              </div>
              <ProgressBar value={job.progress} label={job.title} />
              <p className="min-h-4 truncate text-small text-ink-faint first-letter:uppercase">
                {job.phase}
                {job.seconds_left !== null &&
                  ` · ${t('time_left', { time: formatDuration(job.seconds_left * 1000) })}`}
              </p>
            </li>
          ))}
        </ul>
        <PopoverClose asChild>
          <Link to="/jobs" className="mt-3 inline-block rounded font-medium text-accent hover:underline">
            {t('all_jobs')}
          </Link>
        </PopoverClose>
      </PopoverContent>
    </Popover>
  );
}
