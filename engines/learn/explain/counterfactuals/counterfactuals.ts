import { StromaError, seededRandom } from '@stroma/kernel';
import type { Matrix } from '../../estimator.ts';
import { knownSorted } from '../grid.ts';
import {
  type Asking,
  asking,
  checkAlike,
  checkRow,
  checkSomeRows,
  checkWhole,
  drawRows,
  type ExplanationRun,
  type Predict,
} from '../predicting.ts';
import { matrixOfRows, RowDistance, rowOf } from '../row-distance.ts';
import { type ShownValue, shown } from '../shap-summary.ts';
import { checkGoal, type Goal, gapsOf } from './goal.ts';
import { type ColumnLimit, Limits } from './limits.ts';
import { Plausibility } from './plausibility.ts';
import { beginnings, changedColumns, type SearchSpace, shrunk, Trial, valuesTried } from './search.ts';

export interface CounterfactualOptions extends ExplanationRun {
  row: number;
  goal: Goal;
  /** What changes come from and are held against: some hundred to two thousand rows; of more as many are drawn. */
  data: Matrix;
  seed: number;
  limits?: readonly ColumnLimit[];
  /** Wanted; 3 unless said. */
  count?: number;
  /** Columns one may change; all unless said. */
  mostChanges?: number;
  /**
   * Share of the data's rows that must lie as far from the others, unless the row itself lies about as far; 0.02 unless
   * said.
   */
  leastPlausibility?: number;
  /** Names of codes, by column. */
  levels?: ReadonlyMap<string, readonly string[]>;
}

export interface Counterfactual {
  changes: { column: string; from: ShownValue; to: ShownValue }[];
  outputs: number[];
  /** Sum over the changes: of numbers in spreads of the data, 1 for a category. */
  distance: number;
  /** Share of the data's rows that lie as far from the others, or farther. */
  plausibility: number;
  /** Of the ten nearest rows of the data, the share of which the goal is said. */
  neighbours_share: number;
}

export interface Counterfactuals {
  /** Outputs of the row itself. */
  given: number[];
  /** Fewest and smallest changes first. */
  found: Counterfactual[];
  /** Where none was found: what came nearest, and how far it is from the goal in the unit of the outputs. */
  nearest: { changes: Counterfactual['changes']; gap: number } | null;
  /** What reached the goal but is unlike any row of the data, or changes too many columns. */
  set_aside: number;
  /** Rows predicted. */
  predicted: number;
  message: string;
}

const mostData = 2000;
const mostDataCells = 5_000_000;
const usualRoom = 50_000;

/**
 * The least that would have to be otherwise for the model to say something else of a row. Each is tried on the model
 * itself, respects the limits, cannot be had with one change less, takes values the data hold (or a limit), and is no
 * odder than rows of the data are. Several differ in which columns change. Wachter, Mittelstadt & Russell 2017,
 * arXiv:1711.00399; Mothilal, Sharma & Tan 2020 (sparse and diverse), doi:10.1145/3351095.3372850. They say what the
 * model would say, not what would come about. Begins at unlike rows of the data and single changes, takes changes back
 * and makes them smaller; predicts at most `mostPredictions` rows (50,000 unless said) and then gives what it has.
 * `rows` are those of `found`. The same seed gives the same. Throws INVALID_INPUT for other columns, bad limits, or a
 * goal that the row has reached already, and the reason of an aborted signal.
 */
