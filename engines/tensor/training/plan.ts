import { refuse, type Shape } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { leavesOf } from '../onnx/emit.ts';
import { writeModel } from '../onnx/model.ts';
import { stepKey } from '../operations/dropout.ts';
import { layOut, type Slot } from './layout.ts';
import { costOf, type GraphCost } from './memory.ts';
import { factorsAt, momentsOf, type Optimiser, type Schedule } from './optimisers.ts';
import { bodyGraph, exchangeGraph, loopGraph, type Parts, updateGraph } from './step-graphs.ts';

export interface TrainingSpec {
  /** What is made small: Σ weight x loss. Each loss is a scalar; each is reported by its name. */
  objectives: Readonly<Record<string, { loss: Tensor; weight?: number }>>;
  /**
   * Inputs whose first dimension is the batch: each step gathers its rows from the data. All have one batch
   * size.
   */
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
  /**
   * Threads that share the work; 1 when left out. Each takes a batch of its own and learns from the mean of
   * all gradients, so that the step is that of a batch `threads` times as large (batch norms see their own
   * part). Worth it where a step takes a millisecond or more.
   */
  threads?: number;
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
  /** What several threads run in place of `model`; null for one thread. */
  shared: { threads: number; exchange: Uint8Array<ArrayBuffer>; update: Uint8Array<ArrayBuffer> } | null;
  cost: GraphCost;
}

/**
 * Compiles forward, backward and update into one ONNX graph that loops over steps and gathers its batches
 * itself. Throws TENSOR_SHAPE when a loss is no scalar, the batch sizes differ or nothing is learned.
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
  const body = bodyGraph(spec, parts);
  const { threads = 1 } = spec;
  return {
    model: writeModel(loopGraph(body, parts), 'f32'),
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
    shared:
      threads === 1
        ? null
        : {
            threads,
            exchange: writeModel(exchangeGraph(parts), 'f32'),
            update: writeModel(updateGraph(spec, parts, threads), 'f32'),
          },
    cost: costOf(body),
  };
}

const nameOf = ({ node }: Tensor): string => ('name' in node ? node.name : '');
const dataInput = (each: Tensor): DataInput => ({
  name: nameOf(each),
  type: each.type as 'real' | 'i32',
  shape: each.shape,
});

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
