import type { Job } from '@stroma/contracts';
import type { CommandRun } from '../commands.ts';
import { requireServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { type Output, printable } from '../output.ts';
import { tableView } from '../views/table-view.ts';

const statuses = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly Job['status'][];

/** `{ items, next_cursor }`, or the one job that is named, as the API. */
export const jobs: CommandRun = async (running) => {
  const { invocation, output, signal } = running;
  const [id] = invocation.words;
  const [cancel, retry] = [invocation.flag('cancel'), invocation.flag('retry')];
  if (id === undefined && (cancel || retry))
    throw new UsageError('Expected the id of the job: stroma jobs <job-id> --cancel or --retry.', 'jobs');
  if (cancel && retry) throw new UsageError('Expected --cancel or --retry, given both.', 'jobs');
  const limit = invocation.number('limit', { least: 1 }) ?? undefined;
  const given = invocation.text('status');
  const status = statuses.find((each) => each === given);
  if (given !== null && status === undefined)
    throw new UsageError(`Expected --status with one of ${statuses.join(', ')}, given "${given}".`, 'jobs');
  const { client } = await requireServer(running);
  if (id !== undefined) {
    const action = cancel ? 'cancel' : retry ? 'retry' : 'get';
    const job = await client.jobs[action]({ params: { id }, signal });
    await output.result(job, () => jobView(job, output));
    return exitStatus.ok;
  }
  const cursor = invocation.text('cursor') ?? undefined;
  const page = await client.jobs.list({ query: { limit, status, cursor }, signal });
  await output.result(page, () => jobsView(page.items, page.next_cursor, output));
  return exitStatus.ok;
};

function jobsView(items: Job[], nextCursor: string | null, { tint }: Output): string {
  if (items.length === 0) return 'No jobs.';
  const columns = [
    { title: 'job' },
    { title: 'status' },
    { title: '%', right: true },
    { title: 'created' },
    { title: 'id' },
  ];
  const rows = items.map((job) => [
    job.title,
    job.error === null ? job.status : `${job.status}: ${job.error.message}`,
    String(Math.floor(job.progress)),
    job.created_at.slice(0, 16).replace('T', ' '),
    job.job_id,
  ]);
  const more = nextCursor === null ? '' : `\n\nMore: --cursor ${nextCursor}`;
  return tableView(columns, rows, (text) => tint('bold', text)) + more;
}

function jobView(job: Job, { tint }: Output): string {
  const phase = job.phase === null ? '' : `, ${printable(job.phase)}`;
  const lines = [
    `${tint('bold', printable(job.title))}  ${job.status}, ${Math.floor(job.progress)} %${phase}`,
    tint('dim', `${job.job_id}  attempt ${job.attempt}, created ${job.created_at}`),
  ];
  if (job.error !== null) lines.push(tint('red', printable(job.error.message)));
  if (job.result !== null) lines.push(printable(JSON.stringify(job.result)));
  return lines.join('\n');
}
