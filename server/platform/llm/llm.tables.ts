import { boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../db/columns.ts';

/**
 * One row for each call of the language model, written before it goes out and completed after. It holds no key and
 * no prompt, only the prompt's hash; a row that stays `running` is of a process that died.
 */
export const llmCalls = pgTable(
  'llm_calls',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    actorId: text('actor_id').notNull(),
    requestId: text('request_id').notNull(),
    purpose: text().notNull(),
    model: text().notNull(),
    /** SHA-256 of the system text and the prompt as a JSON array, hex. */
    promptSha256: text('prompt_sha256').notNull(),
    outcome: text({ enum: ['running', 'succeeded', 'failed', 'refused', 'cancelled'] }).notNull(),
    /** Why it did not succeed: `timeout`, `http_429`, `invalid_answer`, `budget_spent`, ... */
    error: text(),
    attempts: integer().notNull().default(0),
    tokensIn: integer('tokens_in').notNull(),
    tokensOut: integer('tokens_out').notNull(),
    /** True where the endpoint did not tell and four characters were taken for a token. */
    tokensEstimated: boolean('tokens_estimated').notNull(),
    durationMs: integer('duration_ms'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index('llm_calls_tenant_time').on(table.tenantId, table.createdAt)],
);
