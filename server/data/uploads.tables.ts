import type { IngestOverridesInput } from '@stroma/contracts';
import { bigint, boolean, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../platform/db/columns.ts';

/** A file on its way in, and afterwards the record of the raw file. */
export const uploads = pgTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    fileName: text('file_name').notNull(),
    /** `receiving` until the last byte is here; `failed` from a failed job on until one reads it. */
    status: text('status', { enum: ['receiving', 'queued', 'failed'] }).notNull(),
    /** Null while the length is unknown. */
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    receivedBytes: bigint('received_bytes', { mode: 'number' }).notNull().default(0),
    /** The dataset this is a new version of; null makes a new dataset. */
    datasetId: text('dataset_id'),
    overrides: jsonb('overrides').$type<IngestOverridesInput>().notNull(),
    sample: boolean('sample').notNull().default(false),
    description: text('description').notNull().default(''),
    name: text('name'),
    objectKey: text('object_key'),
    sha256: text('sha256'),
    /** The job that read it last, or is to read it. */
    jobId: text('job_id'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    index('uploads_tenant').on(table.tenantId, table.createdAt),
    index('uploads_unfinished').on(table.status, table.updatedAt),
  ],
);
