import { type Feature, type FeatureInput, materialisationStatuses } from '@stroma/contracts';
import type { ColumnType } from '@stroma/kernel';
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';

/** What features mean, beside the SQL that gives them. */
export interface FeatureMeaning {
  entity: { name: string; keys: string[] };
  dataset_ids: string[];
  event_time: string;
  available_time: string | null;
  features: Feature[];
  ttl_seconds: number | null;
  /** Of the keys, in their order. */
  key_types: ColumnType[];
}

export const featureViews = pgTable(
  'ml_feature_views',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    tags: text('tags').array().notNull(),
    /** Of its newest version. */
    number: integer('number').notNull(),
    revision: integer('revision').notNull(),
    cron: text('cron'),
    timeZone: text('time_zone').notNull().default('UTC'),
    nextAt: moment('next_at'),
    /** As whom it is materialised by itself. */
    scheduledBy: text('scheduled_by'),
    offlineDatasetId: text('offline_dataset_id'),
    /** Finds an entity's row online without saying which it is; sealed. */
    lookupKey: text('lookup_key').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('ml_feature_views_name').on(table.tenantId, table.name).where(sql`deleted_at is null`),
    index('ml_feature_views_next').on(table.nextAt),
  ],
);

export const featureViewVersions = pgTable(
  'ml_feature_view_versions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    viewId: text('view_id')
      .notNull()
      .references(() => featureViews.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    sql: text('sql'),
    sealed: bytes('sealed'),
    meaning: jsonb('meaning').$type<FeatureMeaning>().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [uniqueIndex('ml_feature_view_versions_number').on(table.viewId, table.number)],
);

export const featureMaterialisations = pgTable(
  'ml_feature_materialisations',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    viewId: text('view_id')
      .notNull()
      .references(() => featureViews.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    status: text('status', { enum: materialisationStatuses }).notNull(),
    jobId: text('job_id').notNull(),
    scheduled: boolean('scheduled').notNull(),
    inputs: jsonb('inputs').$type<FeatureInput[]>().notNull(),
    rows: bigint('rows', { mode: 'number' }).notNull(),
    entities: bigint('entities', { mode: 'number' }).notNull(),
    tiedRows: bigint('tied_rows', { mode: 'number' }).notNull(),
    onlineRows: integer('online_rows').notNull(),
    onlineLeftOut: bigint('online_left_out', { mode: 'number' }).notNull(),
    datasetId: text('dataset_id'),
    versionId: text('version_id'),
    firstEventAt: moment('first_event_at'),
    lastEventAt: moment('last_event_at'),
    provenanceId: text('provenance_id'),
    error: jsonb('error').$type<{ code: string; message: string }>(),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at').notNull(),
  },
  (table) => [index('ml_feature_materialisations_view').on(table.tenantId, table.viewId, table.id)],
);

/** The newest values of each entity. Microseconds since 1970, so that no moment is rounded. */
export const onlineFeatures = pgTable(
  'ml_online_features',
  {
    /** A keyed hash of view, version and entity. */
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    viewId: text('view_id')
      .notNull()
      .references(() => featureViews.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    eventUs: bigint('event_us', { mode: 'number' }).notNull(),
    knownUs: bigint('known_us', { mode: 'number' }).notNull(),
    entity: text('entity'),
    values: text('values'),
    sealed: bytes('sealed'),
  },
  (table) => [index('ml_online_features_view').on(table.tenantId, table.viewId, table.number)],
);
