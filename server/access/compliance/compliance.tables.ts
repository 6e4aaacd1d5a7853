import { complianceStandards } from '@stroma/contracts';
import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { tenants } from '../identity/identity.tables.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Reports as they were made. `document` is the canonical JSON that was hashed and signed, kept as text. */
export const complianceReports = pgTable(
  'compliance_reports',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id')
      .notNull()
      .references(() => tenants.id),
    standard: text('standard', { enum: complianceStandards }).notNull(),
    madeAt: moment('made_at').notNull(),
    document: text('document').notNull(),
    sha256: text('sha256').notNull(),
    /** Ed25519 by the key of the audit record, base64. */
    signature: text('signature').notNull(),
    keyId: text('key_id').notNull(),
  },
  (table) => [index('compliance_reports_tenant').on(table.tenantId, table.id)],
);
