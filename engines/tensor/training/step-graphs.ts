import { StromaError } from '@stroma/kernel';
import { gradients } from '../graph/gradients.ts';
import { fits, refuse, type Shape } from '../graph/shape.ts';
import { constant, operation, outer, type Tensor } from '../graph/tensor.ts';
import { emit } from '../onnx/emit.ts';
import type { OnnxGraph, OnnxValue } from '../onnx/model.ts';
import { cast, weightedSum } from '../operations/arithmetic.ts';
import { stepKey } from '../operations/dropout.ts';
import { mean } from '../operations/reductions.ts';
import { concat, slice, stack } from '../operations/slicing.ts';
import { lengthOf, packed, type Slot, unpacked } from './layout.ts';
import { clipped, update } from './optimisers.ts';
import type { TrainingPlan, TrainingSpec } from './plan.ts';

/** Names of the inputs and outputs of a training's models. */
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
  exchanged: 'exchanged',
};

export interface Parts {
  parameters: readonly Slot[];
  kept: readonly Slot[];
  rows: TrainingPlan['rows'];
  whole: TrainingPlan['whole'];
  batch: number;
  moments: number;
  hasKey: boolean;
  objectives: readonly { name: string; loss: Tensor; weight: number }[];
  learned: readonly Tensor[];
  factors: number;
  updates: readonly { state: Tensor; value: Tensor }[];
}

const nameOf = ({ node }: Tensor): string => ('name' in node ? node.name : '');
const counted = (count: number) => Array.from({ length: count }, (_, at) => at);
const real = (name: string, shape: OnnxValue['shape']): OnnxValue => ({ name, type: 'real', shape });
const picked = (from: Tensor, at: Tensor, shape: Shape): Tensor =>
  operation('Gather', [from, at], shape, { type: from.type, attributes: { axis: { int: 0 } } });

interface Step {
  bind: Map<string, Tensor>;
  /** Flat, as the parameters. */
  gradient: Tensor;
  losses: Tensor;
  /** Null where nothing that is kept changes. */
  kept: Tensor | null;
}

function stepOf(parts: Parts, flat: Tensor, keptFlat: Tensor, order: Tensor, key: Tensor): Step {
  const { objectives, rows, whole, updates } = parts;
  const bind = new Map<string, Tensor>([
    ...unpacked(flat, parts.parameters),
    ...(parts.kept.length > 0 ? unpacked(keptFlat, parts.kept) : []),
    ...rows.map(({ name, shape, type }): [string, Tensor] => [
      name,
      picked(outer(names.row(name), [], type), order, shape),
    ]),
    ...whole.map(({ name, shape, type }): [string, Tensor] => [name, outer(names.whole(name), shape, type)]),
  ]);
  if (parts.hasKey) bind.set(stepKey, key);
  const total = weightedSum(objectives.map(({ loss, weight }) => ({ value: loss, weight })));
  const losses = objectives.map(({ loss }) => loss);
  return {
    bind,
    gradient: packed(gradients(total, parts.learned)),
    losses: stack(losses, 0),
    kept: updates.length > 0 ? keptNext(parts, keptFlat) : null,
  };
}

function closed(
  outputs: Record<string, Tensor>,
  bind: ReadonlyMap<string, Tensor>,
  inputs: OnnxValue[],
): OnnxGraph {
  const graph = emit(outputs, { precision: 'f32', bind, name: 'step' });
  const open = graph.inputs.map(({ name }) => name);
  if (open.length > 0)
    throw new StromaError('INVALID_INPUT', `The training leaves open: ${open.join(', ')}.`);
  return { ...graph, inputs };
}

const gradientOf = ({ clipNorm }: TrainingSpec, raw: Tensor) =>
  clipNorm === undefined ? raw : clipped(raw, clipNorm);

/** One step of the loop: what it carries in, the same out, and the losses. */
export function bodyGraph(spec: TrainingSpec, parts: Parts): OnnxGraph {
  const size = lengthOf(parts.parameters);
  const at = outer('iteration', [], 'i64');
  const ofStep = (name: string, shape: Shape, type: Tensor['type'] = 'real') =>
    picked(outer(name, [], type), at, shape);
  const flat = outer('p', [size]);
  const moments = counted(parts.moments).map((each) => outer(`m${each}`, [size]));
  const keptFlat = outer(parts.updates.length > 0 ? 's' : names.kept, [lengthOf(parts.kept)]);
  const order = ofStep(names.order, [parts.batch], 'i32');
  const step = stepOf(parts, flat, keptFlat, order, ofStep(names.keys, [], 'i32'));
  const factors = counted(parts.factors).map((each) => ofStep(names.factor(each), []));
  const mask = decayMask(spec, parts.parameters);
  const next = update(spec.optimiser, flat, moments, gradientOf(spec, step.gradient), factors, mask);
  const outputs = {
    go_on: cast(outer(names.go, [], 'i32'), 'bool'),
    p_next: next.parameters,
    ...Object.fromEntries(next.moments.map((moment, each) => [`m${each}_next`, moment])),
    ...(step.kept === null ? {} : { s_next: step.kept }),
    step_losses: step.losses,
  };
  return closed(outputs, step.bind, [
    { name: 'iteration', type: 'i64', shape: [] },
    { name: 'went_on', type: 'bool', shape: [] },
    ...[flat, ...moments, ...(step.kept === null ? [] : [keptFlat])].map((each) =>
      real(nameOf(each), each.shape),
    ),
  ]);
}

