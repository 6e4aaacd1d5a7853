import { ranksOf } from '@stroma/stats';
import type { Matrix } from '../estimator.ts';
import type { TreeExplanation } from '../trees/shap/tree-shap.ts';
import { type ColumnGroup, checkOutput, checkRow, checkWhole, groupsOf } from './predicting.ts';

/** Of trees (`explainTrees`) or of any predictor (`kernelShap`, which has names of its own where columns were grouped). */
export type ShapValues = TreeExplanation & { names?: readonly string[]; standardErrors?: Float64Array };

/** A number, the name of a category, or nothing. */
export type ShownValue = number | string | null;

export interface SummaryOptions {
  /** Whose values: 0 where there is one. */
  output: number;
  /** Names of codes, by column. */
  levels?: ReadonlyMap<string, readonly string[]>;
  /** Columns told, those of most weight; 30 unless said. */
  mostColumns?: number;
  /** Points of each column, evenly taken; 500 unless said. */
  mostPoints?: number;
}

export interface ShapSummary {
  rows: number;
  base: number;
  /** Largest mean first. */
  columns: {
    column: string;
    mean_absolute: number;
    mean: number;
    /** One for each row, or each of some. `level`: the value's rank, 0 to 1; null for what is missing or has no order. */
    points: { value: ShownValue; level: number | null; contribution: number }[];
  }[];
  /** Columns left out, and the sum of their means. */
  others: { columns: number; mean_absolute: number };
}

/** What a beeswarm and a bar of importance are drawn from. O(rows · columns + told columns · rows · log rows). */
export function summariseShap(
  explanation: ShapValues,
  matrix: Matrix,
  { output, levels, mostColumns = 30, mostPoints = 500 }: SummaryOptions,
): ShapSummary {
  checkOutput(output, explanation.width);
  checkWhole('mostColumns', mostColumns, 1, 30_000);
  checkWhole('mostPoints', mostPoints, 1, 100_000);
  const names = explanation.names ?? matrix.names;
  const { rows } = matrix;
  const at = (row: number, part: number) =>
    explanation.values[(row * names.length + part) * explanation.width + output] as number;
  const all = names.map((column, part) => {
    let [sum, absolute] = [0, 0];
    for (let row = 0; row < rows; row++) {
      sum += at(row, part);
      absolute += Math.abs(at(row, part));
    }
    return { column, part, mean_absolute: absolute / rows, mean: sum / rows };
  });
  all.sort((a, b) => b.mean_absolute - a.mean_absolute || a.part - b.part);
  const step = Math.max(1, rows / mostPoints);
  const shown = Array.from({ length: Math.min(rows, mostPoints) }, (_, point) => Math.floor(point * step));
  return {
    rows,
    base: explanation.base[output] as number,
    columns: all.slice(0, mostColumns).map(({ part, ...own }) => {
      const shownValue = valuesShown(matrix, own.column, levels);
      const levelOf = levelsOf(matrix, own.column);
      return {
        ...own,
        points: shown.map((row) => ({
          value: shownValue(row),
          level: levelOf(row),
          contribution: at(row, part),
        })),
      };
    }),
    others: {
      columns: Math.max(0, all.length - mostColumns),
      mean_absolute: all.slice(mostColumns).reduce((sum, { mean_absolute }) => sum + mean_absolute, 0),
    },
  };
}

/**
 * Values of groups of columns: the sums of theirs, so that they still add up. Of trees on an encoded table, with
 * `groupsOfSources`, those of the table's columns.
 */
export function shapOfGroups(
  explanation: TreeExplanation,
  matrix: Matrix,
  groups: readonly ColumnGroup[],
): ShapValues {
  const parts = groupsOf(matrix.names, groups);
  const { width, base } = explanation;
  const from = matrix.names.length * width;
  const to = parts.length * width;
  const values = new Float64Array(matrix.rows * to);
  parts.forEach(({ columns }, part) => {
    for (const column of columns)
      for (let row = 0; row < matrix.rows; row++)
        for (let k = 0; k < width; k++) {
          const at = row * to + part * width + k;
          values[at] =
            (values[at] as number) + (explanation.values[row * from + column * width + k] as number);
        }
  });
  return { base, values, width, names: parts.map(({ name }) => name) };
}

export interface Waterfall {
  base: number;
  value: number;
  /** From the base to the value, largest first: each begins where the one before ends. */
  steps: {
    column: string;
    value: ShownValue;
    contribution: number;
    standard_error: number;
    from: number;
    to: number;
  }[];
  /** Columns left out, between the last step and the value. */
  others: { columns: number; contribution: number };
}

/** How one row comes from the base to what is said of it. */
export function waterfallOf(
  explanation: ShapValues,
  matrix: Matrix,
  row: number,
  { output, levels, mostColumns = 30 }: SummaryOptions,
): Waterfall {
  checkRow(matrix, row);
  checkOutput(output, explanation.width);
  const names = explanation.names ?? matrix.names;
  const base = explanation.base[output] as number;
  const all = names.map((column, part) => {
    const at = (row * names.length + part) * explanation.width + output;
    return {
      column,
      value: valuesShown(matrix, column, levels)(row),
      contribution: explanation.values[at] as number,
      standard_error: explanation.standardErrors?.[at] ?? 0,
    };
  });
  all.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  let to = base;
  const steps = all.slice(0, mostColumns).map((own) => {
    const from = to;
    to += own.contribution;
    return { ...own, from, to };
  });
  const rest = all.slice(mostColumns).reduce((sum, { contribution }) => sum + contribution, 0);
  return {
    base,
    value: to + rest,
    steps,
    others: { columns: Math.max(0, all.length - mostColumns), contribution: rest },
  };
}

/** Of a group of columns nothing is shown. */
function valuesShown(
  matrix: Matrix,
  name: string,
  levels: SummaryOptions['levels'],
): (row: number) => ShownValue {
  const column = matrix.names.indexOf(name);
  return (row) => shown(matrix, column, row, levels);
}

/** A cell as a person reads it. */
export function shown(
  matrix: Matrix,
  column: number,
  row: number,
  levels: SummaryOptions['levels'],
): ShownValue {
  const value = matrix.columns[column]?.[row] ?? Number.NaN;
  if (Number.isNaN(value)) return null;
  return (matrix.categories[column] as number) > 0
    ? (levels?.get(matrix.names[column] as string)?.[value] ?? value)
    : value;
}

/** Ranks of a column's numbers, from 0 to 1; equal ones share theirs. */
function levelsOf(matrix: Matrix, name: string): (row: number) => number | null {
  const column = matrix.names.indexOf(name);
  const values = matrix.columns[column];
  if (values === undefined || (matrix.categories[column] as number) > 0) return () => null;
  const known = Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]));
  const { ranks } = ranksOf(Float64Array.from(known, (row) => values[row] as number));
  const levels = new Map(
    known.map((row, at) => [row, known.length > 1 ? ((ranks[at] as number) - 1) / (known.length - 1) : 0.5]),
  );
  return (row) => levels.get(row) ?? null;
}
