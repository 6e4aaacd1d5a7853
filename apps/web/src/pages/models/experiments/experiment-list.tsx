import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../../components/plain-table.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatCount, formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';

export function ExperimentList({ search }: { search: string }) {
  const { t } = useTranslation('models');
  const query = { limit: 50, ...(search !== '' && { search }) };
  const pages = usePages(queryKeys.experimentList(query), (cursor, signal) =>
    client.experiments.list({ query: { ...query, ...cursor }, signal }),
  );
  return (
    <PagedList
      pages={pages}
      empty={
        search === '' ? (
          <EmptyState icon={FlaskConical} title={t('no_experiments')}>
            {t('no_experiments_text')}
          </EmptyState>
        ) : (
          <p className="text-ink-soft">{t('none_found')}</p>
        )
      }
    >
      {(items) => (
        <PlainTable
          label={t('experiments')}
          headings={[
            { label: t('name'), className: `${cellClass} text-start` },
            { label: t('runs'), className: numberClass },
            { label: t('owner'), className: `${cellClass} text-start max-md:hidden` },
            { label: t('changed'), className: `${cellClass} text-start max-sm:hidden` },
          ]}
        >
          {items.map(({ experiment_id, name, description, run_count, created_by, updated_at }) => (
            <tr key={experiment_id} className="hover:bg-hover">
              <td className={cellClass}>
                <Link
                  to="/models/experiments/$experimentId"
                  params={{ experimentId: experiment_id }}
                  className="font-medium text-ink hover:text-accent wrap-anywhere"
                >
                  {name}
                </Link>
                {description !== '' && (
                  <p className="line-clamp-1 text-small text-ink-faint">{description}</p>
                )}
              </td>
              <td className={numberClass}>{formatCount(run_count)}</td>
              <td className={`${cellClass} max-md:hidden`}>{created_by.name ?? t('nothing')}</td>
              <td className={`${cellClass} max-sm:hidden`}>
                <time dateTime={updated_at} title={formatTime(updated_at)}>
                  {formatAgo(updated_at)}
                </time>
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </PagedList>
  );
}
