import { runStatuses } from '@stroma/contracts';
import {
  bigint,
  doublePrecision,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

export const experiments = pgTable(
  'ml_experiments',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    tags: jsonb('tags').$type<Record<string, string>>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('ml_experiments_name').on(table.tenantId, table.name),
    index('ml_experiments_updated').on(table.tenantId, table.updatedAt, table.id),
  ],
);

export const runs = pgTable(
  'ml_runs',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    experimentId: text('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    status: text('status', { enum: runStatuses }).notNull(),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at'),
    createdBy: text('created_by').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    index('ml_runs_experiment').on(table.experimentId, table.startedAt, table.id),
    index('ml_runs_tenant').on(table.tenantId, table.startedAt, table.id),
  ],
);

const ofRun = () =>
  text('run_id')
    .notNull()
    .references(() => runs.id, { onDelete: 'cascade' });

export const runParams = pgTable(
  'ml_run_params',
  {
    tenantId: text('tenant_id').notNull(),
    runId: ofRun(),
    key: text('key').notNull(),
    value: text('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.key] })],
);

export const runTags = pgTable(
  'ml_run_tags',
  {
    tenantId: text('tenant_id').notNull(),
    runId: ofRun(),
    key: text('key').notNull(),
    value: text('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.key] })],
);

const point = {
  tenantId: text('tenant_id').notNull(),
  key: text('key').notNull(),
  step: bigint('step', { mode: 'number' }).notNull(),
  /** Milliseconds since 1970, as whoever logged it says. */
  at: bigint('at', { mode: 'number' }).notNull(),
  value: doublePrecision('value').notNull(),
};

/** Every point; one that is sent again is not added twice. */
export const metricPoints = pgTable('ml_metric_points', { ...point, runId: ofRun() }, (table) => [
  primaryKey({ columns: [table.runId, table.key, table.step, table.at, table.value] }),
]);

/** The last point of each metric. */
export const runMetrics = pgTable('ml_run_metrics', { ...point, runId: ofRun() }, (table) => [
  primaryKey({ columns: [table.runId, table.key] }),
]);

/** Data a run says it read: a version of a dataset here, or something elsewhere. */
export const runInputs = pgTable(
  'ml_run_inputs',
  {
    tenantId: text('tenant_id').notNull(),
    runId: ofRun(),
    name: text('name').notNull(),
    digest: text('digest').notNull(),
    sourceType: text('source_type').notNull(),
    source: text('source').notNull(),
    schema: text('schema'),
    profile: text('profile'),
    tags: jsonb('tags').$type<Record<string, string>>().notNull(),
    versionId: text('version_id'),
    datasetId: text('dataset_id'),
    contentSha256: text('content_sha256'),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.name, table.digest] }),
    index('ml_run_inputs_version').on(table.versionId),
  ],
);

export const runArtifacts = pgTable(
  'ml_run_artifacts',
  {
    tenantId: text('tenant_id').notNull(),
    runId: ofRun(),
    path: text('path').notNull(),
    objectKey: text('object_key').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.path] })],
);

/** A model that MLflow's clients keep with a run: its files are those of the run below `models/<id>`. */
export const loggedModels = pgTable(
  'ml_logged_models',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    runId: ofRun(),
    name: text('name').notNull(),
    modelType: text('model_type').notNull(),
    status: text('status', { enum: ['pending', 'ready', 'upload_failed'] }).notNull(),
    params: jsonb('params').$type<Record<string, string>>().notNull(),
    tags: jsonb('tags').$type<Record<string, string>>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [index('ml_logged_models_run').on(table.runId, table.id)],
);
