import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';
import { columnName } from './profiles.ts';

export const noiseMechanisms = ['laplace', 'gaussian'] as const;

const bounds = z
  .strictObject({ lower: z.number(), upper: z.number() })
  .refine(({ lower, upper }) => lower < upper, 'expected lower < upper');

/** What may be asked; bounds are chosen without looking at the data. */
export const privateStatistic = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count') }),
  z.strictObject({ kind: z.literal('sum'), column: columnName, bounds }),
  z.strictObject({ kind: z.literal('mean'), column: columnName, bounds }),
  z.strictObject({
    kind: z.literal('histogram'),
    column: columnName,
    bins: z.union([
      z.strictObject({ edges: z.array(z.number()).min(2).max(1001) }),
      z.strictObject({ values: z.array(z.string().max(200)).min(1).max(1000) }),
    ]),
  }),
]);
export type PrivateStatistic = z.infer<typeof privateStatistic>;

const accuracy = z
  .discriminatedUnion('mechanism', [
    z.strictObject({ mechanism: z.literal('laplace'), epsilon: z.number().min(0.001).max(20) }),
    z.strictObject({
      mechanism: z.literal('gaussian'),
      epsilon: z.number().min(0.001).max(20),
      delta: z.number().min(1e-12).max(1e-3),
    }),
  ])
  .describe('How much of the budget the answer may cost');

const cell = z.union([z.string().max(1000), z.number(), z.boolean()]);

export const privateStatisticsRequest = z.strictObject({
  dataset_id: idOf('dataset'),
  version_id: idOf('version').optional(),
  statistic: privateStatistic,
  noise: accuracy,
  where: z
    .array(
      z.strictObject({
        column: columnName,
        operator: z.enum(['is', 'from', 'to']),
        value: cell,
      }),
    )
    .max(10)
    .default([]),
  person_column: columnName
    .nullable()
    .default(null)
    .describe('Whose rows are protected together; without it every row is a person'),
  rows_per_person: z.int().min(1).max(1000).default(1),
});
export type PrivateStatisticsRequest = z.infer<typeof privateStatisticsRequest>;

const privateAnswer = z.object({
  values: z.array(z.number()),
  labels: z.array(z.string()).nullable(),
  /** 95 % of the noise is within so much of 0; of a mean, of its sum and its count. */
  noise_95: z.array(z.number()),
});

export const ledgerEntry = z.object({
  entry_id: z.string(),
  dataset_id: z.string(),
  version_id: z.string(),
  statistic: privateStatistic,
  mechanism: z.enum(noiseMechanisms),
  epsilon: z.number(),
  delta: z.number(),
  rho: z.number(),
  answer: privateAnswer,
  asked_by: z.string(),
  asked_at: timestamp,
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;

export const privacyBudget = z.object({
  dataset_id: z.string(),
  epsilon: z.number(),
  delta: z.number(),
  composition: z.enum(['basic', 'zcdp']),
  spent_epsilon: z.number(),
  spent_delta: z.number(),
  left_epsilon: z.number(),
  questions: z.int(),
});
export type PrivacyBudget = z.infer<typeof privacyBudget>;
const datasetParams = z.object({ id: idOf('dataset') });

export const privateStatisticsApi = {
  ask: endpoint({
    id: 'askPrivateStatistics',
    method: 'POST',
    path: '/security/private-statistics',
    tag: 'Security',
    summary: 'A count, sum, mean or histogram with noise, that hides whether any one person is in the data',
    description:
      'Differentially private, by exact discrete Laplace or Gaussian noise. Costs a part of the budget of the dataset; an equal question has the same answer and costs nothing.',
    permission: 'privacy:write',
    rate: 'query',
    body: privateStatisticsRequest,
    status: 200,
    response: z.object({
      entry: ledgerEntry,
      repeated: z.boolean().describe('Answered from the ledger, without new cost'),
      budget: privacyBudget,
    }),
    errors: ['NOT_FOUND', 'FORBIDDEN', 'INVALID_INPUT', 'PRIVACY_BUDGET_SPENT', 'CONFLICT'],
  }),
  budget: endpoint({
    id: 'getPrivacyBudget',
    method: 'GET',
    path: '/security/private-statistics/:id/budget',
    tag: 'Security',
    summary: 'How much may be told of a dataset, and how much was',
    permission: 'privacy:read',
    params: datasetParams,
    status: 200,
    response: privacyBudget,
    errors: ['NOT_FOUND'],
  }),
  setBudget: endpoint({
    id: 'setPrivacyBudget',
    method: 'PUT',
    path: '/security/private-statistics/:id/budget',
    tag: 'Security',
    summary: 'Set how much may ever be told of a dataset, over all its versions',
    description: 'What was spent stays spent. How answers are added up is fixed with the first of them.',
    permission: 'privacy:write',
    params: datasetParams,
    body: z.strictObject({
      epsilon: z.number().min(0.001).max(100),
      delta: z.number().min(0).max(1e-3).default(0),
      composition: z.enum(['basic', 'zcdp']).default('basic'),
    }),
    status: 200,
    response: privacyBudget,
    errors: ['NOT_FOUND', 'INVALID_INPUT', 'CONFLICT'],
  }),
  ledger: endpoint({
    id: 'listPrivacyLedger',
    method: 'GET',
    path: '/security/private-statistics/:id/ledger',
    tag: 'Security',
    summary: 'What was asked of a dataset and answered with noise, newest first',
    permission: 'privacy:read',
    params: datasetParams,
    query: listQuery,
    status: 200,
    response: listOf(ledgerEntry),
    errors: ['NOT_FOUND'],
  }),
};
