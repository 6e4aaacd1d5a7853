import type { FeatureView } from '@stroma/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../components/page.tsx';
import { cellClass, numberClass, PlainTable } from '../../components/plain-table.tsx';
import { TypeMark } from '../../components/type-mark.tsx';
import { client } from '../../lib/client.ts';
import { formatAgo, formatCount, formatNumber, formatPercent, formatTime } from '../../lib/format.ts';
import { queryKeys } from '../../lib/query-keys.ts';
import { Figures } from './figures.tsx';

/** The features with what the newest materialisation holds of each, and where they come from. */
export function FeaturesTab({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const { newest, offline_dataset_id: offline } = view;
  const profile = useQuery({
    queryKey: queryKeys.datasetPart(offline ?? '', 'profile', { version: newest?.dataset_version_id }),
    queryFn: ({ signal }) =>
      client.datasets.profile({
        params: { id: offline ?? '' },
        query: newest?.dataset_version_id ? { version_id: newest.dataset_version_id } : {},
        signal,
      }),
    enabled: offline !== null && newest !== null && view.sees_all,
    retry: false,
  });
  const of = (name: string) => profile.data?.columns.find((column) => column.name === name);
  const range = (name: string): ReactNode => {
    const column = of(name);
    const words = [column?.min, column?.max].map((value) =>
      typeof value === 'number' ? formatNumber(value) : typeof value === 'string' ? value : null,
    );
    return words.every((each) => each !== null) ? words.join(' – ') : t('nothing');
  };
  return (
    <div className="grid grid-cols-1 gap-8">
      {newest === null ? (
        <p className="text-ink-soft">{t('never_text')}</p>
      ) : (
        <Figures
          figures={[
            [t('rows'), formatCount(newest.rows)],
            [t('entities'), formatCount(newest.entities)],
            [t('online_entities'), formatCount(newest.online_rows)],
            [t('last_event'), newest.last_event_at && formatTime(newest.last_event_at)],
            [t('materialised_at'), formatAgo(newest.ended_at)],
          ]}
        />
      )}
      <Section title={t('features')}>
        <PlainTable
          label={t('features')}
          headings={[
            { label: t('name'), className: `${cellClass} text-start` },
            { label: t('unit'), className: `${cellClass} text-start max-sm:hidden` },
            { label: t('description'), className: `${cellClass} text-start max-md:hidden` },
            { label: t('missing'), className: numberClass },
            { label: t('mean'), className: `${numberClass} max-sm:hidden` },
            { label: t('range'), className: `${numberClass} max-sm:hidden` },
          ]}
        >
          {view.features.map(({ name, type, unit, description }) => {
            const column = of(name);
            return (
              <tr key={name}>
                <td className={cellClass}>
                  <span className="flex items-center gap-2 font-mono wrap-anywhere">
                    <TypeMark type={type} />
                    {name}
                  </span>
                </td>
                <td className={`${cellClass} max-sm:hidden`}>{unit ?? t('nothing')}</td>
                <td className={`${cellClass} max-md:hidden`}>
                  {description === '' ? t('nothing') : description}
                </td>
                <td className={numberClass}>
                  {column === undefined ? t('nothing') : formatPercent(column.null_share)}
                </td>
                <td className={`${numberClass} max-sm:hidden`}>
                  {column?.mean == null ? t('nothing') : formatNumber(column.mean)}
                </td>
                <td className={`${numberClass} max-sm:hidden`}>{range(name)}</td>
              </tr>
            );
          })}
        </PlainTable>
      </Section>
      <Lineage view={view} />
    </div>
  );
}

function Lineage({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const read = new Map(view.newest?.inputs.map((input) => [input.dataset_id, input]));
  return (
    <Section title={t('lineage')} note={t('lineage_note')}>
      <PlainTable
        label={t('lineage')}
        headings={[
          { label: t('dataset'), className: `${cellClass} text-start` },
          { label: t('version_read'), className: numberClass },
          { label: t('content'), className: `${cellClass} text-start max-sm:hidden` },
        ]}
      >
        {view.datasets.map(({ dataset_id, name }) => {
          const input = read.get(dataset_id);
          return (
            <tr key={dataset_id}>
              <td className={cellClass}>
                <Link
                  to="/data/$datasetId"
                  params={{ datasetId: dataset_id }}
                  className="text-accent hover:underline"
                >
                  {name}
                </Link>
              </td>
              <td className={numberClass}>{input?.number ?? t('nothing')}</td>
              <td className={`${cellClass} font-mono text-small text-ink-faint max-sm:hidden`}>
                {input?.content_sha256.slice(0, 16) ?? t('nothing')}
              </td>
            </tr>
          );
        })}
        {view.offline_dataset_id !== null && view.newest !== null && (
          <tr>
            <td className={cellClass}>
              <Link
                to="/data/$datasetId"
                params={{ datasetId: view.offline_dataset_id }}
                className="text-accent hover:underline"
              >
                {t('offline_dataset')}
              </Link>
            </td>
            <td className={numberClass} />
            <td className={`${cellClass} text-ink-faint max-sm:hidden`}>{t('made_of_them')}</td>
          </tr>
        )}
      </PlainTable>
    </Section>
  );
}
