import { Worker } from 'node:worker_threads';
import { StromaError } from '@stroma/kernel';
import { checkMemory, memoryOf } from './memory.ts';
import type { TrainingPlan } from './plan.ts';
import { leave, openMeeting } from './shard.ts';
import { checkState, type TrainingState } from './state.ts';
import { rowsOf, type TrainingData } from './trainer.ts';
import type { FromTraining, ToTraining } from './training-messages.ts';

export interface TrainingProgress {
  /** Steps done, of `steps`. */
  step: number;
  steps: number;
  /** Passes over the data so far. */
  epochs: number;
  /** Means since the last report: each objective, and `loss`, their weighted sum. */
  objectives: Record<string, number>;
  loss: number;
  /** By the pace since this call began. */
  secondsLeft: number;
}

export interface TrainOptions {
  seed: number;
  /** Steps in all, those of `from` counted in. */
  steps: number;
  from?: TrainingState;
  /** Ends the training within one step; the promise is rejected with its reason. */
  signal?: AbortSignal;
  onProgress?: (progress: TrainingProgress) => void;
  /** Steps between reports; a hundredth of `steps` when left out. */
  reportEvery?: number;
  /** Each `saveEvery` steps, and when it is aborted: what `from` continues bit for bit. */
  onSave?: (state: TrainingState) => void;
  saveEvery?: number;
  /** The training is refused when it would need more. */
  memoryLimitBytes?: number;
}

/**
 * Trains in a thread of its own, or in as many as the plan says. The same plan, data, seed and steps give the
 * same bits, in one go or in many. Data on shared memory are not copied.
 *
 * Throws TRAINING_TOO_LARGE before it starts when the estimate passes the limit, INVALID_INPUT when data and
 * plan do not fit, CONFLICT when `from` belongs to another plan, TRAINING_DIVERGED when a loss is not finite.
 */
export async function train(
  plan: TrainingPlan,
  data: TrainingData,
  options: TrainOptions,
): Promise<TrainingState> {
  const { seed, steps, from, signal, onProgress, onSave, saveEvery = 0 } = options;
  const reportEvery = options.reportEvery ?? Math.max(1, Math.floor(steps / 100));
  signal?.throwIfAborted();
  const rows = rowsOf(plan, data);
  if (options.memoryLimitBytes !== undefined) checkMemory(memoryOf(plan, rows), options.memoryLimitBytes);
  if (from !== undefined) checkState(plan, from);
  const go = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  const threads = plan.shared?.threads ?? 1;
  const meeting = threads > 1 ? openMeeting(plan) : null;
  const given = threads > 1 ? onSharedMemory(data) : data;
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./training.worker.ts', import.meta.url)),
  );
  const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  const stop = () => Atomics.store(go, 0, 0);
  signal?.addEventListener('abort', stop, { once: true });
  const began = performance.now();
  try {
    return await new Promise<TrainingState>((resolve, reject) => {
      for (const [index, worker] of workers.entries()) {
        worker.on('message', (message: FromTraining) => {
          try {
            hear(message, resolve, reject);
          } catch (error) {
            reject(error);
          }
        });
        worker.on('error', reject);
        worker.on('exit', (code) => {
          if (index === 0 || code !== 0)
            reject(new StromaError('INTERNAL', 'The training thread ended without a result.'));
        });
        const shard = meeting === null ? null : { index, meeting };
        const rest = { from: from ?? null, until: steps, reportEvery, saveEvery, go, shard };
        const message: ToTraining = { plan, data: given, seed, ...rest };
        try {
          worker.postMessage(message);
        } catch (error) {
          // It has not begun: nothing of ONNX Runtime is in it yet.
          void worker.terminate();
          reject(error);
        }
      }
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    // Never terminate(): a thread that is ended inside ONNX Runtime takes the process with it.
    stop();
    if (meeting !== null) leave(meeting);
    await Promise.all(ended);
  }

  function hear(
    message: FromTraining,
    resolve: (state: TrainingState) => void,
    reject: (reason: unknown) => void,
  ): void {
    if (message.kind === 'progress') onProgress?.(progressOf(message.step, message.losses));
    else if (message.kind === 'saved') onSave?.(message.state);
    else if (message.kind === 'failed') reject(failureOf(message));
    else if (signal?.aborted && message.state.step < steps) {
      onSave?.(message.state);
      reject(signal.reason);
    } else resolve(message.state);
  }

  function progressOf(step: number, losses: readonly number[]): TrainingProgress {
    const perStep = (performance.now() - began) / Math.max(1, step - (from?.step ?? 0));
    return {
      step,
      steps,
      epochs: (step * plan.batch * threads) / rows,
      objectives: Object.fromEntries(plan.objectives.map(({ name }, at) => [name, losses[at] as number])),
      loss: plan.objectives.reduce((sum, { weight }, at) => sum + weight * (losses[at] as number), 0),
      secondsLeft: ((steps - step) * perStep) / 1000,
    };
  }
}

/** The data where all threads see them, copied unless they lie there already. */
function onSharedMemory(data: TrainingData): TrainingData {
  return Object.fromEntries(
    Object.entries(data).map(([name, values]) => {
      if (values.buffer instanceof SharedArrayBuffer) return [name, values];
      const memory = new SharedArrayBuffer(values.byteLength);
      const shared = values instanceof Float32Array ? new Float32Array(memory) : new Int32Array(memory);
      shared.set(values);
      return [name, shared];
    }),
  );
}

function failureOf({ code, message, details }: Extract<FromTraining, { kind: 'failed' }>): StromaError {
  return new StromaError(code ?? 'INTERNAL', message, details);
}
