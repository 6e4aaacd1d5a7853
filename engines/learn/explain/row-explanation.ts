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
/** Who asks for fewer waits for the answer: two orders are drawn then, however many columns there are, not four. */
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
  const least = rows < fewRows ? 2 : 4;
  const walks = 2 * Math.max(least, Math.min(64, Math.floor(rows / steps / 2)));
  const contributions = names.map(() => ({ sum: 0, squares: 0 }));
  let base = 0;
  let value = 0;
  const drawn = shuffled(ends.background.rows, random);
  let order = shuffled(names.length, random);
  const atOnce = Math.max(1, Math.floor(rowsAtOnce / steps));
  for (let from = 0; from < walks; from += atOnce) {
    signal?.throwIfAborted();
    const some: Walk[] = [];
    for (let walk = from; walk < Math.min(walks, from + atOnce); walk++) {
      order = walk % 2 === 0 ? shuffled(names.length, random) : order.slice().reverse();
      some.push({ other: drawn[(walk >> 1) % drawn.length] as number, order });
    }
    const outputs = yield walked(ends, some);
    some.forEach((walk, place) => {
      const at = (step: number) => outputs[(place * steps + step) * width + output] as number;
      base += at(0) / walks;
      value = at(steps - 1);
      walk.order.forEach((column, step) => {
        const gain = at(step + 1) - at(step);
        const kept = contributions[column] as { sum: number; squares: number };
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
      contribution: sum / walks,
      standard_error: Math.sqrt(Math.max(0, squares / walks - (sum / walks) ** 2) / walks),
    })),
  };
}

interface Ends {
  own: Matrix;
  background: Matrix;
}

/** From a row of the background, in an order of the columns. */
interface Walk {
  other: number;
  order: Uint32Array;
}

/** One walk after the other. Step 0 is the background's row; each step more has one column more of the row's own. */
function walked({ own, background }: Ends, walks: readonly Walk[]): Matrix {
  const steps = own.columns.length + 1;
  const columns = own.columns.map(() => new Float64Array(walks.length * steps));
  walks.forEach(({ other, order }, walk) => {
    const [from, to] = [walk * steps, (walk + 1) * steps];
    order.forEach((column, step) => {
      columns[column]
        ?.fill(background.columns[column]?.[other] as number, from, to)
        .fill(own.columns[column]?.[0] as number, from + step + 1, to);
    });
  });
  return { ...own, rows: walks.length * steps, columns };
}
