import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { panelClass } from '../../../components/page.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { runningTrainingsQuery } from './training-queries.ts';

/** Trainings that go on now, each a link to watch it. */
export function RunningTrainings() {
  const { t } = useTranslation('models');
  const { data } = useQuery(runningTrainingsQuery);
  if (data === undefined || data.items.length === 0) return null;
  return (
    <ul aria-label={t('running_trainings')} className={`${panelClass} mb-4 divide-y divide-line`}>
      {data.items.map(({ training_id, name, target, progress }) => (
        <li key={training_id} className="grid gap-2 px-4 py-3">
          <p>
            <Link
              to="/models/trainings/$trainingId"
              params={{ trainingId: training_id }}
              className="font-medium hover:text-accent"
            >
              {t('training_of', { name })}
            </Link>{' '}
            <span className="text-ink-faint">{target}</span>
          </p>
          <ProgressBar value={100 * (progress?.fraction ?? 0)} label={name} />
        </li>
      ))}
    </ul>
  );
}
