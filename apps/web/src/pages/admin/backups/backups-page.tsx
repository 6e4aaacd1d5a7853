import type { Backup, BackupPlan } from '@stroma/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArchiveRestore, DatabaseBackup, Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Facts } from '../../../components/facts.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { Page, Section } from '../../../components/page.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatAgo, formatCount, formatTime } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { saveFile, toCsv } from '../../../lib/table-export.ts';
import { BackupTable } from './backup-table.tsx';
import { EncryptionPanel } from './encryption-panel.tsx';
import { useFollowedJob } from './followed-job.ts';

const staleAfterMs = 2 * 24 * 60 * 60 * 1000;

/** The backups there are, whether they restore, and the keys that encrypt. */
export function BackupsPage() {
  const { t } = useTranslation('backups');
  const queries = useQueryClient();
  const mayWrite = usePermission('backups:write');
  const maySeeKeys = usePermission('encryption:read');
  const plan = useQuery({
    queryKey: queryKeys.backupPlan,
    queryFn: ({ signal }) => client.backups.plan({ signal }),
  });
  const pages = usePages(queryKeys.backups, (cursor, signal) =>
    client.backups.list({ query: { limit: 20, ...cursor }, signal }),
  );
  const job = useFollowedJob(() => void queries.invalidateQueries({ queryKey: queryKeys.backups }));
  const backups = pages.items;
  const ready = plan.data !== undefined && plan.data.target !== null && plan.data.passphrase_set;
  const makeNow = mayWrite && (
    <Button
      look="primary"
      disabled={!ready || job.running}
      onClick={() => void job.follow(client.backups.make({}))}
    >
      <DatabaseBackup size={16} aria-hidden />
      {job.running ? t('under_way') : t('make_now')}
    </Button>
  );
  return (
    <Page
      wide
      title={t('title')}
      intro={t('intro')}
      actions={
        <>
          {backups !== undefined && backups.length > 0 && (
            <Button onClick={() => exportCsv(backups)}>
              <Download size={16} aria-hidden />
              {t('export')}
            </Button>
          )}
          {makeNow}
        </>
      }
    >
      <div className="grid gap-8">
        <Standing plan={plan.data} backups={backups} />
        {job.error !== null && <ErrorNotice error={job.error} title={t('job_failed')} />}
        {plan.error && <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />}
        <Section title={t('backups')}>
          <PagedList
            pages={pages}
            skeleton={{ rows: 4, className: 'h-12' }}
            empty={
              <EmptyState icon={ArchiveRestore} title={t('none')}>
                {t('none_text')}
              </EmptyState>
            }
          >
            {(items) => (
              <BackupTable
                backups={items}
                busy={job.running}
                onVerify={
                  mayWrite
                    ? ({ backup_id }) => void job.follow(client.backups.verify({ params: { id: backup_id } }))
                    : null
                }
              />
            )}
          </PagedList>
        </Section>
        <div className="grid items-start gap-8 lg:grid-cols-2">
          {plan.data !== undefined && <PlanPanel plan={plan.data} />}
          {maySeeKeys && <EncryptionPanel />}
        </div>
      </div>
    </Page>
  );
}

/** What is amiss, if anything: nothing planned, the last one failed or does not restore, the last good one is old. */
function Standing({
  plan,
  backups,
}: {
  plan: BackupPlan | undefined;
  backups: readonly Backup[] | undefined;
}) {
  const { t } = useTranslation('backups');
  if (plan === undefined || backups === undefined) return null;
  const [last] = backups;
  const good = backups.find(({ status, verify_error }) => status === 'kept' && verify_error === null);
  const failure = last?.error ?? last?.verify_error ?? null;
  if (failure !== null)
    return (
      <Notice tone="critical" title={last?.status === 'failed' ? t('last_failed') : t('last_broken')}>
        {failure.message}
      </Notice>
    );
  if (plan.target === null || !plan.passphrase_set)
    return (
      <Notice tone="warning" title={t('not_planned')}>
        {t('not_planned_text')}
      </Notice>
    );
  if (plan.cron === null)
    return (
      <Notice tone="warning" title={t('no_schedule')}>
        {t('no_schedule_text')}
      </Notice>
    );
  if (good !== undefined && Date.now() - Date.parse(good.started_at) > staleAfterMs)
    return <Notice tone="warning" title={t('stale', { when: formatAgo(good.started_at) })} />;
  return null;
}

function PlanPanel({ plan }: { plan: BackupPlan }) {
  const { t } = useTranslation('backups');
  return (
    <Section title={t('plan')} note={t('plan_note')}>
      <Facts
        facts={[
          [t('target'), <code key="target">{plan.target ?? t('not_set')}</code>],
          [t('schedule'), plan.cron === null ? t('by_hand') : <code key="cron">{plan.cron}</code>],
          [t('next'), plan.next_at === null ? '–' : formatTime(plan.next_at)],
          [t('keep'), formatCount(plan.keep)],
          [t('passphrase'), plan.passphrase_set ? t('set') : t('not_set')],
        ]}
      />
    </Section>
  );
}

function exportCsv(backups: readonly Backup[]): void {
  const names = [
    'backup_id',
    'name',
    'target',
    'trigger',
    'status',
    'bytes',
    'objects',
    'started_at',
    'finished_at',
    'verified_at',
  ] as const;
  const columns = names.map((name) => ({ name, type: 'text' as const }));
  saveFile(
    'backups.csv',
    toCsv(
      columns,
      backups.map((each) => names.map((name) => (each[name] === null ? null : String(each[name])))),
    ),
  );
}
