import type { Dataset } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { panelClass } from '../../components/page.tsx';
import { QualityMark } from '../../components/quality-mark.tsx';
import { formatAgo, formatCount, formatTime } from '../../lib/format.ts';
import type { datasetSorts } from '../../search-parameters.ts';
import { DatasetMenu } from './dataset-menu.tsx';

type DatasetSort = (typeof datasetSorts)[number];

const sortable = [
  { field: 'name', label: 'column_name', className: 'text-start' },
  { field: 'rows', label: 'column_rows', className: 'text-end' },
  { field: null, label: 'column_columns', className: 'text-end max-md:hidden' },
  { field: 'quality_score', label: 'column_quality', className: 'text-start max-sm:hidden' },
  { field: null, label: 'column_issues', className: 'text-end max-md:hidden' },
  { field: 'updated_at', label: 'column_updated', className: 'text-start max-lg:hidden' },
] as const;

export function DatasetTable({
  datasets,
  sort,
  onSort,
}: {
  datasets: readonly Dataset[];
  sort: DatasetSort;
  onSort: (sort: DatasetSort) => void;
}) {
  const { t } = useTranslation('data');
  return (
    <div className={clsx(panelClass, 'overflow-hidden')}>
      <table className="w-full table-fixed">
        <caption className="sr-only">{t('list')}</caption>
        <colgroup>
          <col />
          <col className="w-24 sm:w-28" />
          <col className="w-24 max-md:hidden" />
          <col className="w-36 max-sm:hidden" />
          <col className="w-20 max-md:hidden" />
          <col className="w-40 max-lg:hidden" />
          <col className="w-12" />
        </colgroup>
        <thead className="border-b border-line bg-sunken text-small text-ink-soft">
          <tr>
            {sortable.map(({ field, label, className }) => {
              const direction =
                field !== null && sort.endsWith(field)
                  ? sort.startsWith('-')
                    ? 'descending'
                    : 'ascending'
                  : null;
              const Arrow = direction === 'descending' ? ArrowDown : ArrowUp;
              return (
                <th
                  key={label}
                  scope="col"
                  aria-sort={direction ?? undefined}
                  className={clsx('h-9 px-4 font-medium', className)}
                >
                  {field === null ? (
                    t(label)
                  ) : (
                    <button
                      type="button"
                      className="inline-flex items-center gap-1 rounded hover:text-ink"
                      onClick={() =>
                        onSort(
                          direction === 'descending'
                            ? field
                            : direction === 'ascending'
                              ? `-${field}`
                              : field,
                        )
                      }
                    >
                      {t(label)}
                      {direction && <Arrow size={12} aria-hidden className="text-accent" />}
                    </button>
                  )}
                </th>
              );
            })}
            <th scope="col">
              <span className="sr-only">{t('column_actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {datasets.map((dataset) => (
            <DatasetRow key={dataset.dataset_id} dataset={dataset} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DatasetRow({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  return (
    <tr className="relative h-14 hover:bg-hover">
      <td className="px-4">
        <div className="flex items-center gap-2">
          <Link
            to="/data/$datasetId"
            params={{ datasetId: dataset.dataset_id }}
            className="truncate rounded font-medium after:absolute after:inset-0"
          >
            {dataset.name}
          </Link>
          {dataset.sample && <Badge>{common('sample')}</Badge>}
        </div>
        <p className="truncate text-small text-ink-faint">
          {dataset.file_name}
          {dataset.rejected_rows > 0 && (
            <span className="text-warning">
              {' · '}
              {t('rejected', { count: dataset.rejected_rows, shown: formatCount(dataset.rejected_rows) })}
            </span>
          )}
        </p>
      </td>
      <td className="px-4 text-end">{formatCount(dataset.rows)}</td>
      <td className="px-4 text-end max-md:hidden">{formatCount(dataset.column_count)}</td>
      <td className="px-4 max-sm:hidden">
        <QualityMark score={dataset.quality_score} />
      </td>
      <td className="px-4 text-end max-md:hidden">{dataset.issue_count}</td>
      <td className="truncate px-4 text-ink-soft max-lg:hidden" title={formatTime(dataset.updated_at)}>
        {formatAgo(dataset.updated_at)}
      </td>
      <td className="relative z-10 px-2">
        <DatasetMenu dataset={dataset} />
      </td>
    </tr>
  );
}
