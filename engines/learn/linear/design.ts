import { StromaError } from '@stroma/kernel';
import { type FitOptions, type Matrix, mostMagnitude, type SavedModel, type Target } from '../estimator.ts';

/** A matrix by row, for learners of sums: every value finite. */
export interface Design {
  rows: number;
  width: number;
  /** rows x width, by row. */
  values: Float64Array;
  weights: Float64Array;
}

/**
 * Throws INVALID_INPUT for no rows or columns, codes of categories (they are no amounts), missing, infinite or too large
 * values, and weights that are not finite, negative, or all 0.
 */
export function designOf(matrix: Matrix, options: Pick<FitOptions, 'weights'>, learner: string): Design {
  const { rows, columns } = matrix;
  if (rows === 0 || columns.length === 0)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects rows and columns to learn from; ${rows} rows of ${columns.length} columns were given.`,
    );
  const values = byRow(matrix, learner);
  columns.forEach((column, at) => {
    checkMagnitude(column, `in column "${matrix.names[at]}"`, learner);
  });
  return { rows, width: columns.length, values, weights: weightsOf(rows, options.weights) };
}

/** Throws INVALID_INPUT where a value is larger than can be reckoned with. */
export function checkMagnitude(values: Float64Array, where: string, learner: string): void {
  const row = values.findIndex((value) => Math.abs(value) > mostMagnitude);
  if (row >= 0)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects numbers of at most ${mostMagnitude} ${where}; row ${row + 1} holds ${values[row]}. If it stands for a missing value, make it missing; else take another unit.`,
      { row: row + 1 },
    );
}

export function byRow({ rows, columns, names, categories }: Matrix, learner: string): Float64Array {
  const width = columns.length;
  const values = new Float64Array(rows * width);
  columns.forEach((column, at) => {
    if ((categories[at] as number) > 0)
      throw new StromaError(
        'INVALID_INPUT',
        `${learner} expects amounts; "${names[at]}" holds codes of ${categories[at]} categories. Encode them one-hot or by their effects.`,
        { column: names[at] },
      );
    for (let row = 0; row < rows; row++) {
      const value = column[row] as number;
      if (!Number.isFinite(value))
        throw new StromaError(
          'INVALID_INPUT',
          `${learner} expects finite values; "${names[at]}" holds ${Number.isNaN(value) ? 'a missing' : 'an infinite'} one in row ${row + 1}. ${Number.isNaN(value) ? 'Impute it' : 'Correct it'} first.`,
          { column: names[at], row: row + 1 },
        );
      values[row * width + at] = value;
    }
  });
  return values;
}

export function weightsOf(rows: number, given: Float64Array | undefined): Float64Array {
  const weights = given ?? new Float64Array(rows).fill(1);
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (weights.length !== rows || bad >= 0 || !weights.some((weight) => weight > 0))
    throw new StromaError(
      'INVALID_INPUT',
      weights.length !== rows
        ? `A weight for each of ${rows} rows was expected; ${weights.length} were given.`
        : bad >= 0
          ? `Weights of 0 or more were expected; row ${bad + 1} has ${weights[bad]}.`
          : 'At least one row of positive weight was expected; all are 0.',
    );
  return weights;
}

/** The target's numbers. Throws INVALID_INPUT for another kind, another length, what is not finite or too large, or a constant. */
export function numbersOf(target: Target, rows: number, learner: string): Float64Array {
  if (target.kind !== 'number')
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects a target of numbers; one of kind "${target.kind}" was given.`,
    );
  const { values } = target;
  checkRows(values.length, rows);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects finite targets; row ${bad + 1} holds ${values[bad]}. Leave such rows out.`,
    );
  checkMagnitude(values, 'as targets', learner);
  if (values.every((value) => value === values[0]))
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects a target that varies; all ${rows} rows hold ${values[0]}.`,
    );
  return values;
}

/** The target's classes. Throws INVALID_INPUT for another kind or length, for codes out of range and for fewer than two classes there. */
export function classesOf(
  target: Target,
  rows: number,
  learner: string,
): { codes: Int32Array; classes: number; counts: Float64Array } {
  if (target.kind !== 'class')
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects a target of classes; one of kind "${target.kind}" was given.`,
    );
  const { codes, classes } = target;
  checkRows(codes.length, rows);
  const counts = new Float64Array(classes);
  codes.forEach((code, row) => {
    if (!(code >= 0 && code < classes))
      throw new StromaError(
        'INVALID_INPUT',
        `Classes 0 to ${classes - 1} were expected; row ${row + 1} holds ${code}.`,
      );
    counts[code] = (counts[code] as number) + 1;
  });
  const there = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  if (there < 2)
    throw new StromaError(
      'INVALID_INPUT',
      `${learner} expects rows of two classes at least; all ${rows} are of one.`,
    );
  return { codes, classes, counts };
}

function checkRows(given: number, rows: number): void {
  if (given !== rows)
    throw new StromaError(
      'INVALID_INPUT',
      `A target for each of ${rows} rows was expected; ${given} were given.`,
    );
}

export function checkNumber(name: string, value: number, least: number, open = false): void {
  if (Number.isFinite(value) && (open ? value > least : value >= least)) return;
  throw new StromaError(
    'INVALID_INPUT',
    `${name} must be a finite number ${open ? 'above' : 'of at least'} ${least}; ${value} was given.`,
    { option: name, given: value },
  );
}

/** Throws INVALID_INPUT where the columns differ from those that were fitted to. */
export function checkColumns(fitted: Pick<SavedModel, 'names' | 'categories'>, matrix: Matrix): void {
  const { names, categories } = fitted;
  const same =
    matrix.names.length === names.length &&
    matrix.names.every((name, at) => name === names[at]) &&
    matrix.categories.every((count, at) => count > 0 === (categories[at] as number) > 0);
  if (same) return;
  const missing = names.filter((name) => !matrix.names.includes(name));
  const extra = matrix.names.filter((name) => !names.includes(name));
  const fault =
    missing.length + extra.length > 0
      ? `${missing.length} of them are missing${missing.length > 0 ? ` ("${missing[0]}" first)` : ''}, ${extra.length} are not known${extra.length > 0 ? ` ("${extra[0]}" first)` : ''}`
      : 'they are in another order or of another kind';
  throw new StromaError(
    'INVALID_INPUT',
    `The ${names.length} columns the model was fitted to were expected; ${fault}. Encode the table with the encoder that was saved with the model.`,
    { missing, extra },
  );
}
