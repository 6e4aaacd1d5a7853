import { StromaError } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { fitEncoder } from '../table/encoder.ts';
import { nativeEncoding } from '../table/encoder-options.ts';
import {
  checkTable,
  columnNamed,
  type FeatureTable,
  missingOf,
  takeRows,
  withoutColumns,
} from '../table/feature-table.ts';
import { type Leak, leaksOf } from '../table/leakage.ts';
import { inferProblem, type Problem, targetOf } from '../table/problem-type.ts';
import type { AutomlOptions } from './automl.ts';
import { foldsFor } from './presets.ts';
import { type RowParts, rowParts } from './row-parts.ts';

/** What was done to the table before learning. */
export interface Decision {
  decision:
    | 'rows_without_target'
    | 'column_left_out'
    | 'missing_values'
    | 'held_out_rows'
    | 'learned_without_held_out_rows';
  columns: string[];
  message: string;
}

export interface Prepared {
  problem: Problem;
  /** Rows that know the target, columns to learn from. */
  table: FeatureTable;
  target: Target;
  rows: { train: Uint32Array; test: Uint32Array };
  foldsOf: RowParts['foldsOf'];
  leaks: Leak[];
  decisions: Decision[];
  memoryBytes: number;
  memoryLimitBytes: number;
  /** For a fingerprint. */
  contents(): (string | number | Float64Array | Int32Array)[];
}

const gibi = 2 ** 30;

/** Infers the problem, cleans, looks for leaks and keeps rows back for the test. Throws as `automl`. */
export function prepare(
  options: Pick<
    AutomlOptions,
    'table' | 'target' | 'problem' | 'holdout_share' | 'split' | 'seed' | 'preset' | 'memory_limit_bytes'
  >,
): Prepared {
  const { holdout_share: share = 0.2, seed, memory_limit_bytes: most = 4 * gibi } = options;
  const column = columnNamed(options.table, options.target);
  const problem = inferProblem(column, options.problem);
  const { target, rows: known } = targetOf(column, problem);
  const decisions: Decision[] = [];
  const missing = options.table.rows - known.length;
  if (missing > 0)
    decisions.push({
      decision: 'rows_without_target',
      columns: [options.target],
      message: `${missing} of ${options.table.rows} rows have no "${options.target}" and were left out.`,
    });
  const features = withoutColumns(options.table, [options.target]);
  checkTable(features);
  const memoryBytes = memoryOf(
    features,
    target,
    foldsFor((1 - share) * known.length, options.preset ?? 'balanced'),
  );
  if (memoryBytes > most)
    throw new StromaError(
      'INVALID_INPUT',
      `Learning from ${features.rows} rows of ${features.columns.length} columns needs about ${inGib(memoryBytes)} of memory; the limit is ${inGib(most)}. Learn from a sample of rows or fewer columns, or raise the limit.`,
      { needed_bytes: memoryBytes, limit_bytes: most },
    );
  const given = takeRows(features, known);
  const parts = rowParts(given, target, options.split);
  const split = parts.keptBack(share, seed);
  const whole = withoutColumns(given, parts.apart);
  if (split.test.length > 0)
    decisions.push({
      decision: 'held_out_rows',
      columns: [],
      message:
        `${split.test.length} of ${known.length} rows were kept back: no choice has seen them, and the score of the held-out rows is of them. ${parts.told}`.trimEnd(),
    });
  for (const name of parts.apart)
    decisions.push({
      decision: 'column_left_out',
      columns: [name],
      message: `"${name}" says how rows are parted: it was not learned from.`,
    });
  const leaks = leaksOf(whole, target, split.test.length === 0 ? {} : { split, ...parts.leakOptions });
  const numbering = leaks.filter(({ kind }) => kind === 'id_like').flatMap(({ columns }) => columns);
  for (const name of numbering)
    decisions.push({
      decision: 'column_left_out',
      columns: [name],
      message: `"${name}" is different in each row, as an identifier is: it was left out.`,
    });
  const table = withoutColumns(whole, numbering);
  checkTable(table);
  // Refuses what tells nothing at all, and says which columns do not.
  const { encoder } = fitEncoder(takeRows(table, split.train), null, { ...nativeEncoding, seed });
  for (const { name, reason } of encoder.leftOut)
    decisions.push({
      decision: 'column_left_out',
      columns: [name],
      message: `"${name}" tells nothing: ${reason}`,
    });
  const gaps = table.columns.filter((own) => {
    const count = missingOf(own);
    return count > 0 && count < table.rows;
  });
  if (gaps.length > 0)
    decisions.push({
      decision: 'missing_values',
      columns: gaps.map(({ name }) => name),
      message: `${gaps.length} ${gaps.length === 1 ? 'column has' : 'columns have'} missing values: trees learn from them as they are, other models from the median and a column that says which were missing.`,
    });
  return {
    problem,
    table,
    target,
    rows: split,
    foldsOf: parts.foldsOf,
    leaks,
    decisions,
    memoryBytes,
    memoryLimitBytes: most,
    contents: () => [
      ...table.columns.flatMap((own): (string | number | Float64Array | Int32Array)[] =>
        own.kind === 'category'
          ? [own.name, own.codes, ...own.levels]
          : own.kind === 'text'
            ? [own.name, ...own.values.map((value) => value ?? '\0')]
            : [own.name, own.values],
      ),
      target.kind === 'class' ? target.codes : target.kind === 'number' ? target.values : '',
    ],
  };
}

const inGib = (bytes: number): string => `${(bytes / gibi).toFixed(1)} GiB`;

/**
 * Encoded rows of all folds in three encodings and once more for all, categories one-hot, and predictions of the models
 * out of fold.
 */
function memoryOf({ rows, columns }: FeatureTable, target: Target, folds: number): number {
  const width = columns.reduce(
    (sum, column) =>
      sum +
      (column.kind === 'category'
        ? Math.min(51, column.levels.length + 1)
        : column.kind === 'text'
          ? 100
          : 2),
    0,
  );
  const outputs = target.kind === 'class' ? target.classes : 1;
  return 8 * rows * ((folds + 1) * (width + 2 * columns.length) + 40 * outputs);
}
