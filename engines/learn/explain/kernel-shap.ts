import { type SeededRandom, seededRandom } from '@stroma/kernel';
import type { Matrix } from '../estimator.ts';
import type { TreeExplanation } from '../trees/shap/tree-shap.ts';
import { allCoalitions, drawCoalitions } from './coalitions.ts';
import {
  type Asking,
  asking,
  type ColumnGroup,
  checkAlike,
  checkParts,
  checkSomeRows,
  checkWhole,
  type ExplanationRun,
  groupsOf,
  type Predict,
  rowsAtOnce,
} from './predicting.ts';
import { exactShapley, regressedShapley } from './shapley.ts';

export interface KernelShapOptions extends ExplanationRun {
  /** Rows the others are held against; some 20 to 200 of the training rows (`drawRows`). */
  background: Matrix;
  seed: number;
  /** Columns that come and go together. Others stand alone. */
  groups?: readonly ColumnGroup[];
  /** Sets of columns asked for each row, 4 for each column at least; 2048 and 2 for each column unless said. */
  coalitions?: number;
}

/** As that of trees, with a value for each of `names` in place of each column. */
export interface KernelExplanation extends TreeExplanation {
  /** Of the columns, or of the groups. */
  names: string[];
  /** As `values`: what drawing sets of columns leaves open. 0 where all were asked. */
  standardErrors: Float64Array;
}

/**
 * Shapley values of any predictor, in the unit of its outputs: what each column adds when its value in the row is known
 * rather than taken from a background row, on average of the background. Lundberg & Lee 2017, arXiv:1705.07874. They
 * sum exactly to the prediction less `base`. Where the columns in which a row differs from the background are few, all
 * their sets are asked and the values are exact; otherwise they are the weighted least squares of drawn sets. Missing
 * values are explained as any other. The same seed gives the same numbers. Predicts rows x coalitions x background rows.
 * Throws INVALID_INPUT for other columns, an empty background or more than 500 columns or groups, UNPROCESSABLE past
 * `mostPredictions`, and the reason of an aborted signal.
 */
export async function kernelShap(
  predict: Predict,
  matrix: Matrix,
  { background, seed, groups, coalitions, ...run }: KernelShapOptions,
): Promise<KernelExplanation> {
  checkAlike(matrix, background, 'The background');
  checkSomeRows(background, 'The background');
  checkSomeRows(matrix, 'What is to be explained');
  const parts = groupsOf(matrix.names, groups);
  const most = coalitions ?? 2048 + 2 * parts.length;
  checkParts(parts);
  checkWhole('coalitions', most, 4 * parts.length, 1_000_000);
  const games = Array.from({ length: matrix.rows }, (_, row) => gameOf(matrix, row, background, parts, most));
  const planned = games.reduce(
    (sum, { sets }) => sum + sets * background.rows,
    background.rows + matrix.rows,
  );
  const own = asking(
    predict,
    planned,
    'Explain fewer rows, or give fewer background rows or coalitions.',
    run,
  );
  const nothing = averaged(await own.ask(background), background.rows, 1);
  const outputs = await own.ask(matrix);
  const width = own.width;
  const values = new Float64Array(matrix.rows * parts.length * width);
  const standardErrors = new Float64Array(values.length);
  for (const [row, game] of games.entries()) {
    const gains = nothing.map((base, k) => (outputs[row * width + k] as number) - base);
    const random = seededRandom((seed + Math.imul(row, 0x9e3779b9)) | 0);
    const found = await solve(own, matrix, row, background, game, gains, nothing, random);
    game.players.forEach((part, player) => {
      for (let k = 0; k < width; k++) {
        const at = (row * parts.length + part) * width + k;
        values[at] = found.values[player * width + k] as number;
        standardErrors[at] = found.errors[player * width + k] as number;
      }
    });
  }
  return { base: nothing, values, width, names: parts.map(({ name }) => name), standardErrors };
}

/** Of one row. */
interface Game {
  /** Places of the groups in which it differs from some background row: others add nothing. */
  players: number[];
  columns: (readonly number[])[];
  /** Sets to be asked, about. */
  sets: number;
  most: number;
}

