import {
  type ThreatAction,
  type ThreatEvidence,
  type ThreatPolicy,
  threatBlockKinds,
  threatKinds,
  threatResponses,
  threatSeverities,
  threatStatuses,
} from '@stroma/contracts';
import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn, tenants } from '../identity/identity.tables.ts';

export const threats = pgTable(
  'threats',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    kind: text('kind', { enum: threatKinds }).notNull(),
    severity: text('severity', { enum: threatSeverities }).notNull(),
    status: text('status', { enum: threatStatuses }).notNull(),
    verdict: text('verdict', { enum: ['true_positive', 'false_positive'] }),
    /** What makes two findings the same threat while it is not resolved: kind, rule and whom it is about. */
    fingerprint: text('fingerprint').notNull(),
    rule: text('rule').notNull(),
    firstAt: moment('first_at').notNull(),
    lastAt: moment('last_at').notNull(),
    occurrences: integer('occurrences').notNull(),
    actorId: text('actor_id'),
    actorName: text('actor_name'),
    address: text('address'),
    credentialId: text('credential_id'),
    evidence: jsonb('evidence').$type<ThreatEvidence>().notNull(),
    response: text('response', { enum: threatResponses }).notNull(),
    actions: jsonb('actions').$type<ThreatAction[]>().notNull(),
    note: text('note'),
    handledBy: text('handled_by'),
    handledByName: text('handled_by_name'),
    handledAt: moment('handled_at'),
  },
  (table) => [
    index('threats_tenant').on(table.tenantId, table.id),
    index('threats_fingerprint').on(table.tenantId, table.fingerprint, table.lastAt),
  ],
);

/** One row where an administrator changed the default. */
export const threatPolicies = pgTable('threat_policies', {
  tenantId: text('tenant_id')
    .primaryKey()
    .references(() => tenants.id),
  policy: jsonb('policy').$type<ThreatPolicy>().notNull(),
  changedBy: text('changed_by').notNull(),
  changedByName: text('changed_by_name').notNull(),
  changedAt: moment('changed_at').notNull(),
});

/** Who and what is shut out, and until when. */
export const threatBlocks = pgTable(
  'threat_blocks',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    kind: text('kind', { enum: threatBlockKinds }).notNull(),
    /** Id of the account, key or session; the network of an address. */
    subject: text('subject').notNull(),
    subjectName: text('subject_name'),
    threatId: text('threat_id')
      .notNull()
      .references(() => threats.id, { onDelete: 'cascade' }),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    /** Set before its time: by an administrator, or by the proof that was asked for. */
    liftedAt: moment('lifted_at'),
    liftedBy: text('lifted_by'),
  },
  (table) => [
    index('threat_blocks_tenant').on(table.tenantId, table.id),
    index('threat_blocks_subject').on(table.subject, table.expiresAt),
    index('threat_blocks_expiry').on(table.expiresAt),
  ],
);
