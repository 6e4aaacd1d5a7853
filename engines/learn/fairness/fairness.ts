import { StromaError } from '@stroma/kernel';
import { varianceOf } from '@stroma/stats';
import type { Target } from '../estimator.ts';
import { likeliest } from '../scores/confusion.ts';
import { columnOf, isOf } from '../scores/curves.ts';
import { type FeatureColumn, lengthOf } from '../table/feature-table.ts';
import { rowsOfTarget } from '../table/target.ts';
import {
  type ClassMeasures,
  type ClassRows,
  classCriteriaOf,
  classMeasures,
  selectedClass,
} from './class-fairness.ts';
import { crossed, type Group, type GroupSet, groupsBy, rowsByGroup } from './groups.ts';
import { type NumberMeasures, type NumberRows, numberCriteriaOf, numberMeasures } from './number-fairness.ts';
import {
  type Criterion,
  defaultBounds,
  type FairnessBounds,
  type FairnessOf,
  type FairnessVerdict,
  worstOf,
} from './report.ts';

export interface FairnessOptions {
  seed: number;
  /** Of classes: the code of the one that is being selected for, against all others; the second of two by itself. */
  positive?: number;
  /** A row is called positive from this probability; 0.5 of two classes, of more where the class is the likeliest. */
  threshold?: number;
  /** Of numbers: the interval said of each row. */
  low?: Float64Array;
  high?: Float64Array;
  /** Of a column of numbers: where its groups begin. */
  cuts?: Readonly<Record<string, readonly number[]>>;
  /** Groups of fewer rows are told, not compared; 30. */
  smallest?: number;
  /** Of intervals; 0.95. */
  level?: number;
  /** Of the calibration curve; 10. */
  bins?: number;
  bounds?: Partial<FairnessBounds>;
}

interface ReportOf<Kind extends string, Measures> {
  kind: Kind;
  rows: number;
  level: number;
  smallest: number;
  bounds: FairnessBounds;
  overall: Measures;
  /** Of each column, then, where there are several, of their intersections. */
  by: FairnessOf<Measures>[];
  verdict: FairnessVerdict;
}
export interface ClassFairness extends ReportOf<'class', ClassMeasures> {
  positive: number;
  threshold: number | null;
}
export type NumberFairness = ReportOf<'number', NumberMeasures>;
export type FairnessReport = ClassFairness | NumberFairness;

/** Groups that are compared, and small ones that are named, at most. */
const mostGroups = 40;

/**
 * How a model's predictions differ between groups of people. `predicted` as a Predictor gives it: rows x outputs, by
 * row; rows should be ones the model has not learned from. `columns` are the protected ones, which need not be
 * features; rows where one is missing are a group. Bounds of differences and ratios hold for all pairs of groups
 * together. Throws INVALID_INPUT for targets that are neither classes nor numbers, other lengths, and columns of which
 * no groups are made. O(rows · columns + groups²).
 */
export function fairnessOf(
  target: Target,
  predicted: Float64Array,
  columns: readonly FeatureColumn[],
  options: FairnessOptions,
): FairnessReport {
  const rows = rowsOfTarget(target);
  checkColumns(columns, rows);
  const { level = 0.95, smallest = 30 } = options;
  if (!(level > 0 && level < 1))
    throw new StromaError('INVALID_INPUT', `A level between 0 and 1 was expected; ${level} was given.`, {
      level,
    });
  const bounds = { ...defaultBounds, ...options.bounds };
  const sets = columns.map((column) => groupsBy(column, options.cuts?.[column.name]));
  const each = sets.length > 1 ? [...sets, crossed(sets)] : sets;
  const general = { rows, level, smallest, bounds };
  if (target.kind === 'class') {
    const { data, positive, threshold } = classRows(target, predicted, options);
    const own = { level, bins: options.bins ?? 10, seed: options.seed, bounds };
    const by = each.map((set) =>
      reportOf(set, smallest, {
        take: (taken) => takeClass(data, taken),
        measure: (part) => classMeasures(part, own),
        compare: (groups, parts) => classCriteriaOf(groups, parts, own),
      }),
    );
    const verdict = worstOf(by.map((part) => part.verdict));
    return { kind: 'class', ...general, positive, threshold, overall: classMeasures(data, own), by, verdict };
  }
  if (target.kind === 'number') {
    const data = numberRows(target.values, predicted, options);
    const own = { level, bounds, sd: Math.sqrt(varianceOf(target.values)) };
    const by = each.map((set) =>
      reportOf(set, smallest, {
        take: (taken) => takeNumber(data, taken),
        measure: (part) => numberMeasures(part, level),
        compare: (groups, parts) => numberCriteriaOf(groups, parts, own),
      }),
    );
    const verdict = worstOf(by.map((part) => part.verdict));
    return { kind: 'number', ...general, overall: numberMeasures(data, level), by, verdict };
  }
  throw new StromaError(
    'INVALID_INPUT',
    `Fairness is told of classes and numbers; a target of ${target.kind} was given. Compare the scores of the groups instead.`,
    { kind: target.kind },
  );
}

