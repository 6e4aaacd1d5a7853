import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { exportFormats } from './export-formats.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { boardState } from './tiles.ts';

const noState = { variables: {}, cross: [], drill: [] };

export const cronExpression = z
  .string()
  .trim()
  .max(100)
  .regex(/^\S+( \S+){4}$/, 'expected five fields: minute hour day month weekday');
export const timeZone = z
  .string()
  .max(60)
  .regex(/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/, 'expected a time zone like Europe/Berlin');
export const webhookUrl = z.url({ protocol: /^https?$/ }).max(2000);
export const recipientMail = z.email().max(320);

/** Where something is delivered. */
export const delivery = z.strictObject({
  mail: z.array(recipientMail).max(50).default([]),
  webhook: webhookUrl.nullable().default(null),
});
export type Delivery = z.infer<typeof delivery>;

const settings = z.strictObject({
  name: z.string().trim().min(1).max(120),
  cron: cronExpression,
  time_zone: timeZone.default('UTC'),
  format: z.enum(exportFormats).default('pdf'),
  scheme: z.enum(['light', 'dark']).default('light'),
  state: boardState.default(noState),
  deliver: delivery,
  paused: z.boolean().default(false),
});

export const scheduleRun = z.object({
  run_id: z.string(),
  status: z.enum(['running', 'succeeded', 'failed']),
  started_at: timestamp,
  ended_at: timestamp.nullable(),
  by_hand: z.boolean(),
  mails: z.int(),
  webhook_status: z.int().nullable(),
  bytes: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type ScheduleRun = z.infer<typeof scheduleRun>;

export const dashboardSchedule = settings.extend({
  schedule_id: z.string(),
  dashboard_id: z.string(),
  owner: z.object({ user_id: z.string(), name: z.string().nullable() }),
  next_at: timestamp.nullable(),
  last_run: scheduleRun.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  may_change: z.boolean(),
});
export type DashboardSchedule = z.infer<typeof dashboardSchedule>;

const params = z.object({ id: idOf('dashboard') });
const one = params.extend({ schedule_id: idOf('schedule') });
const made = z.object({
  schedule: dashboardSchedule,
  webhook_secret: z.string().nullable().describe('Signs what is sent to the webhook; shown once'),
});

export const dashboardSchedulesApi = {
  list: endpoint({
    id: 'listDashboardSchedules',
    method: 'GET',
    path: '/dashboards/:id/schedules',
    tag: 'Dashboards',
    summary: 'When a dashboard is sent, and to whom',
    permission: 'dashboards:share',
    params,
    query: listQuery,
    status: 200,
    response: listOf(dashboardSchedule),
    errors: ['NOT_FOUND'],
  }),
  create: endpoint({
    id: 'createDashboardSchedule',
    method: 'POST',
    path: '/dashboards/:id/schedules',
    tag: 'Dashboards',
    summary: 'Send a dashboard by mail or to a webhook at set times',
    description:
      'Runs as its maker, with the rights its maker has at that moment. A webhook is sent the file with the headers `stroma-signature` (sha256=HMAC of `timestamp.body`) and `stroma-timestamp`.',
    permission: 'dashboards:share',
    params,
    body: settings,
    status: 201,
    response: made,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'OUTGOING_REFUSED', 'OUTGOING_FAILED'],
  }),
  update: endpoint({
    id: 'updateDashboardSchedule',
    method: 'PATCH',
    path: '/dashboards/:id/schedules/:schedule_id',
    tag: 'Dashboards',
    summary: 'Change, pause or resume a schedule',
    permission: 'dashboards:share',
    params: one,
    body: z.strictObject({
      name: settings.shape.name.optional(),
      cron: cronExpression.optional(),
      time_zone: timeZone.optional(),
      format: z.enum(exportFormats).optional(),
      scheme: z.enum(['light', 'dark']).optional(),
      state: boardState.optional(),
      deliver: delivery.optional(),
      paused: z.boolean().optional(),
    }),
    status: 200,
    response: made,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'OUTGOING_REFUSED', 'OUTGOING_FAILED'],
  }),
  remove: endpoint({
    id: 'deleteDashboardSchedule',
    method: 'DELETE',
    path: '/dashboards/:id/schedules/:schedule_id',
    tag: 'Dashboards',
    summary: 'Delete a schedule',
    permission: 'dashboards:share',
    params: one,
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  run: endpoint({
    id: 'runDashboardSchedule',
    method: 'POST',
    path: '/dashboards/:id/schedules/:schedule_id/runs',
    tag: 'Dashboards',
    summary: 'Send it now',
    permission: 'dashboards:share',
    params: one,
    status: 202,
    response: z.object({ job_id: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  runs: endpoint({
    id: 'listDashboardScheduleRuns',
    method: 'GET',
    path: '/dashboards/:id/schedules/:schedule_id/runs',
    tag: 'Dashboards',
    summary: 'What was sent, newest first',
    permission: 'dashboards:share',
    params: one,
    query: listQuery,
    status: 200,
    response: listOf(scheduleRun),
    errors: ['NOT_FOUND'],
  }),
};
