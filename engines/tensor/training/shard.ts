import { StromaError } from '@stroma/kernel';
import { type Feed, openSession, type Session } from '../running/runtime.ts';
import { Batches } from './batches.ts';
import { lengthOf } from './layout.ts';
import { factorsAt, rateAt } from './optimisers.ts';
import type { TrainingPlan } from './plan.ts';
import { checkState, initialState, type TrainingState } from './state.ts';
import { names } from './step-graphs.ts';
import { dataFeeds, diverged, keyOf, type Losses, rowsOf, type TrainingData } from './trainer.ts';

/** What the threads of one training share. All of it lies on shared memory. */
export interface Meeting {
  /**
   * Threads that have arrived, meetings held, for even and odd steps whether it is the last, whether somebody
   * left.
   */
  control: Int32Array;
  /** For even and odd steps, for each thread: gradient, then what is kept. */
  exchanged: Float32Array;
  losses: Float32Array;
}

export function openMeeting(plan: TrainingPlan): Meeting {
  const threads = plan.shared?.threads ?? 1;
  const floats = (count: number) => new Float32Array(new SharedArrayBuffer(8 * threads * count));
  return {
    control: new Int32Array(new SharedArrayBuffer(20)),
    exchanged: floats(widthOf(plan)),
    losses: floats(plan.objectives.length),
  };
}

const widthOf = ({ parameters, kept, keptChanges }: TrainingPlan): number =>
  lengthOf(parameters) + (keptChanges ? lengthOf(kept) : 0);

/**
 * One thread of several that train together. Each computes the gradient of its own rows; when all have, each
 * makes the same update from the mean of all, in the same order, so that all stay equal to the bit without
 * being sent anything.
 */
export class Shard implements AsyncDisposable {
  readonly stepsAtOnce = 20;
  readonly plan: TrainingPlan;
  readonly #index: number;
  readonly #threads: number;
  readonly #meeting: Meeting;
  readonly #go: Int32Array;
  readonly #sessions: readonly [Session, Session];
  readonly #given: Record<string, Feed>;
  readonly #batches: Batches;
  #state: TrainingState;

  private constructor(
    plan: TrainingPlan,
    shard: { index: number; meeting: Meeting; go: Int32Array },
    sessions: readonly [Session, Session],
    given: Record<string, Feed>,
    batches: Batches,
    state: TrainingState,
  ) {
    this.plan = plan;
    this.#index = shard.index;
    this.#threads = plan.shared?.threads ?? 1;
    this.#meeting = shard.meeting;
    this.#go = shard.go;
    this.#sessions = sessions;
    this.#given = given;
    this.#batches = batches;
    this.#state = state;
  }

  static async open(
    plan: TrainingPlan,
    data: TrainingData,
    options: { seed: number; from?: TrainingState; go: Int32Array; index: number; meeting: Meeting },
  ): Promise<Shard> {
    if (plan.shared === null) throw new TypeError('the plan is for one thread');
    const { seed, from } = options;
    if (from !== undefined) checkState(plan, from);
    const rows = rowsOf(plan, data);
    const state = from ?? initialState(plan, seed);
    const sessions = [
      await openSession(plan.shared.exchange, 'f32'),
      await openSession(plan.shared.update, 'f32'),
    ] as const;
    const batches = new Batches(rows, plan.batch * plan.shared.threads, state.seed);
    return new Shard(plan, options, sessions, dataFeeds(plan, data, rows), batches, state);
  }

