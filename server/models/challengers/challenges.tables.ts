import {
  type Challenge,
  challengeArms,
  challengeDecisions,
  challengeMetrics,
  challengeModes,
  challengeStatuses,
} from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytes, moment } from '../../platform/db/columns.ts';
import { models } from '../registry/registry.tables.ts';
import { loggedPredictions } from '../serving/prediction-log.tables.ts';
import type { TestState } from './challenge-test.ts';

export const challenges = pgTable(
  'ml_challenges',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    championId: text('champion_id').notNull(),
    championNumber: integer('champion_number').notNull(),
    challengerId: text('challenger_id').notNull(),
    challengerNumber: integer('challenger_number').notNull(),
    mode: text('mode', { enum: challengeModes }).notNull(),
    /** Of requests, to the challenger; 0 in shadow. */
    share: doublePrecision('share').notNull(),
    /** Makes the assignment of keys this challenge's own. */
    salt: text('salt').notNull(),
    metric: text('metric', { enum: challengeMetrics }).notNull(),
    errorScale: doublePrecision('error_scale'),
    alpha: doublePrecision('alpha').notNull(),
    margin: doublePrecision('margin').notNull(),
    stop: jsonb('stop').$type<Challenge['stop']>().notNull(),
    status: text('status', { enum: challengeStatuses }).notNull(),
    decision: text('decision', { enum: challengeDecisions }),
    decidedAt: moment('decided_at'),
    endedBecause: text('ended_because').$type<NonNullable<Challenge['ended_because']>>(),
    championRows: integer('champion_rows').notNull(),
    challengerRows: integer('challenger_rows').notNull(),
    lost: integer('lost').notNull(),
    compared: integer('compared').notNull(),
    agreed: integer('agreed').notNull(),
    differenceSum: doublePrecision('difference_sum').notNull(),
    differenceAbsolute: doublePrecision('difference_absolute').notNull(),
    differenceLargest: doublePrecision('difference_largest').notNull(),
    test: jsonb('test').$type<TestState>().notNull(),
    promotionId: text('promotion_id'),
    comment: text('comment').notNull(),
    startedBy: text('started_by').notNull(),
    startedAt: moment('started_at').notNull(),
    endedBy: text('ended_by'),
    endedAt: moment('ended_at'),
  },
  (table) => [
    index('ml_challenges_model').on(table.tenantId, table.modelId, table.id),
    uniqueIndex('ml_challenges_running').on(table.modelId).where(sql`status = 'running'`),
  ],
);

/** What champion and challenger said of a row. It goes with the prediction that was answered. */
export const challengePredictions = pgTable(
  'ml_challenge_predictions',
  {
    /** Of the prediction that was answered. */
    id: text('id')
      .primaryKey()
      .references(() => loggedPredictions.id, { onDelete: 'cascade' }),
    tenantId: text('tenant_id').notNull(),
    challengeId: text('challenge_id')
      .notNull()
      .references(() => challenges.id, { onDelete: 'cascade' }),
    arm: text('arm', { enum: challengeArms }).notNull(),
    /** Of the assignment key, salted and hashed. */
    unit: text('unit').notNull(),
    agreed: boolean('agreed'),
    difference: doublePrecision('difference'),
    /** In clear never: sealed with the others of the tenant. */
    said: text('said'),
    sealed: bytes('sealed'),
    createdAt: moment('created_at').notNull(),
    /** When its outcome was taken into the test; also of one that a key had before. */
    countedAt: moment('counted_at'),
  },
  (table) => [
    index('ml_challenge_predictions_challenge').on(table.challengeId, table.id),
    index('ml_challenge_predictions_unit').on(table.challengeId, table.unit),
  ],
);
