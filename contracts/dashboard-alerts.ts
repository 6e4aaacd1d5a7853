import { z } from 'zod';
import { cronExpression, delivery, timeZone } from './dashboard-schedules.ts';
import { endpoint } from './endpoints.ts';
import { alertStates } from './export-formats.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { columnName } from './profiles.ts';
import { boardState } from './tiles.ts';

const noState = { variables: {}, cross: [], drill: [] };

export const alertRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('threshold'),
    is: z.enum(['above', 'below', 'outside', 'within']),
    value: z.number(),
    upper: z.number().optional().describe('For outside and within: the other end, included'),
  }),
  z
    .strictObject({
      kind: z.literal('change'),
      direction: z.enum(['up', 'down', 'either']),
      amount: z.number().positive(),
      relative: z.boolean().default(true).describe('amount is a share of the value before: 0.2 is 20 %'),
    })
    .describe('Against the value before'),
  z
    .strictObject({
      kind: z.literal('anomaly'),
      z: z.number().min(1).max(100).default(3.5),
      direction: z.enum(['up', 'down', 'either']).default('either'),
    })
    .describe('Robust z against the values before: 0.6745 (value - median) / MAD; from eight values on'),
]);
export type AlertRule = z.infer<typeof alertRule>;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time like 22:00');

const settings = z.strictObject({
  name: z.string().trim().min(1).max(120),
  tile_id: idOf('tile'),
  column: columnName.nullable().default(null).describe('Null: the first column of numbers'),
  take: z.enum(['last', 'first', 'max', 'min', 'mean', 'sum']).default('last').describe('Of its rows'),
  state: boardState.default(noState),
  rule: alertRule,
  cron: cronExpression.default('*/5 * * * *'),
  time_zone: timeZone.default('UTC'),
  quiet_hours: z.strictObject({ from: clock, to: clock }).nullable().default(null),
  cool_down_minutes: z.int().min(0).max(10_080).default(60),
  deliver: delivery.extend({ event: z.boolean().default(true) }),
  tell_missing: z.boolean().default(true),
  tell_resolved: z.boolean().default(true),
  paused: z.boolean().default(false),
});

/** Something the alert found, told or withheld. */
export const alertEntry = z.object({
  entry_id: z.string(),
  at: timestamp,
  from_state: z.enum(alertStates),
  to_state: z.enum(alertStates),
  value: z.number().nullable(),
  expected: z.string(),
  message: z.string(),
  told: z.enum(['sent', 'quiet', 'cool_down', 'off', 'waiting', 'failed']),
  told_error: z.string().nullable(),
});
export type AlertEntry = z.infer<typeof alertEntry>;

export const dashboardAlert = settings.extend({
  alert_id: z.string(),
  dashboard_id: z.string(),
  owner: z.object({ user_id: z.string(), name: z.string().nullable() }),
  status: z.enum(alertStates),
  since: timestamp,
  value: z.number().nullable(),
  message: z.string(),
  checked_at: timestamp.nullable(),
  next_at: timestamp.nullable(),
  error: z.string().nullable().describe('Why it could not be looked at last'),
  acknowledged_by: z.object({ user_id: z.string(), name: z.string().nullable() }).nullable(),
  acknowledged_at: timestamp.nullable(),
  history: z.array(z.object({ at: timestamp, value: z.number().nullable() })).describe('The last 100 values'),
  created_at: timestamp,
  updated_at: timestamp,
  may_change: z.boolean(),
});
export type DashboardAlert = z.infer<typeof dashboardAlert>;

const params = z.object({ id: idOf('dashboard') });
const one = params.extend({ alert_id: idOf('alert') });
const made = z.object({
  alert: dashboardAlert,
  webhook_secret: z.string().nullable().describe('Signs what is sent to the webhook; shown once'),
});

export const dashboardAlertsApi = {
  list: endpoint({
    id: 'listDashboardAlerts',
    method: 'GET',
    path: '/dashboards/:id/alerts',
    tag: 'Dashboards',
    summary: 'Alerts on the tiles of a dashboard',
    permission: 'dashboards:read',
    params,
    query: listQuery,
    status: 200,
    response: listOf(dashboardAlert),
    errors: ['NOT_FOUND'],
  }),
  create: endpoint({
    id: 'createDashboardAlert',
    method: 'POST',
    path: '/dashboards/:id/alerts',
    tag: 'Dashboards',
    summary: 'Be told when the value of a tile passes a threshold, jumps, or is unlike those before',
    permission: 'dashboards:share',
    params,
    body: settings,
    status: 201,
    response: made,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'OUTGOING_REFUSED', 'OUTGOING_FAILED'],
  }),
  update: endpoint({
    id: 'updateDashboardAlert',
    method: 'PATCH',
    path: '/dashboards/:id/alerts/:alert_id',
    tag: 'Dashboards',
    summary: 'Change, pause or resume an alert',
    permission: 'dashboards:share',
    params: one,
    body: z.strictObject({
      name: settings.shape.name.optional(),
      column: columnName.nullable().optional(),
      take: z.enum(['last', 'first', 'max', 'min', 'mean', 'sum']).optional(),
      state: boardState.optional(),
      rule: alertRule.optional(),
      cron: cronExpression.optional(),
      time_zone: timeZone.optional(),
      quiet_hours: z.strictObject({ from: clock, to: clock }).nullable().optional(),
      cool_down_minutes: z.int().min(0).max(10_080).optional(),
      deliver: delivery.extend({ event: z.boolean() }).optional(),
      tell_missing: z.boolean().optional(),
      tell_resolved: z.boolean().optional(),
      paused: z.boolean().optional(),
    }),
    status: 200,
    response: made,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'OUTGOING_REFUSED', 'OUTGOING_FAILED'],
  }),
  remove: endpoint({
    id: 'deleteDashboardAlert',
    method: 'DELETE',
    path: '/dashboards/:id/alerts/:alert_id',
    tag: 'Dashboards',
    summary: 'Delete an alert and its history',
    permission: 'dashboards:share',
    params: one,
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  check: endpoint({
    id: 'checkDashboardAlert',
    method: 'POST',
    path: '/dashboards/:id/alerts/:alert_id/check',
    tag: 'Dashboards',
    summary: 'Look at the value now',
    permission: 'dashboards:share',
    params: one,
    status: 200,
    response: dashboardAlert,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  acknowledge: endpoint({
    id: 'acknowledgeDashboardAlert',
    method: 'POST',
    path: '/dashboards/:id/alerts/:alert_id/acknowledge',
    tag: 'Dashboards',
    summary: 'Say that you look after it; nobody is told again until it is resolved',
    permission: 'dashboards:write',
    params: one,
    status: 200,
    response: dashboardAlert,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  entries: endpoint({
    id: 'listDashboardAlertEntries',
    method: 'GET',
    path: '/dashboards/:id/alerts/:alert_id/entries',
    tag: 'Dashboards',
    summary: 'What an alert found, newest first',
    permission: 'dashboards:read',
    params: one,
    query: listQuery,
    status: 200,
    response: listOf(alertEntry),
    errors: ['NOT_FOUND'],
  }),
};
