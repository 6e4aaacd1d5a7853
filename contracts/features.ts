import { z } from 'zod';
import { cronExpression, timeZone } from './dashboard-schedules.ts';
import { endpoint } from './endpoints.ts';
import { featureStates, featureTypes, materialisationStatuses, viewFreshnesses } from './feature-words.ts';
import { idOf, jsonValue, listOf, listQuery, timestamp } from './fields.ts';

const tag = 'Features';
const word = z
  .string()
  .trim()
  .max(60)
  .regex(/^[a-z][a-z0-9_]*$/, 'expected small letters, digits and underscores, beginning with a letter');
const column = z.string().min(1).max(200);
const person = z.object({ user_id: z.string(), name: z.string().nullable() });

const featureInput = z.strictObject({
  name: column.describe('The column of the answer that holds it'),
  description: z.string().trim().max(1000).default(''),
  unit: z.string().trim().min(1).max(40).nullable().default(null),
});

const entity = z.strictObject({
  name: z.string().trim().min(1).max(60).describe('What the features are of, such as patient'),
  keys: z.array(column).min(1).max(5).describe('Columns of the answer that name one of them'),
});

const meaning = {
  entity,
  dataset_ids: z.array(idOf('dataset')).min(1).max(20).describe('What the SQL reads'),
  sql: z.string().trim().min(1).max(20_000),
  event_time: column.describe('The column that says when the values held; a date or a timestamp'),
  available_time: column
    .nullable()
    .default(null)
    .describe('The column that says from when the values could be known, where that was later'),
  features: z
    .array(featureInput)
    .max(200)
    .default([])
    .describe('Every other column of the answer when none is named'),
  ttl_seconds: z
    .int()
    .min(1)
    .max(3_155_760_000)
    .nullable()
    .default(null)
    .describe('How long a value counts after its event time; for ever when null'),
};

const definition = z.strictObject({
  name: word,
  description: z.string().trim().max(2000).default(''),
  tags: z.array(z.string().trim().min(1).max(60)).max(20).default([]),
  ...meaning,
});
export type FeatureViewDefinition = z.infer<typeof definition>;

const feature = featureInput.extend({ type: z.enum(featureTypes) });
export type Feature = z.infer<typeof feature>;

const input = z.object({
  dataset_id: z.string(),
  name: z.string(),
  version_id: z.string(),
  number: z.int(),
  content_sha256: z.string(),
});
export type FeatureInput = z.infer<typeof input>;

export const featureMaterialisation = z.object({
  materialisation_id: z.string(),
  version: z.int().describe('Of the view'),
  status: z.enum(materialisationStatuses),
  job_id: z.string(),
  scheduled: z.boolean(),
  inputs: z.array(input),
  rows: z.int(),
  entities: z.int(),
  tied_rows: z.int().describe('Rows left out of use because another row ties with them'),
  online_rows: z.int().describe('Entities whose newest values are looked up online'),
  online_left_out: z.int().describe('Entities beyond what is held online; those with the oldest values'),
  dataset_id: z.string().nullable(),
  dataset_version_id: z.string().nullable(),
  first_event_at: timestamp.nullable(),
  last_event_at: timestamp.nullable(),
  provenance_id: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  started_at: timestamp,
  ended_at: timestamp,
});
export type FeatureMaterialisation = z.infer<typeof featureMaterialisation>;

const schedule = z.object({ cron: cronExpression, time_zone: timeZone.default('UTC') });

export const featureView = z.object({
  view_id: z.string(),
  ...definition.shape,
  features: z.array(feature),
  datasets: z.array(z.object({ dataset_id: z.string(), name: z.string(), table_name: z.string() })),
  version: z.int().describe('Grows with each change of what the features mean'),
  revision: z.int().describe('Grows with every change; to be named with the next one'),
  owner: person,
  schedule: schedule.nullable(),
  next_at: timestamp.nullable(),
  freshness: z.enum(viewFreshnesses),
  newest: featureMaterialisation.nullable().describe('The newest materialisation that succeeded'),
  offline_dataset_id: z.string().nullable(),
  sees_all: z
    .boolean()
    .describe('Whether you see all of its datasets, without which stored values are not shown to you'),
  created_at: timestamp,
  updated_at: timestamp,
  may_change: z.boolean(),
  why_not: z.string().nullable(),
});
export type FeatureView = z.infer<typeof featureView>;

