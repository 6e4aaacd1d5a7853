import {
  type MonitorRetraining,
  type MonitorRetrainingRun,
  type MonitorRule,
  type MonitorRuleState,
  type MonitorSettings,
  retrainingCauses,
  retrainingStates,
  ruleStates,
} from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';
import { models, modelVersions } from '../registry/registry.tables.ts';
import { loggedPredictions } from '../serving/prediction-log.tables.ts';

/** What was so of a prediction that was kept, and goes with it. */
export const outcomes = pgTable(
  'ml_outcomes',
  {
    /** Of the prediction. */
    id: text('id')
      .primaryKey()
      .references(() => loggedPredictions.id, { onDelete: 'cascade' }),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    /** In clear never: sealed with the others of the tenant. */
    observed: text('observed'),
    sealed: bytes('sealed'),
    observedAt: moment('observed_at').notNull(),
    recordedBy: text('recorded_by').notNull(),
    recordedAt: moment('recorded_at').notNull(),
  },
  (table) => [index('ml_outcomes_model').on(table.tenantId, table.modelId, table.id)],
);

export interface RuleStanding {
  state: MonitorRuleState['state'];
  /** ISO 8601. */
  since: string | null;
  check_id: string;
}

export const monitors = pgTable(
  'ml_monitors',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    version: text('version').notNull(),
    window: jsonb('window').$type<MonitorSettings['window']>().notNull(),
    windows: integer('windows').notNull(),
    cron: text('cron'),
    timeZone: text('time_zone').notNull(),
    paused: boolean('paused').notNull(),
    thresholds: jsonb('thresholds').$type<MonitorSettings['thresholds']>().notNull(),
    rules: jsonb('rules').$type<MonitorRule[]>().notNull(),
    notify: jsonb('notify').$type<string[]>().notNull(),
    retraining: jsonb('retraining').$type<MonitorRetraining>(),
    seed: integer('seed').notNull(),
    revision: integer('revision').notNull(),
    /** Windows of so many rows are counted from the prediction after this one, of this version. */
    anchorId: text('anchor_id'),
    anchorNumber: integer('anchor_number'),
    /** How each rule stands, by its id. */
    standing: jsonb('standing').$type<Record<string, RuleStanding>>().notNull(),
    /** Of the last check of which something was written. */
    checkId: text('check_id'),
    nextAt: moment('next_at'),
    nextRetrainingAt: moment('next_retraining_at'),
    /** With whose rights it looks. */
    ownerId: text('owner_id').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    index('ml_monitors_tenant').on(table.tenantId, table.modelId, table.id),
    index('ml_monitors_next').on(table.nextAt),
    index('ml_monitors_next_retraining').on(table.nextRetrainingAt),
  ],
);

export const monitorChecks = pgTable(
  'ml_monitor_checks',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    monitorId: text('monitor_id')
      .notNull()
      .references(() => monitors.id, { onDelete: 'cascade' }),
    versionId: text('version_id').references(() => modelVersions.id, { onDelete: 'set null' }),
    number: integer('number').notNull(),
    status: text('status', { enum: ['succeeded', 'failed'] }).notNull(),
    scheduled: boolean('scheduled').notNull(),
    severity: text('severity', { enum: ['none', 'slight', 'moderate', 'severe'] }),
    rows: integer('rows').notNull(),
    labelledRows: integer('labelled_rows').notNull(),
    windowCount: integer('window_count').notNull(),
    driftedColumns: integer('drifted_columns').notNull(),
    datasetId: text('dataset_id'),
    datasetVersionId: text('dataset_version_id'),
    /** What of that dataset whoever it looked as saw; empty for all of it. */
    view: text('view').notNull(),
    error: jsonb('error').$type<{ code: string; message: string }>(),
    /** Findings and what they mean for the rules hold values: sealed. */
    document: text('document'),
    sealed: bytes('sealed'),
    provenanceId: text('provenance_id'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('ml_monitor_checks_monitor').on(table.tenantId, table.monitorId, table.id)],
);

export const retrainings = pgTable(
  'ml_retrainings',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    monitorId: text('monitor_id')
      .notNull()
      .references(() => monitors.id, { onDelete: 'cascade' }),
    modelId: text('model_id').notNull(),
    cause: text('cause', { enum: retrainingCauses }).notNull(),
    ruleId: text('rule_id'),
    state: text('state', { enum: retrainingStates }).notNull(),
    fromNumber: integer('from_number').notNull(),
    toNumber: integer('to_number'),
    trainingId: text('training_id').notNull(),
    datasetId: text('dataset_id').notNull(),
    datasetVersionId: text('dataset_version_id').notNull(),
    promoteTo: text('promote_to', { enum: ['staging', 'production'] }),
    comparison: jsonb('comparison').$type<MonitorRetrainingRun['comparison']>(),
    promotionId: text('promotion_id'),
    message: text('message').notNull(),
    startedBy: text('started_by').notNull(),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at'),
  },
  (table) => [
    index('ml_retrainings_monitor').on(table.tenantId, table.monitorId, table.id),
    /** One at a time of a monitor, whoever looks. */
    uniqueIndex('ml_retrainings_open').on(table.monitorId).where(sql`ended_at is null`),
  ],
);

export const monitorFirings = pgTable(
  'ml_monitor_firings',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    monitorId: text('monitor_id')
      .notNull()
      .references(() => monitors.id, { onDelete: 'cascade' }),
    ruleId: text('rule_id').notNull(),
    name: text('name').notNull(),
    toState: text('to_state', { enum: ruleStates }).notNull(),
    checkId: text('check_id').notNull(),
    number: integer('number').notNull(),
    retrainingId: text('retraining_id'),
    withheld: text('withheld'),
    /** May name values: sealed. */
    message: text('message'),
    sealed: bytes('sealed'),
    at: moment('at').notNull(),
  },
  (table) => [index('ml_monitor_firings_monitor').on(table.tenantId, table.monitorId, table.id)],
);
