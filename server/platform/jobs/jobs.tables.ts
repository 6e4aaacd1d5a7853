import { doublePrecision, index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

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
    progress: doublePrecision('progress').notNull().default(0),
    phase: text('phase'),
    /** Every taking-up counts, also those after `retry`. */
    attempt: integer('attempt').notNull().default(0),
    /** Takings-up since it was last put in the queue; what `retries` is held against. */
    tries: integer('tries').notNull().default(0),
    /** The queue's own id for it; an older one is no longer this job's. */
    queueId: uuid('queue_id').notNull(),
    error: jsonb('error').$type<{ code: string; message: string; details: Record<string, unknown> }>(),
    result: jsonb('result').$type<Record<string, unknown>>(),
    requestId: text('request_id').notNull(),
    actor: jsonb('actor')
      .$type<{ id: string; kind: 'person' | 'system'; name: string; role: string }>()
      .notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    index('jobs_tenant').on(table.tenantId, table.createdAt, table.id),
    index('jobs_status').on(table.status),
  ],
);
