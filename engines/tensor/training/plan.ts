import { StromaError } from '@stroma/kernel';
import { gradients } from '../graph/gradients.ts';
import { fits, refuse, type Shape } from '../graph/shape.ts';
import { constant, operation, outer, type Tensor } from '../graph/tensor.ts';
import { emit, leavesOf } from '../onnx/emit.ts';
import { type OnnxGraph, type OnnxValue, writeModel } from '../onnx/model.ts';
import { cast, weightedSum } from '../operations/arithmetic.ts';
import { stepKey } from '../operations/dropout.ts';
import { stack } from '../operations/slicing.ts';
import { layOut, lengthOf, packed, type Slot, unpacked } from './layout.ts';
import { costOf, type GraphCost } from './memory.ts';
import { clipped, factorsAt, momentsOf, type Optimiser, type Schedule, update } from './optimisers.ts';

export interface TrainingSpec {
  /** What is made small: Σ weight x loss. Each loss is a scalar; each is reported by its name. */
  objectives: Readonly<Record<string, { loss: Tensor; weight?: number }>>;
  /** Inputs whose first dimension is the batch: each step gathers its rows from the data. All have one batch size. */
  rows: readonly Tensor[];
  optimiser: Optimiser;
  schedule: Schedule;
  /** Most the norm of the whole gradient may be; it is shortened to this. */
  clipNorm?: number;
  /** Which parameters are learned; all when left out. The others keep their first values. */
  learns?: (name: string) => boolean;
  /** Which parameters weight decay holds for; all when left out. */
  decays?: (name: string) => boolean;
  /** New values of states after each step, as the running means of a batch norm. */
  updates?: readonly { state: Tensor; value: Tensor }[];
}

export interface DataInput {
  name: string;
  type: 'real' | 'i32';
  shape: Shape;
}

/** A compiled training: plain data that structured clone takes to another thread. */
export interface TrainingPlan {
  model: Uint8Array<ArrayBuffer>;
  parameters: readonly Slot[];
  /** States, and parameters that are not learned. */
  kept: readonly Slot[];
  objectives: readonly { name: string; weight: number }[];
  rows: readonly DataInput[];
  whole: readonly DataInput[];
  batch: number;
  optimiser: Optimiser;
  schedule: Schedule;
  moments: number;
  hasKey: boolean;
  keptChanges: boolean;
  cost: GraphCost;
}

/** Names of the inputs and outputs of a training's model. */
export const names = {
  steps: 'steps',
  go: 'go',
  order: 'order',
  keys: 'keys',
  parameters: 'parameters',
  moment: (at: number) => `moment_${at}`,
  kept: 'kept',
  factor: (at: number) => `factor_${at}`,
  row: (name: string) => `row ${name}`,
  whole: (name: string) => `whole ${name}`,
  losses: 'losses',
};

/**
 * Compiles forward, backward and update into one ONNX graph that loops over steps and gathers its batches itself. Throws
 * TENSOR_SHAPE when a loss is no scalar, the batch sizes differ or nothing is learned.
 */
