import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { datasets, datasetVersions } from '../datasets/datasets.tables.ts';

/** Generations that are kept: of equal ones (version, view, measure, time, seed) the newest. */
export const insights = pgTable(
  'insights',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    datasetId: text('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    versionId: text('version_id')
      .notNull()
      .references(() => datasetVersions.id, { onDelete: 'cascade' }),
    /** How much of the dataset it was worked out from: shown only to who sees the same. */
    view: text('view').notNull(),
    measure: text('measure'),
    timeColumn: text('time_column'),
    seed: integer('seed').notNull(),
    findingCount: integer('finding_count').notNull(),
    contentSha256: text('content_sha256').notNull(),
    /** The report, sealed: it quotes values of the data. */
    report: text('report').notNull(),
    provenanceId: text('provenance_id').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('insights_dataset').on(table.tenantId, table.datasetId, table.createdAt, table.id)],
);
