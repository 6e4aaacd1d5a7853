import type { JobDefinition } from '../../platform/jobs/job-types.ts';
import type { Challenges } from './challenges.service.ts';

/** Outcomes come at any time: every few minutes they are taken into the tests that run. */
export const challengesJob = (challenges: Challenges): JobDefinition<Record<string, never>> => ({
  kind: 'ml.challenges',
  title: () => 'Taking outcomes into challenges',
  timeoutSeconds: 240,
  retries: 0,
  concurrency: 1,
  permission: 'installation:read',
  cron: '*/5 * * * *',
  run: async (_input, ctx) => ({ result: { challenges: await challenges.advanceAll(ctx) } }),
});
