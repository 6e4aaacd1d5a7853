import { StromaError } from '@stroma/kernel';
import { type FilePort, readModelFile } from './model-file.ts';
import { kindFor, parsed, planInputs } from './model-inputs.ts';

/** What a file says of itself. */
export interface OnnxDescription {
  producer: string;
  opsets: Readonly<Record<string, number>>;
  inputs: readonly FilePort[];
  outputs: readonly FilePort[];
  /** In the order of its inputs; null where it takes columns side by side and does not name them. */
  columns: readonly { name: string; kind: 'number' | 'category' }[] | null;
  /** Columns it takes. */
  column_count: number;
  classes: readonly string[] | null;
  target: string | null;
}

/**
 * Reads what a file takes and gives; nothing of it is run. Throws MODEL_INVALID as `importOnnx`, save that columns may
 * be without names.
 */
export function describeOnnx(bytes: Uint8Array, mostBytes?: number): OnnxDescription {
  const file = readModelFile(bytes, mostBytes);
  const { producer, opsets, inputs, outputs, classes, metadata } = file;
  const told = parsed(metadata['stroma.classes']);
  const target = metadata['stroma.target'] ?? null;
  const own = Array.isArray(told) && told.length > 0 ? told.map(String) : classes;
  const named = plansOf(() => planInputs(file, undefined));
  const plans = named ?? planInputs(file, placeholders(inputs));
  const columns = plans.inputs.flatMap(({ columns: names, type }) =>
    names.map((name) => ({ name, kind: kindFor(type) })),
  );
  return {
    producer,
    opsets,
    inputs,
    outputs,
    columns: named === null ? null : columns,
    column_count: columns.length,
    classes: own,
    target,
  };
}

function plansOf<Plans>(plan: () => Plans): Plans | null {
  try {
    return plan();
  } catch (error) {
    if (error instanceof StromaError && error.details.columns !== undefined) return null;
    throw error;
  }
}

const placeholders = (inputs: readonly FilePort[]): string[] => {
  const width = ({ shape }: FilePort) =>
    (shape ?? []).slice(1).reduce<number>((product, size) => product * Number(size), 1);
  return Array.from({ length: inputs.reduce((sum, port) => sum + width(port), 0) }, (_, at) => `${at + 1}`);
};
