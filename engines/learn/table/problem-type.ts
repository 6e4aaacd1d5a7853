import { StromaError } from '@stroma/kernel';
import { mostMagnitude, type Target } from '../estimator.ts';
import { type FeatureColumn, isMissing, lengthOf, missingOf } from './feature-table.ts';

export const problemTypes = ['binary', 'multiclass', 'regression'] as const;
export type ProblemType = (typeof problemTypes)[number];

export interface Problem {
  type: ProblemType;
  /** Why, in a person's words. */
  reasons: string[];
  /** Names of the classes, in the order of their codes; numbers by size. Empty for a regression. */
  labels: string[];
}

/** So many different whole numbers at most are taken for classes. */
const mostWholeClasses = 10;
/** So many rows of each class there must be on average, or the numbers are an amount that few rows were measured of. */
const rowsOfWholeClass = 5;
const mostClasses = 1_000;
/** Fewer known rows of the target cannot be learned from and tested with. */
export const fewestRows = 20;

/**
 * What a column asks for when it is to be predicted. `wanted` overrules what its values look like where they allow it.
 * Throws INVALID_INPUT for a target that is all missing, constant, infinite, known in fewer than `fewestRows` rows, a
 * text or time, of a level for nearly each row, or that cannot be what is wanted.
 */
export function inferProblem(column: FeatureColumn, wanted?: ProblemType): Problem {
  const rows = lengthOf(column);
  const known = rows - missingOf(column);
  checkKnown(column, rows, known);
  const levels = levelsOf(column);
  if (levels.length === 1)
    throw refused(
      column.name,
      `two different values at least were expected; all ${known} known rows hold "${levels[0]}"`,
      'A constant cannot be learned',
    );
  const problem =
    wanted === undefined ? guessed(column, levels, known) : asked(column, levels, known, wanted);
  if (problem.type !== 'regression' && (levels.length > mostClasses || levels.length > known / 2))
    throw refused(
      column.name,
      `classes that repeat were expected; ${known} rows hold ${levels.length} different values`,
      'It looks like an identifier: choose another column',
    );
  return problem;
}

function checkKnown(column: FeatureColumn, rows: number, known: number): void {
  const { name, kind } = column;
  if (kind === 'text' || kind === 'time')
    throw refused(
      name,
      `numbers or classes were expected; it holds ${kind === 'text' ? 'free text' : 'times'}`,
      'Turn it into one of them first',
    );
  if (known === 0)
    throw refused(name, `values were expected; all ${rows} rows are missing`, 'Choose another column');
  if (kind === 'number' && column.values.some((value) => value === Infinity || value === -Infinity))
    throw refused(
      name,
      'finite numbers were expected; some are infinite',
      'Correct them or make them missing',
    );
  if (kind === 'number') checkSize(name, column.values);
  if (known < fewestRows)
    throw refused(
      name,
      `at least ${fewestRows} known rows were expected; there are ${known}`,
      'Give more rows: from fewer nothing can be learned and tested',
    );
}

function checkSize(name: string, values: Float64Array): void {
  const most = values.reduce((kept, value) => Math.max(kept, Number.isNaN(value) ? 0 : Math.abs(value)), 0);
  if (most > mostMagnitude)
    throw refused(
      name,
      `numbers of at most ${mostMagnitude} were expected; some lie beyond`,
      'If they stand for missing ones, make them missing; else take another unit',
    );
  if (most > 0 && most < 1 / mostMagnitude)
    throw refused(
      name,
      `numbers of ${1 / mostMagnitude} or more were expected; all are less`,
      'Take another unit',
    );
}

const refused = (column: string, fault: string, next: string): StromaError =>
  new StromaError('INVALID_INPUT', `The target "${column}": ${fault}. ${next}.`, { target: column });

function levelsOf(column: FeatureColumn): string[] {
  if (column.kind === 'number') {
    const ascending = column.values.slice().sort();
    return Array.from(
      ascending.filter((value, at) => !Number.isNaN(value) && value !== ascending[at - 1]),
      String,
    );
  }
  if (column.kind !== 'category') return [];
  const there = new Set(column.codes);
  return column.levels.filter((_, code) => there.has(code));
}

const typeOfClasses = (count: number): ProblemType => (count === 2 ? 'binary' : 'multiclass');

function guessed(column: FeatureColumn, labels: string[], known: number): Problem {
  const type = typeOfClasses(labels.length);
  if (column.kind === 'category')
    return { type, labels, reasons: [`"${column.name}" holds ${labels.length} classes by name.`] };
  const whole = labels.every((label) => Number.isInteger(Number(label)));
  if (labels.length === 2)
    return { type, labels, reasons: [`"${column.name}" holds two numbers only, ${labels.join(' and ')}.`] };
  if (whole && labels.length <= mostWholeClasses && known >= rowsOfWholeClass * labels.length)
    return {
      type,
      labels,
      reasons: [
        `"${column.name}" holds ${labels.length} whole numbers only, each about ${Math.round(known / labels.length)} times.`,
        'If they are amounts rather than classes, ask for a regression.',
      ],
    };
  const reasons = [
    whole
      ? `"${column.name}" holds ${labels.length} different whole numbers in ${known} rows.`
      : `"${column.name}" holds numbers with fractions, ${labels.length} different ones in ${known} rows.`,
  ];
  return { type: 'regression', labels: [], reasons };
}

function asked(column: FeatureColumn, labels: string[], known: number, wanted: ProblemType): Problem {
  const reasons = [`A ${wanted} problem was asked for.`];
  if (wanted === 'regression') {
    if (column.kind !== 'number')
      throw refused(
        column.name,
        `a regression expects numbers; it holds ${labels.length} classes by name`,
        'Ask for a classification',
      );
    return { type: wanted, labels: [], reasons };
  }
  const type = typeOfClasses(labels.length);
  if (wanted === 'binary' && type !== 'binary')
    throw refused(
      column.name,
      `a binary problem expects two classes; ${known} rows hold ${labels.length}`,
      'Ask for a multiclass problem',
    );
  return { type, labels, reasons };
}

/** The target of a problem and the rows that know it, ascending. */
export function targetOf(column: FeatureColumn, problem: Problem): { target: Target; rows: Uint32Array } {
  const rows = Uint32Array.from(
    Array.from({ length: lengthOf(column) }, (_, row) => row).filter((row) => !isMissing(column, row)),
  );
  if (problem.type === 'regression') {
    if (column.kind !== 'number')
      throw refused(column.name, 'numbers were expected', 'Choose another column');
    return {
      target: { kind: 'number', values: Float64Array.from(rows, (row) => Number(column.values[row])) },
      rows,
    };
  }
  const codeOf = new Map(problem.labels.map((label, code) => [label, code]));
  const codes = Int32Array.from(rows, (row) => codeOf.get(labelAt(column, row)) ?? -1);
  const strange = codes.indexOf(-1);
  if (strange >= 0)
    throw refused(
      column.name,
      `one of ${problem.labels.length} classes was expected in row ${Number(rows[strange]) + 1}; "${labelAt(column, Number(rows[strange]))}" was given`,
      'Give rows of the classes that were learned',
    );
  return { target: { kind: 'class', codes, classes: problem.labels.length }, rows };
}

const labelAt = (column: FeatureColumn, row: number): string =>
  column.kind === 'category'
    ? (column.levels[column.codes[row] as number] ?? '')
    : String(column.values[row]);
