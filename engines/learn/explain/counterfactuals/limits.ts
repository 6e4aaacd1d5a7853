import { StromaError } from '@stroma/kernel';
import type { Matrix } from '../../estimator.ts';

/** How a column may change. Columns without one may take any value of the data. */
export interface ColumnLimit {
  column: number;
  /** 'none': must stay as it is. 'up', 'down': of numbers, only so. 'any' when left out. */
  change?: 'any' | 'none' | 'up' | 'down';
  /** Of a number that changes. */
  at_least?: number;
  at_most?: number;
  /** Of a category that changes: to these. */
  codes?: readonly number[];
}

export class Limits {
  readonly #limits = new Map<number, ColumnLimit>();
  readonly #isCategory: readonly boolean[];

  /** Throws INVALID_INPUT for columns that are not there or named twice, and for an order where there is none. */
  constructor({ names, categories }: Matrix, limits: readonly ColumnLimit[]) {
    this.#isCategory = categories.map((count) => count > 0);
    for (const limit of limits) {
      const { column, change = 'any', at_least, at_most } = limit;
      const name = names[column];
      if (name === undefined || this.#limits.has(column))
        throw new StromaError(
          'INVALID_INPUT',
          `Limits of columns 0 to ${names.length - 1} were expected, one of each; column ${column} ${name === undefined ? 'is not there' : 'has two'}.`,
        );
      const isOrdered =
        change === 'up' || change === 'down' || at_least !== undefined || at_most !== undefined;
      if (isOrdered && this.#isCategory[column] === true)
        throw new StromaError(
          'INVALID_INPUT',
          `Categories of "${name}" have no order; say which they may become (codes), or that they must stay ('none').`,
          { column: name },
        );
      if ((at_least ?? Number.NEGATIVE_INFINITY) > (at_most ?? Number.POSITIVE_INFINITY))
        throw new StromaError(
          'INVALID_INPUT',
          `At least must not be above at most; ${at_least} and ${at_most} were given for "${name}".`,
          { column: name },
        );
      this.#limits.set(column, limit);
    }
  }

  /** Columns that may change. */
  get movable(): number[] {
    return this.#isCategory.flatMap((_, column) =>
      this.#limits.get(column)?.change === 'none' ? [] : [column],
    );
  }

  /** As near to `wanted` as is allowed; `from` where nothing is. A known value never becomes a missing one. */
  towards(column: number, from: number, wanted: number): number {
    if (wanted === from || Number.isNaN(wanted)) return from;
    const limit = this.#limits.get(column);
    if (limit === undefined) return wanted;
    if (limit.change === 'none') return from;
    if (this.#isCategory[column] === true)
      return limit.codes === undefined || limit.codes.includes(wanted) ? wanted : from;
    const { at_least = Number.NEGATIVE_INFINITY, at_most = Number.POSITIVE_INFINITY } = limit;
    const within = Math.min(at_most, Math.max(at_least, wanted));
    if (limit.change === 'up' && !(within > from)) return from;
    if (limit.change === 'down' && !(within < from)) return from;
    return within;
  }

  rowTowards(from: Float64Array, wanted: Float64Array): Float64Array {
    return from.map((value, column) => this.towards(column, value, wanted[column] as number));
  }
}
