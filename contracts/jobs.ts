import { z } from 'zod';
import { endpoint } from './endpoints.ts';
import { idOf, listOf, listQuery, timestamp } from './fields.ts';

export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export const job = z.object({
  job_id: z.string(),
  kind: z.string().describe('What it does, for example data.process'),
  title: z.string().describe('In words, for example "Reading penguins.csv"'),
  status: z.enum(jobStatuses),
  progress: z.number().min(0).max(100),
  phase: z.string().nullable().describe('What it is doing now, in words'),
  /** Seconds, from the progress so far; null when it cannot be told. */
  seconds_left: z.number().nullable(),
  attempt: z.int(),
  error: z
    .object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) })
    .nullable(),
  /** What it made, for example `{ "dataset_id": "ds_..." }`. */
  result: z.record(z.string(), z.unknown()).nullable(),
  created_at: timestamp,
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
  created_by: z.string(),
});
export type Job = z.infer<typeof job>;

const params = z.object({ id: idOf('job') });

export const jobsApi = {
  list: endpoint({
    id: 'listJobs',
    method: 'GET',
    path: '/data/jobs',
    tag: 'Jobs',
    summary: 'Jobs, newest first',
    permission: 'jobs:read',
    query: listQuery.extend({ status: z.enum(jobStatuses).optional() }),
    status: 200,
    response: listOf(job),
  }),
  get: endpoint({
    id: 'getJob',
    method: 'GET',
    path: '/data/jobs/:id',
    tag: 'Jobs',
    summary: 'One job: status, progress, error',
    permission: 'jobs:read',
    params,
    status: 200,
    response: job,
    errors: ['NOT_FOUND'],
  }),
  cancel: endpoint({
    id: 'cancelJob',
    method: 'POST',
    path: '/data/jobs/:id/cancel',
    tag: 'Jobs',
    summary: 'Cancel a job that has not ended',
    permission: 'jobs:write',
    params,
    status: 200,
    response: job,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
  retry: endpoint({
    id: 'retryJob',
    method: 'POST',
    path: '/data/jobs/:id/retry',
    tag: 'Jobs',
    summary: 'Run a failed or cancelled job again',
    permission: 'jobs:write',
    params,
    status: 202,
    response: job,
    errors: ['NOT_FOUND', 'CONFLICT'],
  }),
};
