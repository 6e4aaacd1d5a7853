import { StromaError } from '@stroma/kernel';
import type { Matrix, Target } from '../estimator.ts';
import { encodeCategories, planOfCategories } from './category-encoding.ts';
import { encodeEffects, encodeTrainingEffects, planOfEffects, responsesOf } from './effect-encoding.ts';
import {
  type ColumnPlan,
  denseEncoding,
  type EncodedPart,
  type EncoderOptions,
  type SavedEncoder,
} from './encoder-options.ts';
import { checkSchema, kindOfPlan, matched, missingColumn } from './encoder-schema.ts';
import { checkTable, type FeatureColumn, type FeatureTable, lengthOf, missingOf } from './feature-table.ts';
import type { LeftOutColumn } from './lake-columns.ts';
import { encodeNumbers, encodeTimes, planOfNumbers, planOfTimes } from './number-encoding.ts';
import { encodeText, planOfText } from './text-encoding.ts';

export interface UnseenLevels {
  column: string;
  /** Sorted. */
  levels: string[];
  rows: number;
}

export interface Encoder {
  /** Of the encoded columns, and for each the column of the table it comes from. */
  readonly names: readonly string[];
  readonly sources: readonly string[];
  /** What a table must hold. */
  readonly schema: readonly { name: string; kind: FeatureColumn['kind'] }[];
  /** Columns of the training rows that tell nothing, with the reason. */
  readonly leftOut: readonly LeftOutColumn[];
  /**
   * Throws INVALID_INPUT naming every column that is missing, of another kind, or (unless `extra` is 'ignore') not
   * among those it was fitted to. Order is free; a column that is all missing passes as any kind.
   */
  encode(table: FeatureTable, options?: { extra?: 'refuse' | 'ignore' }): Matrix;
  /** Levels that the training rows did not have; they are encoded as said in EncoderOptions. */
  unseen(table: FeatureTable): UnseenLevels[];
  save(): SavedEncoder;
}

/**
 * Learns from training rows alone how columns become numbers. `matrix` is those rows encoded; it differs from
 * `encoder.encode(table)` only in target encoding, where a row must not see its own answer. Columns that are all
 * missing or hold one value are left out. Throws INVALID_INPUT where nothing is left, where the target is missing
 * although target encoding asks for it or is of another length, TOO_MANY_COLUMNS past the limit of columns or cells.
 */
export function fitEncoder(
  table: FeatureTable,
  target: Target | null,
  given: Partial<EncoderOptions> & { seed: number },
): { encoder: Encoder; matrix: Matrix } {
  const options: EncoderOptions = { ...denseEncoding, ...given };
  checkTable(table);
  if (options.categories === 'target' && target === null)
    throw new StromaError('INVALID_INPUT', 'Target encoding expects a target; none was given.');
  const leftOut: LeftOutColumn[] = [];
  const plans = table.columns.map((column): ColumnPlan => {
    const reason = tellsNothing(column);
    if (reason === null) return planOf(column, target, options);
    leftOut.push({ name: column.name, reason });
    return { plan: 'ignored', name: column.name, kind: column.kind };
  });
  if (leftOut.length === table.columns.length)
    throw new StromaError(
      'INVALID_INPUT',
      `At least one column with two different values was expected; all ${leftOut.length} are empty or constant.`,
      { left_out: leftOut },
    );
  const plain = {
    version: 1,
    plans,
    leftOut,
    centres: new Float64Array(),
    scales: new Float64Array(),
  } as const;
  checkCells(table.rows, widthOf(plans), options.mostCells);
  const parts = table.columns.map((column, at) => {
    const plan = plans[at] as ColumnPlan;
    return plan.plan === 'effect' && column.kind === 'category' && target !== null
      ? encodeTrainingEffects(plan, column, target, options)
      : encodePart(plan, column);
  });
  const saved = options.standardise ? { ...plain, ...scalesOf(parts) } : plain;
  return { encoder: loadEncoder(saved), matrix: matrixOf(table.rows, parts, saved) };
}

/** What `save` gave. */
export function loadEncoder(saved: SavedEncoder): Encoder {
  const parts = saved.plans.map((plan) => encodePart(plan, missingColumn(plan, 0)));
  return {
    names: parts.flatMap((part) => part.names),
    sources: parts.flatMap((part, at) => part.names.map(() => saved.plans[at]?.name ?? '')),
    schema: saved.plans.map((plan) => ({ name: plan.name, kind: kindOfPlan(plan) })),
    leftOut: saved.leftOut,
    encode(table, { extra = 'refuse' } = {}) {
      checkSchema(saved.plans, table, extra);
      const columns = matched(saved.plans, table);
      checkTable({ rows: table.rows, columns });
      const own = saved.plans.map((plan, at) => encodePart(plan, columns[at] as FeatureColumn));
      return matrixOf(table.rows, own, saved);
    },
    unseen(table) {
      checkSchema(saved.plans, table, 'ignore');
      const columns = matched(saved.plans, table);
      return saved.plans.flatMap((plan, at) => unseenIn(plan, columns[at] as FeatureColumn));
    },
    save: () => saved,
  };
}

