import type { SubjectRequest } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, Notice } from '../../../../components/notice.tsx';
import { panelClass, Section } from '../../../../components/page.tsx';
import { ProgressBar } from '../../../../components/progress-bar.tsx';
import { SkeletonRows } from '../../../../components/skeleton.tsx';
import { client } from '../../../../lib/client.ts';
import { jobQuery } from '../../../../lib/jobs.ts';
import { queryKeys } from '../../../../lib/query-keys.ts';
import { CertificateView } from './certificate-view.tsx';
import { PlanView } from './plan-view.tsx';

/** The plan of an erasure before, its progress meanwhile, its certificate afterwards. */
export function RequestErasure({ request, mayChange }: { request: SubjectRequest; mayChange: boolean }) {
  const { t } = useTranslation('privacy');
  const { erasure_id: erasureId, request_id: requestId, search_id: searchId } = request;
  const erasure = useQuery({
    queryKey: queryKeys.erasure(erasureId ?? ''),
    queryFn: ({ signal }) => client.erasures.get({ params: { id: erasureId ?? '' }, signal }),
    enabled: erasureId !== null,
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 2000 : false),
  });
  const status = erasure.data?.status;
  const isPlanned = request.closed === null && (erasureId === null || status === 'failed');
  return (
    <Section title={status === 'done' ? t('certificate') : t('erasure')}>
      <div className="grid grid-cols-1 gap-4">
        {erasure.error && <ErrorNotice error={erasure.error} onRetry={() => void erasure.refetch()} />}
        {erasureId !== null && erasure.data === undefined && !erasure.error && <SkeletonRows rows={3} />}
        {status === 'running' && <Running jobId={erasure.data?.job_id ?? ''} />}
        {status === 'failed' && (
          <Notice tone="critical" title={t('erase_failed')}>
            {erasure.data?.error}
          </Notice>
        )}
        {status === 'done' && erasureId !== null && <CertificateView erasureId={erasureId} />}
        {isPlanned &&
          (searchId === null ? (
            <p className="text-ink-soft">{t('erasure_search_first')}</p>
          ) : (
            <Planned requestId={requestId} searchId={searchId} mayChange={mayChange} />
          ))}
      </div>
    </Section>
  );
}

function Planned({
  requestId,
  searchId,
  mayChange,
}: {
  requestId: string;
  searchId: string;
  mayChange: boolean;
}) {
  const { t } = useTranslation('privacy');
  const search = useQuery({
    queryKey: queryKeys.personSearch(searchId),
    queryFn: ({ signal }) => client.persons.found({ params: { id: searchId }, signal }),
  });
  const isFound = search.data?.findings != null;
  const plan = useQuery({
    queryKey: [...queryKeys.erasurePlan(requestId), searchId],
    queryFn: ({ signal }) => client.erasures.plan({ params: { id: requestId }, signal }),
    enabled: isFound,
  });
  if (plan.error) return <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />;
  if (!isFound) return <p className="text-ink-soft">{t('erasure_search_first')}</p>;
  return plan.data === undefined ? (
    <SkeletonRows rows={4} />
  ) : (
    <PlanView key={plan.data.plan_sha256} plan={plan.data} mayErase={mayChange} />
  );
}

function Running({ jobId }: { jobId: string }) {
  const { t } = useTranslation('privacy');
  const queries = useQueryClient();
  const { data } = useQuery({ ...jobQuery(jobId), refetchInterval: 1000 });
  if (data?.status === 'succeeded' || data?.status === 'failed')
    void queries.invalidateQueries({ queryKey: ['privacy', 'erasures'] });
  return (
    <div className={`${panelClass} grid gap-2 p-4`}>
      <p className="font-medium">
        {t('erasing')} {data?.phase && <span className="font-normal text-ink-soft">{data.phase}</span>}
      </p>
      <ProgressBar value={data?.progress ?? 0} label={t('erasing')} />
      <p className="text-small text-ink-soft">{t('erasing_text')}</p>
    </div>
  );
}
