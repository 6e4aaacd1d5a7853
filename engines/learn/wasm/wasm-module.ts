/** As much of the binary format of WebAssembly (core specification 2.0, chapter 5) as the kernels of learning need. */

export const i32 = 0x7f;
export const i64 = 0x7e;
export const f64 = 0x7c;
export const v128 = 0x7b;

export type Code = readonly (number | Code)[];

export interface WasmFunction {
  name: string;
  parameters: readonly number[];
  result?: number;
  locals: readonly number[];
  body: Code;
}

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Structured clone carries a module and a shared memory to other threads. */
export type WasmModule = object;

declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (
    module: WasmModule,
    imports: { memory: { shared: WasmMemory } },
  ) => { exports: Record<string, (...words: number[]) => number> };
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
};

export const pageBytes = 65536;
export const mostBytes = 65536 * pageBytes;

export function sharedMemory(bytes: number): WasmMemory {
  const pages = Math.ceil(bytes / pageBytes);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

export function instantiate(
  module: WasmModule,
  memory: WasmMemory,
): Record<string, (...words: number[]) => number> {
  return new WebAssembly.Instance(module, { memory: { shared: memory } }).exports;
}

/** A module of functions on one shared memory, which is imported. */
export function compile(functions: readonly WasmFunction[]): WasmModule {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    vector(parameters.map((type) => [type])),
    vector(result === undefined ? [] : [[result]]),
  ]);
  const memory = [text('memory'), text('shared'), 0x02, 0x03, unsigned(1), unsigned(65536)];
  const bytes: Code = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, vector(types)),
    section(2, vector([memory])),
    section(3, vector(functions.map((_, index) => unsigned(index)))),
    section(7, vector(functions.map(({ name }, index) => [text(name), 0x00, unsigned(index)]))),
    section(
      10,
      vector(
        functions.map(({ locals, body }) =>
          sized([vector(locals.map((type) => [unsigned(1), type])), body, 0x0b]),
        ),
      ),
    ),
  ];
  return new WebAssembly.Module(Uint8Array.from(flat(bytes)));
}

const flat = (code: Code): number[] =>
  code.flatMap((part) => (typeof part === 'number' ? [part] : flat(part)));
const sized = (code: Code): Code => {
  const bytes = flat(code);
  return [unsigned(bytes.length), bytes];
};
const section = (id: number, content: Code): Code => [id, sized(content)];
const vector = (items: readonly Code[]): Code => [unsigned(items.length), ...items];
const text = (word: string): Code => vector([...word].map((letter) => [letter.charCodeAt(0)]));

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** LEB128 of a signed 32-bit number. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const access = (opcode: Code, align: number, offset: number): Code => [
  opcode,
  unsigned(align),
  unsigned(offset),
];

/** Instructions, by their names in the specification's text format. */
export const op = {
  get: (local: number): Code => [0x20, unsigned(local)],
  set: (local: number): Code => [0x21, unsigned(local)],
  tee: (local: number): Code => [0x22, unsigned(local)],
  i32Const: (value: number): Code => [0x41, signed(value)],
  i64Const: (value: number): Code => [0x42, signed(value)],
  i32Load: (offset = 0): Code => access([0x28], 0, offset),
  i32Load8u: (offset = 0): Code => access([0x2d], 0, offset),
  f64Load: (offset = 0): Code => access([0x2b], 3, offset),
  i32Store: (offset = 0): Code => access([0x36], 2, offset),
  i64Store: (offset = 0): Code => access([0x37], 3, offset),
  f64Store: (offset = 0): Code => access([0x39], 3, offset),
  v128Load: (offset = 0): Code => access([0xfd, 0x00], 4, offset),
  /** Eight bytes, twice. */
  v128Load64Splat: (offset = 0): Code => access([0xfd, 0x0a], 3, offset),
  v128Store: (offset = 0): Code => access([0xfd, 0x0b], 4, offset),
  f64Const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  i64Lane: (lane: number): Code => [0xfd, 0x1d, lane],
  f64Lane: (lane: number): Code => [0xfd, 0x21, lane],
  withF64Lane: (lane: number): Code => [0xfd, 0x22, lane],
  i32LtS: [0x48],
  i32GeU: [0x4f],
  i32Eqz: [0x45],
  f64Lt: [0x63],
  f64Gt: [0x64],
  i64Sub: [0x7d],
  i64And: [0x83],
  i64ShrU: [0x88],
  i32WrapI64: [0xa7],
  f64ConvertI64s: [0xb9],
  f64Sub: [0xa1],
  f64x2Splat: [0xfd, 0x14],
  f64x2Nearest: [0xfd, 0x94, 0x01],
  f64x2Add: [0xfd, 0xf0, 0x01],
  f64x2Sub: [0xfd, 0xf1, 0x01],
  f64x2Mul: [0xfd, 0xf2, 0x01],
  f64x2Div: [0xfd, 0xf3, 0x01],
  f64x2Min: [0xfd, 0xf4, 0x01],
  f64x2Max: [0xfd, 0xf5, 0x01],
  i32x4TruncSatF64x2s: [0xfd, 0xfc, 0x01],
  i64x2ExtendLowI32x4s: [0xfd, 0xc7, 0x01],
  i64x2Shl: [0xfd, 0xcb, 0x01],
  i64x2Splat: [0xfd, 0x12],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32And: [0x71],
  i32Shl: [0x74],
  i32ShrU: [0x76],
  i64Add: [0x7c],
  i64Shl: [0x86],
  i64ExtendI32u: [0xad],
  i64TruncF64s: [0xb0],
  f64Nearest: [0x9e],
  f64Add: [0xa0],
  f64Mul: [0xa2],
  i64x2Add: [0xfd, 0xce, 0x01],
  i64x2Sub: [0xfd, 0xd1, 0x01],
  memoryCopy: [0xfc, 0x0a, 0x00, 0x00],
  memoryFill: [0xfc, 0x0b, 0x00],
} as const;

/** Goes to the next turn, or out, of the `forEach` whose body this is directly part of. */
export const nextIf: Code = [0x0d, 0];
export const leaveIf: Code = [0x0d, 2];
export const when = (body: Code): Code => [0x04, 0x40, body, 0x0b];

/** Runs `body` while local `at` is below local `end`, `step` bytes at a time. */
export function forEach(at: number, end: number, step: number, body: Code): Code {
  return [
    [0x02, 0x40, 0x03, 0x40],
    [op.get(at), op.get(end), op.i32GeU, 0x0d, 1],
    [0x02, 0x40, body, 0x0b],
    [op.get(at), op.i32Const(step), op.i32Add, op.set(at), 0x0c, 0],
    [0x0b, 0x0b],
  ];
}
