import { type AlertRule, alertStates, type BoardState, type DashboardAlert } from '@stroma/contracts';
import { boolean, doublePrecision, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** A value at the time it was first seen, and the dataset versions it came from. */
export interface SeenValue {
  at: string;
  value: number | null;
  versions: string;
}

export const dashboardAlerts = pgTable(
  'dashboard_alerts',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    dashboardId: text('dashboard_id').notNull(),
    tileId: text('tile_id').notNull(),
    /** Of the tile when it was last looked at: what has to change for it to be looked at again. */
    datasetIds: text('dataset_ids').array().notNull(),
    ownerId: text('owner_id').notNull(),
    name: text('name').notNull(),
    columnName: text('column_name'),
    take: text('take', { enum: ['last', 'first', 'max', 'min', 'mean', 'sum'] }).notNull(),
    state: jsonb('state').$type<BoardState>().notNull(),
    rule: jsonb('rule').$type<AlertRule>().notNull(),
    cron: text('cron').notNull(),
    timeZone: text('time_zone').notNull(),
    quietHours: jsonb('quiet_hours').$type<DashboardAlert['quiet_hours']>(),
    coolDownMinutes: integer('cool_down_minutes').notNull(),
    deliver: jsonb('deliver').$type<DashboardAlert['deliver']>().notNull(),
    /** Signs what goes to the webhook; sealed. */
    sealedSecret: text('sealed_secret'),
    tellMissing: boolean('tell_missing').notNull(),
    tellResolved: boolean('tell_resolved').notNull(),
    paused: boolean('paused').notNull().default(false),
    status: text('status', { enum: alertStates }).notNull().default('unknown'),
    since: moment('since').notNull().defaultNow(),
    value: doublePrecision('value'),
    message: text('message').notNull().default(''),
    error: text('error'),
    /** When somebody was last told that it fires or misses its value. */
    toldAt: moment('told_at'),
    /** It was found and not told yet. */
    waiting: boolean('waiting').notNull().default(false),
    acknowledgedBy: text('acknowledged_by'),
    acknowledgedAt: moment('acknowledged_at'),
    history: jsonb('history').$type<SeenValue[]>().notNull(),
    checkedAt: moment('checked_at'),
    nextAt: moment('next_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    index('dashboard_alerts_dashboard').on(table.tenantId, table.dashboardId, table.id),
    index('dashboard_alerts_next').on(table.nextAt),
  ],
);

export const dashboardAlertEntries = pgTable(
  'dashboard_alert_entries',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    alertId: text('alert_id')
      .notNull()
      .references(() => dashboardAlerts.id, { onDelete: 'cascade' }),
    at: moment('at').notNull(),
    fromState: text('from_state', { enum: alertStates }).notNull(),
    toState: text('to_state', { enum: alertStates }).notNull(),
    value: doublePrecision('value'),
    expected: text('expected').notNull(),
    message: text('message').notNull(),
    told: text('told', { enum: ['sent', 'quiet', 'cool_down', 'off', 'waiting', 'failed'] }).notNull(),
    toldError: text('told_error'),
  },
  (table) => [index('dashboard_alert_entries_alert').on(table.tenantId, table.alertId, table.id)],
);
