import type { LegalHold, RetentionRun } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Scale } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { Page, panelClass, Section } from '../../../components/page.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { client } from '../../../lib/client.ts';
import { formatCount, formatTime } from '../../../lib/format.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { useFollowedJob } from '../backups/followed-job.ts';
import { LiftDialog, PlaceDialog } from './hold-dialogs.tsx';
import { HoldSubject } from './hold-subject.tsx';
import { PolicyTable } from './policy-table.tsx';

/** How long things are kept, what is due, what is on hold, and what was done. */
export function RetentionPage() {
  const { t } = useTranslation('retention');
  const queries = useQueryClient();
  const mayChange = usePermission('retention:write');
  const [asking, setAsking] = useState(false);
  const policies = useQuery({
    queryKey: queryKeys.retentionPart('policies'),
    queryFn: ({ signal }) => client.retention.policies({ signal }),
  });
  const preview = useQuery({
    queryKey: queryKeys.retentionPart('preview'),
    queryFn: ({ signal }) => client.retention.preview({ signal }),
  });
  const runs = useQuery({
    queryKey: queryKeys.retentionPart('runs'),
    queryFn: ({ signal }) => client.retention.runs({ query: { limit: 20 }, signal }),
  });
  const job = useFollowedJob(() => void queries.invalidateQueries({ queryKey: queryKeys.retention }));
  const gone = preview.data?.items.filter(({ manner }) => manner === 'dispose') ?? [];
  const count = gone.reduce((sum, { due }) => sum + due, 0);
  const failure = policies.error ?? preview.error ?? runs.error;
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        mayChange && (
          <Button disabled={job.running || preview.data === undefined} onClick={() => setAsking(true)}>
            {job.running ? t('applying') : t('apply')}
          </Button>
        )
      }
    >
      <div className="grid grid-cols-1 gap-8">
        {job.error !== null && <ErrorNotice error={job.error} title={t('job_failed')} />}
        {failure && (
          <ErrorNotice
            error={failure}
            onRetry={() => void queries.invalidateQueries({ queryKey: queryKeys.retention })}
          />
        )}
        <Section title={t('policies')}>
          {policies.data === undefined ? (
            <SkeletonRows rows={7} />
          ) : (
            <PolicyTable policies={policies.data.items} due={preview.data?.items} mayChange={mayChange} />
          )}
        </Section>
        <HoldList mayChange={mayChange} />
        <Section title={t('runs')}>
          {runs.data === undefined ? (
            <SkeletonRows rows={2} />
          ) : runs.data.items.length === 0 ? (
            <p className="text-ink-soft">{t('no_run')}</p>
          ) : (
            <ul className={`${panelClass} divide-y divide-line`}>
              {runs.data.items.map((run) => (
                <RunLine key={run.run_id} run={run} />
              ))}
            </ul>
          )}
        </Section>
      </div>
      {asking && (
        <ConfirmDialog
          title={t('apply_title')}
          text={t('apply_text', { count })}
          button={t('apply')}
          danger
          run={() => job.follow(client.retention.apply({}))}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  );
}

function RunLine({ run }: { run: RetentionRun }) {
  const { t } = useTranslation('retention');
  const done = run.items.filter((item) => item.done > 0);
  return (
    <li className="flex flex-wrap justify-between gap-x-6 gap-y-1 px-4 py-2">
      <time dateTime={run.at}>{formatTime(run.at)}</time>
      <span className="text-ink-soft">
        {done.length === 0
          ? t('run_nothing')
          : done.map((item) => `${t(`kind_${item.kind}`)}: ${formatCount(item.done)}`).join(' · ')}
      </span>
    </li>
  );
}

function HoldList({ mayChange }: { mayChange: boolean }) {
  const { t } = useTranslation('retention');
  const [open, setOpen] = useState<'place' | LegalHold | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.retentionPart('holds'),
    queryFn: ({ signal }) => client.retention.holds({ query: { limit: 200 }, signal }),
  });
  const place = mayChange && (
    <Button size="small" onClick={() => setOpen('place')}>
      {t('place')}
    </Button>
  );
  return (
    <Section title={t('holds')} actions={data !== undefined && data.items.length > 0 && place}>
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows rows={2} />
      ) : data.items.length === 0 ? (
        <EmptyState icon={Scale} title={t('no_hold')} action={place}>
          {t('no_hold_text')}
        </EmptyState>
      ) : (
        <ul className={`${panelClass} divide-y divide-line`}>
          {data.items.map((hold) => (
            <li key={hold.hold_id} className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <p className="flex flex-wrap items-center gap-2 font-medium">
                  <HoldSubject hold={hold} />
                  <Badge tone={hold.lifted === null ? 'warning' : 'plain'}>
                    {t(hold.lifted === null ? 'in_force' : 'lifted')}
                  </Badge>
                </p>
                <p className="wrap-anywhere">{hold.reason}</p>
                <p className="text-small text-ink-soft">
                  {formatTime(hold.placed_at)}, {t('placed_by', { name: hold.placed_by.name })}
                  {hold.lifted &&
                    ` · ${t('lifted_by', { name: hold.lifted.by_name, reason: hold.lifted.reason })}`}
                </p>
              </div>
              {mayChange && hold.lifted === null && (
                <Button size="small" onClick={() => setOpen(hold)}>
                  {t('lift')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {open === 'place' && <PlaceDialog onClose={() => setOpen(null)} />}
      {open !== null && open !== 'place' && <LiftDialog hold={open} onClose={() => setOpen(null)} />}
    </Section>
  );
}
