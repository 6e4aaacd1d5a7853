import { StromaError } from '@stroma/kernel';
import { likeliest } from '../../scores/confusion.ts';
import type { FilePort, ModelFile } from './model-file.ts';
import { parsed } from './model-inputs.ts';

/** What is read of the outputs. */
export type OutputPlan =
  | { kind: 'classes'; name: string; classes: readonly string[]; scores: 'probabilities' | 'logits' }
  | { kind: 'value'; name: string; low: string | null; high: string | null; coverage: number };

export interface OutputOptions {
  /** Which output holds the probabilities or the value, where there is a choice. */
  output?: string;
  /** Names of the classes, in the order of the probabilities. */
  classes?: readonly string[];
  /** What that output holds of classes: logits are made probabilities by softmax, one alone by a sigmoid. */
  scores?: 'probabilities' | 'logits';
}

const isReal = ({ type }: FilePort): boolean => type === 'float32' || type === 'float64';
const shown = (ports: readonly FilePort[]): string =>
  ports
    .map(({ name, type, shape }) => `"${name}" (${type ?? 'no tensor'} [${shape?.join(', ') ?? '?'}])`)
    .join(', ');

/**
 * Which output is what: of our own files by name, else the only one of floats, or the one that is called after
 * probabilities. Throws MODEL_INVALID where none or several could be meant.
 */
export function planOutputs(file: ModelFile, options: OutputOptions): OutputPlan {
  const { outputs, metadata } = file;
  const reals = outputs.filter(isReal);
  const own = metadata['stroma.outputs'] === undefined ? null : named(reals, ['probabilities', 'value']);
  const port =
    options.output === undefined
      ? (own ?? (reals.length === 1 ? reals[0] : named(reals, ['probabilities', 'probability'])))
      : reals.find(({ name }) => name === options.output);
  if (!port)
    throw new StromaError(
      'MODEL_INVALID',
      `${options.output === undefined ? 'One output of float or double with a value or probabilities for each row' : `An output "${options.output}" of float or double`} was expected; the file has ${shown(outputs)}. ${options.output === undefined ? 'Name the one that is meant as "output"' : 'Name one of them'}.`,
      { outputs },
    );
  const width = columnsOf(port);
  const classes = options.classes ?? writtenClasses(metadata) ?? file.classes;
  const areClasses =
    options.classes !== undefined ||
    (width !== 1 && (classes !== null || width > 1)) ||
    (classes !== null && hasLabel(outputs));
  if (!areClasses) {
    if (Number.isNaN(width)) throw unknownWidth(port);
    const [low, high] = [named(reals, ['low']), named(reals, ['high'])];
    const isOurs = own !== null && low !== null && high !== null;
    const coverage = Number(metadata['stroma.interval_coverage'] ?? 1);
    return {
      kind: 'value',
      name: port.name,
      low: isOurs ? low.name : null,
      high: isOurs ? high.name : null,
      coverage,
    };
  }
  const { scores = 'probabilities' } = options;
  const count = width === 1 ? 2 : width;
  if (Number.isNaN(count) && classes === null) throw unknownWidth(port);
  const names = classes ?? Array.from({ length: count }, (_, code) => String(code));
  if (!Number.isNaN(count) && names.length !== count)
    throw new StromaError(
      'MODEL_INVALID',
      `Names of ${count} classes were expected for ${shown([port])}; there are ${names.length}. Give them as "classes".`,
      { classes: names.length, expected: count },
    );
  return { kind: 'classes', name: port.name, classes: names, scores };
}

const named = (ports: readonly FilePort[], wanted: readonly string[]): FilePort | null => {
  for (const name of wanted) {
    const found = ports.filter((port) => port.name.toLowerCase().includes(name));
    if (found.length === 1) return found[0] as FilePort;
  }
  return null;
};

const hasLabel = (outputs: readonly FilePort[]): boolean =>
  outputs.some(({ type }) => type === 'int64' || type === 'string');

/** NaN where the file does not say it. */
function columnsOf({ shape }: FilePort): number {
  if (shape === null) return Number.NaN;
  if (shape.length === 1) return 1;
  return shape.length === 2 && typeof shape[1] === 'number' && shape[1] > 0 ? shape[1] : Number.NaN;
}

const unknownWidth = (port: FilePort): StromaError =>
  new StromaError(
    'MODEL_INVALID',
    `An output of rows x a known number of columns was expected; ${shown([port])} does not say how many. Give the names of the classes as "classes", or export it with this shape fixed.`,
    { output: port.name },
  );

function writtenClasses(metadata: ModelFile['metadata']): string[] | null {
  const written = parsed(metadata['stroma.classes']);
  return Array.isArray(written) && written.length > 1 ? written.map(String) : null;
}

/** Rows x classes. Throws MODEL_INVALID for another size, and for what is said to be probabilities and is not. */
export function probabilitiesOf(
  { name, classes, scores }: Extract<OutputPlan, { kind: 'classes' }>,
  given: ArrayLike<number>,
  rows: number,
): Float64Array {
  const count = classes.length;
  const width = rows === 0 ? count : given.length / rows;
  if (width !== count && !(width === 1 && count === 2))
    throw new StromaError(
      'MODEL_INVALID',
      `"${name}" was expected to hold ${count} numbers for each row, one for each class; it holds ${width}.`,
      { output: name, expected: count, given: width },
    );
  const found = new Float64Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const own = found.subarray(row * count, (row + 1) * count);
    for (let at = 0; at < count; at++) own[at] = scoreAt(given, row, width, at, scores);
    if (scores === 'logits') softmax(own);
  }
  const bad = scores === 'logits' ? -1 : firstBad(found, count);
  if (bad >= 0)
    throw new StromaError(
      'MODEL_INVALID',
      `"${name}" was expected to hold probabilities, 0 to 1 and together 1; row ${bad + 1} holds ${Array.from(found.subarray(bad * count, (bad + 1) * count), (own) => own.toPrecision(4)).join(', ')}. If they are scores before softmax, say so with scores "logits".`,
      { output: name, row: bad + 1 },
    );
  return found;
}

function scoreAt(
  given: ArrayLike<number>,
  row: number,
  width: number,
  at: number,
  scores: 'probabilities' | 'logits',
) {
  if (width > 1) return given[row * width + at] as number;
  const own = given[row] as number;
  if (scores === 'logits') return at === 1 ? own : 0;
  return at === 1 ? own : 1 - own;
}

/** Single precision leaves a sum this far from 1. */
const rounding = 1e-4;

function firstBad(chances: Float64Array, count: number): number {
  for (let row = 0; row < chances.length / count; row++) {
    let sum = 0;
    for (let at = 0; at < count; at++) {
      const own = chances[row * count + at] as number;
      if (!(own >= -rounding && own <= 1 + rounding)) return row;
      sum += own;
    }
    if (Math.abs(sum - 1) > rounding * count) return row;
  }
  return -1;
}

function softmax(scores: Float64Array): void {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = scores.reduce((total, own) => total + Math.exp(own - most), 0);
  scores.forEach((own, at) => {
    scores[at] = Math.exp(own - most) / sum;
  });
}

export const labelsOf = (probabilities: Float64Array, classes: readonly string[]): string[] =>
  Array.from(likeliest(probabilities, classes.length), (code) => classes[code] ?? '');
