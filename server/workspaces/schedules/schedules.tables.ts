import { type BoardState, type Delivery, exportFormats } from '@stroma/contracts';
import { boolean, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

export const dashboardSchedules = pgTable(
  'dashboard_schedules',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    dashboardId: text('dashboard_id').notNull(),
    ownerId: text('owner_id').notNull(),
    name: text('name').notNull(),
    cron: text('cron').notNull(),
    timeZone: text('time_zone').notNull(),
    format: text('format', { enum: exportFormats }).notNull(),
    scheme: text('scheme', { enum: ['light', 'dark'] }).notNull(),
    state: jsonb('state').$type<BoardState>().notNull(),
    deliver: jsonb('deliver').$type<Delivery>().notNull(),
    /** Signs what goes to the webhook; sealed. */
    sealedSecret: text('sealed_secret'),
    paused: boolean('paused').notNull().default(false),
    nextAt: moment('next_at'),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    index('dashboard_schedules_dashboard').on(table.tenantId, table.dashboardId, table.id),
    index('dashboard_schedules_next').on(table.nextAt),
  ],
);

export const dashboardScheduleRuns = pgTable(
  'dashboard_schedule_runs',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    scheduleId: text('schedule_id')
      .notNull()
      .references(() => dashboardSchedules.id, { onDelete: 'cascade' }),
    status: text('status', { enum: ['running', 'succeeded', 'failed'] }).notNull(),
    byHand: boolean('by_hand').notNull(),
    startedAt: moment('started_at').notNull().defaultNow(),
    endedAt: moment('ended_at'),
    /** Addresses it went to already: a run that is begun again leaves them out. */
    sentTo: text('sent_to').array().notNull(),
    webhookStatus: integer('webhook_status'),
    bytes: integer('bytes'),
    error: jsonb('error').$type<{ code: string; message: string }>(),
  },
  (table) => [index('dashboard_schedule_runs_schedule').on(table.tenantId, table.scheduleId, table.id)],
);