  get state(): TrainingState {
    return structuredClone(this.#state);
  }

  get step(): number {
    return this.#state.step;
  }

  /** As `Trainer.run`; the losses are the means over all threads. */
  async run(steps: number): Promise<Losses> {
    const count = this.plan.objectives.length;
    const values = new Float32Array(steps * count);
    for (let done = 1; done <= steps; done++) {
      const last = await this.#one(values.subarray((done - 1) * count, done * count));
      const bad = values.subarray(0, done * count).findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw diverged(this.plan, this.step - 1, bad % count);
      if (last) return { values: values.subarray(0, done * count), steps: done };
    }
    return { values, steps };
  }

  /** One step; true when the threads have agreed that it is the last. */
  async #one(losses: Float32Array): Promise<boolean> {
    const { plan } = this;
    const { parameters, moments, kept, step, seed } = this.#state;
    const [exchange, update] = this.#sessions;
    const size = parameters.length;
    const order = this.#batches.take(step, 1).slice(this.#index * plan.batch, (this.#index + 1) * plan.batch);
    const flat = { [names.parameters]: { data: parameters, shape: [size] } };
    const own = await exchange.run({
      ...this.#given,
      ...flat,
      ...(plan.kept.length > 0 ? { [names.kept]: { data: kept, shape: [kept.length] } } : {}),
      ...(plan.rows.length > 0 ? { [names.order]: { data: order, shape: [plan.batch] } } : {}),
      // Each thread drops other values.
      ...(plan.hasKey
        ? { [names.keys]: { data: Int32Array.of(keyOf(seed ^ (this.#index << 24), step)), shape: [] } }
        : {}),
    });
    const [width, count, half] = [widthOf(plan), losses.length, step % 2];
    const { exchanged, losses: shared, control } = this.#meeting;
    exchanged.set(own[names.exchanged] as Float32Array, (half * this.#threads + this.#index) * width);
    shared.set(own[names.losses] as Float32Array, (half * this.#threads + this.#index) * count);
    if (this.#index === 0) Atomics.store(control, 2 + half, Atomics.load(this.#go, 0) === 0 ? 1 : 0);
    meet(control, this.#threads);
    for (let at = 0; at < count; at++)
      for (let thread = 0; thread < this.#threads; thread++)
        losses[at] =
          (losses[at] as number) +
          (shared[(half * this.#threads + thread) * count + at] as number) / this.#threads;
    const all = exchanged.subarray(half * this.#threads * width, (half + 1) * this.#threads * width);
    const factors = factorsAt(plan.optimiser, rateAt(plan.schedule, step), step);
    const next = await update.run({
      ...flat,
      ...Object.fromEntries(moments.map((data, at) => [names.moment(at), { data, shape: [size] }])),
      ...Object.fromEntries(
        factors.map((value, at) => [names.factor(at), { data: Float32Array.of(value), shape: [] }]),
      ),
      [names.exchanged]: { data: all, shape: [this.#threads, width] },
    });
    this.#state = {
      ...this.#state,
      step: step + 1,
      parameters: next[`new_${names.parameters}`] as Float32Array,
      moments: moments.map((_, at) => next[`new_${names.moment(at)}`] as Float32Array),
      kept: plan.keptChanges ? (next[`new_${names.kept}`] as Float32Array) : kept,
    };
    return Atomics.load(control, 2 + half) === 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) await session.close();
  }
}

/**
 * Waits until all have arrived. Two halves of the memory are used in turns, so one meeting a step is enough:
 * nobody writes a half again before all have met once more, and so have read it.
 */
function meet(control: Int32Array, threads: number): void {
  const held = Atomics.load(control, 1);
  if (Atomics.add(control, 0, 1) + 1 === threads) {
    Atomics.store(control, 0, 0);
    Atomics.add(control, 1, 1);
    Atomics.notify(control, 1);
    return;
  }
  while (Atomics.load(control, 1) === held) Atomics.wait(control, 1, held);
  if (Atomics.load(control, 4) === 1)
    throw new StromaError(
      'CANCELLED',
      'Another thread of this training ended before it; its reason says why.',
    );
}

/** Sends home whoever waits for the others: one of them will not come. */
export function leave({ control }: Meeting): void {
  Atomics.store(control, 4, 1);
  Atomics.add(control, 1, 1);
  Atomics.notify(control, 1);
}
