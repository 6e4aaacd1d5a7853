import { z } from 'zod';
import { boardDocument } from './dashboards.ts';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { boardState, tileResult } from './tiles.ts';

const noState = { variables: {}, cross: [], drill: [] };

export const shareKinds = ['link', 'embed'] as const;

export const shareStates = ['open', 'expired', 'revoked', 'closed'] as const;

/** A way into one dashboard without signing in: a link, or a frame in another site's page. */
export const dashboardShare = z.object({
  share_id: z.string(),
  dashboard_id: z.string(),
  kind: z.enum(shareKinds),
  label: z.string(),
  status: z.enum(shareStates).describe('closed: its maker may not share this any more'),
  why_closed: z.string().nullable(),
  prefix: z.string().describe('The readable beginning of the secret, to tell links apart'),
  has_password: z.boolean(),
  filters: z.enum(['fixed', 'free']),
  state: boardState,
  allowed_origins: z.array(z.string()),
  expires_at: timestamp.nullable(),
  revoked_at: timestamp.nullable(),
  opened: z.int().describe('How often it was opened'),
  last_opened_at: timestamp.nullable(),
  created_by: z.object({ user_id: z.string(), name: z.string().nullable() }),
  created_at: timestamp,
});
export type DashboardShare = z.infer<typeof dashboardShare>;

/** What may leave by link. Health data does not, unless an organisation says so. */
export const sharingPolicy = z.strictObject({
  links: z.boolean().describe('Dashboards may be shared by link and embedded'),
  health_data: z.boolean().describe('Also those that show health data (sensitivity phi)'),
  password_required: z.boolean(),
  most_days: z.int().min(1).max(3650).nullable().describe('How long a link may live; null: no limit'),
  outside_mail: z.boolean().describe('Schedules and alerts may be mailed to others than members'),
});
export type SharingPolicy = z.infer<typeof sharingPolicy>;

/** A dashboard as somebody sees it who was given a link: without who made it, its SQL and its comments. */
export const sharedBoard = boardDocument.extend({
  filters_free: z.boolean(),
  state: boardState,
  organisation: z.string(),
  expires_at: timestamp.nullable(),
});
export type SharedBoard = z.infer<typeof sharedBoard>;

export const sharedResult = tileResult.omit({ sql: true, provenance_id: true });

const secret = z
  .string()
  .min(20)
  .max(4000)
  .describe('What the link holds behind the #, or the token of a frame');
const origin = z
  .string()
  .max(300)
  .regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'expected an origin like https://portal.example.org');
const params = z.object({ id: idOf('dashboard') });
const shareParams = params.extend({ share_id: idOf('share') });
const common = {
  label: z.string().trim().max(120).default(''),
  filters: z
    .enum(['fixed', 'free'])
    .default('fixed')
    .describe('free: who opens it may filter by other values'),
  state: boardState.default(noState).describe('Filters, time range and variables it opens with'),
};

export const dashboardSharesApi = {
  policy: endpoint({
    id: 'getSharingPolicy',
    method: 'GET',
    path: '/dashboards/sharing-policy',
    tag: 'Dashboards',
    summary: 'What of dashboards may leave the organisation',
    permission: 'dashboards:read',
    status: 200,
    response: sharingPolicy,
  }),
  setPolicy: endpoint({
    id: 'setSharingPolicy',
    method: 'PUT',
    path: '/dashboards/sharing-policy',
    tag: 'Dashboards',
    summary: 'Set what of dashboards may leave the organisation; holds at once, also for links that are out',
    permission: 'policies:write',
    body: sharingPolicy,
    status: 200,
    response: sharingPolicy,
  }),
  share: endpoint({
    id: 'shareDashboard',
    method: 'POST',
    path: '/dashboards/:id/share',
    tag: 'Dashboards',
    summary: 'Make a link that opens a dashboard without signing in; it is shown once',
    description:
      'Read-only. It shows what its maker may see at the moment it is opened, and nothing once its maker may not see or share it.',
    permission: 'dashboards:share',
    params,
    body: z.strictObject({
      ...common,
      password: z.string().min(8).max(200).nullable().default(null),
      expires_at: timestamp.nullable().default(null),
    }),
    status: 201,
    response: z.object({ share: dashboardShare, url: z.string(), token: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  embed: endpoint({
    id: 'embedDashboard',
    method: 'POST',
    path: '/dashboards/:id/embed',
    tag: 'Dashboards',
    summary: 'Make a signed token with which pages of named origins may show a dashboard in a frame',
    permission: 'dashboards:share',
    params,
    body: z.strictObject({
      ...common,
      allowed_origins: z.array(origin).min(1).max(20),
      expires_at: timestamp,
    }),
    status: 201,
    response: z.object({ share: dashboardShare, url: z.string(), token: z.string(), html: z.string() }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  list: endpoint({
    id: 'listDashboardShares',
    method: 'GET',
    path: '/dashboards/:id/shares',
    tag: 'Dashboards',
    summary: 'Links and frames of a dashboard, newest first',
    permission: 'dashboards:share',
    params,
    query: listQuery,
    status: 200,
    response: listOf(dashboardShare),
    errors: ['NOT_FOUND'],
  }),
  revoke: endpoint({
    id: 'revokeDashboardShare',
    method: 'DELETE',
    path: '/dashboards/:id/shares/:share_id',
    tag: 'Dashboards',
    summary: 'End a link or frame at once',
    permission: 'dashboards:share',
    params: shareParams,
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  frame: endpoint({
    id: 'frameSharedDashboard',
    method: 'GET',
    path: '/embed',
    at: 'root',
    tag: 'Dashboards',
    summary: 'The page to show in a frame; only pages of the origins its token names may frame it',
    permission: 'public',
    query: z.object({ token: secret }),
    produces: 'text/html',
    status: 200,
  }),
  open: endpoint({
    id: 'openSharedDashboard',
    method: 'POST',
    path: '/shared-dashboards/open',
    tag: 'Dashboards',
    summary: 'Open a dashboard by the secret of a link',
    permission: 'public',
    body: z.strictObject({ token: secret, password: z.string().max(200).optional() }),
    status: 200,
    response: z.object({
      board: sharedBoard.nullable().describe('Null: it asks for its password'),
      pass: z.string().nullable().describe('For the data, for an hour'),
    }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'WRONG_CREDENTIALS', 'RATE_LIMITED'],
  }),
  data: endpoint({
    id: 'getSharedDashboardData',
    method: 'POST',
    path: '/shared-dashboards/data',
    tag: 'Dashboards',
    summary: 'What the tiles of a shared dashboard show',
    permission: 'public',
    body: z.strictObject({
      token: secret,
      pass: z.string().max(200),
      state: boardState.default(noState).describe('Counts only where the link leaves filters free'),
    }),
    status: 200,
    response: z.object({ as_of: timestamp, results: z.array(sharedResult) }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'TOKEN_INVALID', 'RATE_LIMITED'],
  }),
};
