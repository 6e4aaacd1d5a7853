import { index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** A column pair that joins two versions, with the share of each side's values the other holds. */
export interface StoredJoin {
  column_a: string;
  column_b: string;
  overlap_a: number;
  overlap_b: number;
  /** Seen from a. */
  kind: 'one_to_one' | 'one_to_many' | 'many_to_one' | 'many_to_many';
}

/** What was found between two versions; `version_a` is the smaller id. A pair with nothing in common is kept too. */
export const datasetJoins = pgTable(
  'dataset_joins',
  {
    tenantId: text('tenant_id').notNull(),
    versionA: text('version_a').notNull(),
    versionB: text('version_b').notNull(),
    joins: jsonb('joins').$type<StoredJoin[]>().notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.versionA, table.versionB] }),
    index('dataset_joins_b').on(table.versionB),
  ],
);
