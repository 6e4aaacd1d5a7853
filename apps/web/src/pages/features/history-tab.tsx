import type { FeatureMaterialisation, FeatureView } from '@stroma/contracts';
import { CircleCheck, OctagonAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge.tsx';
import { Section } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { cellClass, numberClass, PlainTable } from '../../components/plain-table.tsx';
import { ProvenanceButton } from '../../components/provenance/provenance-button.tsx';
import { client } from '../../lib/client.ts';
import { formatCount, formatTime } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { queryKeys } from '../../lib/query-keys.ts';

/** When the features were stored, and what they meant before. */
export function HistoryTab({ view }: { view: FeatureView }) {
  const { t } = useTranslation('features');
  const params = { id: view.view_id };
  const runs = usePages(queryKeys.featurePart(view.view_id, 'materialisations'), (cursor, signal) =>
    client.features.materialisations({ params, query: { limit: 20, ...cursor }, signal }),
  );
  const versions = usePages(queryKeys.featurePart(view.view_id, 'versions'), (cursor, signal) =>
    client.features.versions({ params, query: { limit: 20, ...cursor }, signal }),
  );
  return (
    <div className="grid grid-cols-1 gap-8">
      <Section title={t('materialisations')}>
        <PagedList pages={runs} empty={<p className="text-ink-soft">{t('never_text')}</p>}>
          {(items) => (
            <PlainTable
              label={t('materialisations')}
              headings={[
                { label: t('when'), className: `${cellClass} text-start` },
                { label: t('state'), className: `${cellClass} text-start` },
                { label: t('version'), className: `${numberClass} max-sm:hidden` },
                { label: t('rows'), className: `${numberClass} max-sm:hidden` },
                { label: t('online_entities'), className: `${numberClass} max-md:hidden` },
                { label: t('by'), className: `${cellClass} text-start max-md:hidden` },
                { label: t('provenance'), className: cellClass, unseen: true },
              ]}
            >
              {items.map((run) => (
                <RunRow key={run.materialisation_id} run={run} />
              ))}
            </PlainTable>
          )}
        </PagedList>
      </Section>
      <Section title={t('versions')} note={t('versions_note')}>
        <PagedList pages={versions} empty={null} skeleton={{ rows: 3 }}>
          {(items) => (
            <ol className="grid gap-3">
              {items.map(({ version, sql, created_at, created_by }) => (
                <li key={version} className="min-w-0 rounded-lg border border-line bg-surface p-4">
                  <p className="mb-2 flex flex-wrap items-baseline gap-x-3">
                    <span className="font-medium">{t('version_number', { number: version })}</span>
                    <span className="text-small text-ink-faint">
                      {formatTime(created_at)}
                      {created_by.name === null ? '' : `, ${created_by.name}`}
                    </span>
                  </p>
                  <pre
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
                    tabIndex={0}
                    className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-small"
                  >
                    {sql}
                  </pre>
                </li>
              ))}
            </ol>
          )}
        </PagedList>
      </Section>
    </div>
  );
}

function RunRow({ run }: { run: FeatureMaterialisation }) {
  const { t } = useTranslation('features');
  const isGood = run.status === 'succeeded';
  const Icon = isGood ? CircleCheck : OctagonAlert;
  return (
    <tr>
      <td className={cellClass}>
        <time dateTime={run.ended_at}>{formatTime(run.ended_at)}</time>
        {run.error && <p className="text-small text-critical wrap-anywhere">{run.error.message}</p>}
      </td>
      <td className={cellClass}>
        <Badge tone={isGood ? 'good' : 'critical'}>
          <Icon size={12} aria-hidden />
          {t(`run_${run.status}`)}
        </Badge>
      </td>
      <td className={`${numberClass} max-sm:hidden`}>{run.version}</td>
      <td className={`${numberClass} max-sm:hidden`}>{formatCount(run.rows)}</td>
      <td className={`${numberClass} max-md:hidden`}>{formatCount(run.online_rows)}</td>
      <td className={`${cellClass} max-md:hidden`}>{t(run.scheduled ? 'by_schedule' : 'by_hand')}</td>
      <td className={`${cellClass} text-end`}>
        {run.dataset_version_id !== null && (
          <ProvenanceButton id={run.dataset_version_id} size="small" look="quiet" />
        )}
      </td>
    </tr>
  );
}
