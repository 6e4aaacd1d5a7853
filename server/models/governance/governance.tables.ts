import type { CriticalRule } from '@stroma/contracts';
import { modelRecordKinds, modelStages, reviewRules, reviewStates, riskClasses } from '@stroma/contracts';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';
import { models, modelVersions, promotions } from '../registry/registry.tables.ts';

/** Which uses are critical, as it was said each time; the highest number counts. */
export const criticalPolicies = pgTable(
  'ml_critical_policies',
  {
    tenantId: text('tenant_id').notNull(),
    number: integer('number').notNull(),
    rules: jsonb('rules').$type<CriticalRule[]>().notNull(),
    sha256: text('sha256').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.number] })],
);

/** Persons who agreed to a promotion that takes several. */
export const promotionSignOffs = pgTable(
  'ml_promotion_sign_offs',
  {
    tenantId: text('tenant_id').notNull(),
    promotionId: text('promotion_id')
      .notNull()
      .references(() => promotions.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    comment: text('comment').notNull(),
    signatureId: text('signature_id'),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.promotionId, table.userId] })],
);

/** Risk records and bias reports as they were made: `document` is the canonical JSON that was hashed and sealed. */
export const modelRecords = pgTable(
  'ml_model_records',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    versionId: text('version_id')
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: modelRecordKinds }).notNull(),
    number: integer('number').notNull(),
    /** Null: a bias report. */
    riskClass: text('risk_class', { enum: riskClasses }),
    document: text('document').notNull(),
    sha256: text('sha256').notNull(),
    /** Ed25519 by the key of the audit record, base64. */
    seal: text('seal').notNull(),
    keyId: text('key_id').notNull(),
    /** Data it tells of, and what of each its maker saw. */
    sights: jsonb('sights').$type<{ dataset_id: string; view: string }[]>().notNull(),
    provenanceId: text('provenance_id').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    approvedBy: text('approved_by'),
    approvedAt: moment('approved_at'),
    approvalSignatureId: text('approval_signature_id'),
  },
  (table) => [
    uniqueIndex('ml_model_records_number').on(table.modelId, table.kind, table.number),
    index('ml_model_records_model').on(table.modelId, table.id),
  ],
);

/** Predictions made for a critical use, of a row or of a whole dataset, and what a person said of them. */
export const predictionReviews = pgTable(
  'ml_prediction_reviews',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    versionId: text('version_id')
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    stage: text('stage', { enum: modelStages }).notNull(),
    rules: jsonb('rules').$type<string[]>().notNull(),
    reviews: text('reviews', { enum: reviewRules }).notNull(),
    state: text('state', { enum: reviewStates }).notNull(),
    /** What every row of a dataset was predicted into; null: one row. */
    dataset: jsonb('dataset').$type<{ dataset_id: string; version_id: string; rows: number }>(),
    /** In clear never: the row and what was said of it, and what a person said in its place. */
    said: text('said'),
    verdict: text('verdict'),
    sealed: bytes('sealed'),
    askedBy: text('asked_by').notNull(),
    createdAt: moment('created_at').notNull(),
    reviewedBy: text('reviewed_by'),
    reviewedAt: moment('reviewed_at'),
  },
  (table) => [index('ml_prediction_reviews_model').on(table.modelId, table.state, table.id)],
);
