import { refuse, type Shape, sizeOf } from './shape.ts';

/** `real` is written as float or double, as the graph is asked for: the same graph serves both. */
export type ElementType = 'real' | 'i32' | 'i64' | 'u32' | 'bool';

export type Attribute = { int: number } | { float: number } | { ints: readonly number[] } | { text: string };

/** The gradients of the inputs, from that of the output; null for an input that has none. */
export type Backward = (gradient: Tensor, output: Tensor) => readonly (Tensor | null)[];

/** How a parameter begins, drawn from the seed of the training and the parameter's name. */
export type Initial =
  | { kind: 'constant'; value: number }
  | { kind: 'uniform'; bound: number }
  | { kind: 'normal'; sd: number }
  | { kind: 'values'; values: ArrayLike<number> };

export type Node =
  /** Given from outside at each run. */
  | { kind: 'input'; name: string }
  /** Learned. */
  | { kind: 'parameter'; name: string; initial: Initial }
  /** Kept from step to step without being learned by gradients, as the running means of a batch norm. */
  | { kind: 'state'; name: string; initial: Initial }
  /** A value of the graph around the one that is written. */
  | { kind: 'outer'; name: string }
  | { kind: 'constant'; values: readonly number[] | Float64Array }
  | {
      kind: 'operation';
      /** Of ONNX, opset 20. */
      op: string;
      inputs: readonly Tensor[];
      attributes: Readonly<Record<string, Attribute>>;
      backward: Backward | null;
      /** What is written instead where ONNX Runtime has no kernel for double. */
      inDouble: (() => Tensor) | null;
    }
  /** The value of another tensor with a gradient of its own. */
  | { kind: 'alias'; value: Tensor; inputs: readonly Tensor[]; backward: Backward };

/** A value to come, of known shape. Never changes; equal calls make different tensors of equal value. */
export interface Tensor {
  readonly shape: Shape;
  readonly type: ElementType;
  readonly node: Node;
}

const tensor = (shape: Shape, type: ElementType, node: Node): Tensor => Object.freeze({ shape, type, node });

/**
 * A value given at each run: Float32Array (or Float64Array in double), Int32Array for `i32`. Two inputs of
 * one name are the same input and must be of one shape.
 */
export function input(name: string, shape: Shape, type: 'real' | 'i32' = 'real'): Tensor {
  sizeOf(shape, `input "${name}"`);
  return tensor([...shape], type, { kind: 'input', name });
}

/** A value that training learns. Parameters of one name are one parameter, whatever graph they stand in. */
export function parameter(name: string, shape: Shape, initial: Initial): Tensor {
  checkInitial(name, shape, initial);
  return tensor([...shape], 'real', { kind: 'parameter', name, initial });
}

/** A value carried from step to step that no gradient changes: see `updates` of a training. */
export function state(name: string, shape: Shape, initial: Initial): Tensor {
  checkInitial(name, shape, initial);
  return tensor([...shape], 'real', { kind: 'state', name, initial });
}

function checkInitial(name: string, shape: Shape, initial: Initial): void {
  const size = sizeOf(shape, `"${name}"`);
  if (initial.kind === 'values' && initial.values.length !== size)
    refuse(name, [shape], `as many values as its shape holds (${size}), not ${initial.values.length}`);
}

/** A fixed value, by row. A number alone is a scalar. */
export function constant(
  values: number | readonly number[] | Float64Array,
  shape?: Shape,
  type: ElementType = 'real',
): Tensor {
  const all = typeof values === 'number' ? [values] : values;
  const given = shape ?? (typeof values === 'number' ? [] : [values.length]);
  if (sizeOf(given, 'constant') !== all.length)
    refuse('constant', [given], `${all.length} values need a shape that holds as many`);
  return tensor([...given], type, { kind: 'constant', values: all });
}

/** The sizes of a scalar, as ONNX has them: a list of none. */
export const noSizes = (): Tensor => tensor([0], 'i64', { kind: 'constant', values: [] });

/** A value of the surrounding graph, when a graph is written into a loop. */
export function outer(name: string, shape: Shape, type: ElementType = 'real'): Tensor {
  return tensor(shape, type, { kind: 'outer', name });
}

export interface OperationParts {
  attributes?: Readonly<Record<string, Attribute>>;
  type?: ElementType;
  backward?: Backward;
  inDouble?: () => Tensor;
}

export function operation(
  op: string,
  inputs: readonly Tensor[],
  shape: Shape,
  { attributes = {}, type = inputs[0]?.type ?? 'real', backward, inDouble }: OperationParts = {},
): Tensor {
  return tensor(shape, type, {
    kind: 'operation',
    op,
    inputs,
    attributes,
    backward: backward ?? null,
    inDouble: inDouble ?? null,
  });
}

/** `value`, differentiated by a rule of its own: `backward` gives the gradients of `inputs`. */
export function withGradient(value: Tensor, inputs: readonly Tensor[], backward: Backward): Tensor {
  return tensor(value.shape, value.type, { kind: 'alias', value, inputs, backward });
}

/** `value` as if it were a constant: no gradient flows through it. */
export const stopGradient = (value: Tensor): Tensor => withGradient(value, [], () => []);

/** Whether a tensor is known to be `value` in all its places. */
export function isConstant({ node }: Tensor, value: number): boolean {
  if (node.kind === 'operation' && node.op === 'Expand') return isConstant(node.inputs[0] as Tensor, value);
  return node.kind === 'constant' && node.values.every((each) => each === value);
}
