import type { Matrix } from '../../estimator.ts';
import { type Asking, checkCells } from '../predicting.ts';
import { leastOf, matrixOfRows, type RowDistance, rowOf } from '../row-distance.ts';
import { type Goal, gapsOf } from './goal.ts';
import type { Limits } from './limits.ts';

/** Values of a column that are tried, where there are not too many columns, and unlike rows that are begun from. */
const mostValues = 24;
const triedRows = 120;
const begunRows = 24;
const mostBeginnings = 80;

/** Rows held against the goal, as long as there is room. Rows past it count as far from it. */
export class Trial {
  /** The nearest to the goal that was met, while none reached it. */
  nearest: { row: Float64Array; gap: number } | null = null;
  spent = false;
  readonly #asking: Asking;
  readonly #like: Matrix;
  readonly #goal: Goal;
  #left: number;

  constructor(own: Asking, like: Matrix, goal: Goal, most: number) {
    this.#asking = own;
    this.#like = like;
    this.#goal = goal;
    this.#left = most;
  }

  async gaps(rows: readonly Float64Array[]): Promise<Float64Array> {
    const gaps = new Float64Array(rows.length).fill(Number.POSITIVE_INFINITY);
    const asked = rows.slice(0, this.#left);
    if (asked.length < rows.length) this.spent = true;
    if (asked.length === 0) return gaps;
    this.#left -= asked.length;
    const outputs = await this.#asking.ask(matrixOfRows(this.#like, asked));
    gaps.set(gapsOf(this.#goal, outputs, this.#asking.width));
    asked.forEach((row, at) => {
      const gap = gaps[at] as number;
      if (this.nearest === null || gap < this.nearest.gap) this.nearest = { row, gap };
    });
    return gaps;
  }
}

export interface SearchSpace {
  row: Float64Array;
  data: Matrix;
  /** Of the data, by row. */
  reaches: Uint8Array;
  limits: Limits;
  distance: RowDistance;
  /** Different numbers of a column of the data, ascending. */
  observed(column: number): readonly number[];
  /** Of each column. */
  triedValues: number;
}

const mostCells = 10_000_000;

/** How many values of each column there is room to try at once. Throws UNPROCESSABLE for fewer than three. */
export function valuesTried(limits: Limits, columns: number): number {
  const each = Math.max(1, limits.movable.length * columns);
  checkCells(3 * each, mostCells, 'Say of more columns that they must stay (change: none).');
  return Math.min(mostValues, Math.floor(mostCells / each));
}

/**
 * Rows that reach the goal, nearest first: changes of one column; unlike rows of the data, as near to them as the limits
 * allow; and steps of one column after the other, each the one that comes nearest to the goal.
 */
export async function beginnings(space: SearchSpace, trial: Trial): Promise<Float64Array[]> {
  const { row, data, reaches, limits, distance } = space;
  const found: Float64Array[] = [];
  const single = singleChanges(space, row);
  const gaps = await trial.gaps(single.map(({ changed }) => changed));
  const smallest = new Map<number, SingleChange>();
  single.forEach((change, at) => {
    const before = smallest.get(change.column);
    const isSmaller =
      before === undefined ||
      change.apart < before.apart ||
      (change.apart === before.apart && change.extreme < before.extreme);
    if (gaps[at] === 0 && isSmaller) smallest.set(change.column, change);
  });
  for (const { changed } of smallest.values()) found.push(changed);
  const unlike: Float64Array[] = [];
  for (let at = 0; at < data.rows; at++)
    if (reaches[at] === 1) unlike.push(limits.rowTowards(row, rowOf(data, at)));
  const away = Float64Array.from(unlike, (other) => distance.of(row, other));
  const near = leastOf(away, triedRows).map((at) => unlike[at] as Float64Array);
  const nearGaps = await trial.gaps(near);
  const reaching = near.filter((_, at) => nearGaps[at] === 0);
  found.push(...reaching.slice(0, begunRows));
  const stepped = await climb(space, row, single, gaps, trial);
  if (stepped !== null) found.push(stepped);
  if (found.length === 0 && near.length > 0) {
    const [best = 0] = leastOf(nearGaps, 1);
    const later = await climb(space, near[best] as Float64Array, null, null, trial);
    if (later !== null) found.push(later);
  }
  const costs = Float64Array.from(found, (other) => distance.of(row, other));
  return leastOf(costs, mostBeginnings).map((at) => found[at] as Float64Array);
}

interface SingleChange {
  column: number;
  changed: Float64Array;
  apart: number;
  /** How far from the middle of the values: what a missing one is filled with first. */
  extreme: number;
}

/** Every value of the data that is tried, in one column of `from` at a time; `limits` hold from the row explained. */
function singleChanges(space: SearchSpace, from: Float64Array): SingleChange[] {
  const { row, limits, distance } = space;
  return limits.movable.flatMap((column) => {
    const own = row[column] as number;
    const values = new Set(valuesOf(space, column).map((wanted) => limits.towards(column, own, wanted)));
    return Array.from(values).flatMap((value, at) => {
      if (Object.is(value, from[column])) return [];
      const changed = from.slice();
      changed[column] = value;
      return [
        {
          column,
          changed,
          apart: distance.apart(column, own, value),
          extreme: Math.abs(2 * at - values.size),
        },
      ];
    });
  });
}

function valuesOf({ data, observed, triedValues }: SearchSpace, column: number): number[] {
  if ((data.categories[column] as number) === 0) return spaced(observed(column), triedValues);
  const counts = new Map<number, number>();
  for (const code of data.columns[column] as Float64Array)
    if (!Number.isNaN(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || a - b)
    .slice(0, 2 * triedValues)
    .map(([code]) => code);
}

/** About `most` of them, evenly, the first and last among them. */
function spaced(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from(
    { length: most },
    (_, at) => values[Math.round((at * (values.length - 1)) / (most - 1))] as number,
  );
}

/** A row that reaches the goal by single steps, or null where no step comes nearer. */
async function climb(
  space: SearchSpace,
  from: Float64Array,
  firstSteps: SingleChange[] | null,
  firstGaps: Float64Array | null,
  trial: Trial,
): Promise<Float64Array | null> {
  let steps = firstSteps ?? singleChanges(space, from);
  let gaps = firstGaps ?? (await trial.gaps(steps.map(({ changed }) => changed)));
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < space.limits.movable.length && !trial.spent; round++) {
    const [best] = leastOf(gaps, 1);
    if (best === undefined || (gaps[best] as number) >= least) return null;
    least = gaps[best] as number;
    const { changed } = steps[best] as SingleChange;
    if (least === 0) return changed;
    steps = singleChanges(space, changed);
    gaps = await trial.gaps(steps.map((step) => step.changed));
  }
  return null;
}

/**
 * The same with as few and as small changes as keep the goal: none can be taken back alone. Null where the room for
 * predictions ended before that was known.
 */
export async function shrunk(
  space: SearchSpace,
  begun: Float64Array,
  trial: Trial,
): Promise<Float64Array | null> {
  let own = begun;
  for (;;) {
    own = await withoutSpare(space, own, trial);
    const nearer = await withSmallerSteps(space, own, trial);
    if (trial.spent) return null;
    if (nearer === null) return own;
    own = nearer;
  }
}

export const changedColumns = (from: Float64Array, to: Float64Array): number[] =>
  Array.from(from.keys()).filter((column) => !Object.is(from[column], to[column]));

/** Takes changes back while the goal is kept, first many at once, at last one by one, the largest first. */
async function withoutSpare(
  { row, distance }: SearchSpace,
  begun: Float64Array,
  trial: Trial,
): Promise<Float64Array> {
  let own = begun;
  let size = Math.max(1, changedColumns(row, own).length >> 1);
  while (!trial.spent) {
    const changed = changedColumns(row, own).sort(
      (a, b) =>
        distance.apart(b, row[b] as number, own[b] as number) -
          distance.apart(a, row[a] as number, own[a] as number) || a - b,
    );
    if (changed.length < 2) return own;
    const tries: Float64Array[] = [];
    for (let from = 0; from < changed.length; from += size) {
      const back = own.slice();
      for (const column of changed.slice(from, from + size)) back[column] = row[column] as number;
      tries.push(back);
    }
    const gaps = await trial.gaps(tries);
    const kept = gaps.indexOf(0);
    if (kept >= 0) own = tries[kept] as Float64Array;
    else if (size === 1) return own;
    else size >>= 1;
  }
  return own;
}

/** Each changed number as near to its own value as a value of the data allows. Null where none comes nearer. */
async function withSmallerSteps(
  { row, data, limits, distance, observed }: SearchSpace,
  begun: Float64Array,
  trial: Trial,
): Promise<Float64Array | null> {
  let own = begun;
  for (const column of changedColumns(row, begun)) {
    const from = row[column] as number;
    if ((data.categories[column] as number) > 0 || Number.isNaN(from)) continue;
    // Twice, the second time between the value found and the one before it.
    let [near, far] = [from, own[column] as number];
    for (let round = 0; round < 2; round++) {
      const between = spaced(
        observed(column).filter(
          (value) =>
            value > Math.min(near, far) &&
            value < Math.max(near, far) &&
            limits.towards(column, from, value) === value,
        ),
        mostValues,
      ).sort((a, b) => distance.apart(column, from, a) - distance.apart(column, from, b));
      if (between.length === 0) break;
      const tries = between.map((value) => own.with(column, value));
      const gaps = await trial.gaps(tries);
      const kept = gaps.indexOf(0);
      near = kept === 0 ? near : (between[kept < 0 ? between.length - 1 : kept - 1] as number);
      if (kept < 0) continue;
      far = between[kept] as number;
      own = tries[kept] as Float64Array;
    }
  }
  return own === begun ? null : own;
}
