import { StromaError } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import { checkLengths, type Weights, weightAt } from '../scores/confusion.ts';
import type { FeatureColumn } from '../table/feature-table.ts';
import { crossed, type Group, groupsBy } from './groups.ts';

export interface Reweighing {
  /** Of each row: the `weights` of any `Fit`. Where every group has every class, they sum to what the weights given do. */
  weights: Float64Array;
  /** By what each row of a group and class is multiplied. */
  cells: { group: Group; code: number; rows: number; factor: number }[];
}

/**
 * Weights under which class and group are independent: what was expected of a group and class over what is there.
 * Groups are the intersections of the columns; rows where one is missing are a group. A group that has no row of a
 * class stays without it: no weight can give it one. Throws INVALID_INPUT for targets that are not classes.
 * Kamiran & Calders 2012, doi:10.1007/s10115-011-0463-8. O(rows · columns).
 */
export function reweigh(
  target: Target,
  columns: readonly FeatureColumn[],
  options: { weights?: Weights; cuts?: Readonly<Record<string, readonly number[]>> } = {},
): Reweighing {
  if (target.kind !== 'class' || columns.length === 0)
    throw new StromaError(
      'INVALID_INPUT',
      `Reweighing was expected of classes and at least one protected column; a target of ${target.kind} and ${columns.length} columns were given.`,
    );
  const { codes, classes } = target;
  const set = crossed(columns.map((column) => groupsBy(column, options.cuts?.[column.name])));
  checkLengths(codes.length, set.codes.length, 'groups');
  const count = set.groups.length;
  const [byGroup, byClass, byCell, rows] = [count, classes, count * classes, count * classes].map(
    (length) => new Float64Array(length),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const cellOf = (row: number) => (set.codes[row] as number) * classes + (codes[row] as number);
  const add = (sums: Float64Array, at: number, own: number) => {
    sums[at] = (sums[at] as number) + own;
  };
  let total = 0;
  for (let row = 0; row < codes.length; row++) {
    const own = weightAt(options.weights, row);
    add(byGroup, set.codes[row] as number, own);
    add(byClass, codes[row] as number, own);
    add(byCell, cellOf(row), own);
    add(rows, cellOf(row), 1);
    total += own;
  }
  const factors = byCell.map((own, cell) =>
    own === 0
      ? 0
      : ((byGroup[Math.floor(cell / classes)] as number) * (byClass[cell % classes] as number)) /
        (total * own),
  );
  return {
    weights: Float64Array.from(
      codes,
      (_, row) => (factors[cellOf(row)] as number) * weightAt(options.weights, row),
    ),
    cells: Array.from(factors, (factor, cell) => ({
      group: set.groups[Math.floor(cell / classes)] as Group,
      code: cell % classes,
      rows: rows[cell] as number,
      factor,
    })),
  };
}
