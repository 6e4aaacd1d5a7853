import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../db/columns.ts';

/**
 * One row for each context that something was sealed for. Without a tenant: a data key is reached by the context
 * alone, which only code that holds the row or object it belongs to can name, and no list of keys is ever answered;
 * some contexts (settings, signing keys) belong to the installation and to no tenant. A destroyed key stays as a row
 * without its secret, so that what it sealed is known to be gone and not broken.
 */
export const dataKeys = pgTable(
  'data_keys',
  {
    id: uuid('id').primaryKey(),
    context: text('context').notNull(),
    /** Null once destroyed. */
    wrapped: bytes('wrapped'),
    provider: text('provider', { enum: ['file', 'vault', 'kms'] }).notNull(),
    keyId: text('key_id').notNull(),
    createdAt: moment('created_at').notNull(),
    destroyedAt: moment('destroyed_at'),
  },
  (table) => [
    uniqueIndex('data_keys_context').on(table.context),
    index('data_keys_under').on(table.context.op('text_pattern_ops')),
    index('data_keys_key').on(table.keyId, table.id).where(sql`wrapped is not null`),
  ],
);
