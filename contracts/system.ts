import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { alertStatuses, machineMeasures } from './machine-measures.ts';

export const systemInformation = z.object({
  version: z.string(),
  node: z.string(),
  duckdb: z.string(),
  started_at: z.string(),
  store: z.enum(['embedded', 'postgresql']),
  objects: z.enum(['folder', 's3']),
  cache: z.enum(['in_process', 'redis']),
  language_model: z.object({ configured: z.boolean(), model: z.string().nullable() }),
  sql_limits: z.object({ timeout_ms: z.int(), memory_mb: z.int(), max_rows: z.int(), max_bytes: z.int() }),
  upload_limit_bytes: z.number(),
  settings: z
    .array(
      z.object({
        key: z.string(),
        meaning: z.string(),
        value: z.string().describe('A secret is shown as set or not set'),
        default_value: z.string(),
        source: z.enum(['default', 'environment', 'file']),
      }),
    )
    .nullable()
    .describe('Null without the permission `installation:read`: they name folders and hosts'),
});
export type SystemInformation = z.infer<typeof systemInformation>;

/** How often and how long in the last minute, in the process that answers. */
const recent = z.object({
  count: z.int(),
  failed: z.int(),
  per_second: z.number(),
  p50_ms: z.number().nullable().describe('Null where nothing was measured'),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
});

const openJobs = z.object({
  kind: z.string(),
  waiting: z.int(),
  running: z.int(),
  oldest_seconds: z.number().describe('How long the one that waits longest has waited'),
});

export const systemAlert = z.object({
  alert_id: z.string(),
  measure: z.enum(machineMeasures),
  host: z.string(),
  status: z.enum(alertStatuses),
  percent: z.number().describe('When it was raised'),
  highest_percent: z.number(),
  threshold_percent: z.number(),
  raised_at: timestamp,
  resolved_at: timestamp.nullable(),
});
export type SystemAlert = z.infer<typeof systemAlert>;

const share = z.object({ percent: z.number(), used_bytes: z.number(), total_bytes: z.number() });

export const systemState = z.object({
  at: timestamp,
  host: z.string(),
  requests: recent,
  routes: z
    .array(
      z.object({
        method: z.string(),
        route: z.string(),
        count: z.int(),
        failed: z.int(),
        mean_ms: z.number(),
        p95_below_ms: z.number().nullable().describe('Null above 30 s'),
      }),
    )
    .describe('The busiest since this process started'),
  statements: recent.extend({
    processes: z.int(),
    busy: z.int(),
    waiting: z.int(),
    resident_bytes: z.number(),
  }),
  transactions: recent.extend({ open: z.int(), idle: z.int(), waiting: z.int() }),
  jobs: recent.extend({ open: z.array(openJobs) }),
  events: z.object({
    per_second: z.number(),
    listeners: z.int(),
    outbox_waiting: z.int(),
    outbox_oldest_seconds: z.number(),
  }),
  cache: z.object({ entries: z.int(), bytes: z.number() }),
  event_loop_p99_ms: z.number(),
  cpu: z.object({ percent: z.number(), process_percent: z.number(), cores: z.int() }),
  memory: share.extend({ process_bytes: z.number() }),
  disk: share.nullable().describe('Of the data folder; null where it cannot be read'),
  storage: z.array(z.object({ kind: z.string(), bytes: z.number() })),
  thresholds: z
    .record(z.enum(machineMeasures), z.number().nullable())
    .describe('Percent; null is never told of'),
  alerts: z.array(systemAlert).describe('Active ones first, then those of the last seven days'),
  processes: z.array(
    z.object({
      process: z.string(),
      host: z.string(),
      role: z.string(),
      at: timestamp,
      requests_per_second: z.number(),
      process_percent: z.number(),
      process_bytes: z.number(),
    }),
  ),
  unseen_errors: z.int(),
});
export type SystemState = z.infer<typeof systemState>;

