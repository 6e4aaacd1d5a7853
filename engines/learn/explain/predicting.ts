import { StromaError, seededRandom } from '@stroma/kernel';
import type { Matrix } from '../estimator.ts';
import { listed } from '../table/feature-table.ts';
import { shuffled } from '../table/splits.ts';

/**
 * Anything that predicts: rows x outputs, by row, at once or later. It gets the columns it was fitted to, in their order,
 * and must not depend on how rows are put together.
 */
export type Predict = (matrix: Matrix) => Float64Array | Promise<Float64Array>;

/** What every explanation takes. */
export interface ExplanationRun {
  /** Looked at between predictions: throws its reason. */
  signal?: AbortSignal;
  /** 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** What would need more rows predicted is refused before it starts; 20 million unless said. */
  mostPredictions?: number;
}

export interface Asking {
  /** Rows x outputs. Throws UNPROCESSABLE where the answer is of another length or not finite. */
  ask(matrix: Matrix): Promise<Float64Array>;
  /** Outputs of a row; 0 before the first answer. */
  readonly width: number;
  /** Rows predicted so far. */
  readonly asked: number;
}

/** Rows that predictors get at once, about: enough to keep them busy, few enough to hold and to stop after. */
export const rowsAtOnce = ({ names }: Matrix): number =>
  Math.max(1, Math.min(8192, Math.floor(4_000_000 / Math.max(1, names.length))));

const usualMost = 20_000_000;

/** Throws UNPROCESSABLE where `planned` rows are more than may be predicted; `advice` says which option makes them fewer. */
export function asking(predict: Predict, planned: number, advice: string, run: ExplanationRun): Asking {
  const { signal, onProgress, mostPredictions = usualMost } = run;
  if (planned > mostPredictions)
    throw new StromaError(
      'UNPROCESSABLE',
      `At most ${mostPredictions} rows are predicted for an explanation; ${planned} would be needed. ${advice}`,
      { limit: mostPredictions, needed: planned },
    );
  let [width, asked] = [0, 0];
  const part = async (matrix: Matrix): Promise<Float64Array> => {
    // Predictors that answer at once would never let an abort be heard.
    await new Promise((done) => setImmediate(done));
    signal?.throwIfAborted();
    const found = await predict(matrix);
    signal?.throwIfAborted();
    const own = found.length / matrix.rows;
    if (!Number.isInteger(own) || own < 1 || (width > 0 && own !== width))
      throw new StromaError(
        'UNPROCESSABLE',
        `A prediction of ${matrix.rows} rows was expected to hold ${width > 0 ? `${width} numbers` : 'as many numbers'} for each; ${found.length} were given.`,
      );
    const odd = found.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      throw new StromaError(
        'UNPROCESSABLE',
        `Finite predictions were expected; the model said ${found[odd]} of a row. Values far outside its training may be the reason.`,
      );
    width = own;
    asked += matrix.rows;
    onProgress?.(planned > 0 ? Math.min(1, asked / planned) : 1);
    return found;
  };
  return {
    async ask(matrix) {
      const step = rowsAtOnce(matrix);
      if (matrix.rows <= step) return part(matrix);
      const parts: Float64Array[] = [];
      for (let from = 0; from < matrix.rows; from += step)
        parts.push(await part(rowsBetween(matrix, from, Math.min(matrix.rows, from + step))));
      const all = new Float64Array(matrix.rows * width);
      parts.forEach((own, at) => {
        all.set(own, at * step * width);
      });
      return all;
    },
    get width() {
      return width;
    },
    get asked() {
      return asked;
    },
  };
}

export const rowsBetween = (matrix: Matrix, from: number, to: number): Matrix => ({
  ...matrix,
  rows: to - from,
  columns: matrix.columns.map((values) => values.subarray(from, to)),
});

export const takeMatrixRows = (matrix: Matrix, rows: ArrayLike<number>): Matrix => ({
  ...matrix,
  rows: rows.length,
  columns: matrix.columns.map((values) => Float64Array.from(rows, (row) => values[row] as number)),
});

/** At most `most` of the rows, drawn without putting back and left in their order: a background to hold rows against. */
export function drawRows(matrix: Matrix, most: number, seed: number): Matrix {
  if (matrix.rows <= most) return matrix;
  return takeMatrixRows(matrix, shuffled(matrix.rows, seededRandom(seed)).slice(0, most).sort());
}