function checkColumns(columns: readonly FeatureColumn[], rows: number): void {
  if (columns.length === 0 || rows === 0)
    throw new StromaError(
      'INVALID_INPUT',
      `At least one protected column and one row were expected; ${columns.length} columns and ${rows} rows were given.`,
    );
  for (const column of columns)
    if (lengthOf(column) !== rows)
      throw new StromaError(
        'INVALID_INPUT',
        `A value of "${column.name}" was expected for each of ${rows} rows; ${lengthOf(column)} were given.`,
        { column: column.name, expected: rows, given: lengthOf(column) },
      );
}

interface Ways<Rows, Measures> {
  take: (rows: Uint32Array) => Rows;
  measure: (rows: Rows) => Measures;
  compare: (groups: readonly Group[], rows: readonly Rows[]) => Criterion[];
}

function reportOf<Rows, Measures>(
  set: GroupSet,
  smallest: number,
  { take, measure, compare }: Ways<Rows, Measures>,
): FairnessOf<Measures> {
  const all = rowsByGroup(set)
    .map((rows, code) => ({ rows, group: set.groups[code] as Group }))
    .sort((a, b) => b.rows.length - a.rows.length);
  const large = all.filter(({ rows }) => rows.length >= smallest).slice(0, mostGroups);
  const small = all.slice(large.length);
  const parts = large.map(({ rows }) => take(rows));
  const criteria = compare(
    large.map(({ group }) => group),
    parts,
  );
  return {
    columns: set.columns,
    groups: large.map(({ group, rows }, at) => ({
      group,
      rows: rows.length,
      ...measure(parts[at] as Rows),
    })),
    small_groups: small.slice(0, mostGroups).map(({ group, rows }) => ({ group, rows: rows.length })),
    small_group_count: small.length,
    criteria,
    verdict: worstOf(criteria.map(({ verdict }) => verdict)),
  };
}

function classRows(
  { codes, classes }: Extract<Target, { kind: 'class' }>,
  predicted: Float64Array,
  options: FairnessOptions,
): { data: ClassRows; positive: number; threshold: number | null } {
  const { threshold } = options;
  const positive = selectedClass(classes, options.positive);
  if (predicted.length !== codes.length * classes)
    throw new StromaError(
      'INVALID_INPUT',
      `A probability of each of ${classes} classes was expected for ${codes.length} rows; ${predicted.length} numbers were given.`,
    );
  const probabilities = columnOf(predicted, classes, positive);
  checkNumbers(probabilities);
  const from = threshold ?? (classes === 2 ? 0.5 : null);
  const isCalled =
    from === null
      ? isOf(likeliest(predicted, classes), positive)
      : Uint8Array.from(probabilities, (said) => (said >= from ? 1 : 0));
  return { data: { isPositive: isOf(codes, positive), isCalled, probabilities }, positive, threshold: from };
}

function numberRows(
  truth: Float64Array,
  predicted: Float64Array,
  { low, high }: FairnessOptions,
): NumberRows {
  const none = new Float64Array(truth.length).fill(Number.NaN);
  const given = { truth, predicted, low: low ?? none, high: high ?? none };
  for (const values of [given.predicted, given.low, given.high])
    if (values.length !== truth.length)
      throw new StromaError(
        'INVALID_INPUT',
        `A prediction, and its bounds where there are any, were expected for each of ${truth.length} rows; ${values.length} were given.`,
      );
  checkNumbers(predicted);
  return given;
}

function checkNumbers(predicted: Float64Array): void {
  const at = predicted.findIndex((said) => !Number.isFinite(said));
  if (at >= 0)
    throw new StromaError(
      'INVALID_INPUT',
      `A finite prediction was expected of every row; row ${at + 1} has ${predicted[at]}. Leave out rows without one.`,
      { row: at + 1 },
    );
}

const takeClass = (data: ClassRows, rows: Uint32Array): ClassRows => ({
  isPositive: Uint8Array.from(rows, (row) => data.isPositive[row] as number),
  isCalled: Uint8Array.from(rows, (row) => data.isCalled[row] as number),
  probabilities: Float64Array.from(rows, (row) => data.probabilities[row] as number),
});

const takeNumber = (data: NumberRows, rows: Uint32Array): NumberRows => {
  const of = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] as number);
  return { truth: of(data.truth), predicted: of(data.predicted), low: of(data.low), high: of(data.high) };
};
