import { type AnyPgColumn, boolean, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn, users } from '../identity/identity.tables.ts';

export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    /** SHA-256 of the whole secret, hexadecimal. */
    hash: text('hash').notNull(),
    scopes: text('scopes').array().notNull(),
    allowedAddresses: text('allowed_addresses').array().notNull(),
    requestsPerMinute: integer('requests_per_minute'),
    /** Its maker had proven a second factor. */
    secondFactor: boolean('second_factor').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at'),
    /** Set when it was replaced: the end of the overlap. */
    retiresAt: moment('retires_at'),
    revokedAt: moment('revoked_at'),
    replacedBy: text('replaced_by').references((): AnyPgColumn => apiKeys.id, { onDelete: 'set null' }),
    lastUsedAt: moment('last_used_at'),
    lastUsedAddress: text('last_used_address'),
  },
  (table) => [
    uniqueIndex('api_keys_hash').on(table.hash),
    index('api_keys_owner').on(table.tenantId, table.ownerId),
    index('api_keys_tenant').on(table.tenantId, table.id),
  ],
);