export const featureViewVersion = z.object({
  version: z.int(),
  ...meaning,
  features: z.array(feature),
  created_by: person,
  created_at: timestamp,
});
export type FeatureViewVersion = z.infer<typeof featureViewVersion>;

export const featureProblem = z.object({
  field: z.string().describe('Where it lies in the definition, such as `event_time` or `features.0.name`'),
  message: z.string(),
});
export type FeatureProblem = z.infer<typeof featureProblem>;

export const featurePreview = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(jsonValue)),
  facts: z
    .object({
      rows: z.int(),
      entities: z.int(),
      missing_keys: z.int().describe('Rows with a key that is missing; they are never used'),
      missing_times: z.int().describe('Rows without an event time; they are never used'),
      tied_rows: z.int().describe('Rows that share keys and times with another'),
      first_event_at: timestamp.nullable(),
      last_event_at: timestamp.nullable(),
      missing: z.array(z.object({ feature: z.string(), rows: z.int() })),
    })
    .nullable()
    .describe('Null while a problem keeps them from being counted'),
  problems: z.array(featureProblem),
});
export type FeaturePreview = z.infer<typeof featurePreview>;

const chosen = z.strictObject({
  view_id: idOf('featureView'),
  features: z.array(column).min(1).max(200).optional().describe('All of them when not given'),
});

export const onlineFeature = z.object({
  view_id: z.string(),
  view: z.string(),
  feature: z.string(),
  value: jsonValue.describe('Null when missing or stale: what a model was not trained on is not given to it'),
  state: z.enum(featureStates),
  event_time: timestamp.nullable(),
  age_seconds: z.number().nullable(),
});
export type OnlineFeature = z.infer<typeof onlineFeature>;

const keyValue = z.union([z.string().max(500), z.number(), z.boolean()]);
export const onlineFeatures = z.object({
  items: z.array(z.object({ entity: z.record(z.string(), keyValue), values: z.array(onlineFeature) })),
  asked_at: timestamp,
});
export type OnlineFeatures = z.infer<typeof onlineFeatures>;

const params = z.object({ id: idOf('featureView') });
const sqlErrors = ['SQL_INVALID', 'SQL_NOT_ALLOWED', 'QUERY_FAILED', 'QUERY_TIMEOUT'] as const;
const started = z.object({ job_id: z.string() });

