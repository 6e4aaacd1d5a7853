import type { BoardState, DashboardAlert, Tile } from '@stroma/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BellOff, BellRing, CircleCheck, CircleDashed, CircleHelp } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { Dialog, DialogContent } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { client } from '../../../lib/client.ts';
import { formatMoment, formatNumber } from '../../../lib/format.ts';
import { usePages } from '../../../lib/pages.ts';
import { queryKeys } from '../../../lib/query-keys.ts';
import { usePermission } from '../../../lib/session.ts';
import { toast } from '../../../lib/toasts.ts';
import { SecretNotice } from '../schedules/schedules-dialog.tsx';
import { AlertForm } from './alert-form.tsx';

const looks = {
  unknown: { icon: CircleDashed, className: 'text-ink-faint', tone: 'plain' },
  ok: { icon: CircleCheck, className: 'text-good', tone: 'good' },
  firing: { icon: BellRing, className: 'text-critical', tone: 'critical' },
  missing: { icon: CircleHelp, className: 'text-warning', tone: 'warning' },
} as const;

interface AlertsProps {
  dashboardId: string;
  tiles: readonly Tile[];
  state: BoardState;
  /** The tile a new alert is for at first. */
  tileId?: string | null;
  onClose: () => void;
}

/** Alerts on the tiles of a dashboard: how they stand, and new ones. */
export const AlertsPanel = ({ open, ...props }: AlertsProps & { open: boolean }) =>
  open ? <OpenAlerts {...props} /> : null;

function OpenAlerts({ dashboardId, tiles, state, tileId = null, onClose }: AlertsProps) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const mayMake = usePermission('dashboards:share');
  const queryKey = queryKeys.boardPart(dashboardId, 'alerts');
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const pages = usePages(queryKey, (cursor, signal) =>
    client.dashboardAlerts.list({ params: { id: dashboardId }, query: { limit: 20, ...cursor }, signal }),
  );
  return (
    <Dialog open onOpenChange={(now) => now || onClose()}>
      <DialogContent side title={t('alerts')} description={t('alerts_text')}>
        <div className="grid gap-6">
          {secret !== null && <SecretNotice secret={secret} />}
          {adding ? (
            <AlertForm
              dashboardId={dashboardId}
              tiles={tiles}
              state={state}
              tileId={tileId}
              onCancel={() => setAdding(false)}
              onMade={(given) => {
                setAdding(false);
                setSecret(given);
                toast(t('alert_made'));
                void queryClient.invalidateQueries({ queryKey });
              }}
            />
          ) : (
            mayMake && (
              <Button look="primary" className="justify-self-start" onClick={() => setAdding(true)}>
                {t('add_alert')}
              </Button>
            )
          )}
          <PagedList
            pages={pages}
            skeleton={{ rows: 2 }}
            empty={<p className="text-ink-faint">{t('no_alerts')}</p>}
          >
            {(items) => (
              <ul aria-label={t('alerts')} className="divide-y divide-line rounded-lg border border-line">
                {items.map((alert) => (
                  <AlertLine key={alert.alert_id} alert={alert} tiles={tiles} />
                ))}
              </ul>
            )}
          </PagedList>
        </div>
      </DialogContent>
    </Dialog>
  );
}