export async function counterfactuals(
  predict: Predict,
  matrix: Matrix,
  options: CounterfactualOptions,
): Promise<Counterfactuals & { rows: Matrix }> {
  const { goal, seed, count = 3, mostPredictions = usualRoom, signal, onProgress } = options;
  checkRow(matrix, options.row);
  checkAlike(matrix, options.data, 'The data');
  checkSomeRows(options.data, 'The data');
  checkWhole('count', count, 1, 100);
  const limits = new Limits(matrix, options.limits ?? []);
  const triedValues = valuesTried(limits, matrix.names.length);
  const most = Math.floor(mostDataCells / Math.max(1, matrix.names.length));
  const data = drawRows(options.data, Math.max(100, Math.min(mostData, most)), seed);
  const own = asking(predict, data.rows + 1, 'Give fewer rows of data.', {
    mostPredictions,
    ...(signal === undefined ? {} : { signal }),
  });
  const row = rowOf(matrix, options.row);
  const given = await own.ask(matrixOfRows(matrix, [row]));
  checkGoal(goal, own.width);
  if (gapsOf(goal, given, own.width)[0] === 0)
    throw new StromaError(
      'INVALID_INPUT',
      'A goal was expected that the model does not say of the row already. Choose another class or other bounds.',
    );
  const reaches = Uint8Array.from(gapsOf(goal, await own.ask(data), own.width), (gap) => (gap === 0 ? 1 : 0));
  const distance = new RowDistance(data);
  const space: SearchSpace = {
    row,
    data,
    reaches,
    limits,
    distance,
    observed: observedIn(data),
    triedValues,
  };
  const trial = new Trial(own, matrix, goal, mostPredictions - own.asked);
  const plausibility = new Plausibility(data, distance, seededRandom(seed));
  const least = options.leastPlausibility ?? 0.02;
  // An odd row cannot be asked to become an ordinary one, only not a much odder one.
  const farthest = 1.1 * plausibility.reach(row);
  const begun = await beginnings(space, trial);
  const kept: { changed: Float64Array; columns: number[]; distance: number; plausibility: number }[] = [];
  const seen = new Set<string>();
  let set_aside = 0;
  for (const [at, start] of begun.entries()) {
    onProgress?.(at / begun.length);
    const changed = await shrunk(space, start, trial);
    if (changed === null) break;
    const columns = changedColumns(row, changed);
    const name = columns.map((column) => `${column}=${changed[column]}`).join();
    if (seen.has(name)) continue;
    seen.add(name);
    const ordinary = plausibility.of(changed);
    const isOdd = ordinary < least && plausibility.reach(changed) > farthest;
    if (isOdd || columns.length > (options.mostChanges ?? Number.POSITIVE_INFINITY)) set_aside += 1;
    else kept.push({ changed, columns, distance: distance.of(row, changed), plausibility: ordinary });
  }
  onProgress?.(1);
  const picked = unlikeEachOther(kept, count);
  const outputs =
    picked.length === 0
      ? new Float64Array()
      : await own.ask(
          matrixOfRows(
            matrix,
            picked.map(({ changed }) => changed),
          ),
        );
  const gaps = gapsOf(goal, outputs, own.width);
  // Single precision may round otherwise among other rows: what does not hold twice is not told.
  const chosen = picked.flatMap((counterfactual, at) =>
    gaps[at] === 0
      ? [{ ...counterfactual, outputs: Array.from(outputs.subarray(at * own.width, (at + 1) * own.width)) }]
      : [],
  );
  const rows = matrixOfRows(
    matrix,
    chosen.map(({ changed }) => changed),
  );
  const changesOf = (changed: Float64Array): Counterfactual['changes'] => {
    const pair = matrixOfRows(matrix, [row, changed]);
    return changedColumns(row, changed).map((column) => ({
      column: matrix.names[column] as string,
      from: shown(pair, column, 0, options.levels),
      to: shown(pair, column, 1, options.levels),
    }));
  };
  const found = chosen.map(({ changed, outputs: said, distance: away, plausibility: ordinary }) => {
    const near = plausibility.nearest(changed, 10);
    return {
      changes: changesOf(changed),
      outputs: said,
      distance: away,
      plausibility: ordinary,
      neighbours_share: near.reduce((sum, other) => sum + (reaches[other] as number), 0) / near.length,
    };
  });
  const nearest =
    found.length > 0 || trial.nearest === null || limits.movable.length === 0
      ? null
      : { changes: changesOf(trial.nearest.row), gap: trial.nearest.gap };
  return {
    given: Array.from(given),
    found,
    nearest,
    set_aside,
    predicted: own.asked,
    message: messageOf(found.length, count, set_aside, nearest, trial.spent, own),
    rows,
  };
}

function observedIn(data: Matrix): SearchSpace['observed'] {
  const known = new Map<number, number[]>();
  return (column) => {
    const before = known.get(column);
    if (before !== undefined) return before;
    const values = [...new Set(knownSorted(data.columns[column] as Float64Array))];
    known.set(column, values);
    return values;
  };
}

/** The cheapest first, then those that change other columns; what changes the same ones as another only by default. */
function unlikeEachOther<T extends { columns: readonly number[]; distance: number }>(
  kept: readonly T[],
  count: number,
): T[] {
  const cost = ({ columns, distance }: T) => columns.length + distance;
  const ordered = kept.toSorted((a, b) => cost(a) - cost(b));
  const chosen: T[] = [];
  const names = new Set<string>();
  for (const own of ordered) {
    const name = own.columns.join();
    if (chosen.length < count && !names.has(name)) {
      chosen.push(own);
      names.add(name);
    }
  }
  const rest = ordered.filter((own) => !chosen.includes(own)).slice(0, count - chosen.length);
  return [...chosen, ...rest].sort((a, b) => cost(a) - cost(b));
}

function messageOf(
  found: number,
  count: number,
  setAside: number,
  nearest: Counterfactuals['nearest'],
  spent: boolean,
  own: Asking,
): string {
  const parts: string[] = [];
  if (found > 0) parts.push(`Found ${found} of ${count}.`);
  else if (setAside > 0)
    parts.push('None was found that is like the data within the limits: what reaches the goal is not.');
  else if (nearest !== null)
    parts.push(
      `None was found within the limits; the nearest is ${Number(nearest.gap.toPrecision(3))} from the goal.`,
    );
  else parts.push('None was found: no column may change.');
  if (setAside > 0) parts.push(`${setAside} set aside: unlike any row of the data, or of too many changes.`);
  if (spent) parts.push(`The search ended after ${own.asked} predictions; there may be more.`);
  return parts.join(' ');
}
