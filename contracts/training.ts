import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery } from './fields.ts';
import { jobStatuses } from './jobs.ts';
import { learnerKinds, learningPresets, longestTrainingSeconds } from './learning-kinds.ts';
import { learnedFrom, rowSplit, startedTraining } from './training-bodies.ts';
import { training } from './training-documents.ts';
import { otherTrainingApi } from './training-kinds.ts';

const tag = 'Models';

export const trainingApi = {
  automl: endpoint({
    id: 'trainAutoml',
    method: 'POST',
    path: '/ml/automl/train',
    tag,
    summary: 'Find and train the best model for a target within a time limit',
    description:
      'Learns from what you see of the dataset. Watch it at `/ml/trainings/{id}`, or hear `job.training` on the stream `jobs`.',
    permission: 'models:write',
    body: learnedFrom.extend({
      time_limit_s: z.number().min(1).max(longestTrainingSeconds).default(60),
      preset: z.enum(learningPresets).default('balanced'),
      split: rowSplit.optional().describe('By chance when left out'),
    }),
    status: 202,
    response: startedTraining,
    errors: ['NOT_FOUND', 'UNPROCESSABLE'],
  }),
  learner: endpoint({
    id: 'trainLearner',
    method: 'POST',
    path: '/ml/train',
    tag,
    summary: 'Train one learner with settings of your own',
    permission: 'models:write',
    body: learnedFrom.extend({
      learner: z.enum(learnerKinds),
      settings: z
        .record(z.string().max(50), z.union([z.number(), z.string().max(50)]))
        .default({})
        .describe('As leaderboards tell them; what is left out has its usual value'),
      time_limit_s: z.number().min(1).max(longestTrainingSeconds).default(600),
      split: rowSplit.optional().describe('By chance when left out'),
    }),
    status: 202,
    response: startedTraining,
    errors: ['NOT_FOUND', 'UNPROCESSABLE'],
  }),
  ...otherTrainingApi,
  list: endpoint({
    id: 'listTrainings',
    method: 'GET',
    path: '/ml/trainings',
    tag,
    summary: 'Trainings, newest first',
    permission: 'models:read',
    query: listQuery.extend({
      dataset_id: idOf('dataset').optional(),
      status: z.enum(jobStatuses).optional(),
    }),
    status: 200,
    response: listOf(training),
  }),
  get: endpoint({
    id: 'getTraining',
    method: 'GET',
    path: '/ml/trainings/:id',
    tag,
    summary: 'One training with its leaderboard so far',
    permission: 'models:read',
    params: z.object({ id: idOf('job') }),
    status: 200,
    response: training,
    errors: ['NOT_FOUND'],
  }),
};