function AlertLine({ alert, tiles }: { alert: DashboardAlert; tiles: readonly Tile[] }) {
  const { t } = useTranslation('leaving');
  const queryClient = useQueryClient();
  const mayMake = usePermission('dashboards:share');
  const mayKeep = usePermission('dashboards:write');
  const [removing, setRemoving] = useState(false);
  const [showsHistory, setShowsHistory] = useState(false);
  const { dashboard_id: id, alert_id, status } = alert;
  const params = { id, alert_id };
  const reload = () => queryClient.invalidateQueries({ queryKey: queryKeys.boardPart(id, 'alerts') });
  const act = useMutation({
    mutationFn: async (what: 'check' | 'acknowledge' | 'pause') => {
      if (what === 'check') await client.dashboardAlerts.check({ params });
      else if (what === 'acknowledge') await client.dashboardAlerts.acknowledge({ params });
      else await client.dashboardAlerts.update({ params, body: { paused: !alert.paused } });
    },
    onSuccess: reload,
  });
  const { icon: Icon, className, tone } = alert.paused ? { ...looks.unknown, icon: BellOff } : looks[status];
  const stands = status === 'firing' || status === 'missing';
  const tile = tiles.find(({ tile_id }) => tile_id === alert.tile_id);
  return (
    <li data-alert={status} className="grid gap-2 px-3 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <Icon size={16} aria-hidden className={className} />
        <p className="font-medium wrap-anywhere">{alert.name}</p>
        <Badge tone={tone}>{t(alert.paused ? 'paused' : `alert_${status}`)}</Badge>
        {alert.acknowledged_by !== null && (
          <Badge tone="info">{t('acknowledged_by', { name: alert.acknowledged_by.name ?? t('gone') })}</Badge>
        )}
      </div>
      {alert.message !== '' && <p className="wrap-anywhere">{alert.message}</p>}
      <p className="text-small text-ink-faint wrap-anywhere">
        {[
          tile === undefined ? t('tile_gone') : tile.title || t('untitled'),
          t(`rule_${alert.rule.kind}`),
          ...(alert.checked_at === null ? [] : [t('checked', { when: formatMoment(alert.checked_at) })]),
          alert.owner.name ?? t('gone'),
        ].join(' · ')}
      </p>
      {act.error ? <ErrorNotice error={act.error} /> : null}
      <div className="flex flex-wrap gap-2">
        {stands && mayKeep && alert.acknowledged_by === null && (
          <Button size="small" disabled={act.isPending} onClick={() => act.mutate('acknowledge')}>
            {t('acknowledge')}
          </Button>
        )}
        {alert.may_change && (
          <Button size="small" disabled={act.isPending} onClick={() => act.mutate('check')}>
            {t('check_now')}
          </Button>
        )}
        <Button size="small" aria-expanded={showsHistory} onClick={() => setShowsHistory(!showsHistory)}>
          {t('history')}
        </Button>
        {mayMake && (alert.may_change || !alert.paused) && (
          <Button size="small" disabled={act.isPending} onClick={() => act.mutate('pause')}>
            {t(alert.paused ? 'resume' : 'pause')}
          </Button>
        )}
        {mayMake && (
          <Button size="small" look="danger" onClick={() => setRemoving(true)}>
            {t('delete')}
          </Button>
        )}
      </div>
      {showsHistory && <AlertHistory dashboardId={id} alertId={alert_id} />}
      {removing && (
        <ConfirmDialog
          danger
          title={t('delete_alert')}
          text={t('delete_alert_text')}
          button={t('delete')}
          onClose={() => setRemoving(false)}
          run={async () => {
            await client.dashboardAlerts.remove({ params });
            await reload();
          }}
        />
      )}
    </li>
  );
}

function AlertHistory({ dashboardId, alertId }: { dashboardId: string; alertId: string }) {
  const { t } = useTranslation('leaving');
  const { data, error } = useQuery({
    queryKey: queryKeys.boardPart(dashboardId, 'alerts', { entries: alertId }),
    queryFn: ({ signal }) =>
      client.dashboardAlerts.entries({
        params: { id: dashboardId, alert_id: alertId },
        query: { limit: 50 },
        signal,
      }),
  });
  if (error) return <ErrorNotice error={error} />;
  if (data?.items.length === 0) return <p className="text-small text-ink-faint">{t('no_history')}</p>;
  return (
    <ol className="grid gap-1 text-small">
      {data?.items.map((entry) => (
        <li key={entry.entry_id} className="flex flex-wrap gap-x-3 wrap-anywhere">
          <span className="text-ink-faint tabular-nums">{formatMoment(entry.at)}</span>
          <span>{t(`alert_${entry.to_state}`)}</span>
          {entry.value !== null && <span className="tabular-nums">{formatNumber(entry.value, 6)}</span>}
          <span className="text-ink-faint">{t(`told_${entry.told}`)}</span>
        </li>
      ))}
    </ol>
  );
}