export const featuresApi = {
  list: endpoint({
    id: 'listFeatureViews',
    method: 'GET',
    path: '/ml/feature-views',
    tag,
    summary: 'Feature views over datasets you may see, by name',
    permission: 'models:read',
    query: listQuery.extend({ search: z.string().trim().max(200).optional() }),
    status: 200,
    response: listOf(featureView),
  }),
  create: endpoint({
    id: 'createFeatureView',
    method: 'POST',
    path: '/ml/feature-views',
    tag,
    summary: 'Define features as SQL with entity keys and event time',
    permission: 'models:write',
    body: definition,
    status: 201,
    response: featureView,
    errors: ['NOT_FOUND', 'CONFLICT', 'UNPROCESSABLE', ...sqlErrors],
  }),
  preview: endpoint({
    id: 'previewFeatureView',
    method: 'POST',
    path: '/ml/feature-views/preview',
    tag,
    summary: 'First rows of a definition, what it holds, and what is wrong with it',
    description: 'Runs as you and keeps nothing. Problems are told, each with its field; none is an error.',
    permission: 'models:read',
    rate: 'query',
    body: definition,
    status: 200,
    response: featurePreview,
    errors: ['NOT_FOUND'],
  }),
  get: endpoint({
    id: 'getFeatureView',
    method: 'GET',
    path: '/ml/feature-views/:id',
    tag,
    summary: 'One feature view',
    permission: 'models:read',
    params,
    status: 200,
    response: featureView,
    errors: ['NOT_FOUND'],
  }),
  update: endpoint({
    id: 'updateFeatureView',
    method: 'PUT',
    path: '/ml/feature-views/:id',
    tag,
    summary: 'Change a feature view; whatever changes what its features mean makes a new version',
    permission: 'models:write',
    params,
    body: definition.extend({ revision: z.int().min(1) }),
    status: 200,
    response: featureView,
    errors: ['NOT_FOUND', 'CONFLICT', 'FORBIDDEN', 'UNPROCESSABLE', ...sqlErrors],
  }),
  remove: endpoint({
    id: 'deleteFeatureView',
    method: 'DELETE',
    path: '/ml/feature-views/:id',
    tag,
    summary: 'Delete a feature view and its online values; datasets that were made stay',
    permission: 'models:write',
    params,
    status: 204,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  versions: endpoint({
    id: 'listFeatureViewVersions',
    method: 'GET',
    path: '/ml/feature-views/:id/versions',
    tag,
    summary: 'What the features meant, newest first',
    permission: 'models:read',
    params,
    query: listQuery,
    status: 200,
    response: listOf(featureViewVersion),
    errors: ['NOT_FOUND'],
  }),
  setSchedule: endpoint({
    id: 'scheduleFeatureView',
    method: 'PUT',
    path: '/ml/feature-views/:id/schedule',
    tag,
    summary: 'Say when a view is materialised by itself; it is, where its inputs have new versions',
    permission: 'models:write',
    params,
    body: z.strictObject({ schedule: schedule.nullable() }),
    status: 200,
    response: featureView,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  materialise: endpoint({
    id: 'materialiseFeatureView',
    method: 'POST',
    path: '/ml/feature-views/:id/materialise',
    tag,
    summary: 'Write the features into the lake, and the newest of each entity into the online store',
    description: 'Only those who see all of its datasets may: what is stored is shown to others like them.',
    permission: 'models:write',
    params,
    status: 202,
    response: started,
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
  materialisations: endpoint({
    id: 'listFeatureMaterialisations',
    method: 'GET',
    path: '/ml/feature-views/:id/materialisations',
    tag,
    summary: 'Materialisations of a view, newest first',
    permission: 'models:read',
    params,
    query: listQuery,
    status: 200,
    response: listOf(featureMaterialisation),
    errors: ['NOT_FOUND'],
  }),
  online: endpoint({
    id: 'readOnlineFeatures',
    method: 'POST',
    path: '/ml/features/online',
    tag,
    summary: 'The newest values of entities, with their event time and age',
    permission: 'models:read',
    body: z.strictObject({
      views: z.array(chosen).min(1).max(20),
      entities: z
        .array(z.record(column, keyValue))
        .min(1)
        .max(200)
        .describe('Each with the keys of every view that is asked'),
    }),
    status: 200,
    response: onlineFeatures,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT'],
  }),
  join: endpoint({
    id: 'joinFeatures',
    method: 'POST',
    path: '/ml/features/join',
    tag,
    summary: 'Make a training dataset: to each row the values that were known at its time',
    description:
      'For each feature the row gets the newest value whose event time, and available time, is not after the time of the row and whose age is within the time to live; otherwise it is missing. Of rows with equal keys and event time the one available last counts, then the one with the greatest values. A job does it; its result names the dataset.',
    permission: 'models:write',
    body: z.strictObject({
      name: z.string().trim().min(1).max(200),
      description: z.string().trim().max(2000).default(''),
      dataset_id: idOf('dataset').describe('The rows that are asked about, with keys and times'),
      time_column: column,
      keys: z
        .record(column, column)
        .default({})
        .describe('Columns of the dataset by the key they hold, where they are named otherwise'),
      views: z
        .array(chosen.extend({ version: z.int().min(1).optional() }))
        .min(1)
        .max(20),
      full_names: z.boolean().default(false).describe('Name columns `view__feature` instead of `feature`'),
    }),
    status: 202,
    response: started,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'UNPROCESSABLE'],
  }),
};
