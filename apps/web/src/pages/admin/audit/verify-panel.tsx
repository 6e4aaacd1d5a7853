import type { AuditState, AuditVerification } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Copy, ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { panelClass } from '../../../components/page.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { copyText } from '../../../lib/copy.ts';
import { formatAgo, formatCount, formatTime } from '../../../lib/format.ts';
import { jobEnded, jobQuery } from '../../../lib/jobs.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';

/** Whether the record is whole: when that was last verified, and by what it is held together. */
export function VerifyPanel() {
  const { t } = useTranslation('audit');
  const queries = useQueryClient();
  const [jobId, setJobId] = useState<string | null>(null);
  const {
    data: state,
    error,
    refetch,
  } = useQuery({
    queryKey: queryKeys.auditState,
    queryFn: ({ signal }) => client.audit.state({ signal }),
  });
  const { data: job } = useQuery({ ...jobQuery(jobId ?? ''), enabled: jobId !== null });
  const begin = useMutation({
    mutationFn: () => client.audit.verify({}),
    onSuccess: ({ job_id }) => setJobId(job_id),
  });
  const ended = job !== undefined && jobEnded(job.status);
  useEffect(() => {
    if (ended) void queries.invalidateQueries({ queryKey: queryKeys.audit });
  }, [ended, queries]);
  const running = jobId !== null && !ended;
  const result = job?.status === 'succeeded' ? (job.result as unknown as AuditVerification) : null;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (state === undefined) return <Skeleton className="h-32" />;
  return (
    <section className={`${panelClass} grid grid-cols-1 gap-4 p-4`}>
      <div className="flex flex-wrap items-start gap-4">
        <Verdict state={state} />
        <Button look="primary" disabled={running || begin.isPending} onClick={() => begin.mutate()}>
          {running ? t('verifying') : t('verify')}
        </Button>
      </div>
      {begin.error && <ErrorNotice error={begin.error} />}
      {job?.error && <ErrorNotice error={new Error(job.error.message)} />}
      {running && <ProgressBar value={job?.progress ?? 0} label={t('verifying')} />}
      {result !== null && result.findings.length > 0 && (
        <div>
          <h3 className="font-medium">{t('findings')}</h3>
          <ul className="mt-2 grid max-h-72 gap-1 overflow-y-auto">
            {result.findings.map((finding) => (
              <li key={JSON.stringify(finding)} className="text-critical wrap-anywhere">
                {finding.explanation}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Standing state={state} />
    </section>
  );
}

function Verdict({ state: { last_verification: last } }: { state: AuditState }) {
  const { t } = useTranslation('audit');
  const [Icon, ink, title] =
    last === null
      ? ([ShieldQuestion, 'text-ink-faint', t('unverified')] as const)
      : last.intact
        ? ([ShieldCheck, 'text-good', t('intact')] as const)
        : ([ShieldAlert, 'text-critical', t('changed')] as const);
  const when = last === null ? '' : formatAgo(last.verified_at);
  const text =
    last === null
      ? t('unverified_text')
      : last.intact
        ? t('intact_text', { count: last.events, shown: formatCount(last.events), when })
        : t('changed_text', { count: last.finding_count, shown: formatCount(last.finding_count), when });
  return (
    <div role="status" className="flex min-w-0 flex-1 basis-64 items-start gap-3">
      <Icon size={32} aria-hidden strokeWidth={1.5} className={`shrink-0 ${ink}`} />
      <div className="min-w-0">
        <h2 className="text-section font-semibold">{title}</h2>
        <p className="text-ink-soft">{text}</p>
      </div>
    </div>
  );
}

function Standing({ state }: { state: AuditState }) {
  const { t } = useTranslation('audit');
  const queries = useQueryClient();
  const mayAnchor = usePermission('settings:write');
  const { data } = useQuery({
    queryKey: queryKeys.auditCheckpoints,
    queryFn: ({ signal }) => client.audit.checkpoints({ query: { limit: 1 }, signal }),
  });
  const anchor = useMutation({
    mutationFn: () => client.audit.anchor({}),
    onSuccess: ({ number }) => {
      toast(t('anchored', { number }));
      void queries.invalidateQueries({ queryKey: queryKeys.audit });
    },
    onError: (failure) => toast(failure.message, { tone: 'critical' }),
  });
  const key = state.public_keys.at(-1);
  const checkpoint = data?.items[0];
  return (
    <div className="flex flex-wrap items-end gap-x-8 gap-y-3 border-t border-line pt-4">
      <dl className="flex flex-wrap items-end gap-x-8 gap-y-3">
        <Figure name={t('events_linked')}>{formatCount(state.events)}</Figure>
        <Figure name={t('last_seal')}>
          {state.last_seal === null
            ? '–'
            : `${formatCount(state.last_seal.number)} · ${formatTime(state.last_seal.time)}`}
        </Figure>
        <Figure name={t('public_key')}>
          {key === undefined ? (
            '–'
          ) : (
            <span className="inline-flex items-center gap-1">
              <code className="font-mono">{key.key_id}</code>
              <IconButton icon={Copy} label={t('copy_key')} onClick={() => void copyText(key.public_key)} />
            </span>
          )}
        </Figure>
        <Figure name={t('checkpoint')}>
          {checkpoint === undefined
            ? t('no_checkpoint')
            : `${formatCount(checkpoint.number)} · ${formatTime(checkpoint.time_stamp ?? checkpoint.time)}`}
        </Figure>
      </dl>
      {mayAnchor && (
        <Button size="small" className="ms-auto" disabled={anchor.isPending} onClick={() => anchor.mutate()}>
          {t('anchor')}
        </Button>
      )}
    </div>
  );
}

function Figure({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-small text-ink-faint">{name}</dt>
      <dd className="flex min-h-8 items-center tabular-nums">{children}</dd>
    </div>
  );
}
