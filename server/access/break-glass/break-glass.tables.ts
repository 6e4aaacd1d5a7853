import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn, userColumn } from '../identity/identity.tables.ts';

export const emergencies = pgTable(
  'emergencies',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    userId: userColumn(),
    reason: text('reason').notNull(),
    openedAt: moment('opened_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    endedAt: moment('ended_at'),
    reviewedBy: text('reviewed_by'),
    reviewedAt: moment('reviewed_at'),
    justified: boolean('justified'),
    note: text('note'),
  },
  (table) => [
    index('emergencies_tenant').on(table.tenantId, table.id),
    index('emergencies_user').on(table.userId, table.expiresAt),
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
    name: text('name').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.emergencyId, table.resourceId] })],
);
