import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { modelVersions } from '../registry/registry.tables.ts';

/** What was found of a version after it was registered; the newest of a kind is the one that counts. */
export const modelReports = pgTable(
  'ml_model_reports',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    versionId: text('version_id')
      .notNull()
      .references(() => modelVersions.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['fairness', 'drift'] }).notNull(),
    datasetId: text('dataset_id').notNull(),
    datasetVersionId: text('dataset_version_id').notNull(),
    /** What of the dataset its maker saw; empty for all of it. */
    view: text('view').notNull(),
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull(),
    document: jsonb('document').$type<Record<string, unknown>>().notNull(),
    /** By which a promotion can be checked. */
    figures: jsonb('figures').$type<Record<string, number>>().notNull(),
    provenanceId: text('provenance_id').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('ml_model_reports_version').on(table.versionId, table.kind, table.id)],
);
