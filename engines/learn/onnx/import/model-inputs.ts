import { StromaError } from '@stroma/kernel';
import {
  type FeatureColumn,
  type FeatureTable,
  isMissing,
  listed,
  mostColumns,
} from '../../table/feature-table.ts';
import type { FilePort, ModelFile, PortType } from './model-file.ts';

/** Columns of a table that one input takes, side by side. */
export interface InputPlan {
  name: string;
  type: PortType;
  /** Sizes after the rows: none where one column is expected as it is. */
  sizes: readonly number[];
  columns: readonly string[];
}

export interface InputPlans {
  inputs: readonly InputPlan[];
  /** Rows it takes at once; null where it takes as many as there are. */
  batch: number | null;
}

const shown = ({ name, type, shape }: FilePort): string =>
  `"${name}": ${type ?? 'no tensor that is read'} [${shape === null ? 'unknown' : shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`;

/**
 * How a table's columns go into the inputs: one of rows x columns, or one for each column. Names are those given, of our
 * own files those written into it, and otherwise those of the inputs. Throws MODEL_INVALID for inputs of another shape
 * or type, saying what was expected, and for a matrix whose columns nobody names.
 */
export function planInputs(
  { inputs, metadata }: ModelFile,
  given: readonly string[] | undefined,
): InputPlans {
  const bad = inputs.filter((port) => widthOf(port) === null);
  if (bad.length > 0)
    throw new StromaError(
      'MODEL_INVALID',
      `Inputs of rows x a known number of columns, at most ${mostColumns}, were expected (float, double, int32, int64, bool or string); the file has ${bad.map(shown).join('; ')}. Export it with these shapes fixed, all but the rows.`,
      { inputs: bad },
    );
  const widths = inputs.map((port) => widthOf(port) as number);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const names = given ?? namesOf(inputs, total, metadata);
  if (names === null || names.length !== total || new Set(names).size !== total)
    throw new StromaError(
      'MODEL_INVALID',
      names === null
        ? `The inputs ${inputs.map(shown).join('; ')} take ${total} columns side by side, which the file does not name. Give their names in that order as "columns".`
        : `${total} different names of columns were expected, in the order of the inputs ${inputs.map(shown).join('; ')}; ${names.length} were given.`,
      { inputs, columns: total },
    );
  const batches = new Set(inputs.map(({ shape }) => shape?.[0]).filter((size) => typeof size === 'number'));
  if (batches.size > 1)
    throw new StromaError(
      'MODEL_INVALID',
      `Inputs of one number of rows were expected; the file has ${inputs.map(shown).join('; ')}.`,
      { inputs },
    );
  let from = 0;
  const plans = inputs.map(({ name, type, shape }, at): InputPlan => {
    from += widths[at] as number;
    return {
      name,
      type: type as PortType,
      sizes: (shape ?? []).slice(1).map(Number),
      columns: names.slice(from - (widths[at] as number), from),
    };
  });
  const [batch = null] = batches;
  return { inputs: plans, batch };
}

/** Columns an input takes, those of several sizes by row; null where it takes something else. */
function widthOf({ type, shape }: FilePort): number | null {
  if (type === null || shape === null || shape.length === 0 || shape[0] === 0) return null;
  const sizes = shape.slice(1).map((size) => (typeof size === 'number' ? size : Number.NaN));
  const width = sizes.reduce((product, size) => product * size, 1);
  return width > 0 && width <= mostColumns ? width : null;
}

function namesOf(
  inputs: readonly FilePort[],
  total: number,
  metadata: ModelFile['metadata'],
): string[] | null {
  if (total === inputs.length && (total > 1 || metadata['stroma.target'] !== undefined))
    return inputs.map(({ name }) => name);
  const written: unknown = parsed(metadata['stroma.columns']);
  if (Array.isArray(written)) {
    const names = written.map((column: { name?: unknown }) => String(column?.name));
    if (names.length === total) return names;
  }
  return total === inputs.length ? inputs.map(({ name }) => name) : null;
}

export function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export const kindFor = (type: PortType): 'category' | 'number' => (type === 'string' ? 'category' : 'number');

export type FeedData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];

/**
 * The columns of some rows as an input, rows x columns by row. Missing numbers are NaN, missing texts empty. Throws
 * INVALID_INPUT naming every column that is missing or of another kind, and values that a type cannot hold.
 */
export function feedOf(plan: InputPlan, columns: readonly FeatureColumn[], rows: Uint32Array): FeedData {
  const width = columns.length;
  if (plan.type === 'string')
    return Array.from({ length: rows.length * width }, (_, cell) =>
      textAt(columns[cell % width] as FeatureColumn, rows[Math.floor(cell / width)] as number),
    );
  const numbers = Float64Array.from({ length: rows.length * width }, (_, cell) =>
    numberAt(columns[cell % width] as FeatureColumn, rows[Math.floor(cell / width)] as number),
  );
  if (plan.type === 'float64') return numbers;
  if (plan.type === 'float32') return Float32Array.from(numbers);
  const [low, high] = { bool: [0, 1], int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 53), 2 ** 53] }[
    plan.type
  ] as [number, number];
  const bad = numbers.findIndex((value) => !(Number.isInteger(value) && value >= low && value <= high));
  if (bad >= 0) {
    const column = (columns[bad % width] as FeatureColumn).name;
    const row = (rows[Math.floor(bad / width)] as number) + 1;
    throw new StromaError(
      'INVALID_INPUT',
      `Whole numbers of ${low} to ${high} were expected in "${column}", none missing; row ${row} holds ${Number.isNaN(numbers[bad]) ? 'none' : numbers[bad]}.`,
      { column, row },
    );
  }
  if (plan.type === 'int64') return BigInt64Array.from(numbers, BigInt);
  return plan.type === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers);
}

function textAt(column: FeatureColumn, row: number): string {
  if (column.kind === 'category') return column.levels[column.codes[row] as number] ?? '';
  return isMissing(column, row) ? '' : String(column.values[row]);
}

const numberAt = (column: FeatureColumn, row: number): number =>
  column.kind === 'number' || column.kind === 'time' ? (column.values[row] as number) : Number.NaN;

/** The columns of each input. Throws INVALID_INPUT naming all that are missing or of another kind. */
export function columnsFor(plans: readonly InputPlan[], table: FeatureTable): FeatureColumn[][] {
  const given = new Map(table.columns.map((column) => [column.name, column]));
  const missing = plans.flatMap(({ columns }) => columns.filter((name) => !given.has(name)));
  const otherKind = plans.flatMap(({ columns, type }) =>
    columns.filter((name) => {
      const column = given.get(name);
      return (
        type !== 'string' &&
        column !== undefined &&
        (column.kind === 'category' || column.kind === 'text') &&
        someKnown(column)
      );
    }),
  );
  if (missing.length + otherKind.length > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `The columns the model takes were expected; ${[
        ...(missing.length > 0 ? [`missing: ${listed(missing)}`] : []),
        ...(otherKind.length > 0 ? [`of texts where numbers were expected: ${listed(otherKind)}`] : []),
      ].join('; ')}. Give a table of these columns.`,
      { missing, other_kind: otherKind },
    );
  return plans.map(({ columns }) => columns.map((name) => given.get(name) as FeatureColumn));
}

function someKnown(column: FeatureColumn): boolean {
  const rows = column.kind === 'category' ? column.codes.length : column.values.length;
  for (let row = 0; row < rows; row++) if (!isMissing(column, row)) return true;
  return false;
}
