import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../db/columns.ts';

/**
 * One row for each thing that was done. `document` is the canonical JSON that was hashed and signed, kept as text:
 * jsonb would write numbers and text its own way and refuse U+0000. It lies in clear only until it is sealed.
 */
export const provenanceDerivations = pgTable(
  'provenance_derivations',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    document: text(),
    sealed: bytes('sealed'),
    /** SHA-256 of `document`, hex. It covers the hashes of the derivations that made its inputs. */
    chainSha256: text('chain_sha256').notNull(),
    /** Ed25519, base64. */
    signature: text().notNull(),
    keyId: text('key_id').notNull(),
    recordedAt: moment('recorded_at').notNull().defaultNow(),
  },
  (table) => [
    index('provenance_derivations_tenant').on(table.tenantId, table.id),
    index('provenance_derivations_clear').on(table.id).where(sql`sealed is null`),
  ],
);

/** Which entities went in and came out, for the walk upstream; what they are stands in the document. */
export const provenanceLinks = pgTable(
  'provenance_links',
  {
    tenantId: text('tenant_id').notNull(),
    derivationId: text('derivation_id')
      .notNull()
      .references(() => provenanceDerivations.id),
    role: text({ enum: ['input', 'output'] }).notNull(),
    entityId: text('entity_id').notNull(),
    position: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.derivationId, table.role, table.entityId] }),
    index('provenance_links_entity').on(table.tenantId, table.entityId, table.role),
  ],
);
