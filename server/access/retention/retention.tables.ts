import { holdScopes, type RetentionItem, retentionKinds } from '@stroma/contracts';
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn } from '../identity/identity.tables.ts';

/** Only what differs from the default. */
export const retentionPolicies = pgTable(
  'retention_policies',
  {
    tenantId: tenantColumn(),
    kind: text('kind', { enum: retentionKinds }).notNull(),
    days: integer('days').notNull(),
    changedBy: text('changed_by').notNull(),
    changedAt: moment('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.kind] })],
);

/** Lifted ones stay, with who lifted them and why. */
export const legalHolds = pgTable(
  'legal_holds',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    scope: text('scope', { enum: holdScopes }).notNull(),
    subjectId: text('subject_id'),
    reason: text('reason').notNull(),
    placedBy: text('placed_by').notNull(),
    placedByName: text('placed_by_name').notNull(),
    placedAt: moment('placed_at').notNull(),
    liftedBy: text('lifted_by'),
    liftedByName: text('lifted_by_name'),
    liftedAt: moment('lifted_at'),
    liftReason: text('lift_reason'),
  },
  (table) => [index('legal_holds_tenant').on(table.tenantId, table.id)],
);

export const retentionRuns = pgTable(
  'retention_runs',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    at: moment('at').notNull(),
    by: text('by').notNull(),
    items: jsonb('items').$type<RetentionItem[]>().notNull(),
  },
  (table) => [index('retention_runs_tenant').on(table.tenantId, table.id)],
);
