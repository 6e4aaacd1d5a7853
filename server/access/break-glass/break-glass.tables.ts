import { boolean, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { tenants, users } from '../identity/identity.tables.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const tenant = () =>
  text('tenant_id')
    .notNull()
    .references(() => tenants.id);

export const emergencies = pgTable(
  'emergencies',
  {
    id: text('id').primaryKey(),
    tenantId: tenant(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
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
    tenantId: tenant(),
    name: text('name').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.emergencyId, table.resourceId] })],
);
