import type { Shape } from '../graph/shape.ts';
import type { Attribute, ElementType } from '../graph/tensor.ts';
import { bytesField, encode, type Field, floatField, intField, intsField } from './protobuf.ts';

/** How `real` is written. */
export type Precision = 'f32' | 'f64';

export type Typed = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint32Array | Uint8Array;

/** What a file may hold beside tensors of a graph's precision: numbers of one precision whatever it is, and texts. */
export type OnnxType = ElementType | 'f32' | 'f64' | 'u8' | 'text';

export interface OnnxValue<Type extends OnnxType = ElementType> {
  name: string;
  type: Type;
  /** A name stands for a size that is known only when it runs. */
  shape: readonly (number | string)[];
}

export interface OnnxConstant<Type extends OnnxType = ElementType> {
  name: string;
  type: Type;
  shape: Shape;
  values: ArrayLike<number> | (Type extends 'text' ? readonly string[] : never);
}

/** Of the whole graph's precision where it says `real`. */
export type OnnxAttribute =
  | Attribute
  | { texts: readonly string[] }
  | { tensor: Omit<OnnxConstant<OnnxType>, 'name'> }
  | { graph: OnnxGraph<OnnxType> };

export interface OnnxNode<Attributes = Attribute | { graph: OnnxGraph }> {
  op: string;
  /** Of operators that are not ONNX's own: ai.onnx.ml. */
  domain?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attributes>>;
  /** Of the output, for estimates; it is not written. */
  result?: { shape: Shape; type: ElementType };
}

export interface OnnxGraph<Type extends OnnxType = ElementType> {
  name: string;
  nodes: readonly OnnxNode<Type extends ElementType ? Attribute | { graph: OnnxGraph } : OnnxAttribute>[];
  constants: readonly OnnxConstant<Type>[];
  inputs: readonly OnnxValue<Type>[];
  outputs: readonly OnnxValue<Type>[];
}

/** Numbers of onnx.proto3's TensorProto.DataType. */
export function elementCode(type: OnnxType, precision: Precision): number {
  if (type === 'real') return precision === 'f32' ? 1 : 11;
  return { f32: 1, u8: 2, i32: 6, i64: 7, text: 8, bool: 9, f64: 11, u32: 12 }[type];
}

/** As what ONNX Runtime takes; the array itself where it is that already. */
export function typedValues(type: ElementType, precision: Precision, values: ArrayLike<number>): Typed {
  const kind = {
    real: precision === 'f32' ? Float32Array : Float64Array,
    i32: Int32Array,
    bool: Uint8Array,
    u32: Uint32Array,
  };
  if (type !== 'i64' && values instanceof kind[type]) return values;
  if (type === 'i64') return BigInt64Array.from(Array.from(values), BigInt);
  if (type === 'real') return precision === 'f32' ? Float32Array.from(values) : Float64Array.from(values);
  if (type === 'bool') return Uint8Array.from(values);
  return type === 'u32' ? Uint32Array.from(values) : Int32Array.from(values);
}

export interface ModelFacts {
  /** Versions of sets of operators beside ONNX's own, by domain. */
  domains?: Readonly<Record<string, number>>;
  /** Texts by name, for whoever opens the file. */
  metadata?: Readonly<Record<string, string>>;
  producerVersion?: string;
  description?: string;
}

/** The bytes of an ONNX file: opset 20, IR version 9 (onnx.proto3 of ONNX 1.15). */
export function writeModel(
  graph: OnnxGraph<OnnxType>,
  precision: Precision,
  { domains = {}, metadata = {}, producerVersion, description }: ModelFacts = {},
): Uint8Array<ArrayBuffer> {
  const opset = (domain: string, version: number) =>
    bytesField(8, [bytesField(1, domain), intField(2, version)]);
  return encode([
    intField(1, 9),
    bytesField(2, 'stroma'),
    producerVersion === undefined ? [] : bytesField(3, producerVersion),
    description === undefined ? [] : bytesField(6, description),
    bytesField(7, graphFields(graph, precision)),
    opset('', 20),
    ...Object.entries(domains).map(([domain, version]) => opset(domain, version)),
    ...Object.entries(metadata).map(([key, value]) =>
      bytesField(14, [bytesField(1, key), bytesField(2, value)]),
    ),
  ]);
}

type AnyGraph = OnnxGraph<OnnxType>;

function graphFields({ name, nodes, constants, inputs, outputs }: AnyGraph, precision: Precision): Field {
  return [
    ...nodes.map((node) => bytesField(1, nodeFields(node, precision))),
    bytesField(2, name),
    ...constants.map((constant) =>
      bytesField(5, [tensorFields(constant, precision), bytesField(8, constant.name)]),
    ),
    ...inputs.map((value) => bytesField(11, valueFields(value, precision))),
    ...outputs.map((value) => bytesField(12, valueFields(value, precision))),
  ];
}

function tensorFields(
  { type, shape, values }: Omit<OnnxConstant<OnnxType>, 'name'>,
  precision: Precision,
): Field {
  const head = [...shape.map((size) => intField(1, size)), intField(2, elementCode(type, precision))];
  if (type === 'text')
    return [...head, ...Array.from(values, (value: number | string) => bytesField(6, String(value)))];
  const numbers = values as ArrayLike<number>;
  const data =
    type === 'u8'
      ? Uint8Array.from(numbers)
      : type === 'f32' || type === 'f64'
        ? typedValues('real', type, numbers)
        : typedValues(type, precision, numbers);
  return [...head, bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

function nodeFields(
  { op, domain, inputs, outputs, attributes }: OnnxNode<OnnxAttribute>,
  precision: Precision,
): Field {
  return [
    ...inputs.map((name) => bytesField(1, name)),
    ...outputs.map((name) => bytesField(2, name)),
    bytesField(4, op),
    domain === undefined ? [] : bytesField(7, domain),
    ...Object.entries(attributes).map(([name, value]) =>
      bytesField(5, [bytesField(1, name), attributeFields(value, precision)]),
    ),
  ];
}

function attributeFields(value: OnnxAttribute, precision: Precision): Field {
  if ('int' in value) return [intField(3, value.int), intField(20, 2)];
  if ('float' in value) return [floatField(2, value.float), intField(20, 1)];
  if ('text' in value) return [bytesField(4, value.text), intField(20, 3)];
  if ('ints' in value) return [intsField(8, value.ints), intField(20, 7)];
  if ('texts' in value) return [...value.texts.map((each) => bytesField(9, each)), intField(20, 8)];
  if ('tensor' in value) return [bytesField(5, tensorFields(value.tensor, precision)), intField(20, 4)];
  return [bytesField(6, graphFields(value.graph, precision)), intField(20, 5)];
}

function valueFields({ name, type, shape }: OnnxValue<OnnxType>, precision: Precision): Field {
  const sizes = shape.map((size) =>
    bytesField(1, typeof size === 'number' ? intField(1, size) : bytesField(2, size)),
  );
  const tensor = [intField(1, elementCode(type, precision)), bytesField(2, sizes)];
  return [bytesField(1, name), bytesField(2, bytesField(1, tensor))];
}
