import { bigint, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../db/columns.ts';

/** Backups that ended, well or not. Without a tenant: a backup is of the whole installation. */
export const backups = pgTable(
  'backups',
  {
    id: text('id').primaryKey(),
    /** Null for one that failed. */
    name: text('name'),
    target: text('target').notNull(),
    trigger: text('trigger', { enum: ['schedule', 'person', 'command'] }).notNull(),
    bytes: bigint('bytes', { mode: 'number' }),
    objects: integer('objects'),
    /** Objects that were deleted while the backup ran. */
    gone: jsonb('gone').$type<string[]>().notNull(),
    startedAt: moment('started_at').notNull(),
    finishedAt: moment('finished_at').notNull(),
    error: jsonb('error').$type<{ code: string; message: string }>(),
    verifiedAt: moment('verified_at'),
    verifyError: jsonb('verify_error').$type<{ code: string; message: string }>(),
    /** Aged out by the retention count. */
    removedAt: moment('removed_at'),
  },
  (table) => [index('backups_finished').on(table.finishedAt)],
);
