import type { Dataset } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { panelClass } from '../../components/page.tsx';
import { QualityMark } from '../../components/quality-mark.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { formatAgo, formatCount } from '../../lib/format.ts';

export function RecentDatasets({ datasets }: { datasets: readonly Dataset[] | undefined }) {
  const { t } = useTranslation('home');
  const { t: common } = useTranslation();
  if (datasets === undefined) return <Skeleton className="h-96 rounded-lg" />;
  return (
    <ul className={`${panelClass} divide-y divide-line`}>
      {datasets.map((dataset) => (
        <li key={dataset.dataset_id}>
          <Link
            to="/data/$datasetId"
            params={{ datasetId: dataset.dataset_id }}
            className="flex h-16 items-center gap-4 px-4 -outline-offset-2 hover:bg-hover"
          >
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2">
                <span className="truncate font-medium">{dataset.name}</span>
                {dataset.sample && <Badge>{common('sample')}</Badge>}
              </div>
              <p className="truncate text-small text-ink-faint">
                {t('updated', {
                  rows: common('rows', { count: dataset.rows, shown: formatCount(dataset.rows) }),
                  columns: common('columns', { count: dataset.column_count, shown: dataset.column_count }),
                  ago: formatAgo(dataset.updated_at),
                })}
              </p>
            </div>
            <QualityMark score={dataset.quality_score} />
          </Link>
        </li>
      ))}
    </ul>
  );
}
