import { seededRandom } from '@stroma/kernel';
import type { AutomlModel } from '../automl/automl-model.ts';
import type { Matrix } from '../estimator.ts';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import { shuffled } from '../table/splits.ts';
import { type ViewedModel, viewAutoml } from './automl-view.ts';
import { checkRow } from './predicting.ts';

export interface RowExplanation {
  /** What the model says on average of the rows the row is held against. */
  base: number;
  /** What it says of the row: base and all contributions together. */
  value: number;
  /** In the order of the model's columns; in the target's unit, or probability of the class. */
  contributions: { column: string; contribution: number; standard_error: number }[];
}

export interface RowExplanationOptions {
  row: number;
  output: number;
  seed: number;
  /** Predicted for it, about, where the columns leave a choice; 12,000 unless said. Fewer: sooner, and less sure. */
  rows?: number;
  signal?: AbortSignal;
}

const mostRows = 12_000;
/** Who asks for fewer waits for the answer: two walks are made then, however many columns there are, not eight. */
const fewRows = 1000;
/** Predicted at once. */
const rowsAtOnce = 4096;

/**
 * What each column adds to one output of one row of an AutoML model, at once and however many columns there are:
 * Shapley values by drawn orders of the columns, each walked forth and back from a row of the model's background to the
 * row. Štrumbelj & Kononenko 2014, doi:10.1007/s10115-013-0679-x. They sum exactly to `value - base`; each has the
 * standard error of the draws. `kernelShap` of `viewAutoml` is exact for few columns, and slower. The same seed gives the
 * same numbers. Throws INVALID_INPUT for a row the table does not have and columns the model does not know.
 */
export function explainRow(
  model: AutomlModel,
  table: FeatureTable,
  options: RowExplanationOptions,
): RowExplanation {
  const { view, walks } = walksOf(model, table, options);
  for (let step = walks.next(); ; ) {
    if (step.done) return step.value;
    step = walks.next(view.predict(step.value));
  }
}

/** As `explainRow`, of a model that may answer later. */
export async function explainRowLater(
  model: ViewedModel<Float64Array | Promise<Float64Array>>,
  table: FeatureTable,
  options: RowExplanationOptions,
): Promise<RowExplanation> {
  const { view, walks } = walksOf(model, table, options);
  for (let step = walks.next(); ; ) {
    if (step.done) return step.value;
    step = walks.next(await view.predict(step.value));
  }
}

function walksOf<Outputs extends Float64Array | Promise<Float64Array>>(
  model: ViewedModel<Outputs>,
  table: FeatureTable,
  options: RowExplanationOptions,
) {
  checkRow(table, options.row);
  const own = takeRows(table, Uint32Array.of(options.row));
  const view = viewAutoml(model, [own]);
  const width = Math.max(1, model.saved.problem.labels.length);
  return {
    view,
    walks: walksBetween({ own: view.matrixOf(own), background: view.background }, width, options),
  };
}

/** Asks for the outputs of each matrix it gives. */
function* walksBetween(
  ends: Ends,
  width: number,
  { output, seed, rows = mostRows, signal }: RowExplanationOptions,
): Generator<Matrix, RowExplanation, Float64Array> {
  const { names } = ends.own;
  const random = seededRandom(seed);
  const steps = names.length + 1;
  const least = rows < fewRows ? 1 : 4;
  const wanted = Math.max(least, Math.min(64, Math.floor(rows / steps / 2)));
  // A draw alone would say nothing of how much draws differ.
  const [count, turns] = wanted === 1 ? [2, 1] : [wanted, 2];
  const contributions = names.map(() => ({ sum: 0, squares: 0 }));
  let base = 0;
  let value = 0;
  const drawn = shuffled(ends.background.rows, random);
  const atOnce = Math.max(1, Math.floor(rowsAtOnce / steps / turns));
  for (let from = 0; from < count; from += atOnce) {
    signal?.throwIfAborted();
    const some = Array.from({ length: Math.min(count - from, atOnce) }, (_, at): Draw => {
      const order = shuffled(names.length, random);
      return {
        other: drawn[(from + at) % drawn.length] as number,
        orders: turns === 1 ? [order] : [order, order.slice().reverse()],
      };
    });
    const rowOf = placesOf(names.length, some.length, turns);
    const outputs = yield walked(ends, some, rowOf);
    some.forEach(({ orders }, draw) => {
      const gains = new Float64Array(names.length);
      orders.forEach((order, turn) => {
        const at = (step: number) => outputs[rowOf(draw, turn, step) * width + output] as number;
        base += at(0) / count / turns;
        value = at(names.length);
        order.forEach((column, step) => {
          gains[column] = (gains[column] as number) + (at(step + 1) - at(step)) / turns;
        });
      });
      contributions.forEach((kept, column) => {
        const gain = gains[column] as number;
        kept.sum += gain;
        kept.squares += gain * gain;
      });
    });
  }
  return {
    base,
    value,
    contributions: contributions.map(({ sum, squares }, at) => ({
      column: names[at] as string,
      contribution: sum / count,
      standard_error: Math.sqrt(Math.max(0, squares - sum ** 2 / count) / (count * (count - 1))),
    })),
  };
}

interface Ends {
  own: Matrix;
  background: Matrix;
}

/**
 * Walks from a row of the background, in an order of the columns and, where there is room, in the reverse of it. They
 * begin at one row and are no two draws.
 */
interface Draw {
  other: number;
  orders: readonly Uint32Array[];
}

/** The row of a matrix that a step of a walk is. */
type RowOf = (draw: number, turn: number, step: number) => number;

/** The end of all walks stands first, then the beginnings, one for each draw, then what lies between. */
function placesOf(columns: number, draws: number, turns: number): RowOf {
  return (draw, turn, step) => {
    if (step === columns) return 0;
    if (step === 0) return 1 + draw;
    return draws + (turns * draw + turn) * (columns - 1) + step;
  };
}

/** Step 0 is the background's row; each step more has one column more of the row's own. */
function walked({ own, background }: Ends, draws: readonly Draw[], rowOf: RowOf): Matrix {
  const between = Math.max(0, own.columns.length - 1);
  const rows = 1 + draws.reduce((sum, { orders }) => sum + 1 + orders.length * between, 0);
  const columns = own.columns.map((values) => new Float64Array(rows).fill(values[0] as number));
  draws.forEach(({ other, orders }, draw) => {
    orders.forEach((order, turn) => {
      order.forEach((column, from) => {
        const values = columns[column] as Float64Array;
        const value = background.columns[column]?.[other] as number;
        for (let step = 0; step <= from; step++) values[rowOf(draw, turn, step)] = value;
      });
    });
  });
  return { ...own, rows, columns };
}
