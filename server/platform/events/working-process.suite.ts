import { openDatabase } from '../db/open-database.ts';
import { silent } from '../db/test-database.suite.ts';
import { openJobs } from '../jobs/open-jobs.ts';
import { systemContext } from '../system-actor.ts';
import { openEvents } from './open-events.ts';

/** Sends jobs that each publish one event when they succeed, and works on them, until it is killed. */
const [config = '{}', kind = 'send'] = process.argv.slice(2);
const database = await openDatabase(JSON.parse(config), silent);
const events = openEvents(database, silent);
await events.start();
const jobs = openJobs(database, events, silent, { heartbeatSeconds: 10 });
const ctx = systemContext(silent, 'tnt_killed');
jobs.register({
  kind: 'suite.process',
  title: () => 'Processing',
  timeoutSeconds: 60,
  retries: 0,
  concurrency: 4,
  async run(_input, own, { jobId }) {
    const data = { job_id: jobId, dataset_id: 'ds', version_id: 'ver', rows: 1, rejected_rows: 0 };
    return {
      result: {},
      commit: (tx) => events.publish(tx, own, 'data.processing.complete', jobId, data),
    };
  },
});
jobs.register({
  kind: 'suite.endless',
  title: () => 'Never ends here',
  timeoutSeconds: 60,
  retries: 0,
  concurrency: 1,
  run: () => {
    process.stdout.write('running\n');
    return new Promise(() => undefined);
  },
});
await jobs.start();
if (kind === 'endless') await jobs.send(ctx, 'suite.endless', {});
while (kind === 'send') process.stdout.write(`${await jobs.send(ctx, 'suite.process', {})}\n`);
