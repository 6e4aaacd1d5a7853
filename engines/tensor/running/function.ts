import { StromaError } from '@stroma/kernel';
import { sizeOf } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { eachRow } from '../onnx/each-row.ts';
import { emit } from '../onnx/emit.ts';
import { type ModelFacts, type OnnxGraph, type Precision, typedValues, writeModel } from '../onnx/model.ts';
import { openSession } from './runtime.ts';

export type Values = ArrayLike<number>;

/**
 * A graph ready to run: inputs, parameters and states by name, each with as many values as its shape holds.
 */
export interface TensorFunction extends AsyncDisposable {
  readonly inputs: readonly { name: string; shape: readonly number[] }[];
  /**
   * Values of the outputs, by row. Throws INVALID_INPUT when one is missing, unknown or of another length.
   * Missing values (NaN) are passed on as they are.
   */
  run(given: Readonly<Record<string, Values>>): Promise<Record<string, Float32Array | Float64Array>>;
  close(): Promise<void>;
}

/** Opens outputs, by name, as a function of the inputs, parameters and states they depend on. */
export async function openFunction(
  outputs: Readonly<Record<string, Tensor>>,
  { precision = 'f32', fixed = {} }: { precision?: Precision; fixed?: Readonly<Record<string, Values>> } = {},
): Promise<TensorFunction> {
  const graph = withFixed(emit(outputs, { precision }), fixed);
  const session = await openSession(writeModel(graph, precision), precision);
  const inputs = graph.inputs.map(({ name, shape, type }) => ({
    name,
    type,
    shape: shape as readonly number[],
  }));
  return {
    inputs,
    async run(given) {
      const unknown = Object.keys(given).find((name) => !inputs.some((each) => each.name === name));
      if (unknown !== undefined)
        throw new StromaError(
          'INVALID_INPUT',
          `Nothing depends on an input "${unknown}"; known are ${inputs.map(({ name }) => name).join(', ')}.`,
        );
      const feeds = inputs.map(({ name, shape, type }) => {
        const values = given[name];
        const size = sizeOf(shape);
        if (values?.length !== size)
          throw new StromaError(
            'INVALID_INPUT',
            `"${name}" needs ${size} values for its shape [${shape.join(', ')}]; given ${values === undefined ? 'none' : values.length}.`,
          );
        return [name, { data: typedValues(type, precision, values), shape }] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      return results as Record<string, Float32Array | Float64Array>;
    },
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  };
}

/**
 * The bytes of an ONNX file (opset 20) with `outputs` by name; what `fixed` names is written into it, as
 * learned parameters are, and what `facts` says stands beside the graph. With `anyRows` outputs are of one row (1 x ...),
 * as what they are computed from, and the file takes as many rows as it is given. It throws TENSOR_SHAPE where they are not.
 */
export function toOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  {
    precision = 'f32',
    fixed = {},
    facts = {},
    anyRows = false,
  }: {
    precision?: Precision;
    fixed?: Readonly<Record<string, Values>>;
    facts?: ModelFacts;
    anyRows?: boolean;
  } = {},
): Uint8Array<ArrayBuffer> {
  const graph = withFixed(emit(outputs, { precision }), fixed);
  return writeModel(anyRows ? eachRow(graph) : graph, precision, facts);
}

/** Inputs that `fixed` names become constants. */
function withFixed(graph: OnnxGraph, fixed: Readonly<Record<string, Values>>): OnnxGraph {
  const isFixed = ({ name }: { name: string }) => Object.hasOwn(fixed, name);
  const constants = graph.inputs.filter(isFixed).map(({ name, type, shape }) => {
    const values = fixed[name] as Values;
    const sizes = shape as readonly number[];
    if (values.length !== sizeOf(sizes))
      throw new StromaError(
        'INVALID_INPUT',
        `"${name}" needs ${sizeOf(sizes)} values; given ${values.length}.`,
      );
    return { name, type, shape: sizes, values };
  });
  return {
    ...graph,
    inputs: graph.inputs.filter((each) => !isFixed(each)),
    constants: [...graph.constants, ...constants],
  };
}
