import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { streamTopics } from './events.ts';
import { idOf, jsonValue, listOf, listQuery, timestamp } from './fields.ts';
import { columnSchema } from './profiles.ts';
import { topicColumnTypes, windowKinds } from './stream-kinds.ts';

/** Columns every event gets when it lands in the lake, beside its own. */
export const landedColumns = ['event_offset', 'received_at'] as const;

const platformTopics: ReadonlySet<string> = new Set(streamTopics);
const columnNames: ReadonlySet<string> = new Set<string>([...landedColumns, 'window_start', 'window_end']);

export const topicName = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,79}$/, 'expected small letters, digits, . _ and -, a letter first')
  .refine((name) => !platformTopics.has(name), 'this name is one of Stroma’s own topics');

export const topicColumn = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}]+$/u, 'expected no control characters')
    .refine((name) => !columnNames.has(name.toLowerCase()), 'Stroma gives this column itself'),
  type: z.enum(topicColumnTypes),
  required: z.boolean().default(false).describe('An event without a value is refused'),
});
export type TopicColumn = z.output<typeof topicColumn>;

const columnsOfTopic = z
  .array(topicColumn)
  .min(1)
  .max(200)
  .refine(
    (columns) => new Set(columns.map(({ name }) => name.toLowerCase())).size === columns.length,
    'expected each name once',
  );

/** How long and how much is kept to be read again; what landed in the lake stays there. */
export const topicRetention = z.strictObject({
  hours: z.int().min(1).max(8760),
  megabytes: z.int().min(1).max(1_048_576),
});
export type TopicRetention = z.infer<typeof topicRetention>;

export const invalidEvents = ['refuse_batch', 'skip'] as const;
export type InvalidEvents = (typeof invalidEvents)[number];

const settings = {
  description: z.string().max(2000),
  retention: topicRetention,
  on_invalid: z
    .enum(invalidEvents)
    .describe('Where an event does not fit: refuse the batch, or keep the others'),
};

export const topic = z.object({
  topic_id: z.string(),
  name: z.string(),
  description: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.enum(topicColumnTypes), required: z.boolean() })),
  time_column: z.string().nullable().describe('When an event happened; null: when it was received'),
  retention: topicRetention,
  on_invalid: z.enum(invalidEvents),
  dataset_id: z.string().describe('Where its events land in the lake'),
  first_offset: z.int().describe('Of the oldest event that is kept'),
  next_offset: z.int().describe('One past the newest event; how many were ever accepted'),
  kept_bytes: z.int(),
  landed_offset: z.int().describe('One past the last event in the lake'),
  landed_at: timestamp.nullable(),
  events_per_second: z.number().describe('Over the last ten seconds, on this server'),
  consumers: z.int().describe('Connected to this server now'),
  created_at: timestamp,
  updated_at: timestamp,
});
export type Topic = z.infer<typeof topic>;

export const appended = z.object({
  accepted: z.int(),
  refused: z.int(),
  first_offset: z.int().nullable(),
  next_offset: z.int().nullable(),
  repeated: z.boolean().describe('The batch with this Idempotency-Key was kept before; nothing was added'),
  problems: z
    .array(z.object({ index: z.int(), reason: z.string() }))
    .describe('The first 100 events that were left out, by their place in the batch from 0'),
});
export type Appended = z.infer<typeof appended>;

export const keptEvent = z.object({
  offset: z.int(),
  received_at: timestamp,
  data: z.record(z.string(), jsonValue),
});
export type KeptEvent = z.infer<typeof keptEvent>;

const seconds = z.int().min(1).max(604_800);

export const windowDefinition = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    kind: z.enum(windowKinds),
    size_seconds: seconds.describe('Length; of a session the silence that ends it'),
    slide_seconds: seconds.optional().describe('Of a sliding window: how far apart two begin'),
    session_key: z
      .string()
      .max(100)
      .optional()
      .describe('Of a session: the column whose values each have their own'),
    lateness_seconds: z.int().min(0).max(604_800).default(0),
    sql: z
      .string()
      .min(1)
      .max(20_000)
      .describe('A SELECT over `events`, whose rows have `window_start` and `window_end`; group by them'),
  })
  .refine(
    ({ kind, size_seconds, slide_seconds }) =>
      kind !== 'sliding' ||
      (slide_seconds !== undefined && slide_seconds <= size_seconds && size_seconds / slide_seconds <= 100),
    'a sliding window needs slide_seconds, from a hundredth of its size to its size',
  );