function gameOf(
  matrix: Matrix,
  row: number,
  background: Matrix,
  parts: readonly ColumnGroup[],
  most: number,
): Game {
  const differs = (column: number): boolean => {
    const value = matrix.columns[column]?.[row] as number;
    return (background.columns[column] as Float64Array).some((other) => !Object.is(other, value));
  };
  const players = parts.flatMap(({ columns }, at) => (columns.some(differs) ? [at] : []));
  return {
    players,
    columns: players.map((at) => parts[at]?.columns ?? []),
    sets: Math.min(2 ** players.length - 2, most),
    most,
  };
}

async function solve(
  own: Asking,
  matrix: Matrix,
  row: number,
  background: Matrix,
  { players, columns, most }: Game,
  gains: Float64Array,
  nothing: Float64Array,
  random: SeededRandom,
): Promise<{ values: Float64Array; errors: Float64Array }> {
  const count = players.length;
  const width = gains.length;
  if (count < 2) return { values: count === 0 ? new Float64Array() : gains, errors: new Float64Array(width) };
  const worthsOf = (members: Uint8Array) =>
    worthsOfSets(own, matrix, row, background, columns, members, nothing);
  if (2 ** count - 2 > most) {
    const coalitions = drawCoalitions(count, most, random);
    return regressedShapley(coalitions, await worthsOf(coalitions.members), gains);
  }
  const members = allCoalitions(count);
  const worths = new Float64Array((members.length / count) * width);
  worths.set(await worthsOf(members.subarray(count, members.length - count)), width);
  worths.set(gains, worths.length - width);
  return { values: exactShapley(count, worths, width), errors: new Float64Array(count * width) };
}

/** What each set is worth beyond the empty one: sets x outputs. */
async function worthsOfSets(
  own: Asking,
  matrix: Matrix,
  row: number,
  background: Matrix,
  columns: readonly (readonly number[])[],
  members: Uint8Array,
  nothing: Float64Array,
): Promise<Float64Array> {
  const players = columns.length;
  const sets = members.length / players;
  const width = nothing.length;
  const worths = new Float64Array(sets * width);
  const step = Math.max(1, Math.floor(rowsAtOnce(matrix) / background.rows));
  for (let from = 0; from < sets; from += step) {
    const to = Math.min(sets, from + step);
    const mixed = mixedRows(matrix, row, background, columns, members.subarray(from * players, to * players));
    worths.set(averaged(await own.ask(mixed), background.rows, to - from), from * width);
  }
  return worths.map((worth, at) => worth - (nothing[at % width] as number));
}

/** The background once for each set, with the row's own values in the columns of the set's members. */
function mixedRows(
  matrix: Matrix,
  row: number,
  background: Matrix,
  columns: readonly (readonly number[])[],
  members: Uint8Array,
): Matrix {
  const players = columns.length;
  const sets = members.length / players;
  const playerOf = new Int32Array(matrix.columns.length).fill(-1);
  columns.forEach((own, player) => {
    for (const column of own) playerOf[column] = player;
  });
  return {
    ...matrix,
    rows: sets * background.rows,
    columns: background.columns.map((others, column) => {
      const values = new Float64Array(sets * background.rows);
      const player = playerOf[column] as number;
      const value = matrix.columns[column]?.[row] as number;
      for (let set = 0; set < sets; set++) {
        const from = set * background.rows;
        if (player >= 0 && members[set * players + player] === 1)
          values.fill(value, from, from + background.rows);
        else values.set(others, from);
      }
      return values;
    }),
  };
}

/** Means over each of `sets` runs of `rows` rows: sets x outputs. */
function averaged(outputs: Float64Array, rows: number, sets: number): Float64Array {
  const width = outputs.length / (rows * sets);
  const means = new Float64Array(sets * width);
  outputs.forEach((value, at) => {
    const to = Math.floor(at / (rows * width)) * width + (at % width);
    means[to] = (means[to] as number) + value;
  });
  return means.map((sum) => sum / rows);
}
