import { parentPort } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';
import { Shard } from './shard.ts';
import { Trainer } from './trainer.ts';
import type { FromTraining, ToTraining } from './training-messages.ts';

const port = parentPort;
if (port === null) throw new Error('training.worker.ts runs in a worker thread only');
const post = (message: FromTraining) => port.postMessage(message);

async function work(message: ToTraining): Promise<void> {
  const { plan, data, seed, from, until, reportEvery, saveEvery, go, shard } = message;
  const options = { seed, go, ...(from === null ? {} : { from }) };
  await using trainer =
    shard === null
      ? await Trainer.open(plan, data, options)
      : await Shard.open(plan, data, { ...options, ...shard });
  const reports = shard === null || shard.index === 0;
  const sums = new Float64Array(plan.objectives.length);
  let counted = 0;
  while (trainer.step < until) {
    const next = [until, nextMultiple(trainer.step, reportEvery), nextMultiple(trainer.step, saveEvery)];
    const asked = Math.min(trainer.stepsAtOnce, Math.min(...next) - trainer.step);
    const { values, steps } = await trainer.run(asked);
    for (const [at, value] of values.entries())
      sums[at % sums.length] = (sums[at % sums.length] as number) + value;
    counted += steps;
    if (reports && (trainer.step === until || trainer.step % reportEvery === 0)) {
      post({ kind: 'progress', step: trainer.step, losses: Array.from(sums, (sum) => sum / counted) });
      sums.fill(0);
      counted = 0;
    }
    if (reports && saveEvery > 0 && trainer.step % saveEvery === 0 && trainer.step < until)
      post({ kind: 'saved', state: trainer.state });
    // Threads that share a training stop at the step they agreed on; alone, one looks for itself.
    if (steps < asked || (shard === null && Atomics.load(go, 0) === 0)) break;
  }
  if (reports) post({ kind: 'done', state: trainer.state });
}

const nextMultiple = (step: number, every: number): number =>
  every > 0 ? (Math.floor(step / every) + 1) * every : Number.POSITIVE_INFINITY;

port.once('message', (message: ToTraining) => {
  work(message)
    .catch((error: unknown) => {
      const known = error instanceof StromaError;
      post({
        kind: 'failed',
        code: known ? error.code : null,
        message: error instanceof Error ? error.message : String(error),
        details: known ? error.details : {},
      });
    })
    .finally(() => port.close());
});
