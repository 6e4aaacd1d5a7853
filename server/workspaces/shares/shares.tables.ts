import { type BoardState, type SharingPolicy, shareKinds } from '@stroma/contracts';
import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** Links to dashboards and frames of them. */
export const dashboardShares = pgTable(
  'dashboard_shares',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    dashboardId: text('dashboard_id').notNull(),
    kind: text('kind', { enum: shareKinds }).notNull(),
    label: text('label').notNull(),
    prefix: text('prefix').notNull(),
    /** SHA-256 of the secret of a link; of a frame's token there is none, it is signed. */
    hash: text('hash'),
    /** Signs passes and frames; sealed. */
    sealedKey: text('sealed_key').notNull(),
    /** Argon2id. */
    passwordHash: text('password_hash'),
    filters: text('filters', { enum: ['fixed', 'free'] }).notNull(),
    state: jsonb('state').$type<BoardState>().notNull(),
    allowedOrigins: text('allowed_origins').array().notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at'),
    revokedAt: moment('revoked_at'),
    opened: integer('opened').notNull().default(0),
    lastOpenedAt: moment('last_opened_at'),
  },
  (table) => [
    uniqueIndex('dashboard_shares_hash').on(table.hash),
    index('dashboard_shares_dashboard').on(table.tenantId, table.dashboardId, table.id),
  ],
);

export const sharingPolicies = pgTable('sharing_policies', {
  tenantId: text('tenant_id').primaryKey(),
  policy: jsonb('policy').$type<SharingPolicy>().notNull(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
});
