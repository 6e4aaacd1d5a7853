import { StromaError } from '@stroma/kernel';
import { writeModel } from '@stroma/tensor';
import manifest from '../package.json' with { type: 'json' };
import { type GraphWriter, rows, treeDomain, type Value } from './graph-writer.ts';

/** What opens a file needs to know; the same stands in its metadata, under `stroma.` names. */
export interface OnnxFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** Of ONNX's own operators and of ai.onnx.ml. */
  opset: 20;
  ml_opset: 5;
  inputs: OnnxPort[];
  outputs: OnnxPort[];
  /** What a person should know who opens it elsewhere. */
  notes: string[];
}

export interface OnnxPort {
  /** In the file. */
  name: string;
  type: 'double' | 'float' | 'string' | 'int64';
  /** `N` is the number of rows. */
  shape: (number | 'N')[];
  /** What it holds. */
  meaning: string;
}

export interface OnnxExportOptions {
  /**
   * Type of the inputs of numbers. Double (the default) gives what `predict` gives; of float, a value near a cut may
   * fall on its other side. Times are double in any case: as float they would be minutes off.
   */
  numbers?: 'double' | 'float';
  /** Written into the metadata. */
  model_id?: string;
  /** That of this engine when left out. */
  engine_version?: string;
  /** By column, the target among them. */
  units?: Readonly<Record<string, string>>;
}

/** Protocol buffers hold no more in one message. */
const mostBytes = 2 ** 31 - 1;

/** A file's inputs and outputs, told as they are made. */
export class FileWriter {
  readonly g: GraphWriter;
  readonly inputs: OnnxPort[] = [];
  readonly outputs: OnnxPort[] = [];
  readonly notes: string[] = [];
  readonly #numbers: 'double' | 'float';

  constructor(g: GraphWriter, numbers: 'double' | 'float' = 'double') {
    this.g = g;
    this.#numbers = numbers;
  }

  /** Numbers of rows x `width`, in double whatever the input is. */
  numbers(name: string, width: number, meaning: string, type = this.#numbers): Value {
    this.inputs.push({ name, type, shape: [rows, width], meaning });
    if (type === 'double') return this.g.input(name, 'f64', [rows, width]);
    return this.g.op('Cast', [this.g.input(name, 'f32', [rows, width])], { to: { int: 11 } });
  }

  texts(name: string, meaning: string): Value {
    this.inputs.push({ name, type: 'string', shape: [rows, 1], meaning });
    return this.g.input(name, 'text', [rows, 1]);
  }

  output(
    wanted: string,
    value: Value,
    type: 'double' | 'string' | 'int64',
    width: number | null,
    meaning: string,
  ): void {
    const shape: OnnxPort['shape'] = width === null ? [rows] : [rows, width];
    const written = { double: 'f64', string: 'text', int64: 'i64' } as const;
    this.outputs.push({ name: this.g.output(wanted, value, written[type], shape), type, shape, meaning });
  }

  /** Probabilities and the likeliest class, of several equal the first. */
  classes(probabilities: Value, labels: readonly string[]): void {
    const { g } = this;
    const code = g.op('ArgMax', [probabilities], { axis: { int: 1 }, keepdims: { int: 0 } });
    this.output('label', g.op('Gather', [g.texts(labels), code]), 'string', null, 'The likeliest class.');
    this.output(
      'probabilities',
      probabilities,
      'double',
      labels.length,
      `Probability of each class: ${labels.slice(0, 20).join(', ')}${labels.length > 20 ? ', ...' : ''}.`,
    );
  }

  finish(
    description: string,
    facts: Readonly<Record<string, unknown>>,
    version: string = manifest.version,
  ): OnnxFile {
    const { inputs, outputs, notes } = this;
    const all = { ...facts, engine_version: version, inputs, outputs, notes };
    const metadata = Object.fromEntries(
      Object.entries(all)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`stroma.${key}`, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
    const bytes = writeModel(this.g.graph('stroma'), 'f64', {
      domains: treeDomain,
      metadata,
      description,
      producerVersion: version,
    });
    if (bytes.length > mostBytes)
      throw new StromaError(
        'INVALID_INPUT',
        `An ONNX file of at most ${mostBytes} bytes was expected; this model makes ${bytes.length}. Train with fewer or smaller trees.`,
        { bytes: bytes.length, limit: mostBytes },
      );
    return { bytes, opset: 20, ml_opset: 5, inputs, outputs, notes };
  }
}
