import {
  type PersonFindings,
  personMatches,
  subjectRequestKinds,
  subjectRequestStatuses,
} from '@stroma/contracts';
import { index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from '../../platform/db/columns.ts';

/** The register of what persons asked for; stays, while who they are is sealed and may be destroyed. */
export const subjectRequests = pgTable(
  'subject_requests',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    kind: text('kind', { enum: subjectRequestKinds }).notNull(),
    status: text('status', { enum: subjectRequestStatuses }).notNull(),
    /** Who asks, where they are reached, what they are looked for by, notes: sealed under `subject-requests/<id>`. */
    sealed: text('sealed').notNull(),
    receivedAt: moment('received_at').notNull(),
    dueAt: moment('due_at').notNull(),
    extendedUntil: moment('extended_until'),
    extendedAt: moment('extended_at'),
    identityAt: moment('identity_at'),
    identityBy: text('identity_by'),
    identityByName: text('identity_by_name'),
    handlerId: text('handler_id'),
    handlerName: text('handler_name'),
    recordedBy: text('recorded_by').notNull(),
    recordedByName: text('recorded_by_name').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    closedAt: moment('closed_at'),
    closedBy: text('closed_by'),
    closedByName: text('closed_by_name'),
    searchId: text('search_id'),
    erasureId: text('erasure_id'),
  },
  (table) => [index('subject_requests_tenant').on(table.tenantId, table.id)],
);

/** Where somebody was looked for and found: places and counts. */
export const personSearches = pgTable(
  'person_searches',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    requestId: text('request_id'),
    jobId: text('job_id').notNull(),
    /** What is looked for, sealed under `person-searches/<id>`; null once the search has ended. */
    sealed: text('sealed'),
    identifiers: integer('identifiers').notNull(),
    columns: text('columns', { enum: ['personal', 'all'] }).notNull(),
    match: text('match', { enum: personMatches }).notNull(),
    findings: jsonb('findings').$type<PersonFindings>(),
    searchedBy: text('searched_by').notNull(),
    searchedByName: text('searched_by_name').notNull(),
    beganAt: moment('began_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [index('person_searches_tenant').on(table.tenantId, table.id)],
);
