import { StromaError } from '@stroma/kernel';
import type { Typed } from '../onnx/model.ts';
import { type Feed, openSession, type Session } from '../running/runtime.ts';
import { Batches } from './batches.ts';
import { byName, lengthOf, mixed } from './layout.ts';
import { factorsAt, rateAt } from './optimisers.ts';
import type { DataInput, TrainingPlan } from './plan.ts';
import { checkState, initialState, type TrainingState } from './state.ts';
import { names } from './step-graphs.ts';

/** By input name: `real` as Float32Array, `i32` as Int32Array. Rows stand one after the other. */
export type TrainingData = Readonly<Record<string, Float32Array | Int32Array>>;

export interface Losses {
  /** Of each step done, each objective unweighted: steps x objectives. */
  values: Float32Array;
  steps: number;
}

/** Steps in one run of the loop: enough to hide the cost of a call, few enough to be heard between them. */
const mostAtOnce = 20;
const operationsAtOnce = 2e8;

/**
 * A training in the thread that opens it, which `run` holds: use `train` anywhere but in a thread of its own.
 * Such a thread must end by itself: `worker.terminate()` while ONNX Runtime works in it ends the whole
 * process. Tell it to stop by `go`.
 */
export class Trainer implements AsyncDisposable {
  readonly plan: TrainingPlan;
  readonly stepsAtOnce: number;
  readonly rows: number;
  readonly #session: Session;
  readonly #given: Record<string, Feed>;
  readonly #batches: Batches;
  #state: TrainingState;

  private constructor(
    plan: TrainingPlan,
    session: Session,
    given: Record<string, Feed>,
    rows: number,
    state: TrainingState,
  ) {
    this.plan = plan;
    this.rows = rows;
    this.stepsAtOnce = Math.max(
      1,
      Math.min(mostAtOnce, Math.floor(operationsAtOnce / (plan.cost.operations + 1))),
    );
    this.#session = session;
    this.#given = given;
    this.#state = state;
    this.#batches = new Batches(rows, plan.batch, state.seed);
  }

  /**
   * `go` is a shared number: 0, written by any thread, ends a run after the step it is in. Throws
   * INVALID_INPUT when the data do not fit the plan, CONFLICT when `from` belongs to another plan.
   */
  static async open(
    plan: TrainingPlan,
    data: TrainingData,
    { seed, from, go = Int32Array.of(1) }: { seed: number; from?: TrainingState; go?: Int32Array },
  ): Promise<Trainer> {
    const rows = rowsOf(plan, data);
    const given = { [names.go]: { data: go, shape: [] }, ...dataFeeds(plan, data, rows) };
    if (from !== undefined) checkState(plan, from);
    return new Trainer(
      plan,
      await openSession(plan.model, 'f32'),
      given,
      rows,
      from ?? initialState(plan, seed),
    );
  }

  /** A copy of where it stands. */
  get state(): TrainingState {
    const { moments, ...rest } = this.#state;
    return structuredClone({ ...rest, moments });
  }

