import { bigint, index, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/**
 * What happened, one row each, never changed: see `audit-guards.ts`. `details` is canonical JSON kept as text, so
 * that it hashes to the same for ever. Every column before `content_sha256` goes into that hash.
 */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    time: moment('time').notNull(),
    actorId: text('actor_id').notNull(),
    actorKind: text('actor_kind').notNull(),
    actorName: text('actor_name').notNull(),
    /** Session or API key the actor came with. */
    credentialId: text('credential_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    requestId: text('request_id').notNull(),
    action: text('action').notNull(),
    objectKind: text('object_kind'),
    objectId: text('object_id'),
    outcome: text('outcome', { enum: ['success', 'refused', 'failure'] }).notNull(),
    beforeSha256: text('before_sha256'),
    afterSha256: text('after_sha256'),
    details: text('details'),
    contentSha256: text('content_sha256').notNull(),
    /** HMAC-SHA-256 of `content_sha256`: what Stroma itself did not write has none that fits. */
    mac: text('mac').notNull(),
    keyId: text('key_id').notNull(),
  },
  (table) => [
    index('audit_events_tenant').on(table.tenantId, table.id),
    index('audit_events_action').on(table.tenantId, table.action, table.id),
    index('audit_events_actor').on(table.tenantId, table.actorId, table.id),
    index('audit_events_object').on(table.tenantId, table.objectId, table.id),
  ],
);

/** Events that wait to be linked into the chain; no part of the record. Its rows go as fast as they come. */
export const auditPending = pgTable('audit_pending', {
  eventId: text('event_id').notNull(),
  tenantId: text('tenant_id').notNull(),
});

/**
 * The chain, one for each tenant: `sha256` covers the tenant, the position, the event, its content's hash and
 * `previous_sha256`, which is the `sha256` of the position before (64 zeros before the first).
 */
export const auditLinks = pgTable(
  'audit_links',
  {
    tenantId: text('tenant_id').notNull(),
    position: bigint('position', { mode: 'number' }).notNull(),
    eventId: text('event_id').notNull(),
    eventSha256: text('event_sha256').notNull(),
    previousSha256: text('previous_sha256').notNull(),
    sha256: text('sha256').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.position] }),
    uniqueIndex('audit_links_event').on(table.eventId),
  ],
);

/**
 * Signed heads, chained themselves: one for each batch that was linked, naming the head of every tenant it reached.
 * It holds no tenant of its own: were a tenant's whole chain gone, this still says that it was there.
 */
export const auditSeals = pgTable('audit_seals', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  time: moment('time').notNull(),
  /** Canonical JSON: `{ "<tenant>": { "position": 12, "sha256": "..." } }`. */
  heads: text('heads').notNull(),
  previousSha256: text('previous_sha256').notNull(),
  sha256: text('sha256').notNull(),
  signature: text('signature').notNull(),
  keyId: text('key_id').notNull(),
});

/** Signing keys of the whole installation, so without a tenant: one chain of seals covers all tenants. */
export const auditKeys = pgTable('audit_keys', {
  /** First 16 hex digits of the SHA-256 of the public key. */
  id: text('id').primaryKey(),
  publicKey: text('public_key').notNull(),
  /** PKCS #8 in PEM, sealed by the key store with the id as context. */
  sealedPrivateKey: text('sealed_private_key').notNull(),
  createdAt: moment('created_at').notNull(),
});
