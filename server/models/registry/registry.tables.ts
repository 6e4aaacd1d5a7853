import type { CheckResult, Criticality } from '@stroma/contracts';
import { modelStages, type PredictionLog, type PromotionPolicy, promotionStates } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import type { VersionFacts } from './version-facts.ts';

export const models = pgTable(
  'ml_models',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    tags: jsonb('tags').$type<Record<string, string>>().notNull(),
    policy: jsonb('policy').$type<PromotionPolicy>().notNull(),
    /** Null: no prediction is kept. */
    predictionLog: jsonb('prediction_log').$type<PredictionLog>(),
    /** The last number given to a version; a number is never given twice. */
    lastNumber: integer('last_number').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('ml_models_name').on(table.tenantId, table.name).where(sql`deleted_at is null`),
    index('ml_models_updated').on(table.tenantId, table.updatedAt, table.id),
  ],
);

export const modelVersions = pgTable(
  'ml_model_versions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    description: text('description').notNull(),
    tags: jsonb('tags').$type<Record<string, string>>().notNull(),
    stage: text('stage', { enum: modelStages }).notNull(),
    source: text('source').notNull(),
    runLink: text('run_link'),
    runId: text('run_id'),
    /** The folder of its files among those of the run. */
    folder: text('folder').notNull(),
    /** What was true of it when it was registered. */
    facts: jsonb('facts').$type<VersionFacts>().notNull(),
    factsSha256: text('facts_sha256').notNull(),
    provenanceId: text('provenance_id').notNull(),
    erasures: jsonb('erasures').$type<string[]>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('ml_model_versions_number').on(table.modelId, table.number),
    index('ml_model_versions_run').on(table.runId),
    index('ml_model_versions_tenant').on(table.tenantId, table.updatedAt, table.id),
  ],
);

export const modelAliases = pgTable(
  'ml_model_aliases',
  {
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    alias: text('alias').notNull(),
    number: integer('number').notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.alias] })],
);

export const promotions = pgTable(
  'ml_promotions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    versionId: text('version_id')
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['promotion', 'rollback'] }).notNull(),
    fromStage: text('from_stage', { enum: modelStages }).notNull(),
    toStage: text('to_stage', { enum: modelStages }).notNull(),
    state: text('state', { enum: promotionStates }).notNull(),
    archiveExisting: boolean('archive_existing').notNull(),
    checks: jsonb('checks').$type<CheckResult[]>().notNull(),
    comment: text('comment').notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: moment('requested_at').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: moment('decided_at'),
    decisionComment: text('decision_comment'),
    signatureId: text('signature_id'),
    /** What the organisation's policy made of it when it was asked or decided; null: not critical. */
    critical: jsonb('critical').$type<Criticality>(),
  },
  (table) => [index('ml_promotions_version').on(table.versionId, table.id)],
);