function tellsNothing(column: FeatureColumn): string | null {
  const missing = missingOf(column);
  const length = lengthOf(column);
  if (missing === length) return 'Every value is missing.';
  if (missing > 0) return null;
  const values: ArrayLike<number | string | null> = column.kind === 'category' ? column.codes : column.values;
  for (let row = 1; row < length; row++) if (values[row] !== values[0]) return null;
  return 'Every value is the same.';
}

function planOf(column: FeatureColumn, target: Target | null, options: EncoderOptions): ColumnPlan {
  const { name } = column;
  switch (column.kind) {
    case 'number':
      return planOfNumbers(name, column.values, options.impute);
    case 'time':
      return planOfTimes(name, column.values, options.impute, options.times === 'cyclic');
    case 'text':
      return planOfText(name, column.values, target === null ? [] : responsesOf(target).values, options);
    case 'category':
      return options.categories === 'target'
        ? planOfEffects(column, target as Target, options)
        : planOfCategories(column, { ...options, coding: options.categories });
  }
}

function encodePart(plan: ColumnPlan, column: FeatureColumn): EncodedPart {
  if (plan.plan === 'number' && column.kind === 'number') return encodeNumbers(plan, column.values);
  if (plan.plan === 'time' && column.kind === 'time') return encodeTimes(plan, column.values);
  if (plan.plan === 'text' && column.kind === 'text') return encodeText(plan, column.values);
  if (plan.plan === 'category' && column.kind === 'category') return encodeCategories(plan, column);
  if (plan.plan === 'effect' && column.kind === 'category') return encodeEffects(plan, column);
  return { names: [], columns: [], categories: [], scalable: [] };
}

const widthOf = (plans: readonly ColumnPlan[]): number =>
  plans.reduce((width, plan) => width + encodePart(plan, missingColumn(plan, 0)).names.length, 0);

function checkCells(rows: number, width: number, most: number): void {
  if (rows * width > most)
    throw new StromaError(
      'TOO_MANY_COLUMNS',
      `Encoded, the table has ${rows} rows of ${width} columns, ${rows * width} cells; at most ${most} are held. Leave out columns of many levels, or learn from a sample of rows.`,
      { rows, columns: width, limit: most },
    );
}

function scalesOf(parts: readonly EncodedPart[]): { centres: Float64Array; scales: Float64Array } {
  const columns = parts.flatMap((part) => part.columns);
  const scalable = parts.flatMap((part) => part.scalable);
  const centres = new Float64Array(columns.length);
  const scales = new Float64Array(columns.length).fill(1);
  columns.forEach((column, at) => {
    if (!scalable[at]) return;
    const known = column.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value / known.length, 0);
    const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0));
    centres[at] = mean;
    // What is left of a constant after rounding is no spread.
    scales[at] = sd > 1e-13 * Math.abs(mean) ? sd : 1;
  });
  return { centres, scales };
}

function matrixOf(
  rows: number,
  parts: readonly EncodedPart[],
  { centres, scales }: { centres: Float64Array; scales: Float64Array },
): Matrix {
  const columns = parts.flatMap((part) => part.columns);
  return {
    rows,
    names: parts.flatMap((part) => part.names),
    categories: parts.flatMap((part) => part.categories),
    columns:
      centres.length === 0
        ? columns
        : columns.map((column, at) => {
            const [centre, scale] = [centres[at] as number, scales[at] as number];
            return centre === 0 && scale === 1 ? column : column.map((value) => (value - centre) / scale);
          }),
  };
}

function unseenIn(plan: ColumnPlan, column: FeatureColumn): UnseenLevels[] {
  if ((plan.plan !== 'category' && plan.plan !== 'effect') || column.kind !== 'category') return [];
  // Pooled levels were seen, but are not kept by name: nothing can be said of them.
  if (plan.plan === 'category' && plan.pooled) return [];
  const seen = new Set(plan.levels);
  const counts = new Map<string, number>();
  for (const code of column.codes) {
    const level = column.levels[code];
    if (level !== undefined && !seen.has(level)) counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const rows = counts.values().reduce((sum, count) => sum + count, 0);
  return [{ column: plan.name, levels: [...counts.keys()].sort(), rows }];
}
