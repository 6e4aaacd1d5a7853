import { boolean, doublePrecision, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** What was asked, by whom, of which versions; the answer itself is not kept, its hash is. */
export const queries = pgTable(
  'queries',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    userId: text('user_id').notNull(),
    kind: text('kind', { enum: ['natural', 'sql'] }).notNull(),
    question: text('question'),
    sql: text('sql'),
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
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('queries_user').on(table.tenantId, table.userId, table.createdAt, table.id)],
);