const point = z.object({
  at: timestamp,
  requests_per_second: z.number(),
  failed_per_second: z.number(),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  cpu_percent: z.number(),
  memory_percent: z.number(),
  disk_percent: z.number().nullable(),
  statements_per_second: z.number(),
  jobs_waiting: z.number(),
  event_loop_ms: z.number(),
});

/** Rates are summed over the processes, of times and shares the highest of them is taken. */
export const systemHistory = z.object({ step_seconds: z.int(), points: z.array(point) });
export type SystemHistory = z.infer<typeof systemHistory>;

const occurrence = z.object({
  at: timestamp,
  message: z.string(),
  request_id: z.string().nullable(),
  trace_id: z.string().nullable(),
  actor: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  where: z.string().nullable().describe('Method and route pattern, or the kind of the job'),
  job_id: z.string().nullable(),
});

export const systemError = z.object({
  error_id: z.string(),
  name: z.string().describe('Of the error class'),
  code: z.string().nullable(),
  message: z.string().describe('Without values: what was quoted in it, addresses and keys are left out'),
  level: z.enum(['error', 'fatal']),
  occurrences: z.int(),
  first_at: timestamp,
  last_at: timestamp,
  last: occurrence,
  seen_at: timestamp.nullable().describe('Null: new, or it came again since it was marked'),
});
export type SystemError = z.infer<typeof systemError>;

export const systemErrorDetail = systemError.extend({
  stack: z.array(z.string()).describe('Frames, innermost first; paths are relative to the installation'),
  versions: z.array(z.string()).describe('Of Stroma in which it came'),
  latest: z.array(occurrence).describe('The last twenty'),
});
export type SystemErrorDetail = z.infer<typeof systemErrorDetail>;

const ofError = z.object({ id: idOf('fault') });

export const systemApi = {
  state: endpoint({
    id: 'getSystemState',
    method: 'GET',
    path: '/system/state',
    tag: 'System',
    summary: 'How the installation stands now: throughput, latencies, queues, storage, machine, alerts',
    permission: 'installation:read',
    status: 200,
    response: systemState,
  }),
  history: endpoint({
    id: 'getSystemHistory',
    method: 'GET',
    path: '/system/history',
    tag: 'System',
    summary: 'The same over the last hours, at most 24',
    permission: 'installation:read',
    query: z.object({ hours: z.coerce.number().int().min(1).max(24).default(24) }),
    status: 200,
    response: systemHistory,
  }),
  errors: endpoint({
    id: 'listSystemErrors',
    method: 'GET',
    path: '/system/errors',
    tag: 'System',
    summary: 'Faults of the installation, those that are alike as one, the last first',
    permission: 'installation:read',
    query: listQuery.extend({
      seen: z.enum(['true', 'false']).optional(),
      search: z.string().trim().max(200).optional().describe('In name, code, message, route and request id'),
    }),
    status: 200,
    response: listOf(systemError),
  }),
  error: endpoint({
    id: 'getSystemError',
    method: 'GET',
    path: '/system/errors/:id',
    tag: 'System',
    summary: 'One fault with its stack and the last times it came',
    permission: 'installation:read',
    params: ofError,
    status: 200,
    response: systemErrorDetail,
    errors: ['NOT_FOUND'],
  }),
  errorSeen: endpoint({
    id: 'markSystemErrorSeen',
    method: 'POST',
    path: '/system/errors/:id/seen',
    tag: 'System',
    summary: 'Mark a fault as seen, or as new again; it is new by itself when it comes again',
    permission: 'installation:read',
    params: ofError,
    body: z.strictObject({ seen: z.boolean() }),
    status: 200,
    response: systemErrorDetail,
    errors: ['NOT_FOUND'],
  }),
  information: endpoint({
    id: 'getSystemInformation',
    method: 'GET',
    path: '/system',
    tag: 'System',
    summary: 'Versions, engines and limits; to who runs the installation also the settings in force',
    permission: 'settings:read',
    status: 200,
    response: systemInformation,
  }),
};
