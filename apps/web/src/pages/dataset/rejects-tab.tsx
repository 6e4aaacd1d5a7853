import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CheckCheck, Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { panelClass } from '../../components/page.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { client } from '../../lib/client.ts';
import { formatCount } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import type { DatasetPart } from './shown-version.ts';

const pageRows = 100;

/** The rows that fitted nowhere: where they stood, why, and as they stood. */
export function RejectsTab({ dataset, version }: DatasetPart) {
  const { t } = useTranslation('dataset');
  const [offset, setOffset] = useState(0);
  const id = dataset.dataset_id;
  const query = { version_id: version.version_id, limit: pageRows, offset };
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.datasetPart(id, 'rejects', query),
    queryFn: ({ signal }) => client.datasets.rejects({ params: { id }, query, signal }),
    placeholderData: keepPreviousData,
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={6} />;
  if (data.total === 0) {
    return (
      <EmptyState icon={CheckCheck} title={t('rejects_none_title')}>
        {t('rejects_none_text')}
      </EmptyState>
    );
  }
  const last = Math.min(offset + pageRows, data.total);
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-ink-soft">
          {t('rejects_intro', { count: data.total, shown: formatCount(data.total) })}
        </p>
        <a
          href={client.datasets.download.url({
            params: { id },
            query: { format: 'rejects', version_id: version.version_id },
          })}
          download
          className={buttonClass({})}
        >
          <Download size={16} aria-hidden />
          {t('rejects_export')}
        </a>
      </div>
      <div className={`${panelClass} overflow-x-auto`}>
        <table className="w-full">
          <caption className="sr-only">{t('tab_rejects')}</caption>
          <thead className="border-b border-line bg-sunken text-small text-ink-soft">
            <tr>
              <th scope="col" className="h-9 w-20 px-4 text-end font-medium">
                {t('rejects_line')}
              </th>
              <th scope="col" className="px-4 text-start font-medium">
                {t('rejects_reason')}
              </th>
              <th scope="col" className="px-4 text-start font-medium">
                {t('rejects_raw')}
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {data.items.map(({ line, reason, raw }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one line may be rejected for two reasons
              <tr key={`${line} ${index}`} className="align-top">
                <td className="px-4 py-2 text-end">{formatCount(line)}</td>
                <td className="max-w-md min-w-48 px-4 py-2 wrap-anywhere">{reason}</td>
                <td className="min-w-56 px-4 py-2">
                  <code className="font-mono text-small whitespace-pre-wrap wrap-anywhere">{raw}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.total > pageRows && (
        <div className="flex items-center justify-end gap-2">
          <p className="text-small text-ink-faint">
            {t('rejects_page', {
              first: formatCount(offset + 1),
              last: formatCount(last),
              total: formatCount(data.total),
            })}
          </p>
          <Button disabled={offset === 0} onClick={() => setOffset(offset - pageRows)}>
            {t('previous')}
          </Button>
          <Button disabled={last >= data.total} onClick={() => setOffset(offset + pageRows)}>
            {t('next')}
          </Button>
        </div>
      )}
    </div>
  );
}
