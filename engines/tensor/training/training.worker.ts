import { parentPort } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';
import { Trainer } from './trainer.ts';
import type { FromTraining, ToTraining } from './training-messages.ts';

const port = parentPort;
if (port === null) throw new Error('training.worker.ts runs in a worker thread only');
const post = (message: FromTraining) => port.postMessage(message);

async function work({
  plan,
  data,
  seed,
  from,
  until,
  reportEvery,
  saveEvery,
  go,
}: ToTraining): Promise<void> {
  await using trainer = await Trainer.open(plan, data, { seed, go, ...(from === null ? {} : { from }) });
  const sums = new Float64Array(plan.objectives.length);
  let counted = 0;
  while (trainer.step < until && Atomics.load(go, 0) === 1) {
    const next = [until, nextMultiple(trainer.step, reportEvery), nextMultiple(trainer.step, saveEvery)];
    const { values, steps } = await trainer.run(
      Math.min(trainer.stepsAtOnce, Math.min(...next) - trainer.step),
    );
    values.forEach((value, at) => {
      sums[at % sums.length] = (sums[at % sums.length] as number) + value;
    });
    counted += steps;
    if (trainer.step === until || trainer.step % reportEvery === 0) {
      post({ kind: 'progress', step: trainer.step, losses: Array.from(sums, (sum) => sum / counted) });
      sums.fill(0);
      counted = 0;
    }
    if (saveEvery > 0 && trainer.step % saveEvery === 0 && trainer.step < until)
      post({ kind: 'saved', state: trainer.state });
  }
  post({ kind: 'done', state: trainer.state });
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
