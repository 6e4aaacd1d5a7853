import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';
import { tenantColumn, userColumn } from '../identity/identity.tables.ts';

export const emergencies = pgTable(
  'emergencies',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    /** This and the note in clear only until they are sealed. */
    reason: text('reason'),
    openedAt: moment('opened_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    endedAt: moment('ended_at'),
    reviewedBy: text('reviewed_by'),
    reviewedAt: moment('reviewed_at'),
    justified: boolean('justified'),
    note: text('note'),
    sealed: bytes('sealed'),
  },
  (table) => [
    index('emergencies_tenant').on(table.tenantId, table.id),
    index('emergencies_user').on(table.userId, table.expiresAt),
    index('emergencies_clear').on(table.id).where(sql`sealed is null`),
  ],
);

/** What was looked at by emergency access, once for each. */
export const emergencyUses = pgTable(
  'emergency_uses',
  {
    emergencyId: text('emergency_id')
      .notNull()
      .references(() => emergencies.id, { onDelete: 'cascade' }),
    resourceId: text('resource_id').notNull(),
    tenantId: tenantColumn(),
    name: text('name'),
    sealed: bytes('sealed'),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.emergencyId, table.resourceId] }),
    index('emergency_uses_clear').on(table.emergencyId).where(sql`sealed is null`),
  ],
);
