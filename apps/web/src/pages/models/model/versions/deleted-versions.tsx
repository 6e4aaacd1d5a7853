import type { Model } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../../components/button.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { Section } from '../../../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../../../components/plain-table.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { formatAgo, formatTime } from '../../../../lib/format.ts';
import { deletedVersionsQuery } from '../model-queries.ts';

/** What was deleted of a model, each to be restored. */
export function DeletedVersions({ model, onRestore }: { model: Model; onRestore: (number: number) => void }) {
  const { t } = useTranslation('models');
  const { data, error, refetch } = useQuery(deletedVersionsQuery(model.model_id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={2} />;
  const gone = data.items.filter(({ deleted_at }) => deleted_at !== null);
  return (
    <Section title={t('deleted_versions')}>
      {gone.length === 0 ? (
        <p className="text-ink-soft">{t('none_deleted')}</p>
      ) : (
        <PlainTable
          label={t('deleted_versions')}
          headings={[
            { label: t('version_word'), className: `${cellClass} text-start` },
            { label: t('deleted'), className: `${cellClass} text-start` },
            { label: t('actions'), unseen: true, className: numberClass },
          ]}
        >
          {gone.map(({ version_id, number, deleted_at: at }) => (
            <tr key={version_id}>
              <td className={`${cellClass} font-medium`}>{number}</td>
              <td className={cellClass}>
                {at !== null && (
                  <time dateTime={at} title={formatTime(at)}>
                    {formatAgo(at)}
                  </time>
                )}
              </td>
              <td className={numberClass}>
                <Button size="small" onClick={() => onRestore(number)}>
                  <Undo2 size={14} aria-hidden />
                  {t('restore')}
                </Button>
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Section>
  );
}