  /** What is learned so far, by name: views that the next run leaves as they are. */
  get parameters(): Record<string, Float32Array> {
    return {
      ...byName(this.#state.parameters, this.plan.parameters),
      ...byName(this.#state.kept, this.plan.kept),
    };
  }

  get step(): number {
    return this.#state.step;
  }

  /** Up to `steps` steps; fewer when `go` became 0. Throws TRAINING_DIVERGED when a loss is not finite. */
  async run(steps: number): Promise<Losses> {
    const { plan } = this;
    const { parameters, moments, kept, step } = this.#state;
    const size = parameters.length;
    const results = await this.#session.run({
      ...this.#given,
      ...this.#stepInputs(step, steps),
      [names.parameters]: { data: parameters, shape: [size] },
      ...Object.fromEntries(moments.map((data, at) => [names.moment(at), { data, shape: [size] }])),
      ...(plan.kept.length > 0 ? { [names.kept]: { data: kept, shape: [lengthOf(plan.kept)] } } : {}),
    });
    const result = (name: string) => results[name] as Float32Array;
    const values = result(names.losses);
    const done = values.length / plan.objectives.length;
    this.#state = {
      ...this.#state,
      step: step + done,
      parameters: result(`new_${names.parameters}`),
      moments: moments.map((_, at) => result(`new_${names.moment(at)}`)),
      kept: plan.keptChanges ? result(`new_${names.kept}`) : kept,
    };
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw diverged(plan, step + Math.floor(bad / plan.objectives.length), bad % plan.objectives.length);
    return { values, steps: done };
  }

  #stepInputs(from: number, steps: number): Record<string, Feed> {
    const { plan } = this;
    const each = Array.from({ length: steps }, (_, at) => from + at);
    const factors = each.map((step) => factorsAt(plan.optimiser, rateAt(plan.schedule, step), step));
    const feeds: Record<string, Feed> = {
      [names.steps]: { data: BigInt64Array.of(BigInt(steps)), shape: [] },
    };
    for (let at = 0; at < (factors[0]?.length ?? 0); at++)
      feeds[names.factor(at)] = {
        data: Float32Array.from(factors, (all) => all[at] as number),
        shape: [steps],
      };
    if (plan.rows.length > 0)
      feeds[names.order] = { data: this.#batches.take(from, steps), shape: [steps, plan.batch] };
    if (plan.hasKey)
      feeds[names.keys] = {
        data: Int32Array.from(each, (step) => keyOf(this.#state.seed, step)),
        shape: [steps],
      };
    return feeds;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What dropout of a step draws from. */
export const keyOf = (seed: number, step: number): number => mixed(seed ^ mixed(step + 1));

export function dataFeeds(plan: TrainingPlan, data: TrainingData, rows: number): Record<string, Feed> {
  const feed = (shape: readonly number[], name: string): Feed => ({ data: data[name] as Typed, shape });
  return Object.fromEntries([
    ...plan.rows.map(({ name, shape }) => [names.row(name), feed([rows, ...shape.slice(1)], name)]),
    ...plan.whole.map(({ name, shape }) => [names.whole(name), feed(shape, name)]),
  ]);
}

/** How many rows the data have. */
export function rowsOf(plan: TrainingPlan, data: TrainingData): number {
  const [first] = plan.rows;
  const rowSize = ({ shape }: DataInput) => shape.slice(1).reduce((size, each) => size * each, 1);
  const rows = first === undefined ? plan.batch : (data[first.name]?.length ?? 0) / rowSize(first);
  if (rows < 1 || !Number.isInteger(rows)) throw wrong(first?.name ?? '', 'whole rows, at least one', data);
  for (const each of plan.rows) check(each, rows * rowSize(each), data);
  for (const each of plan.whole)
    check(
      each,
      each.shape.reduce((size, one) => size * one, 1),
      data,
    );
  return rows;
}

function check({ name, type }: DataInput, size: number, data: TrainingData): void {
  const values = data[name];
  const fits = type === 'real' ? values instanceof Float32Array : values instanceof Int32Array;
  if (!fits || values?.length !== size)
    throw wrong(name, `${size} values in ${type === 'real' ? 'a Float32Array' : 'an Int32Array'}`, data);
}

function wrong(name: string, expected: string, data: TrainingData): StromaError {
  const values = data[name];
  const given = values === undefined ? 'nothing' : `${values.length} in a ${values.constructor.name}`;
  return new StromaError('INVALID_INPUT', `The training expects of "${name}" ${expected}; given ${given}.`, {
    input: name,
  });
}

export function diverged(plan: TrainingPlan, step: number, objective: number): StromaError {
  const name = plan.objectives[objective]?.name ?? '';
  return new StromaError(
    'TRAINING_DIVERGED',
    `At step ${step + 1} the objective "${name}" was no longer a finite number. Lower the learning rate, clip the gradient, or look for missing and infinite values in the data.`,
    { step: step + 1, objective: name },
  );
}
