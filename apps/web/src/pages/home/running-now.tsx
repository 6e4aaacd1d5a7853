import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { panelClass, Section } from '../../components/page.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { StatusMark } from '../../components/status-mark.tsx';
import { jobEnded, recentJobsQuery } from '../../lib/jobs.ts';

export function RunningNow() {
  const { t } = useTranslation('home');
  const { data } = useQuery(recentJobsQuery);
  const running = data?.items.filter(({ status }) => !jobEnded(status)) ?? [];
  return (
    <Section
      title={t('jobs')}
      actions={
        <Link to="/jobs" className="rounded text-accent hover:underline">
          {t('jobs_all')}
        </Link>
      }
    >
      <div className={`${panelClass} min-h-16 px-4 py-3`}>
        {running.length === 0 && <p className="text-ink-soft">{t('jobs_none')}</p>}
        <ul className="grid gap-3">
          {running.slice(0, 5).map((job) => (
            <li key={job.job_id} className="grid gap-1.5">
              <div className="flex items-center gap-2">
                <StatusMark status={job.status} bare />
                <span className="min-w-0 flex-1 truncate">{job.title}</span>
                <span className="text-small text-ink-faint">{Math.round(job.progress)} %</span>
              </div>
              <ProgressBar value={job.progress} label={job.title} />
            </li>
          ))}
        </ul>
      </div>
    </Section>
  );
}
