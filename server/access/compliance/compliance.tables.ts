import { complianceStandards } from '@stroma/contracts';
import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn } from '../identity/identity.tables.ts';

/** Reports as they were made. `document` is the canonical JSON that was hashed and signed, kept as text. */
export const complianceReports = pgTable(
  'compliance_reports',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
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
