import { bytesField, encode } from '@stroma/tensor';
import { checkFile } from './file-checks.ts';
import { fieldsOf, intsOf, notOnnx, textOf, type WireField } from './wire-reader.ts';

export const portTypes = ['float32', 'float64', 'int32', 'int64', 'bool', 'string'] as const;
export type PortType = (typeof portTypes)[number];
/** By onnx.proto3's TensorProto.DataType. */
const typeNames: Readonly<Record<number, PortType>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  11: 'float64',
};

/** An input or output. Sizes of a shape: a number, or a name (also empty) for what is known only when it runs. */
export interface FilePort {
  name: string;
  /** Null where it is no tensor of a type that is read. */
  type: PortType | null;
  /** Null where the file does not say it. */
  shape: (number | string)[] | null;
}

export interface ModelFile {
  /** To be given to the runtime: the file, its maps of probabilities as the tensors they are made of. */
  bytes: Uint8Array;
  producer: string;
  opsets: Record<string, number>;
  metadata: Record<string, string>;
  inputs: FilePort[];
  outputs: FilePort[];
  /** Names of classes that an operator of the file tells; null where none does. */
  classes: string[] | null;
}

const defaultMostBytes = 256 * 2 ** 20;

/**
 * Reads what a file says of itself, and refuses what must not be run. Throws MODEL_INVALID as `checkFile`, and for more
 * than `mostBytes` and what is no ONNX file.
 */
export function readModelFile(bytes: Uint8Array, mostBytes = defaultMostBytes): ModelFile {
  if (bytes.length > mostBytes)
    throw notOnnx(`it has ${bytes.length} bytes, of which at most ${mostBytes} are read`, {
      bytes: bytes.length,
      limit: mostBytes,
    });
  checkFile(bytes);
  const file: Omit<ModelFile, 'bytes' | 'inputs' | 'outputs' | 'classes'> = {
    producer: '',
    opsets: {},
    metadata: {},
  };
  const graphs: Uint8Array[] = [];
  let hasVersion = false;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) hasVersion = true;
    if (field.number === 2) file.producer = textOf(field).slice(0, 200);
    if (field.number === 7) graphs.push(field.bytes);
    if (field.number === 8) {
      const { domain, version } = opsetOf(field.bytes);
      file.opsets[domain === '' ? 'ai.onnx' : domain] = version;
    }
    if (field.number === 14) {
      const [key = '', value = ''] = pairOf(field.bytes);
      file.metadata[key] = value;
    }
  }
  const [graph] = graphs;
  if (!hasVersion || graph === undefined || graphs.length > 1)
    throw notOnnx(`it holds ${graphs.length} graphs${hasVersion ? '' : ' and no version'}`);
  const read = readGraph(graph);
  if (read.inputs.length === 0 || read.outputs.length === 0) throw notOnnx('it has no inputs or no outputs');
  const { replaced, ...rest } = read;
  return { ...file, ...rest, bytes: replaced === null ? bytes : withGraph(bytes, replaced) };
}

const withGraph = (bytes: Uint8Array, graph: Uint8Array): Uint8Array =>
  encode([...fieldsOf(bytes)].map((field) => (field.number === 7 ? bytesField(7, graph) : field.whole)));

function opsetOf(message: Uint8Array): { domain: string; version: number } {
  const found = { domain: '', version: 0 };
  for (const field of fieldsOf(message)) {
    if (field.number === 1) found.domain = textOf(field);
    if (field.number === 2) found.version = Number(field.int);
  }
  return found;
}

function pairOf(message: Uint8Array): string[] {
  const pair = ['', ''];
  for (const field of fieldsOf(message)) if (field.number < 3) pair[field.number - 1] = textOf(field);
  return pair;
}

interface ReadNode {
  op: string;
  inputs: string[];
  outputs: string[];
  labels: string[] | null;
  field: WireField;
}

