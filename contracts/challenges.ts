import { z } from 'zod';
import {
  challengeArms,
  challengeDecisions,
  challengeMetrics,
  challengeModes,
  challengeStatuses,
} from './challenge-words.ts';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { promotion } from './model-documents.ts';

const tag = 'Models';
const model = z.object({ id: idOf('model') });
const params = z.object({ id: idOf('modelChallenge') });
const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const comment = z.string().trim().max(2000).default('');
const versionName = z.string().min(1).max(250);

const stopRule = z.strictObject({
  on_decision: z.boolean().default(true).describe('End when the test has decided'),
  most_outcomes: z.int().min(1).max(100_000_000).nullable().default(null),
  ends_at: timestamp.nullable().default(null),
});

const contender = z.object({ version_id: z.string(), number: z.int() });
const seen = z.object({
  requests: z.int().describe('Rows that it answered'),
  outcomes: z.int().describe('Those whose outcome is known and counts'),
  mean: z.number().nullable().describe('Of the metric; null while no outcome is known'),
});

const difference = {
  estimate: z.number().describe('Challenger less champion, in the unit of the metric'),
  low: z.number(),
  high: z.number(),
};

export const challenge = z.object({
  challenge_id: z.string(),
  model_id: z.string(),
  model_name: z.string(),
  champion: contender,
  challenger: contender,
  mode: z.enum(challengeModes),
  share: z.number().describe('Of the requests that the challenger answers; 0 in shadow'),
  metric: z.enum(challengeMetrics),
  higher_is_better: z.boolean(),
  error_scale: z
    .number()
    .nullable()
    .describe('Errors from here on count as this large, in the unit of the target; null for classes'),
  alpha: z.number(),
  margin: z.number().describe('The smallest difference that matters; 0 where any does'),
  stop: stopRule,
  status: z.enum(challengeStatuses),
  decision: z.enum(challengeDecisions).nullable().describe('Null while the test has not decided'),
  decided_at: timestamp.nullable(),
  ended_because: z
    .enum(['decision', 'most_outcomes', 'ends_at', 'stopped', 'promoted', 'replaced'])
    .nullable()
    .describe('`replaced`: another version came in the place of the champion, or one of both was deleted'),
  counts: z.object({
    champion: seen,
    challenger: seen,
    lost: z.int().describe('Rows the challenger could not be asked of in shadow, for they came too fast'),
  }),
  agreement: z
    .object({
      compared: z.int().describe('Rows that both predicted'),
      agreed: z.int().describe('Of the same class; of numbers those that differ by a thousandth or less'),
      mean_difference: z
        .number()
        .nullable()
        .describe(
          'Of numbers, challenger less champion; of classes, of the probability of what the champion says',
        ),
      mean_absolute_difference: z.number().nullable(),
      largest_difference: z.number().nullable(),
    })
    .nullable()
    .describe('Null for A/B'),
  test: z.object({
    method: z.literal('empirical_bernstein_mixture'),
    design: z.enum(['paired', 'randomised']).describe('Both answer each row, or each request has one arm'),
    units: z.int().describe('That the test counts: rows in shadow, assignment keys in A/B'),
    difference: z.object(difference).nullable(),
    p_value: z.number().nullable().describe('Valid whenever it is looked at'),
    share_p_value: z
      .number()
      .nullable()
      .describe(
        'A/B: small where outcomes are known of one arm more often than its share; then nothing is decided',
      ),
    corrections: z
      .int()
      .describe('Outcomes that were corrected after they had been counted; it was counted again with them'),
    corrections_left_out: z
      .int()
      .describe('Those with which it could not be counted again, for predictions it had counted are gone'),
    points: z
      .array(z.object({ at: timestamp, units: z.int(), ...difference }))
      .describe('The confidence sequence over time, oldest first, at most 240'),
  }),
  promotion: promotion.nullable().describe('By which the challenger was asked to be brought further'),
  comment: z.string(),
  started_by: person,
  started_at: timestamp,
  ended_by: person.nullable(),
  ended_at: timestamp.nullable(),
});
export type Challenge = z.infer<typeof challenge>;

const said = z.object({
  prediction: z.union([z.string(), z.number()]),
  confidence: z.number().nullable(),
});

