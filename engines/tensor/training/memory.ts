import { StromaError } from '@stroma/kernel';
import type { Shape } from '../graph/shape.ts';
import type { ElementType } from '../graph/tensor.ts';
import type { OnnxGraph } from '../onnx/model.ts';
import type { TrainingPlan } from './plan.ts';

export interface GraphCost {
  /** Most that values of one step take at once, in bytes. */
  peakBytes: number;
  constantBytes: number;
  /** Multiplications and additions of one step, roughly. */
  operations: number;
}

const bytesOf: Record<ElementType, number> = { real: 4, i32: 4, u32: 4, i64: 8, bool: 1 };
const sizeOf = (shape: Shape): number => shape.reduce((size, each) => size * each, 1);
/** What these give is their input in another shape. */
const views = new Set(['Reshape', 'Identity']);

/** What one run of a graph in f32 takes, by how long each value lives in the order of the nodes. */
export function costOf({ nodes, constants }: OnnxGraph): GraphCost {
  const constantBytes = constants.reduce((sum, { type, shape }) => sum + sizeOf(shape) * bytesOf[type], 0);
  const owner = new Map<string, string>();
  const own = (name: string): string => owner.get(name) ?? name;
  const lastUse = new Map<string, number>();
  const shapes = new Map<string, Shape>(constants.map(({ name, shape }) => [name, shape]));
  nodes.forEach(({ op, inputs, outputs, result }, at) => {
    for (const name of inputs) lastUse.set(own(name), at);
    const [output] = outputs;
    if (output === undefined) return;
    if (views.has(op) && inputs[0] !== undefined) owner.set(output, own(inputs[0]));
    if (result !== undefined) shapes.set(output, result.shape);
  });
  for (const name of nodes.filter(({ op }) => op === 'Identity').flatMap(({ outputs }) => outputs))
    lastUse.set(own(name), nodes.length);
  const leaving = new Map<number, number>();
  let [alive, peakBytes, operations] = [0, 0, 0];
  nodes.forEach(({ op, inputs, outputs, result }, at) => {
    const [output] = outputs;
    if (result !== undefined && output !== undefined && !views.has(op)) {
      const size = sizeOf(result.shape);
      const bytes = size * bytesOf[result.type];
      alive += bytes;
      const end = lastUse.get(output) ?? at;
      leaving.set(end, (leaving.get(end) ?? 0) + bytes);
      operations +=
        size * lengthOfSum(op, result.shape, shapes.get(inputs[0] ?? ''), shapes.get(inputs[1] ?? ''));
    }
    peakBytes = Math.max(peakBytes, alive);
    alive -= leaving.get(at) ?? 0;
  });
  return { peakBytes, constantBytes, operations };
}

/** How many products each value of the result adds up. */
function lengthOfSum(op: string, result: Shape, first: Shape | undefined, second: Shape | undefined): number {
  if (op === 'Conv' && second !== undefined) return 2 * sizeOf(second.slice(1));
  if (op !== 'Gemm' && op !== 'MatMul') return 1;
  if (first === undefined) return 1;
  const rows = result.at(-2) ?? 1;
  return op === 'Gemm' ? (2 * sizeOf(first)) / rows : 2 * (first.at(-1) ?? 1);
}

export interface MemoryEstimate {
  /** All together. */
  bytes: number;
  /** Parameters, their moments and states, before and after a round of steps. */
  parameterBytes: number;
  stepBytes: number;
  dataBytes: number;
  /** ONNX Runtime itself and the thread it runs in. */
  runtimeBytes: number;
}

const runtimeBytes = 80 * 2 ** 20;
const threadBytes = 15 * 2 ** 20;
/**
 * ONNX Runtime's arena grows in large pieces; measured on four networks it took up to 1.35 times what lived.
 */
const arena = 1.5;

/** What a training of the plan on `rows` rows will take beside the caller's own copy of the data. */
export function memoryOf(plan: TrainingPlan, rows: number): MemoryEstimate {
  const flat = plan.parameters.reduce((sum, { size }) => sum + size, 0);
  const kept = plan.kept.reduce((sum, { size }) => sum + size, 0);
  const parameterBytes = 4 * (4 * flat * (1 + plan.moments) + 4 * kept);
  const stepBytes = arena * plan.cost.peakBytes + 2 * plan.cost.constantBytes + 2 * plan.model.byteLength;
  const rowBytes = plan.rows.reduce((sum, { shape }) => sum + 4 * sizeOf(shape.slice(1)), 0);
  const wholeBytes = plan.whole.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  const dataBytes = rows * (rowBytes + 4) + wholeBytes;
  const threads = plan.shared?.threads ?? 1;
  const meetingBytes = threads > 1 ? 12 * threads * (flat + kept) : 0;
  return {
    bytes:
      threads * (parameterBytes + stepBytes) +
      meetingBytes +
      dataBytes +
      runtimeBytes +
      (threads - 1) * threadBytes,
    parameterBytes: threads * parameterBytes + meetingBytes,
    stepBytes: threads * stepBytes,
    dataBytes,
    runtimeBytes: runtimeBytes + (threads - 1) * threadBytes,
  };
}

/** Throws TRAINING_TOO_LARGE, with what takes how much, when the estimate passes the limit. */
export function checkMemory(estimate: MemoryEstimate, limitBytes: number): void {
  if (estimate.bytes <= limitBytes) return;
  const mb = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new StromaError(
    'TRAINING_TOO_LARGE',
    `The training would need ${mb(estimate.bytes)} (parameters ${mb(estimate.parameterBytes)}, one step ${mb(estimate.stepBytes)}, data ${mb(estimate.dataBytes)}); it may take ${mb(limitBytes)}. Take a smaller batch, a smaller network or fewer rows.`,
    { ...estimate, limitBytes },
  );
}
