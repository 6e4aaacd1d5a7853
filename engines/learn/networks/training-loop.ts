import { StromaError } from '@stroma/kernel';
import {
  initialState,
  Trainer,
  type TrainingData,
  type TrainingPlan,
  type TrainingState,
} from '@stroma/tensor';
import type { Target } from '../estimator.ts';
import { scoreOf } from '../scores/metrics.ts';
import { takeTarget } from '../table/target.ts';
import { type Architecture, type NetworkData, takeRowsOf, type Weights } from './architecture.ts';
import { NetworkFunction } from './evaluation.ts';
import { predictionsOf, targetData, tempered } from './head.ts';
import { checkMemory, estimateOf, type Prepared, prepare } from './preparation.ts';
import { Course, type HeldOut } from './training-course.ts';
import type { NetworkTrainingOptions, TrainedNetwork } from './training-options.ts';

/**
 * Trains a network with AdamW and early stopping, in the thread of the caller, which it holds for up to 20 steps at
 * a time: run it in a thread of its own, and end that by `go` or `signal`, never by `terminate()`.
 *
 *   const architecture: Architecture = { rows: [{ name: 'x', shape: [8], type: 'real' }], outputs: 2, forward };
 *   const trained = await trainNetwork(architecture, { x }, { kind: 'class', codes, classes: 2 }, { seed: 1 });
 *   await using network = await NetworkFunction.open(architecture, 64, trained.weights);
 *   const probabilities = predictionsOf(trained.head, await network.run({ x: others }));
 *
 * The architecture gives as many outputs as the target asks for: one, or one a class. Rows of weight 0 are left out.
 * The same architecture, data, target, options and seed give the same bits on one kind of processor. Missing values
 * are the caller's to treat.
 *
 * Throws INVALID_INPUT when data, target and architecture do not fit, TRAINING_TOO_LARGE before it starts when the
 * estimate (`networkMemory`) passes the limit, CONFLICT when `from` belongs to another training, TRAINING_DIVERGED
 * when the loss is not finite, the signal's reason or CANCELLED when it is ended.
 */
export async function trainNetwork(
  architecture: Architecture,
  data: NetworkData,
  target: Target,
  options: NetworkTrainingOptions,
): Promise<TrainedNetwork> {
  const { signal, go = new Int32Array(new SharedArrayBuffer(4)).fill(1) } = options;
  signal?.throwIfAborted();
  const prepared = prepare(architecture, data, target, options);
  const { head, train, plan, steps, checkEvery, weights } = prepared;
  const estimate = estimateOf(prepared);
  options.onMemory?.(estimate.bytes);
  checkMemory(estimate, options.memoryLimitBytes);
  const given: TrainingData = {
    ...takeRowsOf(architecture, data, train),
    ...targetData(head, target, train, weights),
  };
  const score = await scorer(architecture, data, target, prepared);
  const stop = () => Atomics.store(go, 0, 0);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const from = options.from?.training ?? beginning(plan, options);
    await using trainer = await Trainer.open(plan, given, {
      seed: options.seed,
      go,
      ...(from === undefined ? {} : { from }),
    });
    const course = new Course(options, prepared, trainer);
    while (!course.ended) {
      if (trainer.step > 0 && options.isLate?.() === true) {
        if (!course.hasBest) course.check(await score?.run(trainer.parameters));
        course.endLate();
        break;
      }
      const next = Math.min(steps, (Math.floor(trainer.step / checkEvery) + 1) * checkEvery);
      const asked = Math.min(trainer.stepsAtOnce, next - trainer.step);
      course.add(await trainer.run(asked));
      if (trainer.step < steps && (signal?.aborted || Atomics.load(go, 0) === 0)) {
        options.onState?.(course.state);
        throw signal?.aborted ? signal.reason : cancelled(trainer.step);
      }
      if (trainer.step === next) course.check(await score?.run(trainer.parameters));
    }
    return course.result();
  } finally {
    signal?.removeEventListener('abort', stop);
    await score?.close();
  }
}

/** Where a training begins that is given values. */
function beginning(plan: TrainingPlan, { begin, seed }: NetworkTrainingOptions): TrainingState | undefined {
  if (begin === undefined) return undefined;
  const state = initialState(plan, seed);
  const fill = (flat: Float32Array, slots: TrainingPlan['parameters']) => {
    for (const { name, from, size } of slots) {
      const own = begin[name];
      if (own === undefined) continue;
      if (own.length !== size)
        throw new StromaError(
          'INVALID_INPUT',
          `"${name}" holds ${size} values; ${own.length} were given to begin with.`,
        );
      flat.set(own, from);
    }
  };
  fill(state.parameters, plan.parameters);
  fill(state.kept, plan.kept);
  return state;
}

/** Scores the rows held out with the parameters of now; null where none are. */
async function scorer(
  architecture: Architecture,
  data: NetworkData,
  target: Target,
  { head, validation, batch, metric, weights }: Prepared,
): Promise<{ run(parameters: Weights): Promise<HeldOut>; close(): Promise<void> } | null> {
  if (validation.length === 0) return null;
  const held = takeRowsOf(architecture, data, validation);
  const truth = takeTarget(target, validation);
  const own =
    weights === undefined ? undefined : Float64Array.from(validation, (row) => weights[row] as number);
  const opened = await NetworkFunction.open(architecture, Math.min(validation.length, 2 * batch));
  return {
    run: async (parameters) => {
      const outputs = await opened.run(held, parameters);
      const now = tempered(head, outputs, truth, own);
      return { head: now, score: scoreOf(metric, truth, predictionsOf(now, outputs), own) };
    },
    close: () => opened.close(),
  };
}

const cancelled = (step: number) =>
  new StromaError(
    'CANCELLED',
    `The training was ended after ${step} steps; its saved state goes on from there.`,
  );
