import { metricApprovals } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';

/** Numbers that are defined once. A change of what one means takes its approval back. */
export const metrics = pgTable(
  'metrics',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    synonyms: jsonb('synonyms').$type<string[]>().notNull(),
    description: text('description').notNull(),
    datasetId: text('dataset_id').notNull(),
    /** Sealed: it may name what is in the data. */
    expression: text('expression'),
    sealed: bytes('sealed'),
    unit: text('unit'),
    approval: text('approval', { enum: metricApprovals }).notNull(),
    approvedBy: text('approved_by'),
    approvedAt: moment('approved_at'),
    approvalNote: text('approval_note'),
    revision: integer('revision').notNull(),
    createdBy: text('created_by').notNull(),
    /** Who said what it means now. */
    definedBy: text('defined_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('metrics_name').on(table.tenantId, sql`lower(${table.name})`),
    index('metrics_dataset').on(table.tenantId, table.datasetId),
    index('metrics_clear').on(table.id).where(sql`sealed is null`),
  ],
);
