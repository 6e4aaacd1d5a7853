import type { AlertEntry, DashboardAlert } from '@stroma/contracts';
import type { AlertEntryRow, AlertRow } from './alerts.store.ts';

interface Names {
  owner: string | null;
  acknowledgedBy: string | null;
}

export const alertSettings = (row: AlertRow) => ({
  name: row.name,
  tile_id: row.tileId,
  column: row.columnName,
  take: row.take,
  state: row.state,
  rule: row.rule,
  cron: row.cron,
  time_zone: row.timeZone,
  quiet_hours: row.quietHours,
  cool_down_minutes: row.coolDownMinutes,
  deliver: row.deliver,
  tell_missing: row.tellMissing,
  tell_resolved: row.tellResolved,
  paused: row.paused,
});

/** Values are seen as its maker sees the data, so they are shown to the maker alone. */
export function alertDocument(row: AlertRow, viewerId: string, names: Names): DashboardAlert {
  const isOwner = row.ownerId === viewerId;
  return {
    ...alertSettings(row),
    alert_id: row.id,
    dashboard_id: row.dashboardId,
    owner: { user_id: row.ownerId, name: names.owner },
    status: row.status,
    since: row.since.toISOString(),
    value: isOwner ? row.value : null,
    message: isOwner ? row.message : '',
    checked_at: row.checkedAt?.toISOString() ?? null,
    next_at: row.paused ? null : (row.nextAt?.toISOString() ?? null),
    error: row.error,
    acknowledged_by:
      row.acknowledgedBy === null ? null : { user_id: row.acknowledgedBy, name: names.acknowledgedBy },
    acknowledged_at: row.acknowledgedAt?.toISOString() ?? null,
    history: isOwner ? row.history.map(({ at, value }) => ({ at, value })) : [],
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    may_change: isOwner,
  };
}

export const entryDocument = (row: AlertEntryRow, isOwner: boolean): AlertEntry => ({
  entry_id: row.id,
  at: row.at.toISOString(),
  from_state: row.fromState,
  to_state: row.toState,
  value: isOwner ? row.value : null,
  expected: isOwner ? row.expected : '',
  message: isOwner ? row.message : '',
  told: row.told,
  told_error: row.toldError,
});