export function planTraining(spec: TrainingSpec): TrainingPlan {
  const objectives = Object.entries(spec.objectives).map(([name, { loss, weight = 1 }]) => ({
    name,
    loss,
    weight,
  }));
  for (const { name, loss } of objectives)
    if (loss.shape.length > 0) refuse(`objective "${name}"`, [loss.shape], 'a scalar');
  const updates = spec.updates ?? [];
  const leaves = [
    ...leavesOf([...objectives.map(({ loss }) => loss), ...updates.map(({ value }) => value)]).values(),
  ];
  const kindOf = (kind: string) => leaves.filter(({ node }) => node.kind === kind);
  const learned = kindOf('parameter').filter((each) => spec.learns?.(nameOf(each)) ?? true);
  const kept = [...kindOf('parameter').filter((each) => !learned.includes(each)), ...kindOf('state')];
  if (learned.length === 0)
    refuse('training', [], 'at least one parameter that the objectives depend on and that is learned');
  const batch = batchOf(spec.rows);
  const isRow = (each: Tensor) => spec.rows.some((row) => nameOf(row) === nameOf(each));
  const inputs = kindOf('input').filter((each) => nameOf(each) !== stepKey);
  const parts: Parts = {
    objectives,
    learned,
    parameters: layOut(learned),
    kept: layOut(kept),
    rows: inputs.filter(isRow).map(dataInput),
    whole: inputs.filter((each) => !isRow(each)).map(dataInput),
    batch,
    moments: momentsOf(spec.optimiser),
    factors: factorsAt(spec.optimiser, 1, 0).length,
    hasKey: kindOf('input').length > inputs.length,
    updates,
  };
  const body = bodyOf(spec, parts);
  return {
    model: writeModel(loopAround(body, parts), 'f32'),
    parameters: parts.parameters,
    kept: parts.kept,
    objectives: objectives.map(({ name, weight }) => ({ name, weight })),
    rows: parts.rows,
    whole: parts.whole,
    batch,
    optimiser: spec.optimiser,
    schedule: spec.schedule,
    moments: parts.moments,
    hasKey: parts.hasKey,
    keptChanges: updates.length > 0,
    cost: costOf(body),
  };
}

interface Parts
  extends Pick<TrainingPlan, 'parameters' | 'kept' | 'rows' | 'whole' | 'batch' | 'moments' | 'hasKey'> {
  objectives: readonly { name: string; loss: Tensor; weight: number }[];
  learned: readonly Tensor[];
  factors: number;
  updates: readonly { state: Tensor; value: Tensor }[];
}

const nameOf = ({ node }: Tensor): string => ('name' in node ? node.name : '');
const dataInput = (each: Tensor): DataInput => ({
  name: nameOf(each),
  type: each.type as 'real' | 'i32',
  shape: each.shape,
});
const counted = (count: number) => Array.from({ length: count }, (_, at) => at);

function batchOf(rows: readonly Tensor[]): number {
  const batch = rows[0]?.shape[0] ?? 1;
  if (rows.some(({ shape }) => shape[0] !== batch))
    refuse(
      'training',
      rows.map(({ shape }) => shape),
      'one batch size, the first dimension of all rows',
    );
  return batch;
}

/** One step: what the loop carries in, the same out, and the losses. */
function bodyOf(spec: TrainingSpec, parts: Parts): OnnxGraph {
  const size = lengthOf(parts.parameters);
  const at = outer('iteration', [], 'i64');
  const flat = outer('p', [size]);
  const moments = counted(parts.moments).map((each) => outer(`m${each}`, [size]));
  const keptFlat = outer(parts.updates.length > 0 ? 's' : names.kept, [lengthOf(parts.kept)]);
  const ofStep = (name: string, shape: Shape, type: Tensor['type'] = 'real') =>
    operation('Gather', [outer(name, [], type), at], shape, { type, attributes: { axis: { int: 0 } } });
  const order = ofStep(names.order, [parts.batch], 'i32');
  const bind = new Map<string, Tensor>([
    ...unpacked(flat, parts.parameters),
    ...(parts.kept.length > 0 ? unpacked(keptFlat, parts.kept) : []),
    ...parts.rows.map(({ name, shape, type }): [string, Tensor] => [
      name,
      operation('Gather', [outer(names.row(name), [], type), order], shape, {
        type,
        attributes: { axis: { int: 0 } },
      }),
    ]),
    ...parts.whole.map(({ name, shape, type }): [string, Tensor] => [
      name,
      outer(names.whole(name), shape, type),
    ]),
  ]);
  if (parts.hasKey) bind.set(stepKey, ofStep(names.keys, [], 'i32'));
  const total = weightedSum(parts.objectives.map(({ loss, weight }) => ({ value: loss, weight })));
  const raw = packed(gradients(total, parts.learned));
  const gradient = spec.clipNorm === undefined ? raw : clipped(raw, spec.clipNorm);
  const factors = counted(parts.factors).map((each) => ofStep(names.factor(each), []));
  const next = update(spec.optimiser, flat, moments, gradient, factors, decayMask(spec, parts.parameters));
  const outputs: Record<string, Tensor> = {
    go_on: cast(outer(names.go, [], 'i32'), 'bool'),
    p_next: next.parameters,
  };
  for (const [each, moment] of next.moments.entries()) outputs[`m${each}_next`] = moment;
  if (parts.updates.length > 0) outputs.s_next = keptNext(parts, keptFlat);
  outputs.step_losses = stack(
    parts.objectives.map(({ loss }) => loss),
    0,
  );
  const body = emit(outputs, { precision: 'f32', bind, name: 'step' });
  if (body.inputs.length > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `The training leaves open: ${body.inputs.map(({ name }) => name).join(', ')}.`,
    );
  return {
    ...body,
    inputs: [
      { name: 'iteration', type: 'i64', shape: [] },
      { name: 'went_on', type: 'bool', shape: [] },
      ...[flat, ...moments, ...(parts.updates.length > 0 ? [keptFlat] : [])].map(
        (each): OnnxValue => ({
          name: nameOf(each),
          type: 'real',
          shape: each.shape,
        }),
      ),
    ],
  };
}

