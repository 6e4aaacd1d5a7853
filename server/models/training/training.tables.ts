import { type Training, type TrainingKind, type TrainingProgress, trainingKinds } from '@stroma/contracts';
import { bigint, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { models, modelVersions } from '../registry/registry.tables.ts';

/** What was asked to be trained, how far it is, and what came of it. */
export const trainings = pgTable(
  'ml_trainings',
  {
    jobId: text('job_id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    kind: text('kind', { enum: trainingKinds }).notNull(),
    name: text('name').notNull(),
    datasetId: text('dataset_id').notNull(),
    datasetVersionId: text('dataset_version_id').notNull(),
    target: text('target').notNull(),
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull(),
    progress: jsonb('progress').$type<TrainingProgress>(),
    /** To go on from, should the worker be cut off; an object. */
    stateKey: text('state_key'),
    error: jsonb('error').$type<NonNullable<Training['error']>>(),
    result: jsonb('result').$type<NonNullable<Training['result']>>(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    index('ml_trainings_tenant').on(table.tenantId, table.jobId),
    index('ml_trainings_dataset').on(table.datasetId, table.jobId),
  ],
);

/** A dataset that went into a model, as who brought it in saw it. */
export interface Origin {
  dataset_id: string;
  version_id: string;
  name: string;
  number: number;
  content_sha256: string;
  view: string;
  columns: string[];
}

/** Of versions that were trained here: where the model itself lies, and what it learned from. */
export const trainedVersions = pgTable(
  'ml_trained_versions',
  {
    versionId: text('version_id')
      .primaryKey()
      .references(() => modelVersions.id, { onDelete: 'cascade' }),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: trainingKinds }).$type<TrainingKind>().notNull(),
    datasetId: text('dataset_id').notNull(),
    datasetVersionId: text('dataset_version_id').notNull(),
    /** What of the dataset its trainer saw; empty for all of it. */
    view: text('view').notNull(),
    /** Columns of the dataset that stand in the model, the target among them. */
    columns: jsonb('columns').$type<string[]>().notNull(),
    /** Beside its own dataset: what models it is made of have learned from. */
    origins: jsonb('origins').$type<Origin[]>().notNull().default([]),
    modelKey: text('model_key').notNull(),
    modelBytes: bigint('model_bytes', { mode: 'number' }).notNull(),
    modelSha256: text('model_sha256').notNull(),
    evaluationKey: text('evaluation_key').notNull(),
    rows: integer('rows').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('ml_trained_versions_model').on(table.modelId)],
);
