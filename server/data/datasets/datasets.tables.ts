import {
  type DatasetRule,
  type DatasetVersion,
  type IngestOverridesInput,
  sensitivities,
} from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** What is sorted and shown in lists stands here too, copied from the current version. */
export const datasets = pgTable(
  'datasets',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    tableName: text('table_name').notNull(),
    description: text('description').notNull().default(''),
    fileName: text('file_name').notNull(),
    format: text('format').notNull(),
    sample: boolean('sample').notNull().default(false),
    sensitivity: text('sensitivity', { enum: sensitivities }).notNull().default('internal'),
    /** Who sees which rows and values; hold for every version. */
    rules: jsonb('rules').$type<DatasetRule[]>().notNull().default([]),
    /** What pseudonyms are made with, sealed. Null until a rule needs it. */
    pseudonymKey: text('pseudonym_key'),
    currentVersionId: text('current_version_id').notNull(),
    versionCount: integer('version_count').notNull(),
    rows: bigint('rows', { mode: 'number' }).notNull(),
    qualityScore: doublePrecision('quality_score').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('datasets_table_name').on(table.tenantId, table.tableName).where(sql`deleted_at is null`),
    index('datasets_updated').on(table.tenantId, table.updatedAt, table.id),
    index('datasets_deleted').on(table.deletedAt),
  ],
);

export const datasetVersions = pgTable(
  'dataset_versions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    datasetId: text('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    /** SHA-256 over the raw file's hash and what was decided about it: equal identities are one version. */
    identity: text('identity').notNull(),
    uploadId: text('upload_id').notNull(),
    fileName: text('file_name').notNull(),
    rawKey: text('raw_key').notNull(),
    lakePrefix: text('lake_prefix').notNull(),
    format: text('format').notNull(),
    rows: bigint('rows', { mode: 'number' }).notNull(),
    columns: jsonb('columns').$type<DatasetVersion['columns']>().notNull(),
    rejectedRows: bigint('rejected_rows', { mode: 'number' }).notNull(),
    qualityScore: doublePrecision('quality_score').notNull(),
    issueCount: integer('issue_count').notNull(),
    parquetBytes: bigint('parquet_bytes', { mode: 'number' }).notNull(),
    sourceBytes: bigint('source_bytes', { mode: 'number' }).notNull(),
    sourceSha256: text('source_sha256').notNull(),
    contentSha256: text('content_sha256').notNull(),
    overrides: jsonb('overrides').$type<IngestOverridesInput>().notNull(),
    warnings: jsonb('warnings').$type<DatasetVersion['warnings']>().notNull(),
    provenanceId: text('provenance_id').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('dataset_versions_number').on(table.datasetId, table.number),
    uniqueIndex('dataset_versions_identity').on(table.datasetId, table.identity),
    index('dataset_versions_tenant_source').on(table.tenantId, table.sourceSha256),
    index('dataset_versions_tenant_identity').on(table.tenantId, table.identity),
  ],
);
