import { type InvalidEvents, invalidEvents, type TopicColumn, windowKinds } from '@stroma/contracts';
import type { ColumnSchema, JsonValue } from '@stroma/kernel';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';

export const streamTopics = pgTable(
  'stream_topics',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    columns: jsonb('columns').$type<TopicColumn[]>().notNull(),
    timeColumn: text('time_column'),
    retentionHours: integer('retention_hours').notNull(),
    retentionMegabytes: integer('retention_megabytes').notNull(),
    onInvalid: text('on_invalid', { enum: invalidEvents }).$type<InvalidEvents>().notNull(),
    datasetId: text('dataset_id').notNull(),
    /** One past the last event in the lake; written with the version that holds it. */
    landedOffset: bigint('landed_offset', { mode: 'number' }).notNull().default(0),
    landedAt: moment('landed_at'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('stream_topics_name').on(table.tenantId, table.name),
    index('stream_topics_dataset').on(table.tenantId, table.datasetId),
  ],
);

export const streamWindows = pgTable(
  'stream_windows',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    topicId: text('topic_id')
      .notNull()
      .references(() => streamTopics.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    kind: text('kind', { enum: windowKinds }).notNull(),
    sizeSeconds: integer('size_seconds').notNull(),
    slideSeconds: integer('slide_seconds'),
    sessionKey: text('session_key'),
    latenessSeconds: integer('lateness_seconds').notNull(),
    /** Sealed: a statement may name what is in the data. */
    sql: text('sql'),
    sealed: bytes('sealed'),
    columns: jsonb('columns').$type<ColumnSchema[]>().notNull(),
    /** Where the log is read from after a start, so that every open window is whole. */
    readFrom: bigint('read_from', { mode: 'number' }).notNull(),
    /** One past the last event that was looked at: only behind it is an event late for the first time. */
    seenOffset: bigint('seen_offset', { mode: 'number' }).notNull(),
    watermark: moment('watermark'),
    lateEvents: bigint('late_events', { mode: 'number' }).notNull().default(0),
    error: text('error'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('stream_windows_name').on(table.topicId, table.name),
    index('stream_windows_clear').on(table.id).where(sql`sealed is null`),
  ],
);

export const streamWindowResults = pgTable(
  'stream_window_results',
  {
    tenantId: text('tenant_id').notNull(),
    windowId: text('window_id')
      .notNull()
      .references(() => streamWindows.id, { onDelete: 'cascade' }),
    windowStart: moment('window_start').notNull(),
    windowEnd: moment('window_end').notNull(),
    final: boolean('final').notNull(),
    truncated: boolean('truncated').notNull(),
    rows: jsonb('rows').$type<JsonValue[][]>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.windowId, table.windowStart, table.windowEnd] }),
    index('stream_window_results_end').on(table.windowId, table.windowEnd),
  ],
);
