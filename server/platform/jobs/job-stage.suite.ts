import type { Job } from '@stroma/contracts';
import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { Database } from '../db/database.ts';
import type { Events } from '../events/event-types.ts';
import type { JobDefinition, Jobs } from './job-types.ts';

export const tenant = 'tnt_test';

export const definition = <Input extends object>(
  part: Partial<JobDefinition<Input>> & Pick<JobDefinition<Input>, 'kind' | 'run'>,
): JobDefinition<Input> => ({
  title: () => 'A test',
  timeoutSeconds: 60,
  retries: 0,
  concurrency: 1,
  ...part,
});

/** What a test of background work stands on; the queue is a new one for each. */
export interface JobStage {
  database: Database;
  events: Events;
  jobs: Jobs;
  ctx: Context;
  ended(id: string, inJobs?: Jobs): Promise<Job>;
}

export const none = async () => ({ result: {} });

/** What an attempt writes in the transaction in which its job succeeds. */
export const effect = (id: string, attempt: number) => async (tx: Parameters<Events['publish']>[0]) => {
  await tx.execute(sql`insert into effects values (${id}, ${attempt})`);
};

export async function effectsOf({ database }: JobStage, id: string): Promise<unknown[]> {
  const { rows } = await database.execute('select attempt from effects where job = $1', [id]);
  return rows.map(({ attempt }) => attempt);
}
