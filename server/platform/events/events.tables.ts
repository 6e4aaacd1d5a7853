import { sql } from 'drizzle-orm';
import { bigint, bigserial, index, jsonb, pgSequence, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from '../db/columns.ts';

export const eventPositions = pgSequence('event_positions');

/**
 * The outbox, and for seven days the memory a client resumes from. `inserted` orders rows as they were written;
 * `position` is given after the commit by one publisher at a time, so positions become visible in their order.
 */
export const events = pgTable(
  'events',
  {
    id: text('id').primaryKey(),
    inserted: bigserial('inserted', { mode: 'number' }).notNull(),
    position: bigint('position', { mode: 'number' }),
    tenantId: text('tenant_id').notNull(),
    type: text('type').notNull(),
    subject: text('subject').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    time: moment('time').notNull(),
    /** W3C trace context of what wrote it. */
    traceParent: text('trace_parent'),
  },
  (table) => [
    uniqueIndex('events_position').on(table.position),
    index('events_unpublished').on(table.inserted).where(sql`position is null`),
    index('events_time').on(table.time),
  ],
);

/** How far events were handed on to others: the position of the last. Of the installation, not of an organisation. */
export const eventForwards = pgTable('event_forwards', {
  target: text('target').primaryKey(),
  position: bigint('position', { mode: 'number' }).notNull(),
});