export type WindowDefinition = z.output<typeof windowDefinition>;

export const streamWindow = z.object({
  window_id: z.string(),
  topic_id: z.string(),
  name: z.string(),
  kind: z.enum(windowKinds),
  size_seconds: z.int(),
  slide_seconds: z.int().nullable(),
  session_key: z.string().nullable(),
  lateness_seconds: z.int(),
  sql: z.string(),
  columns: z.array(columnSchema),
  watermark: timestamp.nullable().describe('Windows that end before it are closed'),
  late_events: z.int().describe('Came after their window had closed and are not in it'),
  error: z.string().nullable().describe('Why it could not be computed last; null when it was'),
  created_at: timestamp,
});
export type StreamWindow = z.infer<typeof streamWindow>;

export const windowResult = z.object({
  window_start: timestamp,
  window_end: timestamp,
  final: z.boolean(),
  truncated: z.boolean(),
  rows: z.array(z.array(jsonValue)),
});
export type WindowResult = z.infer<typeof windowResult>;

const byId = z.object({ id: idOf('topic') });
const windowById = z.object({ id: idOf('streamWindow') });

export const topicsApi = {
  append: endpoint({
    id: 'appendEvents',
    method: 'POST',
    path: '/streams/:topic',
    tag: 'Streams',
    summary: 'Add a batch of events to a topic',
    description:
      'NDJSON (application/x-ndjson, up to 16 MiB) or a JSON array (application/json, up to 1 MiB). Answered when the events are on disk. With an `Idempotency-Key` a repeated batch is not added twice. 429 past the rate of the organisation and 503 when the buffer is full, both with Retry-After; 507 when the disk is full.',
    permission: 'streams:write',
    params: z.object({ topic: z.string().max(100) }),
    query: z.object({ on_invalid: z.enum(invalidEvents).optional() }),
    consumes: ['application/x-ndjson', 'application/json'],
    status: 201,
    response: appended,
    errors: [
      'NOT_FOUND',
      'INVALID_INPUT',
      'EVENTS_INVALID',
      'PAYLOAD_TOO_LARGE',
      'CONFLICT',
      'RATE_LIMITED',
      'OVERLOADED',
      'STORAGE_FULL',
    ],
  }),
  produce: endpoint({
    id: 'produceEvents',
    method: 'GET',
    at: 'root',
    path: '/ws/v1/streams/:topic',
    tag: 'Streams',
    summary: 'Add events over a WebSocket, each batch acknowledged',
    description:
      'Send `{ "id": 1, "events": [...], "key"?: "...", "on_invalid"?: "skip" }`; answered with `{ "ack": 1, ... }` when the events are on disk, or `{ "nack": 1, "error": ... }`.',
    permission: 'streams:write',
    params: z.object({ topic: z.string().max(100) }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UPGRADE_REQUIRED'],
  }),
  watchBoard: endpoint({
    id: 'watchDashboard',
    method: 'GET',
    at: 'root',
    path: '/ws/v1/analytics/:dashboard_id',
    tag: 'Streams',
    summary: 'Hear which tiles of a dashboard have new data (WebSocket)',
    description:
      'Send `{ "type": "subscribe", "tiles"?: [...], "filters"?: ... }`; told `{ "type": "update", "tiles": [...] }` after each change and `{ "type": "resync" }` after having fallen behind.',
    permission: 'dashboards:read',
    params: z.object({ dashboard_id: idOf('dashboard') }),
    produces: 'application/octet-stream',
    status: 200,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'UPGRADE_REQUIRED'],
  }),
  list: endpoint({
    id: 'listTopics',
    method: 'GET',
    path: '/data/topics',
    tag: 'Streams',
    summary: 'Topics, by name',
    permission: 'streams:read',
    query: listQuery,
    status: 200,
    response: listOf(topic),
    errors: ['INVALID_INPUT'],
  }),
  create: endpoint({
    id: 'createTopic',
    method: 'POST',
    path: '/data/topics',
    tag: 'Streams',
    summary: 'Make a topic and the dataset its events land in',
    permission: 'streams:write',
    body: z
      .strictObject({
        name: topicName,
        description: settings.description.default(''),
        columns: columnsOfTopic,
        time_column: z.string().max(100).nullable().default(null),
        retention: settings.retention.default({ hours: 168, megabytes: 1024 }),
        on_invalid: settings.on_invalid.default('refuse_batch'),
      })
      .refine(
        ({ columns, time_column }) =>
          time_column === null ||
          columns.some(
            ({ name, type, required }) => name === time_column && type === 'timestamp' && required,
          ),
        { path: ['time_column'], message: 'expected one of the columns, a required timestamp' },
      ),
    status: 201,
    response: topic,
    errors: ['INVALID_INPUT', 'CONFLICT'],
  }),
  get: endpoint({
    id: 'getTopic',
    method: 'GET',
    path: '/data/topics/:id',
    tag: 'Streams',
    summary: 'One topic',
    permission: 'streams:read',
    params: byId,
    status: 200,
    response: topic,
    errors: ['NOT_FOUND'],
  }),
  change: endpoint({
    id: 'changeTopic',
    method: 'PATCH',
    path: '/data/topics/:id',
    tag: 'Streams',
    summary: 'Change description, retention, what becomes of events that do not fit; add columns',
    permission: 'streams:write',
    params: byId,
    body: z.strictObject({
      description: settings.description.optional(),
      retention: settings.retention.optional(),
      on_invalid: settings.on_invalid.optional(),
      add_columns: columnsOfTopic
        .refine((columns) => columns.every(({ required }) => !required), 'events before have no value')
        .optional()
        .describe('Without a value in what came before; what has landed is written again once, with them'),
    }),
    status: 200,
    response: topic,
    errors: ['NOT_FOUND', 'INVALID_INPUT'],
  }),
  remove: endpoint({
    id: 'deleteTopic',
    method: 'DELETE',
    path: '/data/topics/:id',
    tag: 'Streams',
    summary: 'Delete a topic with its windows and the events it keeps; its dataset stays',
    permission: 'streams:write',
    params: byId,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  land: endpoint({
    id: 'landTopic',
    method: 'POST',
    path: '/data/topics/:id/land',
    tag: 'Streams',
    summary: 'Write what has arrived to the lake now instead of at the next minute',
    permission: 'streams:write',
    params: byId,
    status: 200,
    response: topic,
    errors: ['NOT_FOUND'],
  }),
  events: endpoint({
    id: 'listTopicEvents',
    method: 'GET',
    path: '/data/topics/:id/events',
    tag: 'Streams',
    summary: 'The newest events, newest first',
    permission: 'streams:read',
    params: byId,
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    status: 200,
    response: z.object({ items: z.array(keptEvent) }),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  windows: endpoint({
    id: 'listStreamWindows',
    method: 'GET',
    path: '/data/topics/:id/windows',
    tag: 'Streams',
    summary: 'Windowed aggregates of a topic',
    permission: 'streams:read',
    params: byId,
    status: 200,
    response: z.object({ items: z.array(streamWindow) }),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  createWindow: endpoint({
    id: 'createStreamWindow',
    method: 'POST',
    path: '/data/topics/:id/windows',
    tag: 'Streams',
    summary: 'Define a windowed aggregate',
    permission: 'streams:write',
    params: byId,
    body: windowDefinition,
    status: 201,
    response: streamWindow,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'CONFLICT', 'SQL_INVALID', 'SQL_NOT_ALLOWED'],
  }),
  removeWindow: endpoint({
    id: 'deleteStreamWindow',
    method: 'DELETE',
    path: '/data/stream-windows/:id',
    tag: 'Streams',
    summary: 'Delete a windowed aggregate and its results',
    permission: 'streams:write',
    params: windowById,
    status: 204,
    errors: ['NOT_FOUND'],
  }),
  windowResults: endpoint({
    id: 'listWindowResults',
    method: 'GET',
    path: '/data/stream-windows/:id/results',
    tag: 'Streams',
    summary: 'The newest windows and what the SELECT gave for each',
    permission: 'streams:read',
    params: windowById,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    status: 200,
    response: z.object({ columns: z.array(columnSchema), items: z.array(windowResult) }),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
};
