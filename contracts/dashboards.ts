import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, jsonValue, listOf, listQuery, timestamp } from './fields.ts';
import { columnName } from './profiles.ts';
import { tileKinds } from './tile-kinds.ts';
import {
  boardState,
  filterValue,
  rowFilter,
  tile,
  tileColumn,
  tilePlace,
  tileResult,
  timeRange,
} from './tiles.ts';

/** A filter of the board: its label and what it holds until somebody chooses otherwise. */
export const boardFilter = rowFilter.extend({ label: z.string().trim().max(120).default('') });
export type BoardFilter = z.infer<typeof boardFilter>;

export const variableTypes = ['text', 'number', 'date', 'list'] as const;

/** `{{name}}` in the SQL of a tile; written there as a literal of its type, a list as `('a', 'b')`. */
export const boardVariable = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,59}$/, 'expected small letters, digits and underscores'),
  label: z.string().trim().max(120).default(''),
  type: z.enum(variableTypes),
  value: z.union([filterValue, z.array(filterValue).max(1000)]).describe('Until somebody chooses otherwise'),
  choices: z.array(filterValue).max(1000).default([]).describe('None: anything of the type'),
});
export type BoardVariable = z.infer<typeof boardVariable>;

/** What somebody makes of a board; what is kept in its versions. */
export const boardDocument = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(5000).default(''),
  tiles: z.array(tile).max(60).default([]),
  filters: z.array(boardFilter).max(50).default([]),
  variables: z.array(boardVariable).max(50).default([]),
  time_range: timeRange.nullable().default(null),
  refresh_s: z.int().min(5).max(86_400).nullable().default(null),
  cross_filter: z.boolean().default(true),
});
export type BoardDocument = z.infer<typeof boardDocument>;

const person = z.object({ user_id: z.string(), name: z.string().nullable().describe('Null: gone') });

const boardHead = z.object({
  dashboard_id: z.string(),
  owner: person,
  revision: z.int(),
  sample: z.boolean(),
  projects: z.array(z.object({ project_id: z.string(), name: z.string() })),
  created_at: timestamp,
  updated_at: timestamp,
  updated_by: person,
  may_change: z.boolean(),
  may_share: z.boolean(),
  why_not: z.string().nullable(),
});

export const dashboard = boardDocument.extend(boardHead.shape);
export type Dashboard = z.infer<typeof dashboard>;

export const dashboardSummary = boardHead.extend({
  name: z.string(),
  description: z.string(),
  tile_kinds: z.array(z.enum(tileKinds)),
  tiles: z
    .array(z.object({ kind: z.enum(tileKinds), place: tilePlace }))
    .describe('Enough to draw a small picture'),
  open_comments: z.int(),
});
export type DashboardSummary = z.infer<typeof dashboardSummary>;

export const dashboardVersion = z.object({
  revision: z.int(),
  name: z.string(),
  tile_count: z.int(),
  note: z.string().describe('What changed, in words'),
  created_at: timestamp,
  created_by: person,
});
export type DashboardVersion = z.infer<typeof dashboardVersion>;

/** A thread is a comment without `thread_id` and those that carry its id. */
export const boardComment = z.object({
  comment_id: z.string(),
  thread_id: z.string().nullable(),
  tile_id: z.string().nullable().describe('Null: about the whole board'),
  tile_title: z.string().nullable().describe('Null with a tile_id: the tile is gone'),
  text: z.string(),
  mentions: z.array(person),
  author: person,
  created_at: timestamp,
  edited_at: timestamp.nullable(),
  resolved_at: timestamp.nullable(),
  resolved_by: person.nullable(),
  may_change: z.boolean(),
});
export type BoardComment = z.infer<typeof boardComment>;

const params = z.object({ id: idOf('dashboard') });
const tileParams = params.extend({ tile_id: idOf('tile') });
const commentParams = params.extend({ comment_id: idOf('comment') });
const revisionNumber = z.int().min(1);
const commentText = z.string().trim().min(1).max(5000);
const mentions = z.array(idOf('user')).max(50).default([]);