export const challengePrediction = z.object({
  prediction_id: z.string(),
  at: timestamp,
  arm: z.enum(challengeArms).describe('Who answered'),
  champion: said.nullable().describe('Null for what the challenger alone was asked'),
  challenger: said.nullable(),
  agreed: z.boolean().nullable(),
  difference: z.number().nullable(),
});
export type ChallengePrediction = z.infer<typeof challengePrediction>;

export const challengesApi = {
  list: endpoint({
    id: 'listChallenges',
    method: 'GET',
    path: '/ml/models/:id/challenges',
    tag,
    summary: 'Versions that were tried against the champion of a model, newest first',
    permission: 'models:read',
    params: model,
    query: listQuery,
    status: 200,
    response: listOf(challenge),
    errors: ['NOT_FOUND'],
  }),
  start: endpoint({
    id: 'startChallenge',
    method: 'POST',
    path: '/ml/models/:id/challenges',
    tag,
    summary: 'Try a version against the champion: in the shadow of it, or on a share of the requests',
    description:
      'The champion is the version that answers who names none: that in production, else the newest. While it runs, every prediction it is about is kept as the prediction log keeps them. A model has one at a time.',
    permission: 'models:promote',
    params: model,
    body: z.strictObject({
      challenger: versionName.describe('A number, an alias, a stage or `latest`'),
      mode: z.enum(challengeModes),
      share: z.number().min(0.01).max(0.99).default(0.5).describe('Of the requests, in A/B'),
      metric: z
        .enum(challengeMetrics)
        .optional()
        .describe('`accuracy` of classes and `absolute_error` of numbers when left out'),
      error_scale: z
        .number()
        .positive()
        .optional()
        .describe('Of numbers; four times the error of the champion on rows held out when left out'),
      alpha: z.number().min(0.0001).max(0.5).default(0.05),
      margin: z.number().min(0).default(0),
      stop: stopRule.default({ on_decision: true, most_outcomes: null, ends_at: null }),
      comment,
    }),
    status: 201,
    response: challenge,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'UNPROCESSABLE'],
  }),
  get: endpoint({
    id: 'getChallenge',
    method: 'GET',
    path: '/ml/challenges/:id',
    tag,
    summary: 'How a challenger does: counts, agreement, the confidence sequence over time, the decision',
    permission: 'models:read',
    params,
    status: 200,
    response: challenge,
    errors: ['NOT_FOUND'],
  }),
  stop: endpoint({
    id: 'stopChallenge',
    method: 'POST',
    path: '/ml/challenges/:id/stop',
    tag,
    summary: 'Stop it; the champion answers everything again',
    permission: 'models:promote',
    params,
    body: z.strictObject({ comment }),
    status: 200,
    response: challenge,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
  }),
  promote: endpoint({
    id: 'promoteChallenger',
    method: 'POST',
    path: '/ml/challenges/:id/promote',
    tag,
    summary: 'Ask for the challenger to come to production, behind the checks and the approval of the policy',
    description:
      'Where the policy asks for a second person the promotion waits, and the challenge stays as it is until then.',
    permission: 'models:write',
    params,
    body: z.strictObject({
      without_decision: z
        .boolean()
        .default(false)
        .describe('Although the test has not found the challenger better'),
      comment,
    }),
    status: 200,
    response: challenge,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT', 'UNPROCESSABLE'],
  }),
  rollback: endpoint({
    id: 'rollBackChallenger',
    method: 'POST',
    path: '/ml/challenges/:id/rollback',
    tag,
    summary: 'Bring back what was in production before the challenger',
    permission: 'models:promote',
    params,
    body: z.strictObject({ comment }),
    status: 200,
    response: challenge,
    errors: ['NOT_FOUND', 'FORBIDDEN', 'CONFLICT'],
  }),
  predictions: endpoint({
    id: 'listChallengePredictions',
    method: 'GET',
    path: '/ml/challenges/:id/predictions',
    tag,
    summary: 'What champion and challenger said, newest first',
    permission: 'models:promote',
    params,
    query: listQuery,
    status: 200,
    response: listOf(challengePrediction),
    errors: ['NOT_FOUND', 'FORBIDDEN'],
  }),
};
