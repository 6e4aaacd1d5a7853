import { sql } from 'drizzle-orm';
import { boolean, doublePrecision, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';

/** What was asked, by whom, of which versions; the answer itself is not kept, its hash is. */
export const queries = pgTable(
  'queries',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    userId: text('user_id').notNull(),
    kind: text('kind', { enum: ['natural', 'sql'] }).notNull(),
    /** In clear only until they are sealed: rows of before that. */
    question: text('question'),
    sql: text('sql'),
    sealed: bytes('sealed'),
    datasetIds: jsonb('dataset_ids').$type<string[]>().notNull(),
    versionIds: jsonb('version_ids').$type<string[]>().notNull(),
    answered: boolean('answered').notNull(),
    answeredBy: text('answered_by', { enum: ['grammar', 'language_model', 'person'] }).notNull(),
    note: text('note'),
    rowCount: integer('row_count'),
    executionMs: doublePrecision('execution_ms'),
    cached: boolean('cached').notNull(),
    answerSha256: text('answer_sha256'),
    provenanceId: text('provenance_id'),
    /** Of what a dashboard showed; null for what a person asked. */
    dashboardId: text('dashboard_id'),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    index('queries_user').on(table.tenantId, table.userId, table.createdAt, table.id),
    index('queries_clear').on(table.id).where(sql`sealed is null`),
  ],
);
