import type { BoardState, DashboardSchedule } from '@stroma/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { ErrorNotice, Notice } from '../../../components/notice.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { copyText } from '../../../lib/copy.ts';
import { formatMoment } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { toast } from '../../../lib/toasts.ts';
import { ScheduleForm } from './schedule-form.tsx';

interface SchedulesProps {
  dashboardId: string;
  state: BoardState;
  onClose: () => void;
}

/** When a dashboard is sent, and to whom. */
export const SchedulesDialog = ({ open, ...props }: SchedulesProps & { open: boolean }) =>
  open ? <OpenSchedules {...props} /> : null;

function OpenSchedules({ dashboardId, state, onClose }: SchedulesProps) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const queryKey = queryKeys.boardPart(dashboardId, 'schedules');
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const pages = usePages(queryKey, (cursor, signal) =>
    client.dashboardSchedules.list({ params: { id: dashboardId }, query: { limit: 20, ...cursor }, signal }),
  );
  return (
    <Dialog open onOpenChange={(now) => now || onClose()}>
      <DialogContent side title={t('schedules')} description={t('schedules_text')}>
        <div className="grid gap-6">
          {secret !== null && <SecretNotice secret={secret} />}
          {adding ? (
            <ScheduleForm
              dashboardId={dashboardId}
              state={state}
              onCancel={() => setAdding(false)}
              onMade={(given) => {
                setAdding(false);
                setSecret(given);
                toast(t('schedule_made'));
                void queryClient.invalidateQueries({ queryKey });
              }}
            />
          ) : (
            <Button look="primary" className="justify-self-start" onClick={() => setAdding(true)}>
              {t('add_schedule')}
            </Button>
          )}
          <PagedList
            pages={pages}
            skeleton={{ rows: 2 }}
            empty={<p className="text-ink-faint">{t('no_schedules')}</p>}
          >
            {(items) => (
              <ul aria-label={t('schedules')} className="divide-y divide-line rounded-lg border border-line">
                {items.map((schedule) => (
                  <ScheduleLine key={schedule.schedule_id} schedule={schedule} />
                ))}
              </ul>
            )}
          </PagedList>
        </div>
      </DialogContent>
    </Dialog>
  );
}

/** What a webhook’s calls are signed with, shown this once. */
export function SecretNotice({ secret }: { secret: string }) {
  const { t } = useTranslation('leaving');
  return (
    <Notice
      tone="warning"
      title={t('webhook_secret')}
      action={
        <Button size="small" onClick={() => void copyText(secret)}>
          {t('copy')}
        </Button>
      }
    >
      <code className="font-mono text-small wrap-anywhere select-all">{secret}</code>
    </Notice>
  );
}

function ScheduleLine({ schedule }: { schedule: DashboardSchedule }) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const { dashboard_id: id, schedule_id, last_run: last, deliver } = schedule;
  const params = { id, schedule_id };
  const reload = () => queryClient.invalidateQueries({ queryKey: queryKeys.boardPart(id, 'schedules') });
  const send = useMutation({
    mutationFn: () => client.dashboardSchedules.run({ params }),
    onSuccess: () => {
      toast(t('sending'));
      void reload();
    },
  });
  const pause = useMutation({
    mutationFn: () => client.dashboardSchedules.update({ params, body: { paused: !schedule.paused } }),
    onSuccess: reload,
  });
  const error = send.error ?? pause.error;
  const to = [...deliver.mail, ...(deliver.webhook === null ? [] : [new URL(deliver.webhook).host])];
  return (
    <li className="grid gap-2 px-3 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="font-medium wrap-anywhere">{schedule.name}</p>
        <Badge>{schedule.format.toUpperCase()}</Badge>
        {schedule.paused && <Badge tone="warning">{t('paused')}</Badge>}
        {last?.status === 'failed' && <Badge tone="critical">{t('run_failed')}</Badge>}
        {last?.status === 'succeeded' && <Badge tone="good">{t('run_succeeded')}</Badge>}
      </div>
      <p className="text-small text-ink-faint wrap-anywhere">
        {[
          to.join(', '),
          schedule.next_at === null ? t('paused') : t('next', { when: formatMoment(schedule.next_at) }),
          ...(last === null ? [] : [t('last', { when: formatMoment(last.started_at) })]),
        ].join(' · ')}
      </p>
      {last?.error != null && <p className="text-small text-critical">{last.error.message}</p>}
      {error ? <ErrorNotice error={error} /> : null}
      <div className="flex flex-wrap gap-2">
        {schedule.may_change && (
          <Button size="small" disabled={send.isPending} onClick={() => send.mutate()}>
            <Send size={14} aria-hidden />
            {t('send_now')}
          </Button>
        )}
        {(schedule.may_change || !schedule.paused) && (
          <Button size="small" disabled={pause.isPending} onClick={() => pause.mutate()}>
            {t(schedule.paused ? 'resume' : 'pause')}
          </Button>
        )}
        <Button size="small" look="danger" onClick={() => setRemoving(true)}>
          {t('delete')}
        </Button>
      </div>
      {removing && (
        <ConfirmDialog
          danger
          title={t('delete_schedule')}
          text={t('delete_schedule_text')}
          button={t('delete')}
          onClose={() => setRemoving(false)}
          run={async () => {
            await client.dashboardSchedules.remove({ params });
            await reload();
          }}
        />
      )}
    </li>
  );
}
