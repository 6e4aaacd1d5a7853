import type { Shape } from '../graph/shape.ts';
import type { Attribute, ElementType } from '../graph/tensor.ts';
import { bytesField, encode, type Field, floatField, intField } from './protobuf.ts';

/** How `real` is written. */
export type Precision = 'f32' | 'f64';

export type Typed = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint32Array | Uint8Array;

export interface OnnxValue {
  name: string;
  type: ElementType;
  /** A name stands for a size that is known only when it runs. */
  shape: readonly (number | string)[];
}

export interface OnnxNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute | { graph: OnnxGraph }>>;
  /** Of the output, for estimates; it is not written. */
  result?: { shape: Shape; type: ElementType };
}

export interface OnnxGraph {
  name: string;
  nodes: readonly OnnxNode[];
  constants: readonly { name: string; type: ElementType; shape: Shape; values: ArrayLike<number> }[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
}

/** Numbers of onnx.proto3's TensorProto.DataType. */
export function elementCode(type: ElementType, precision: Precision): number {
  if (type === 'real') return precision === 'f32' ? 1 : 11;
  return { i32: 6, i64: 7, bool: 9, u32: 12 }[type];
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

/** The bytes of an ONNX file: opset 20, IR version 9 (onnx.proto3 of ONNX 1.15). */
export function writeModel(graph: OnnxGraph, precision: Precision): Uint8Array<ArrayBuffer> {
  return encode([
    intField(1, 9),
    bytesField(2, 'stroma'),
    bytesField(7, graphFields(graph, precision)),
    bytesField(8, [bytesField(1, ''), intField(2, 20)]),
  ]);
}

function graphFields({ name, nodes, constants, inputs, outputs }: OnnxGraph, precision: Precision): Field {
  return [
    ...nodes.map((node) => bytesField(1, nodeFields(node, precision))),
    bytesField(2, name),
    ...constants.map(({ name, type, shape, values }) => {
      const data = typedValues(type, precision, values);
      return bytesField(5, [
        ...shape.map((size) => intField(1, size)),
        intField(2, elementCode(type, precision)),
        bytesField(8, name),
        bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
      ]);
    }),
    ...inputs.map((value) => bytesField(11, valueFields(value, precision))),
    ...outputs.map((value) => bytesField(12, valueFields(value, precision))),
  ];
}

function nodeFields({ op, inputs, outputs, attributes }: OnnxNode, precision: Precision): Field {
  return [
    ...inputs.map((name) => bytesField(1, name)),
    ...outputs.map((name) => bytesField(2, name)),
    bytesField(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      bytesField(5, [bytesField(1, name), attributeFields(value, precision)]),
    ),
  ];
}

function attributeFields(value: Attribute | { graph: OnnxGraph }, precision: Precision): Field {
  if ('int' in value) return [intField(3, value.int), intField(20, 2)];
  if ('float' in value) return [floatField(2, value.float), intField(20, 1)];
  if ('text' in value) return [bytesField(4, value.text), intField(20, 3)];
  if ('ints' in value) return [...value.ints.map((each) => intField(8, each)), intField(20, 7)];
  return [bytesField(6, graphFields(value.graph, precision)), intField(20, 5)];
}

function valueFields({ name, type, shape }: OnnxValue, precision: Precision): Field {
  const sizes = shape.map((size) =>
    bytesField(1, typeof size === 'number' ? intField(1, size) : bytesField(2, size)),
  );
  const tensor = [intField(1, elementCode(type, precision)), bytesField(2, sizes)];
  return [bytesField(1, name), bytesField(2, bytesField(1, tensor))];
}
