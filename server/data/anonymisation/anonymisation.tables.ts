import type { LedgerEntry, PrivateStatisticsRequest } from '@stroma/contracts';
import { doublePrecision, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** What pseudonyms and date shifts are made with, sealed: of a dataset, or of the organisation. */
export const privacyKeys = pgTable(
  'privacy_keys',
  {
    tenantId: text('tenant_id').notNull(),
    /** A dataset's id, or `organisation`. */
    scope: text('scope').notNull(),
    sealed: text('sealed').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.scope] })],
);

/** How much may ever be told of a dataset by noisy statistics. */
export const privacyBudgets = pgTable(
  'privacy_budgets',
  {
    tenantId: text('tenant_id').notNull(),
    datasetId: text('dataset_id').notNull(),
    epsilon: doublePrecision('epsilon').notNull(),
    delta: doublePrecision('delta').notNull(),
    composition: text('composition', { enum: ['basic', 'zcdp'] }).notNull(),
    setBy: text('set_by').notNull(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.datasetId] })],
);

/** What was asked and answered; stays when the dataset is gone. */
export const privacyLedger = pgTable(
  'privacy_ledger',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    datasetId: text('dataset_id').notNull(),
    versionId: text('version_id').notNull(),
    /** Of the question with its version and noise: an equal one gets the same answer. */
    questionSha256: text('question_sha256').notNull(),
    question: jsonb('question').$type<PrivateStatisticsRequest>().notNull(),
    epsilon: doublePrecision('epsilon').notNull(),
    delta: doublePrecision('delta').notNull(),
    rho: doublePrecision('rho').notNull(),
    answer: jsonb('answer').$type<LedgerEntry['answer']>().notNull(),
    askedBy: text('asked_by').notNull(),
    askedAt: moment('asked_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('privacy_ledger_question').on(table.tenantId, table.datasetId, table.questionSha256),
    index('privacy_ledger_dataset').on(table.tenantId, table.datasetId, table.askedAt),
  ],
);