const carriedNames = (parts: Parts): string[] => [
  names.parameters,
  ...counted(parts.moments).map(names.moment),
  ...(parts.updates.length > 0 ? [names.kept] : []),
];

const dataInputs = ({ rows, whole }: Parts): OnnxValue[] => [
  ...rows.map(({ name, type, shape }) => ({
    name: names.row(name),
    type,
    shape: ['rows', ...shape.slice(1)],
  })),
  ...whole.map(({ name, type, shape }) => ({ name: names.whole(name), type, shape })),
];

/** The loop over steps, batches gathered inside. */
export function loopGraph(body: OnnxGraph, parts: Parts): OnnxGraph {
  const carried = carriedNames(parts);
  const sizeAt = (name: string) => lengthOf(name === names.kept ? parts.kept : parts.parameters);
  const keptApart = parts.kept.length > 0 && parts.updates.length === 0;
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
      ...dataInputs(parts),
      ...[...carried, ...(keptApart ? [names.kept] : [])].map((name) => real(name, [sizeAt(name)])),
    ],
    outputs: [
      ...carried.map((name) => real(`new_${name}`, [sizeAt(name)])),
      real(names.losses, ['done', parts.objectives.length]),
    ],
  };
}

/** For several threads: one batch to what the threads exchange, the gradient and then what is kept. */
export function exchangeGraph(parts: Parts): OnnxGraph {
  const flat = outer(names.parameters, [lengthOf(parts.parameters)]);
  const kept = outer(names.kept, [lengthOf(parts.kept)]);
  const order = outer(names.order, [parts.batch], 'i32');
  const step = stepOf(parts, flat, kept, order, outer(names.keys, [], 'i32'));
  const exchanged = step.kept === null ? step.gradient : concat([step.gradient, step.kept], 0);
  return closed({ [names.exchanged]: exchanged, [names.losses]: step.losses }, step.bind, [
    real(names.parameters, flat.shape),
    ...(parts.kept.length > 0 ? [real(names.kept, kept.shape)] : []),
    ...(parts.rows.length > 0 ? [{ name: names.order, type: 'i32' as const, shape: [parts.batch] }] : []),
    ...(parts.hasKey ? [{ name: names.keys, type: 'i32' as const, shape: [] }] : []),
    ...dataInputs(parts),
  ]);
}

/** For several threads: the update from the mean of what `threads` of them exchanged. */
export function updateGraph(spec: TrainingSpec, parts: Parts, threads: number): OnnxGraph {
  const size = lengthOf(parts.parameters);
  const width = size + (parts.updates.length > 0 ? lengthOf(parts.kept) : 0);
  const flat = outer(names.parameters, [size]);
  const moments = counted(parts.moments).map((each) => outer(names.moment(each), [size]));
  const together = mean(outer(names.exchanged, [threads, width]), [0]);
  const gradient = gradientOf(spec, slice(together, 0, 0, size));
  const factors = counted(parts.factors).map((each) => outer(names.factor(each), []));
  const next = update(spec.optimiser, flat, moments, gradient, factors, decayMask(spec, parts.parameters));
  const outputs = {
    [`new_${names.parameters}`]: next.parameters,
    ...Object.fromEntries(next.moments.map((moment, each) => [`new_${names.moment(each)}`, moment])),
    ...(width > size ? { [`new_${names.kept}`]: slice(together, 0, size, width) } : {}),
  };
  return closed(outputs, new Map(), [
    ...[flat, ...moments, ...factors].map((each) => real(nameOf(each), each.shape)),
    real(names.exchanged, [threads, width]),
  ]);
}

function keptNext({ kept, updates }: Parts, flat: Tensor): Tensor {
  for (const { state, value } of updates)
    if (state.node.kind !== 'state' || !fits(state.shape, value.shape))
      refuse('update', [state.shape, value.shape], 'a state and a new value of its shape');
  const before = new Map(unpacked(flat, kept));
  const after = new Map(updates.map(({ state, value }) => [nameOf(state), value]));
  return packed(kept.map(({ name }) => after.get(name) ?? (before.get(name) as Tensor)));
}

function decayMask({ optimiser, decays }: TrainingSpec, slots: readonly Slot[]): Tensor | null {
  if (!optimiser.weightDecay || slots.every(({ name }) => decays?.(name) ?? true)) return null;
  const mask = new Float64Array(lengthOf(slots));
  for (const { name, from, size } of slots) if (decays?.(name) ?? true) mask.fill(1, from, from + size);
  return constant(mask);
}
