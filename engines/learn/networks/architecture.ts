import type { Tensor } from '@stroma/tensor';

/** What a network is given by a name. `i32` are codes and places, `real` numbers; neither may be missing. */
export interface NetworkInput {
  name: string;
  /** Of one row; of the whole where it is given once for all rows. */
  shape: readonly number[];
  type: 'real' | 'i32';
}

export interface ForwardRun {
  /** Rows at once: the first dimension of each input of rows. */
  batch: number;
  /** True while it learns: dropout takes place, a batch norm sees its batch. */
  training: boolean;
  /** Takes what is carried from step to step, as the running means of a batch norm (`movingAverage`). */
  keep(update: { state: Tensor; value: Tensor }): void;
  /** What is used in place of a parameter, as one with an adapter; the parameter itself when left out. */
  adapt?(name: string, parameter: Tensor): Tensor;
  /** Whether what it carries, by its name, stays as it is; nothing when left out. */
  isFrozen?(state: string): boolean;
}

/**
 * A network as a function of tensors, written anew for each size of batch. Parameters and states are known by their
 * names and so are the same in each; `#` begins names that are taken.
 *
 * What `forward` gives is [batch, outputs]: a logit of each class, a number in standard deviations of the target, or
 * a log hazard. Equal settings must make an equal graph: a training resumes, and a saved network loads, only then.
 */
export interface Architecture {
  /** Given for each row; in `forward` with the batch in front. At least one. */
  rows: readonly NetworkInput[];
  /** Given once, as the graph that all rows are nodes of. */
  whole?: readonly NetworkInput[];
  outputs: number;
  forward(inputs: Readonly<Record<string, Tensor>>, run: ForwardRun): Tensor;
  /** Which parameters weight decay holds for; all when left out. */
  decays?(parameter: string): boolean;
}

/** By the name of the input: `real` as Float32Array, `i32` as Int32Array, rows one after the other. */
export type NetworkData = Readonly<Record<string, Float32Array | Int32Array>>;

/** What has been learned, by the names of parameters and states. */
export type Weights = Readonly<Record<string, Float32Array>>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, each) => size * each, 1);

/** How many rows the data hold, by their first input. */
export function rowsIn({ rows }: Architecture, data: NetworkData): number {
  const [first] = rows;
  return first === undefined ? 0 : (data[first.name]?.length ?? 0) / sizeOf(first.shape);
}

/** The rows named; what is given once stays as it is. */
export function takeRowsOf(architecture: Architecture, data: NetworkData, rows: Uint32Array): NetworkData {
  const taken = architecture.rows.map(({ name, shape, type }) => {
    const size = sizeOf(shape);
    const from = data[name];
    const into = type === 'real' ? new Float32Array(rows.length * size) : new Int32Array(rows.length * size);
    if (from === undefined) return [name, into] as const;
    rows.forEach((row, at) => {
      into.set(from.subarray(row * size, (row + 1) * size), at * size);
    });
    return [name, into] as const;
  });
  const whole = (architecture.whole ?? []).map(
    ({ name }) => [name, data[name] ?? new Float32Array(0)] as const,
  );
  return Object.fromEntries([...taken, ...whole]);
}
