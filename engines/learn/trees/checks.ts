import { StromaError } from '@stroma/kernel';
import { type Matrix, mostMagnitude, type Target } from '../estimator.ts';

const refuse = (message: string, details: Record<string, unknown> = {}) =>
  new StromaError('INVALID_INPUT', message, details);

/** Throws INVALID_INPUT unless trees can be grown from these. Missing values are welcome, endless ones are not. */
export function checkData(matrix: Matrix, target: Target, weights: Float64Array | undefined): void {
  checkColumns(matrix);
  if (matrix.columns.length === 0)
    throw refuse(
      'Expected at least one column to learn from, was given none. Choose columns beside the target.',
    );
  const length = lengthOf(target);
  if (length !== matrix.rows)
    throw refuse(`Expected a target for each of the ${matrix.rows} rows, was given ${length}.`);
  if (matrix.rows < 2) throw refuse(`Expected at least 2 rows, was given ${matrix.rows}. Bring more rows.`);
  checkTarget(target);
  if (weights === undefined) return;
  if (weights.length !== matrix.rows)
    throw refuse(`Expected a weight for each of the ${matrix.rows} rows, was given ${weights.length}.`);
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong >= 0)
    throw refuse(`Expected weights of 0 or more, was given ${weights[wrong]} in row ${wrong}.`, {
      row: wrong,
    });
  if (weights.every((weight) => weight === 0))
    throw refuse('Expected weights above 0 for some rows, was given 0 for all.');
}

/** Of columns at fitting and at prediction. */
export function checkColumns(matrix: Matrix): void {
  matrix.columns.forEach((values, column) => {
    const name = matrix.names[column] ?? `${column}`;
    if (values.length !== matrix.rows)
      throw refuse(`Expected ${matrix.rows} values in column "${name}", was given ${values.length}.`, {
        column: name,
      });
    const row = values.findIndex(
      (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY,
    );
    if (row >= 0)
      throw refuse(
        `Expected finite or missing values in column "${name}", was given ${values[row]} in row ${row}. Replace it by a missing value or a bound.`,
        { column: name, row },
      );
  });
}

/** Throws INVALID_INPUT where columns are not those the model was fitted to. */
export function checkSameColumns(fitted: Pick<Matrix, 'names' | 'categories'>, given: Matrix): void {
  const same =
    given.columns.length === fitted.names.length &&
    fitted.names.every(
      (name, column) =>
        given.names[column] === name &&
        (given.categories[column] ?? 0) > 0 === (fitted.categories[column] ?? 0) > 0,
    );
  if (!same)
    throw refuse(
      `Expected the columns the model was fitted to, in their order (${fitted.names.slice(0, 20).join(', ')}), was given ${given.names.slice(0, 20).join(', ')}.`,
    );
  checkColumns(given);
}

function lengthOf(target: Target): number {
  if (target.kind === 'number') return target.values.length;
  if (target.kind === 'class') return target.codes.length;
  return target.kind === 'survival' ? target.times.length : target.relevance.length;
}

function checkTarget(target: Target): void {
  if (target.kind === 'number') {
    finite(target.values, 'target');
    if (target.values.every((value) => value === target.values[0]))
      throw refuse(
        `Expected a target that varies, was given ${target.values[0]} in every row. There is nothing to learn; choose another target.`,
      );
  } else if (target.kind === 'class') {
    const wrong = target.codes.findIndex((code) => !(code >= 0 && code < target.classes));
    if (wrong >= 0)
      throw refuse(
        `Expected classes 0 to ${target.classes - 1}, was given ${target.codes[wrong]} in row ${wrong}.`,
      );
    if (new Set(target.codes).size < 2)
      throw refuse(
        'Expected rows of at least two classes, was given one class only. Bring rows of the other class or choose another target.',
      );
  } else if (target.kind === 'survival') {
    finite(target.times, 'time');
    const wrong = target.times.findIndex((time) => time < 0);
    if (wrong >= 0)
      throw refuse(`Expected times of 0 or more, was given ${target.times[wrong]} in row ${wrong}.`);
    if (!target.events.some((event) => event === 1))
      throw refuse(
        'Expected at least one event, was given censored rows only. Nothing can be said about risk.',
      );
  } else {
    finite(target.relevance, 'relevance');
    const ended = new Set<number>();
    target.groups.forEach((group, row) => {
      if (row > 0 && target.groups[row - 1] !== group) ended.add(target.groups[row - 1] as number);
      if (ended.has(group))
        throw refuse(
          `Expected the rows of a group together, was given group ${group} again in row ${row}. Sort by group.`,
        );
    });
  }
}

function finite(values: Float64Array, what: string): void {
  const row = values.findIndex((value) => !Number.isFinite(value));
  if (row >= 0)
    throw refuse(
      `Expected a finite ${what} in every row, was given ${values[row]} in row ${row}. Leave such rows out.`,
      { row },
    );
  const large = values.findIndex((value) => Math.abs(value) > mostMagnitude);
  if (large >= 0)
    throw refuse(
      `Expected a ${what} of at most ${mostMagnitude} in every row, was given ${values[large]} in row ${large}. If it stands for a missing one, leave such rows out; else take another unit.`,
      { row: large },
    );
}

/** Throws INVALID_INPUT where a setting is outside its range. */
export function checkSettings(
  settings: readonly [name: string, value: number, least: number, most: number][],
): void {
  for (const [name, value, least, most] of settings)
    if (!(value >= least && value <= most))
      throw refuse(
        `Expected ${name} of ${most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`}, was given ${value}.`,
        { setting: name },
      );
}
