import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';

/** What a board is made of; never what it shows. */
export const dashboards = pgTable(
  'dashboards',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    /** Stands in the document too; here to be sorted and searched by. */
    name: text('name').notNull(),
    description: text('description').notNull(),
    /** JSON, sealed: statements, filters and texts may name what is in the data. */
    document: text('document'),
    sealed: bytes('sealed'),
    /** What it is made of, to be counted and held by. */
    datasetIds: jsonb('dataset_ids').$type<string[]>().notNull(),
    metricIds: jsonb('metric_ids').$type<string[]>().notNull(),
    revision: integer('revision').notNull(),
    sample: boolean('sample').notNull().default(false),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedBy: text('updated_by').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    index('dashboards_updated').on(table.tenantId, table.updatedAt, table.id),
    index('dashboards_deleted').on(table.deletedAt),
    index('dashboards_clear').on(table.id).where(sql`sealed is null`),
  ],
);

export const dashboardVersions = pgTable(
  'dashboard_versions',
  {
    tenantId: text('tenant_id').notNull(),
    dashboardId: text('dashboard_id')
      .notNull()
      .references(() => dashboards.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    /** JSON, sealed. */
    document: text('document'),
    sealed: bytes('sealed'),
    /** What changed, in words. */
    note: text('note').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.dashboardId, table.revision] }),
    index('dashboard_versions_clear').on(table.dashboardId, table.revision).where(sql`sealed is null`),
  ],
);

export const dashboardComments = pgTable(
  'dashboard_comments',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    dashboardId: text('dashboard_id')
      .notNull()
      .references(() => dashboards.id, { onDelete: 'cascade' }),
    tileId: text('tile_id'),
    /** The comment it answers; null for the first of a thread. */
    threadId: text('thread_id'),
    /** Always sealed: people say what they see. */
    text: text('text'),
    sealed: bytes('sealed'),
    mentions: jsonb('mentions').$type<string[]>().notNull(),
    authorId: text('author_id').notNull(),
    createdAt: moment('created_at').notNull(),
    editedAt: moment('edited_at'),
    resolvedAt: moment('resolved_at'),
    resolvedBy: text('resolved_by'),
  },
  (table) => [
    index('dashboard_comments_board').on(table.dashboardId, table.id),
    index('dashboard_comments_thread').on(table.threadId),
    index('dashboard_comments_clear').on(table.id).where(sql`sealed is null`),
  ],
);
