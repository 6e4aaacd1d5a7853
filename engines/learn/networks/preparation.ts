import { StromaError } from '@stroma/kernel';
import { type MemoryEstimate, memoryOf, planTraining, type TrainingPlan } from '@stroma/tensor';
import type { Target } from '../estimator.ts';
import { weightsOf } from '../linear/design.ts';
import type { MetricName } from '../scores/metrics.ts';
import { holdOut } from '../table/splits.ts';
import type { Architecture, ForwardRun, NetworkData } from './architecture.ts';
import { checkedRows, inputsOf } from './evaluation.ts';
import { type Head, headOf, lossOf, outputsOf } from './head.ts';
import type { NetworkTrainingOptions } from './training-options.ts';

const defaultMetric = { number: 'rmse', class: 'log_loss', survival: 'concordance' } as const;
const stepsBetweenChecks = 10;

/** A training that may begin. */
export interface Prepared {
  head: Head;
  train: Uint32Array;
  validation: Uint32Array;
  batch: number;
  metric: MetricName;
  steps: number;
  checkEvery: number;
  plan: TrainingPlan;
  weights: Float64Array | undefined;
}

/** What the training would take beside the caller's own copy of the data. Throws as `trainNetwork`. */
export function networkMemory(
  architecture: Architecture,
  data: NetworkData,
  target: Target,
  options: NetworkTrainingOptions,
): MemoryEstimate {
  return estimateOf(prepare(architecture, data, target, options));
}

/** Throws INVALID_INPUT when data, target, options and architecture do not fit. */
export function prepare(
  architecture: Architecture,
  data: NetworkData,
  target: Target,
  options: NetworkTrainingOptions,
): Prepared {
  const rows = checkedRows(architecture, data);
  const read = headOf(target, rows);
  const head = options.head ?? read;
  if (head.kind !== read.kind)
    throw refuse(`A target of kind ${head.kind} was expected; one of kind ${read.kind} was given.`);
  if (outputsOf(head) !== architecture.outputs)
    throw refuse(`The target needs a network of ${outputsOf(head)} outputs; it has ${architecture.outputs}.`);
  if (options.weights !== undefined && head.kind === 'survival')
    throw refuse('Weights are not taken for survival; leave rows out, or give none.');
  const weights = options.weights === undefined ? undefined : weightsOf(rows, options.weights);
  const { train, validation } = splitOf(target, rows, options, weights);
  const batch = Math.min(train.length, options.batch ?? batchFor(train.length, head));
  const perPass = Math.ceil(train.length / batch);
  const steps = options.steps ?? (options.epochs ?? 200) * perPass;
  if (!Number.isInteger(batch) || batch < 1 || !Number.isInteger(steps) || steps < 1)
    throw refuse(`A batch of at least 1 row and at least 1 step were expected; ${batch} and ${steps} given.`);
  const plan = planOf(architecture, head, batch, steps, weights !== undefined, options);
  const checkEvery = Math.max(perPass, stepsBetweenChecks);
  const metric = options.metric ?? defaultMetric[head.kind];
  return { head, train, validation, batch, metric, steps, checkEvery, plan, weights };
}

/** Small ones for few rows, so that each pass has some steps; for survival as many at risk as can be. */
const batchFor = (rows: number, { kind }: Head): number =>
  kind === 'survival' ? 256 : Math.min(256, Math.max(16, 2 ** Math.floor(Math.log2(rows / 16))));

function splitOf(
  target: Target,
  rows: number,
  { validation = 0.2, seed }: NetworkTrainingOptions,
  weights: Float64Array | undefined,
): { train: Uint32Array; validation: Uint32Array } {
  const counts = (row: number) => weights === undefined || (weights[row] as number) > 0;
  if (typeof validation !== 'number') {
    const held = new Set(validation);
    const train = Uint32Array.from({ length: rows }, (_, row) => row).filter(
      (row) => !held.has(row) && counts(row),
    );
    if (train.length === 0 || validation.some((row) => row >= rows))
      throw refuse(
        `Rows held out from 0 to ${rows - 1}, and others to learn from, were expected; ${validation.length} were given.`,
      );
    return { train, validation: validation.filter(counts) };
  }
  if (validation === 0)
    return {
      train: Uint32Array.from({ length: rows }, (_, row) => row).filter(counts),
      validation: new Uint32Array(0),
    };
  const strata = target.kind === 'class' ? target.codes : target.kind === 'survival' ? target.events : null;
  const plan =
    strata === null
      ? { by: 'random' as const }
      : { by: 'stratified' as const, codes: Int32Array.from(strata) };
  const { train, test } = holdOut(rows, plan, { share: validation, seed });
  return { train: train.filter(counts), validation: test.filter(counts) };
}

function planOf(
  architecture: Architecture,
  head: Head,
  batch: number,
  steps: number,
  weighted: boolean,
  options: NetworkTrainingOptions,
): TrainingPlan {
  const { rate = 1e-3, course = 'constant', warmUpSteps = 0, weightDecay = 1e-5, clipNorm = 1 } = options;
  const inputs = inputsOf(architecture, batch);
  const updates: Parameters<ForwardRun['keep']>[0][] = [];
  const output = architecture.forward(inputs, { batch, training: true, keep: (each) => updates.push(each) });
  const { loss, rows } = lossOf(head, output, batch, weighted);
  const given = architecture.rows.map(({ name }) => inputs[name]).filter((each) => each !== undefined);
  return planTraining({
    objectives: { loss: { loss } },
    rows: [...given, ...rows],
    optimiser: { kind: 'adamw', weightDecay },
    schedule: {
      rate,
      warmUpSteps,
      course:
        course === 'cosine' ? { kind: 'cosine', steps: Math.max(1, steps - warmUpSteps) } : { kind: course },
    },
    clipNorm,
    updates,
    ...(architecture.decays === undefined ? {} : { decays: architecture.decays }),
    ...(options.learns === undefined ? {} : { learns: options.learns }),
  });
}

export function estimateOf({ plan, train, validation }: Prepared): MemoryEstimate {
  const estimate = memoryOf(plan, train.length);
  const rowBytes = estimate.dataBytes / train.length;
  // The best weights, and the rows held out with what predicts them.
  const kept = estimate.parameterBytes / 4 + validation.length * rowBytes + estimate.stepBytes / 2;
  return { ...estimate, bytes: estimate.bytes + kept, parameterBytes: estimate.parameterBytes + kept };
}

/** Throws TRAINING_TOO_LARGE, with what takes how much, when the estimate passes the limit. */
export function checkMemory(estimate: MemoryEstimate, limitBytes: number | undefined): void {
  if (limitBytes === undefined || estimate.bytes <= limitBytes) return;
  const mb = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new StromaError(
    'TRAINING_TOO_LARGE',
    `The training would need ${mb(estimate.bytes)} (parameters ${mb(estimate.parameterBytes)}, one step ${mb(estimate.stepBytes)}, data ${mb(estimate.dataBytes)}); it may take ${mb(limitBytes)}. Take a smaller batch, a smaller network or fewer rows.`,
    { ...estimate, limitBytes },
  );
}

const refuse = (message: string) => new StromaError('INVALID_INPUT', message);
