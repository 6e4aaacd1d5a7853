import type { PersonFindings, PersonSearch } from '@stroma/contracts';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../../components/badge.tsx';
import { Facts } from '../../../../components/facts.tsx';
import { Notice } from '../../../../components/notice.tsx';
import { panelClass } from '../../../../components/page.tsx';
import { formatCount, formatTime } from '../../../../lib/format.ts';

const cell = 'px-2 py-2 text-start align-top sm:px-4';
const number = 'px-2 py-2 text-end align-top tabular-nums sm:px-4';

/** Where a person was found: places and counts. */
export function Findings({ search, findings }: { search: PersonSearch; findings: PersonFindings }) {
  const { t } = useTranslation('privacy');
  const { datasets, not_searched, searched } = findings;
  const elsewhere = elsewhereOf(findings, t);
  return (
    <div className="grid grid-cols-1 gap-4">
      <p className="text-ink-soft">
        {t('searched', {
          versions: formatCount(searched.versions),
          rows: formatCount(searched.rows),
          tables: formatCount(searched.tables),
          time: formatTime(search.finished_at ?? search.began_at),
        })}
      </p>
      {datasets.length === 0 && elsewhere.length === 0 && <p className="font-medium">{t('found_nothing')}</p>}
      {datasets.length > 0 && <DatasetTable datasets={datasets} />}
      {elsewhere.length > 0 && <Facts facts={elsewhere} />}
      {not_searched.length > 0 && (
        <Notice tone="warning" title={t('not_searched')}>
          <ul>
            {not_searched.map(({ id, name, why }) => (
              <li key={id}>
                {name}: {why}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

function DatasetTable({ datasets }: { datasets: PersonFindings['datasets'] }) {
  const { t } = useTranslation('privacy');
  return (
    <div className={`${panelClass} overflow-x-auto`}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-line text-small text-ink-soft">
            <th className={cell}>{t('dataset')}</th>
            <th className={cell}>{t('version')}</th>
            <th className={number}>{t('rows')}</th>
            <th className={number} title={t('mentions_hint')}>
              {t('mentions')}
            </th>
            <th className={cell}>{t('columns')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {datasets.flatMap((dataset) =>
            dataset.versions.map((version, index) => (
              <tr key={version.version_id}>
                <td className={cell}>
                  {index === 0 &&
                    (dataset.deleted ? (
                      <span className="flex flex-wrap gap-2">
                        {dataset.name} <Badge>{t('deleted')}</Badge>
                      </span>
                    ) : (
                      <Link
                        to="/data/$datasetId"
                        params={{ datasetId: dataset.dataset_id }}
                        className="text-accent wrap-anywhere hover:underline"
                      >
                        {dataset.name}
                      </Link>
                    ))}
                </td>
                <td className={cell}>
                  <span className="flex flex-wrap gap-2">
                    {version.number}
                    {version.current && <Badge tone="accent">{t('current')}</Badge>}
                  </span>
                </td>
                <td className={number}>
                  {t('of_rows', { rows: formatCount(version.rows), total: formatCount(version.total_rows) })}
                </td>
                <td className={number}>{formatCount(version.mentions)}</td>
                <td className={`${cell} text-ink-soft`}>
                  {[
                    ...version.columns.map(({ name, rows }) => `${name} (${formatCount(rows)})`),
                    ...(version.rejected_rows > 0 ? [t('rejected', { count: version.rejected_rows })] : []),
                    ...(version.described && version.columns.length === 0 ? [t('described')] : []),
                  ].join(', ')}
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function elsewhereOf(
  { accounts, raw_files, invitations, consents, mail, store }: PersonFindings,
  t: ReturnType<typeof useTranslation<'privacy'>>['t'],
): [string, string][] {
  const tables = Map.groupBy(store, ({ table }) => table);
  const records = [...tables].map(
    ([table, columns]) => `${table} (${formatCount(Math.max(...columns.map(({ rows }) => rows)))})`,
  );
  const lines: [string, string, boolean][] = [
    [t('accounts'), accounts.map(({ name, email }) => `${name} (${email})`).join(', '), accounts.length > 0],
    [t('raw_files'), raw_files.map(({ file_name }) => file_name).join(', '), raw_files.length > 0],
    [t('invitations'), formatCount(invitations), invitations > 0],
    [t('consents_count'), t('consents_found', consents), consents.all > 0],
    [t('mail'), formatCount(mail), mail > 0],
    [t('records'), records.join(', '), records.length > 0],
  ];
  return lines.flatMap(([name, value, there]): [string, string][] => (there ? [[name, value]] : []));
}
