import { sql } from 'drizzle-orm';
import {
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from '../db/columns.ts';

/** What people see of background work, and the guard of its completion; the queue itself is pg-boss's. */
export const jobs = pgTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    status: text('status', { enum: ['queued', 'running', 'succeeded', 'failed', 'cancelled'] }).notNull(),
    priority: integer('priority').notNull().default(0),
    /** 0-100. */
    progress: doublePrecision('progress').notNull().default(0),
    phase: text('phase'),
    /** Counts every taking-up and names the one that may end the job. */
    attempt: integer('attempt').notNull().default(0),
    /** Attempts since it was last sent that ended with an error, and that ended with their process. */
    failures: integer('failures').notNull().default(0),
    crashes: integer('crashes').notNull().default(0),
    /** The queue's own id of it; one of before is no longer this job's. */
    queueId: uuid('queue_id').notNull(),
    error: jsonb('error').$type<{ code: string; message: string; details: Record<string, unknown> }>(),
    result: jsonb('result').$type<Record<string, unknown>>(),
    requestId: text('request_id').notNull(),
    /** W3C trace context of what sent it. */
    traceParent: text('trace_parent'),
    createdBy: text('created_by').notNull(),
    actorName: text('actor_name').notNull(),
    actorRole: text('actor_role').notNull(),
    createdAt: moment('created_at').notNull(),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    uniqueIndex('jobs_queue').on(table.queueId),
    index('jobs_tenant').on(table.tenantId, table.id),
    index('jobs_status').on(table.tenantId, table.status, table.id),
    index('jobs_finished').on(table.finishedAt),
    index('jobs_open').on(table.kind, table.createdAt).where(sql`status in ('queued', 'running')`),
  ],
);