function readGraph(graph: Uint8Array) {
  const fields = [...fieldsOf(graph)];
  const of = (number: number) => fields.filter((field) => field.number === number);
  const constants = new Set(of(5).map(nameOfTensor));
  const nodes = of(1).map(readNode);
  const inputs = of(11).map(({ bytes }) => portOf(bytes));
  const outputs = of(12).map(({ bytes }) => portOf(bytes));
  const maps = new Map(
    nodes
      .filter(({ op, outputs: [own] }) => op === 'ZipMap' && own !== undefined)
      .map((own) => [own.outputs[0], own]),
  );
  const labels = (
    nodes.find(({ op, labels: own }) => op === 'ZipMap' && own !== null) ??
    nodes.find(({ labels: own }) => own !== null)
  )?.labels;
  const kept = {
    inputs: inputs.filter(({ name }) => !constants.has(name)),
    classes: labels ?? null,
  };
  if (maps.size === 0) return { ...kept, outputs, replaced: null };
  const mapped = outputs.map((port): FilePort => {
    const source = maps.get(port.name);
    return source === undefined
      ? port
      : { name: source.inputs[0] ?? '', type: 'float32', shape: ['', source.labels?.length ?? ''] };
  });
  const replaced = encode(
    fields.flatMap((field) => {
      if (field.number === 1 && [...maps.values()].some((own) => own.field === field)) return [];
      if (field.number !== 12) return [field.whole];
      const source = maps.get(portOf(field.bytes).name);
      return source === undefined ? [field.whole] : [bytesField(12, floatPort(source.inputs[0] ?? ''))];
    }),
  );
  return { ...kept, outputs: mapped, replaced };
}

/** A tensor of floats whose shape is left open. */
const floatPort = (name: string) => [bytesField(1, name), bytesField(2, bytesField(1, Uint8Array.of(8, 1)))];

function nameOfTensor({ bytes }: WireField): string {
  for (const field of fieldsOf(bytes)) if (field.number === 8) return textOf(field);
  return '';
}

function readNode(field: WireField): ReadNode {
  const node: ReadNode = { op: '', inputs: [], outputs: [], labels: null, field };
  for (const own of fieldsOf(field.bytes)) {
    if (own.number === 1) node.inputs.push(textOf(own));
    if (own.number === 2) node.outputs.push(textOf(own));
    if (own.number === 4) node.op = textOf(own);
    if (own.number === 5) node.labels = labelsOf(own.bytes) ?? node.labels;
  }
  return node;
}

/** Of an attribute that names classes, as classifiers of ai.onnx.ml and ZipMap have. */
function labelsOf(attribute: Uint8Array): string[] | null {
  const fields = [...fieldsOf(attribute)];
  const name = fields.find(({ number }) => number === 1);
  if (name === undefined || !textOf(name).startsWith('classlabels_')) return null;
  const texts = fields.filter(({ number }) => number === 9).map(textOf);
  const ints = fields.filter(({ number }) => number === 8).flatMap(intsOf);
  const labels = texts.length > 0 ? texts : ints.map((own) => String(BigInt.asIntN(64, own)));
  return labels.length > 0 ? labels : null;
}

function portOf(message: Uint8Array): FilePort {
  const port: FilePort = { name: '', type: null, shape: null };
  for (const field of fieldsOf(message)) {
    if (field.number === 1) port.name = textOf(field);
    if (field.number !== 2) continue;
    for (const type of fieldsOf(field.bytes)) {
      if (type.number !== 1) continue;
      for (const own of fieldsOf(type.bytes)) {
        if (own.number === 1) port.type = typeNames[Number(own.int)] ?? null;
        if (own.number === 2) port.shape = [...fieldsOf(own.bytes)].map(({ bytes }) => sizeOf(bytes));
      }
    }
  }
  return port;
}

function sizeOf(dimension: Uint8Array): number | string {
  let size: number | string = '';
  for (const field of fieldsOf(dimension)) {
    if (field.number === 1) size = Number(field.int);
    if (field.number === 2) size = textOf(field);
  }
  return size;
}
