import type { SubjectRequest } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FileJson, FileText, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, buttonClass } from '../../../../components/button.tsx';
import { ErrorNotice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { useFollowedJob } from '../../backups/followed-job.ts';
import { Findings } from '../find/findings.tsx';
import { type Manner, MatchFields } from '../find/match-fields.tsx';

/** Looks for the person of a request, shows where they were found, and gives them what is held on them. */
export function RequestSearch({ request, mayChange }: { request: SubjectRequest; mayChange: boolean }) {
  const { t } = useTranslation('privacy');
  const queries = useQueryClient();
  const [manner, setManner] = useState<Manner>({ match: 'within', columns: 'all' });
  const { request_id: id, search_id: searchId } = request;
  const found = useQuery({
    queryKey: queryKeys.personSearch(searchId ?? ''),
    queryFn: ({ signal }) => client.persons.found({ params: { id: searchId ?? '' }, signal }),
    enabled: searchId !== null,
    refetchInterval: ({ state }) => (state.data?.finished_at === null ? 2000 : false),
  });
  const job = useFollowedJob(() => {
    void queries.invalidateQueries({ queryKey: queryKeys.subjectRequests });
    void found.refetch();
  });
  const begin = () =>
    void job.follow(
      client.subjectRequests.search({ params: { id }, body: manner }).then(async (begun) => {
        await queries.invalidateQueries({ queryKey: queryKeys.subjectRequest(id) });
        return begun;
      }),
    );
  const isRunning = job.running || (found.data !== undefined && found.data.finished_at === null);
  const mayPack = mayChange && request.identity !== null && found.data?.findings != null;
  const packed = (format: 'html' | 'json') =>
    client.subjectRequests.package.url({ params: { id }, query: { format } });
  return (
    <Section
      title={t('search')}
      actions={
        mayPack && (
          <>
            <a
              className={buttonClass({ size: 'small' })}
              href={packed('html')}
              download
              title={t('package_text')}
            >
              <FileText size={14} aria-hidden />
              {t('package')}: {t('as_page')}
            </a>
            <a
              className={buttonClass({ size: 'small' })}
              href={packed('json')}
              download
              title={t('package_text')}
            >
              <FileJson size={14} aria-hidden />
              {t('as_json')}
            </a>
          </>
        )
      }
    >
      <div className="grid grid-cols-1 gap-4">
        {mayChange && (
          <form
            className={`${panelClass} flex flex-wrap items-end justify-between gap-4 p-4`}
            onSubmit={(event) => {
              event.preventDefault();
              begin();
            }}
          >
            <div className="min-w-0 flex-1 basis-96">
              <MatchFields manner={manner} onChange={setManner} />
            </div>
            <Button type="submit" className="mb-1" disabled={isRunning || request.identifiers.length === 0}>
              <Search size={16} aria-hidden />
              {isRunning ? t('searching') : searchId === null ? t('search_now') : t('search_again')}
            </Button>
          </form>
        )}
        {job.error !== null && <ErrorNotice error={job.error} title={t('search_failed')} />}
        {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
        {searchId === null ? (
          <p className="text-ink-soft">{t('search_text')}</p>
        ) : found.data?.findings ? (
          <Findings search={found.data} findings={found.data.findings} />
        ) : isRunning || found.data === undefined ? (
          <SkeletonRows rows={4} />
        ) : (
          <p className="text-ink-soft">{t('search_failed')}</p>
        )}
      </div>
    </Section>
  );
}