/** Throws UNPROCESSABLE where more numbers would be held at once than there is room for. */
export function checkCells(cells: number, most: number, advice: string): void {
  if (cells > most)
    throw new StromaError(
      'UNPROCESSABLE',
      `At most ${most} numbers are held for it at once; ${cells} would be needed. ${advice}`,
      { limit: most, needed: cells },
    );
}

/** Columns that come and go together: correlated ones, or those one column of a table was encoded as. */
export interface ColumnGroup {
  name: string;
  columns: readonly number[];
}

/**
 * The groups, and each column that is in none alone, by their first columns. Throws INVALID_INPUT for a column that is
 * not there or in two groups.
 */
export function groupsOf(names: readonly string[], given: readonly ColumnGroup[] = []): ColumnGroup[] {
  const seen = new Set<number>();
  for (const { name, columns } of given) {
    if (columns.length === 0)
      throw new StromaError('INVALID_INPUT', `Columns were expected in the group "${name}"; it has none.`);
    for (const column of columns) {
      if (!Number.isInteger(column) || column < 0 || column >= names.length)
        throw new StromaError(
          'INVALID_INPUT',
          `Columns 0 to ${names.length - 1} were expected in the group "${name}"; ${column} was given.`,
        );
      if (seen.has(column))
        throw new StromaError(
          'INVALID_INPUT',
          `A column belongs to one group; "${names[column]}" is there twice, the second time in "${name}".`,
        );
      seen.add(column);
    }
  }
  const alone = names.flatMap((name, column) => (seen.has(column) ? [] : [{ name, columns: [column] }]));
  const first = ({ columns }: ColumnGroup) => Math.min(...columns);
  return [...given, ...alone].sort((a, b) => first(a) - first(b));
}

/** Columns of a matrix grouped by the table's column each was encoded from (`Encoder.sources`). */
export function groupsOfSources(sources: readonly string[]): ColumnGroup[] {
  const groups = new Map<string, number[]>();
  sources.forEach((source, column) => {
    const own = groups.get(source);
    if (own === undefined) groups.set(source, [column]);
    else own.push(column);
  });
  return Array.from(groups, ([name, columns]) => ({ name, columns }));
}

/** Throws INVALID_INPUT unless both have the same columns in the same order. */
export function checkAlike(matrix: Matrix, other: Matrix, what: string): void {
  if (
    matrix.names.length === other.names.length &&
    matrix.names.every((name, at) => name === other.names[at])
  )
    return;
  throw new StromaError(
    'INVALID_INPUT',
    `${what} must have the columns of the rows to explain (${listed(matrix.names)}); ${listed(other.names)} were given.`,
  );
}

export function checkRow(matrix: { rows: number }, row: number): void {
  if (!Number.isInteger(row) || row < 0 || row >= matrix.rows)
    throw new StromaError(
      'INVALID_INPUT',
      `A row from 0 to ${matrix.rows - 1} was expected; ${row} was given.`,
      { row, rows: matrix.rows },
    );
}

export function checkSomeRows(matrix: Matrix, what: string): void {
  if (matrix.rows === 0)
    throw new StromaError('INVALID_INPUT', `${what} must have rows; it has none. Give some of the data.`);
}

export function checkOutput(output: number, width: number): void {
  if (!Number.isInteger(output) || output < 0 || output >= width)
    throw new StromaError(
      'INVALID_INPUT',
      `An output from 0 to ${width - 1} was expected; ${output} was given.`,
      { output, outputs: width },
    );
}

/** With more a set of columns, or a rule of few, says next to nothing. */
const mostParts = 500;

export function checkParts(parts: readonly ColumnGroup[]): void {
  if (parts.length > mostParts)
    throw new StromaError(
      'INVALID_INPUT',
      `At most ${mostParts} columns or groups of columns are told apart; ${parts.length} were given. Group those that belong together.`,
      { limit: mostParts, given: parts.length },
    );
}

export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new StromaError(
      'INVALID_INPUT',
      `${name} of ${least} to ${most} was expected; ${value} was given.`,
      { option: name, given: value },
    );
}
