import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import { tenantColumn } from '../identity/identity.tables.ts';

/** Never deleted: a consent that was withdrawn is the proof that it held until then. */
export const consents = pgTable(
  'consents',
  {
    id: text('id').primaryKey(),
    tenantId: tenantColumn(),
    /** Who, sealed under `consents/<id>`. */
    subject: text('subject').notNull(),
    /** Keyed hash of who, to find them by. */
    subjectMac: text('subject_mac').notNull(),
    purpose: text('purpose').notNull(),
    wording: text('wording').notNull(),
    wordingVersion: text('wording_version').notNull().default(''),
    givenBy: text('given_by', { enum: ['written', 'electronic', 'oral', 'guardian'] }).notNull(),
    givenAt: moment('given_at').notNull(),
    expiresAt: moment('expires_at'),
    recordedBy: text('recorded_by').notNull(),
    recordedByName: text('recorded_by_name').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    withdrawnAt: moment('withdrawn_at'),
    withdrawnBy: text('withdrawn_by'),
    withdrawnByName: text('withdrawn_by_name'),
    withdrawalNote: text('withdrawal_note'),
  },
  (table) => [
    index('consents_tenant').on(table.tenantId, table.id),
    index('consents_subject').on(table.tenantId, table.subjectMac),
  ],
);
