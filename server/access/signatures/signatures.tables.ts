import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** Electronic signatures as 21 CFR Part 11 asks; written once and kept: see `../audit/audit-guards.ts`. */
export const signatures = pgTable(
  'signatures',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    objectKind: text('object_kind').notNull(),
    objectId: text('object_id').notNull(),
    signerId: text('signer_id').notNull(),
    meaning: text('meaning', { enum: ['authored', 'reviewed', 'approved'] }).notNull(),
    signedAt: moment('signed_at').notNull(),
    /** Canonical JSON of all that was signed: object, hash of its content, signer, meaning, time, zone. */
    document: text('document').notNull(),
    /** Ed25519 over `document`, base64. */
    signature: text('signature').notNull(),
    keyId: text('key_id').notNull(),
  },
  (table) => [
    index('signatures_object').on(table.tenantId, table.objectKind, table.objectId, table.id),
    index('signatures_signer').on(table.tenantId, table.signerId, table.id),
  ],
);
