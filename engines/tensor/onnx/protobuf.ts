/**
 * The wire format of protocol buffers, as far as ONNX needs it: each function gives the bytes of one field.
 */
export type Field = Uint8Array | readonly Field[];

const text = new TextEncoder();

export function intField(number: number, value: number): Field {
  return [varint(BigInt(number * 8)), varint(BigInt.asUintN(64, BigInt(value)))];
}

export function floatField(number: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint(BigInt(number * 8 + 5)), bytes];
}

export function bytesField(number: number, content: Field | string): Field {
  const inner = typeof content === 'string' ? text.encode(content) : content;
  return [varint(BigInt(number * 8 + 2)), varint(BigInt(lengthOf(inner))), inner];
}

/** Whole numbers of -2^53 to 2^53 in one field (packed). */
export function intsField(number: number, values: readonly number[]): Field {
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + varintLength(value), 0));
  let at = 0;
  for (const value of values) {
    if (value < 0) {
      const own = varint(BigInt.asUintN(64, BigInt(value)));
      bytes.set(own, at);
      at += own.length;
      continue;
    }
    let left = value;
    for (; left > 127; left = Math.floor(left / 128)) bytes[at++] = (left % 128) + 128;
    bytes[at++] = left;
  }
  return bytesField(number, bytes);
}

function varintLength(value: number): number {
  if (value < 0) return 10;
  let length = 1;
  for (let left = value; left > 127; left = Math.floor(left / 128)) length += 1;
  return length;
}

/** All fields, one after the other. */
export function encode(fields: Field): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(fields));
  let at = 0;
  const write = (field: Field) => {
    if (field instanceof Uint8Array) {
      bytes.set(field, at);
      at += field.length;
    } else for (const each of field) write(each);
  };
  write(fields);
  return bytes;
}

const lengths = new WeakMap<readonly Field[], number>();

function lengthOf(field: Field): number {
  if (field instanceof Uint8Array) return field.length;
  const known = lengths.get(field);
  if (known !== undefined) return known;
  const length = field.reduce((sum, each) => sum + lengthOf(each), 0);
  lengths.set(field, length);
  return length;
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = Number(left & 127n);
    left >>= 7n;
    bytes.push(left > 0n ? low | 128 : low);
  } while (left > 0n);
  return Uint8Array.from(bytes);
}
