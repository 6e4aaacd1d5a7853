import {
  type ChangePolicy,
  type ColumnChange,
  changePolicies,
  importModes,
  importRunStatuses,
  type SourceColumn,
  type SourceSelection,
  type SourceSettings,
} from '@stroma/contracts';
import { bigint, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';
import type { BoundaryRows } from './import-window.ts';

export const sourceConnections = pgTable(
  'source_connections',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    settings: jsonb('settings').$type<SourceSettings>().notNull(),
    /** Sealed under the id of this row; null when there are none. */
    secrets: text('secrets'),
    secretsSet: jsonb('secrets_set').$type<('password' | 'token' | 'secret_key')[]>().notNull(),
    testedAt: moment('tested_at').notNull(),
    /** What the last test or import ended in; null when it reached the source. */
    problem: jsonb('problem').$type<{ code: string; message: string }>(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('source_connections_tenant').on(table.tenantId, table.id)],
);

export const sourceImports = pgTable(
  'source_imports',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    connectionId: text('connection_id')
      .notNull()
      .references(() => sourceConnections.id, { onDelete: 'cascade' }),
    selection: jsonb('selection').$type<SourceSelection>().notNull(),
    datasetName: text('dataset_name').notNull(),
    mode: text('mode', { enum: importModes }).notNull(),
    cursorColumn: text('cursor_column'),
    /** Where the next incremental import begins; written with the version that holds everything before it. */
    cursor: jsonb('cursor').$type<{ value: string; boundary: BoundaryRows }>(),
    schedule: text('schedule'),
    nextAt: moment('next_at'),
    onChange: text('on_change', { enum: changePolicies }).$type<ChangePolicy>().notNull(),
    /** Null until the first import has ended. */
    datasetId: text('dataset_id'),
    /** Of the source at the last import. */
    columns: jsonb('columns').$type<SourceColumn[]>(),
    /** Of a folder: what each file was known by when it was read, and the version that holds them all. */
    files: jsonb('files').$type<{ version_id: string; known: Record<string, string | null> }>(),
    /** The job that was sent last. */
    jobId: text('job_id'),
    /** Counts what was imported: an import that began before another ended does not end. */
    revision: integer('revision').notNull().default(0),
    /** Whose rights a scheduled import has. */
    createdBy: text('created_by').notNull(),
    actorName: text('actor_name').notNull(),
    actorRole: text('actor_role').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('source_imports_connection').on(table.connectionId, table.id),
    index('source_imports_tenant').on(table.tenantId, table.id),
    index('source_imports_due').on(table.nextAt),
  ],
);

export const sourceImportRuns = pgTable(
  'source_import_runs',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    connectionId: text('connection_id').notNull(),
    importId: text('import_id')
      .notNull()
      .references(() => sourceImports.id, { onDelete: 'cascade' }),
    jobId: text('job_id'),
    status: text('status', { enum: importRunStatuses }).notNull(),
    rowsRead: bigint('rows_read', { mode: 'number' }).notNull().default(0),
    rowsTotal: bigint('rows_total', { mode: 'number' }),
    leftOut: bigint('left_out', { mode: 'number' }).notNull().default(0),
    misfits: bigint('misfits', { mode: 'number' }).notNull().default(0),
    cursorFrom: text('cursor_from'),
    cursorTo: text('cursor_to'),
    contentSha256: text('content_sha256'),
    changes: jsonb('changes').$type<ColumnChange[]>().notNull(),
    error: jsonb('error').$type<{ code: string; message: string }>(),
    datasetId: text('dataset_id'),
    versionId: text('version_id'),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at').notNull(),
  },
  (table) => [
    index('source_import_runs_connection').on(table.connectionId, table.id),
    index('source_import_runs_import').on(table.importId, table.id),
    index('source_import_runs_tenant').on(table.tenantId, table.id),
  ],
);

/** SQLite files that were sent, whether a connection uses them yet or not. */
export const sourceFiles = pgTable(
  'source_files',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [index('source_files_tenant').on(table.tenantId, table.id)],
);