function keptNext({ kept, updates }: Parts, flat: Tensor): Tensor {
  for (const { state, value } of updates)
    if (state.node.kind !== 'state' || !fits(state.shape, value.shape))
      refuse('update', [state.shape, value.shape], 'a state and a new value of its shape');
  const before = new Map(unpacked(flat, kept));
  return packed(
    kept.map(
      ({ name }) =>
        updates.find(({ state }) => nameOf(state) === name)?.value ?? (before.get(name) as Tensor),
    ),
  );
}

function decayMask({ optimiser, decays }: TrainingSpec, slots: readonly Slot[]): Tensor | null {
  if (!optimiser.weightDecay || slots.every(({ name }) => decays?.(name) ?? true)) return null;
  const mask = new Float64Array(lengthOf(slots));
  for (const { name, from, size } of slots) if (decays?.(name) ?? true) mask.fill(1, from, from + size);
  return constant(mask);
}

function loopAround(body: OnnxGraph, parts: Parts): OnnxGraph {
  const size = lengthOf(parts.parameters);
  const carried = [
    names.parameters,
    ...counted(parts.moments).map(names.moment),
    ...(parts.updates.length > 0 ? [names.kept] : []),
  ];
  const sizeAt = (name: string) => (name === names.kept ? lengthOf(parts.kept) : size);
  const real = (name: string, shape: OnnxValue['shape']): OnnxValue => ({ name, type: 'real', shape });
  return {
    name: 'training',
    nodes: [
      {
        op: 'Loop',
        inputs: [names.steps, '', ...carried],
        outputs: [...carried.map((name) => `new_${name}`), names.losses],
        attributes: { body: { graph: body } },
      },
    ],
    constants: [],
    inputs: [
      { name: names.steps, type: 'i64', shape: [] },
      { name: names.go, type: 'i32', shape: [] },
      ...(parts.rows.length > 0
        ? [{ name: names.order, type: 'i32' as const, shape: ['steps', parts.batch] }]
        : []),
      ...(parts.hasKey ? [{ name: names.keys, type: 'i32' as const, shape: ['steps'] }] : []),
      ...counted(parts.factors).map((each) => real(names.factor(each), ['steps'])),
      ...parts.rows.map(({ name, type, shape }) => ({
        name: names.row(name),
        type,
        shape: ['rows', ...shape.slice(1)],
      })),
      ...parts.whole.map(({ name, type, shape }) => ({ name: names.whole(name), type, shape })),
      ...carried.map((name) => real(name, [sizeAt(name)])),
      ...(parts.kept.length > 0 && parts.updates.length === 0
        ? [real(names.kept, [lengthOf(parts.kept)])]
        : []),
    ],
    outputs: [
      ...carried.map((name) => real(`new_${name}`, [sizeAt(name)])),
      real(names.losses, ['done', parts.objectives.length]),
    ],
  };
}