export const dashboardsApi = {
  list: endpoint({
    id: 'listDashboards',
    method: 'GET',
    path: '/dashboards',
    tag: 'Dashboards',
    summary: 'Dashboards you may see',
    permission: 'dashboards:read',
    query: listQuery.extend({
      search: z.string().trim().max(200).optional(),
      sort: z.enum(['name', '-name', 'updated_at', '-updated_at']).default('-updated_at'),
      deleted: z.enum(['true', 'false']).default('false').describe('true: those that can be restored'),
    }),
    status: 200,
    response: listOf(dashboardSummary),
  }),
  create: endpoint({
    id: 'createDashboard',
    method: 'POST',
    path: '/dashboards',
    tag: 'Dashboards',
    summary: 'Make a dashboard',
    permission: 'dashboards:write',
    body: boardDocument,
    status: 201,
    response: dashboard,
    errors: ['INVALID_INPUT'],
  }),
  fromQuestion: endpoint({
    id: 'createTileFromQuestion',
    method: 'POST',
    path: '/dashboards/from-question',
    tag: 'Dashboards',
    summary: 'Put a question you asked on a dashboard, or on a new one',
    permission: 'dashboards:write',
    body: z.strictObject({
      query_id: idOf('query'),
      dashboard_id: idOf('dashboard').nullable().default(null).describe('Null: a new dashboard'),
      name: z.string().trim().min(1).max(200).optional().describe('Of the new dashboard'),
      title: z.string().trim().max(200).optional(),
      kind: z.enum(tileKinds).optional(),
    }),
    status: 201,
    response: z.object({ dashboard, tile_id: z.string() }),
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'UNPROCESSABLE'],
  }),
  get: endpoint({
    id: 'getDashboard',
    method: 'GET',
    path: '/dashboards/:id',
    tag: 'Dashboards',
    summary: 'One dashboard',
    permission: 'dashboards:read',
    params,
    status: 200,
    response: dashboard,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateDashboard',
    method: 'PUT',
    path: '/dashboards/:id',
    tag: 'Dashboards',
    summary: 'Change a dashboard; each change is a version',
    permission: 'dashboards:write',
    params,
    body: boardDocument.extend({
      revision: revisionNumber.describe('What you changed; somebody else’s newer one is a conflict'),
    }),
    status: 200,
    response: dashboard,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  remove: endpoint({
    id: 'deleteDashboard',
    method: 'DELETE',
    path: '/dashboards/:id',
    tag: 'Dashboards',
    summary: 'Delete a dashboard; it can be restored',
    permission: 'dashboards:write',
    params,
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  restore: endpoint({
    id: 'restoreDashboard',
    method: 'POST',
    path: '/dashboards/:id/restore',
    tag: 'Dashboards',
    summary: 'Undo a deletion',
    permission: 'dashboards:write',
    params,
    status: 200,
    response: dashboard,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  data: endpoint({
    id: 'getDashboardData',
    method: 'POST',
    path: '/dashboards/:id/data',
    tag: 'Dashboards',
    summary: 'What the tiles show, as you may see it',
    description: 'A tile that fails carries its error; the others are answered.',
    permission: 'dashboards:read',
    params,
    body: z.strictObject({
      state: boardState.default({ variables: {}, cross: [], drill: [] }),
      tiles: z.array(idOf('tile')).max(60).optional().describe('Absent: all'),
    }),
    status: 200,
    response: z.object({ revision: z.int(), as_of: timestamp, results: z.array(tileResult) }),
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
  draft: endpoint({
    id: 'tryTile',
    method: 'POST',
    path: '/dashboards/tile-preview',
    tag: 'Dashboards',
    summary: 'What a tile that is not saved yet would show',
    permission: 'dashboards:write',
    body: z.strictObject({
      tile,
      board: boardDocument.pick({ filters: true, variables: true, time_range: true }).partial().default({}),
      state: boardState.default({ variables: {}, cross: [], drill: [] }),
    }),
    status: 200,
    response: tileResult,
    errors: ['INVALID_INPUT'],
  }),
  rows: endpoint({
    id: 'listTileRows',
    method: 'POST',
    path: '/dashboards/:id/tiles/:tile_id/rows',
    tag: 'Dashboards',
    summary: 'The rows behind a tile, with its filters',
    permission: 'dashboards:read',
    params: tileParams,
    body: z.strictObject({
      state: boardState.default({ variables: {}, cross: [], drill: [] }),
      filters: z.array(rowFilter).max(20).default([]).describe('Each holds'),
      marks: z
        .array(z.array(rowFilter).max(20))
        .max(50)
        .default([])
        .describe('Of the marks that were clicked, of which any may hold'),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).max(1_000_000).default(0),
    }),
    status: 200,
    response: z.object({
      columns: z.array(tileColumn),
      rows: z.array(z.array(jsonValue)),
      total_rows: z.int(),
      sql: z.string(),
    }),
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'UNPROCESSABLE', 'QUERY_TIMEOUT', 'QUERY_FAILED', 'OVERLOADED'],
  }),
  values: endpoint({
    id: 'listFilterValues',
    method: 'POST',
    path: '/dashboards/:id/values',
    tag: 'Dashboards',
    summary: 'Values of a column over the datasets of a dashboard, most frequent first, for its filters',
    permission: 'dashboards:read',
    params,
    body: z.strictObject({
      column: columnName,
      search: z.string().max(200).default(''),
      limit: z.int().min(1).max(500).default(100),
    }),
    status: 200,
    response: z.object({
      type: z
        .enum(['text', 'number', 'date', 'timestamp', 'boolean'])
        .nullable()
        .describe('Null: no such column'),
      items: z.array(z.object({ value: filterValue, count: z.int() })),
      more: z.boolean(),
      min: filterValue,
      max: filterValue,
    }),
    errors: ['NOT_FOUND'],
  }),
  versions: endpoint({
    id: 'listDashboardVersions',
    method: 'GET',
    path: '/dashboards/:id/versions',
    tag: 'Dashboards',
    summary: 'Versions, newest first',
    permission: 'dashboards:read',
    params,
    query: listQuery,
    status: 200,
    response: listOf(dashboardVersion),
    errors: ['NOT_FOUND'],
  }),
  version: endpoint({
    id: 'getDashboardVersion',
    method: 'GET',
    path: '/dashboards/:id/versions/:revision',
    tag: 'Dashboards',
    summary: 'A dashboard as it was',
    permission: 'dashboards:read',
    params: params.extend({ revision: z.coerce.number().int().min(1) }),
    status: 200,
    response: dashboardVersion.extend({ document: boardDocument }),
    errors: ['NOT_FOUND'],
  }),
  restoreVersion: endpoint({
    id: 'restoreDashboardVersion',
    method: 'POST',
    path: '/dashboards/:id/versions/:revision/restore',
    tag: 'Dashboards',
    summary: 'Make a dashboard as it was; that is a new version',
    permission: 'dashboards:write',
    params: params.extend({ revision: z.coerce.number().int().min(1) }),
    status: 200,
    response: dashboard,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  comments: endpoint({
    id: 'listDashboardComments',
    method: 'GET',
    path: '/dashboards/:id/comments',
    tag: 'Dashboards',
    summary: 'Comments, oldest first',
    permission: 'dashboards:read',
    params,
    query: listQuery.extend({
      tile_id: idOf('tile').optional(),
      state: z.enum(['open', 'resolved', 'all']).default('all'),
    }),
    status: 200,
    response: listOf(boardComment),
    errors: ['NOT_FOUND'],
  }),
  comment: endpoint({
    id: 'addDashboardComment',
    method: 'POST',
    path: '/dashboards/:id/comments',
    tag: 'Dashboards',
    summary: 'Comment on a tile or the whole board, or answer a comment',
    permission: 'dashboards:read',
    params,
    body: z.strictObject({
      tile_id: idOf('tile').nullable().default(null),
      thread_id: idOf('comment').nullable().default(null),
      text: commentText,
      mentions: mentions.describe('Members who may see the board'),
    }),
    status: 201,
    response: boardComment,
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
  editComment: endpoint({
    id: 'updateDashboardComment',
    method: 'PATCH',
    path: '/dashboards/:id/comments/:comment_id',
    tag: 'Dashboards',
    summary: 'Change what you said, or settle or reopen a thread',
    permission: 'dashboards:read',
    params: commentParams,
    body: z.strictObject({
      text: commentText.optional(),
      mentions: z.array(idOf('user')).max(50).optional(),
      resolved: z.boolean().optional(),
    }),
    status: 200,
    response: boardComment,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  removeComment: endpoint({
    id: 'deleteDashboardComment',
    method: 'DELETE',
    path: '/dashboards/:id/comments/:comment_id',
    tag: 'Dashboards',
    summary: 'Take back what you said, with the answers to it',
    permission: 'dashboards:read',
    params: commentParams,
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
};
