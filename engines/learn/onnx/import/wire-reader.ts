import { StromaError } from '@stroma/kernel';

/** One field of a protocol buffer message: a whole number, four or eight bytes, or bytes that are what they are. */
export interface WireField {
  number: number;
  /** Of a varint; 0 otherwise. */
  int: bigint;
  /** Of a length-delimited field, and of fixed ones their 4 or 8 bytes. */
  bytes: Uint8Array;
  kind: 'int' | 'fixed' | 'bytes';
  /** With its tag and length: what stands in the message. */
  whole: Uint8Array;
}

const nothing = new Uint8Array();
const text = new TextDecoder('utf-8', { fatal: false });

export const textOf = ({ bytes }: WireField): string => text.decode(bytes);

export const notOnnx = (why: string, details: Record<string, unknown> = {}): StromaError =>
  new StromaError('MODEL_INVALID', `An ONNX file was expected; ${why}.`, details);

/** The fields of a message, in their order. Throws MODEL_INVALID where it is cut off or no message at all. */
export function* fieldsOf(message: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw notOnnx('it ends in the middle of a number');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw notOnnx('it holds a number of more than 64 bits');
  };
  const taken = (length: number): Uint8Array => {
    if (length > message.length - at) throw notOnnx('it ends in the middle of a field');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const from = at;
    const tag = varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (number === 0) throw notOnnx('it holds bytes that are no protocol buffer');
    const field = { number, int: 0n, bytes: nothing };
    if (wire === 0) yield { ...field, kind: 'int', int: varint(), whole: message.subarray(from, at) };
    else if (wire === 2) {
      const bytes = taken(Number(varint()));
      yield { ...field, kind: 'bytes', bytes, whole: message.subarray(from, at) };
    } else if (wire === 1 || wire === 5) {
      const bytes = taken(wire === 1 ? 8 : 4);
      yield { ...field, kind: 'fixed', bytes, whole: message.subarray(from, at) };
    } else throw notOnnx('it holds bytes that are no protocol buffer');
  }
}

/** Whole numbers of a repeated field, packed or one by one. */
export function intsOf(field: WireField): bigint[] {
  if (field.kind === 'int') return [field.int];
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    values.push(BigInt.asIntN(64, value));
    [value, shift] = [0n, 0n];
  }
  return values;
}
