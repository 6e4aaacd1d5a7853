import type { SystemErrorDetail } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import {
  bigint,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { moment } from '../db/columns.ts';

/** One row a minute of every process, for a day. Without a tenant: they are figures of the machines. */
export const systemSamples = pgTable(
  'system_samples',
  {
    process: text('process').notNull(),
    at: moment('at').notNull(),
    host: text('host').notNull(),
    role: text('role').notNull(),
    /** Seconds the figures are of. */
    seconds: doublePrecision('seconds').notNull(),
    requests: integer('requests').notNull(),
    failed: integer('failed').notNull(),
    p50Ms: doublePrecision('p50_ms'),
    p95Ms: doublePrecision('p95_ms'),
    p99Ms: doublePrecision('p99_ms'),
    statements: integer('statements').notNull(),
    cpuPercent: doublePrecision('cpu_percent').notNull(),
    processPercent: doublePrecision('process_percent').notNull(),
    memoryPercent: doublePrecision('memory_percent').notNull(),
    processBytes: bigint('process_bytes', { mode: 'number' }).notNull(),
    diskPercent: doublePrecision('disk_percent'),
    jobsWaiting: integer('jobs_waiting').notNull(),
    eventLoopMs: doublePrecision('event_loop_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.process, table.at] }), index('system_samples_at').on(table.at)],
);

/** A machine that ran short of something. One row for all processes on it: only one can be open at a time. */
export const systemAlerts = pgTable(
  'system_alerts',
  {
    id: text('id').primaryKey(),
    host: text('host').notNull(),
    measure: text('measure', { enum: ['cpu', 'memory', 'disk'] }).notNull(),
    percent: doublePrecision('percent').notNull(),
    highestPercent: doublePrecision('highest_percent').notNull(),
    thresholdPercent: doublePrecision('threshold_percent').notNull(),
    raisedAt: moment('raised_at').notNull(),
    resolvedAt: moment('resolved_at'),
  },
  (table) => [
    uniqueIndex('system_alerts_open').on(table.host, table.measure).where(sql`resolved_at is null`),
    index('system_alerts_raised').on(table.raisedAt),
  ],
);

/** Faults that are alike, as one row with the last times they came. Holds no value of anybody's data. */
export const faults = pgTable(
  'faults',
  {
    id: text('id').primaryKey(),
    fingerprint: text('fingerprint').notNull(),
    name: text('name').notNull(),
    code: text('code'),
    message: text('message').notNull(),
    level: text('level', { enum: ['error', 'fatal'] }).notNull(),
    stack: jsonb('stack').$type<string[]>().notNull(),
    versions: jsonb('versions').$type<string[]>().notNull(),
    occurrences: integer('occurrences').notNull(),
    firstAt: moment('first_at').notNull(),
    lastAt: moment('last_at').notNull(),
    latest: jsonb('latest').$type<StoredOccurrence[]>().notNull(),
    seenAt: moment('seen_at'),
    seenBy: text('seen_by'),
  },
  (table) => [uniqueIndex('faults_fingerprint').on(table.fingerprint), index('faults_last').on(table.lastAt)],
);

/** As it is shown, with the id of who acted alone. */
export type StoredOccurrence = Omit<SystemErrorDetail['latest'][number], 'actor'> & {
  actor_id: string | null;
};
