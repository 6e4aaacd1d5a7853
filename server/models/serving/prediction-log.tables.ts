import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';
import { models } from '../registry/registry.tables.ts';

/** Rows that were predicted with what was said of them, where a model keeps them. */
export const loggedPredictions = pgTable(
  'ml_predictions',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    /** In clear never: sealed with the others of the tenant. */
    said: text('said'),
    sealed: bytes('sealed'),
    askedBy: text('asked_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    index('ml_predictions_model').on(table.modelId, table.id),
    index('ml_predictions_age').on(table.tenantId, table.createdAt),
  ],
);
