import { type ErasureDecisions, type ErasurePlan, erasureStatuses } from '@stroma/contracts';
import { index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import type { ErasureProgress } from './erasures.progress.ts';

/** One erasure of a person, with how far it is and, at its end, its certificate. */
export const erasures = pgTable(
  'erasures',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    requestId: text('request_id').notNull(),
    jobId: text('job_id').notNull(),
    status: text('status', { enum: erasureStatuses }).notNull(),
    plan: jsonb('plan').$type<ErasurePlan>().notNull(),
    decisions: jsonb('decisions').$type<ErasureDecisions>().notNull(),
    /** Written in the transaction of each step, so that a second attempt goes on where the first was ended. */
    progress: jsonb('progress').$type<ErasureProgress>().notNull(),
    startedAt: moment('started_at').notNull(),
    startedBy: text('started_by').notNull(),
    startedByName: text('started_by_name').notNull(),
    finishedAt: moment('finished_at'),
    error: text('error'),
    /** Canonical JSON, as it was signed. */
    certificate: text('certificate'),
    sha256: text('sha256'),
    signature: text('signature'),
    keyId: text('key_id'),
  },
  (table) => [
    index('erasures_tenant').on(table.tenantId, table.id),
    uniqueIndex('erasures_request').on(table.requestId),
  ],
);
