import { StromaError } from '@stroma/kernel';
import { input, openFunction, type Tensor, type TensorFunction } from '@stroma/tensor';
import { type Architecture, type NetworkData, rowsIn, sizeOf, type Weights } from './architecture.ts';

/** The inputs of an architecture for a batch, and what it gives in prediction. */
export function predictionGraph(
  architecture: Architecture,
  batch: number,
): { inputs: Record<string, Tensor>; output: Tensor } {
  const inputs = inputsOf(architecture, batch);
  return { inputs, output: architecture.forward(inputs, { batch, training: false, keep: () => {} }) };
}

export function inputsOf({ rows, whole = [] }: Architecture, batch: number): Record<string, Tensor> {
  return Object.fromEntries([
    ...rows.map(({ name, shape, type }) => [name, input(name, [batch, ...shape], type)]),
    ...whole.map(({ name, shape, type }) => [name, input(name, shape, type)]),
  ]);
}

/** A network that predicts, so many rows at once. `run` holds its thread while it computes. */
export class NetworkFunction implements AsyncDisposable {
  readonly #architecture: Architecture;
  readonly #function: TensorFunction;
  readonly #batch: number;

  private constructor(architecture: Architecture, opened: TensorFunction, batch: number) {
    this.#architecture = architecture;
    this.#function = opened;
    this.#batch = batch;
  }

  /** With `weights` written into it, or, left out, given at each run. */
  static async open(architecture: Architecture, batch: number, weights?: Weights): Promise<NetworkFunction> {
    const { output } = predictionGraph(architecture, batch);
    const options = weights === undefined ? {} : { fixed: weights };
    return new NetworkFunction(architecture, await openFunction({ output }, options), batch);
  }

  /**
   * Rows x outputs, by row. The last rows are filled up to a batch, and what that gives is left out. Throws
   * INVALID_INPUT where an input is missing or holds no whole rows.
   */
  async run(data: NetworkData, weights: Weights = {}): Promise<Float32Array> {
    const rows = checkedRows(this.#architecture, data);
    const { outputs } = this.#architecture;
    const predicted = new Float32Array(rows * outputs);
    const known = new Set(this.#function.inputs.map(({ name }) => name));
    const once = Object.entries({ ...data, ...weights }).filter(([name]) => known.has(name));
    for (let from = 0; from < rows; from += this.#batch) {
      const given = Object.fromEntries(once);
      for (const { name, shape } of this.#architecture.rows)
        if (known.has(name)) given[name] = batchOf(data[name], from, this.#batch, sizeOf(shape));
      const { output } = await this.#function.run(given);
      const own = Math.min(this.#batch, rows - from) * outputs;
      predicted.set((output as Float32Array).subarray(0, own), from * outputs);
    }
    return predicted;
  }

  close(): Promise<void> {
    return this.#function.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function batchOf(
  values: Float32Array | Int32Array | undefined,
  from: number,
  batch: number,
  size: number,
): Float32Array | Int32Array {
  const all = values ?? new Float32Array(0);
  const own = all.subarray(from * size, (from + batch) * size);
  if (own.length === batch * size) return own;
  const filled = own instanceof Int32Array ? new Int32Array(batch * size) : new Float32Array(batch * size);
  filled.set(own);
  return filled;
}

/** Throws INVALID_INPUT where an input is missing, of another type, or not of as many rows as the others. */
export function checkedRows(architecture: Architecture, data: NetworkData): number {
  const rows = rowsIn(architecture, data);
  const inputs = [
    ...architecture.rows.map((each) => ({ ...each, size: rows * sizeOf(each.shape) })),
    ...(architecture.whole ?? []).map((each) => ({ ...each, size: sizeOf(each.shape) })),
  ];
  for (const { name, type, size } of inputs) {
    const values = data[name];
    const fits = type === 'real' ? values instanceof Float32Array : values instanceof Int32Array;
    if (!fits || values?.length !== size || !Number.isInteger(rows))
      throw new StromaError(
        'INVALID_INPUT',
        `The network expects of "${name}" ${Math.ceil(size)} values in ${type === 'real' ? 'a Float32Array' : 'an Int32Array'} for ${Math.ceil(rows)} rows; given ${values === undefined ? 'nothing' : `${values.length} in a ${values.constructor.name}`}.`,
        { input: name },
      );
  }
  return rows;
}
