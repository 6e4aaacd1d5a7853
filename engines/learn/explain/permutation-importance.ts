import { StromaError, seededRandom } from '@stroma/kernel';
import { studentUpperQuantile } from '@stroma/stats';
import { takeOutputs } from '../automl/fold-fit.ts';
import type { Matrix, Target } from '../estimator.ts';
import { bootstrapInterval } from '../scores/intervals.ts';
import { type MetricName, metrics, scoreOf } from '../scores/metrics.ts';
import { shuffled } from '../table/splits.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import {
  asking,
  type ColumnGroup,
  checkSomeRows,
  checkWhole,
  type ExplanationRun,
  groupsOf,
  type Predict,
} from './predicting.ts';

export interface PermutationImportanceOptions extends ExplanationRun {
  seed: number;
  metric: MetricName;
  /** Times each column is shuffled, 2 or more; 10 unless said. */
  repeats?: number;
  /** Columns shuffled together, in one order: correlated ones stand in for each other when shuffled alone. */
  groups?: readonly ColumnGroup[];
  /** Of the intervals; 0.95 unless said. */
  level?: number;
  /**
   * Times the rows are drawn anew for the intervals, which then tell where importance would lie on other rows of the same
   * kind (percentiles; within classes). None unless said: intervals then tell of the mean over all shuffles of these rows.
   * Takes columns x repeats x resamples scores.
   */
  resamples?: number;
  /** Of each row, 0 or more. */
  weights?: Float64Array;
}

export interface PermutationImportance {
  metric: MetricName;
  /** The score with every column in its order. */
  score: number;
  rows: number;
  repeats: number;
  level: number;
  /** In the order of the columns. How much worse the score becomes: above 0 where the column helps. */
  importances: {
    name: string;
    columns: string[];
    importance: number;
    /** Over the repeats, divided by their number. */
    sd: number;
    /** See `resamples`. */
    ci: [number, number];
  }[];
}

/**
 * How much worse a model is where a column tells nothing: the score less that with the column's values shuffled among
 * the rows, in the direction in which more is worse. Rows it was not trained on tell what it needs, training rows what it
 * leans on. Breiman 2001, doi:10.1023/A:1010933404324; Fisher, Rudin & Dominici 2019, JMLR 20(177). The same seed gives
 * the same numbers. Predicts rows x columns (or groups) x repeats. Throws INVALID_INPUT for a metric of another kind of
 * target or other lengths, UNPROCESSABLE past `mostPredictions`, and the reason of an aborted signal.
 */
export async function permutationImportance(
  predict: Predict,
  matrix: Matrix,
  target: Target,
  options: PermutationImportanceOptions,
): Promise<PermutationImportance> {
  const { seed, metric, repeats = 10, groups, level = 0.95, resamples = 0, weights, ...run } = options;
  checkSomeRows(matrix, 'What importance is measured on');
  checkWhole('repeats', repeats, 2, 10_000);
  if (resamples !== 0) checkWhole('resamples', resamples, 50, 10_000);
  if (rowsOfTarget(target) !== matrix.rows)
    throw new StromaError(
      'INVALID_INPUT',
      `A target for each of ${matrix.rows} rows was expected; ${rowsOfTarget(target)} were given.`,
    );
  if (!(level > 0 && level < 1))
    throw new StromaError('INVALID_INPUT', `A level between 0 and 1 was expected; ${level} was given.`);
  const parts = groupsOf(matrix.names, groups);
  const planned = matrix.rows * (1 + parts.length * repeats);
  const { ask } = asking(predict, planned, 'Give fewer rows or repeats, or group columns.', run);
  const scored = (outputs: Float64Array) => scoreOf(metric, target, outputs, weights);
  const said = await ask(matrix);
  const score = scored(said);
  const random = seededRandom(seed);
  const sign = metrics[metric].more ? 1 : -1;
  const reach = studentUpperQuantile((1 - level) / 2, repeats - 1) / Math.sqrt(repeats - 1);
  const importances: PermutationImportance['importances'] = [];
  for (const { name, columns } of parts) {
    const losses = new Float64Array(repeats);
    const shuffles: Float64Array[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = shuffled(matrix.rows, random);
      const mixed = matrix.columns.map((values, column) =>
        columns.includes(column) ? Float64Array.from(order, (row) => values[row] as number) : values,
      );
      const outputs = await ask({ ...matrix, columns: mixed });
      losses[repeat] = sign * (score - scored(outputs));
      if (resamples > 0) shuffles.push(outputs);
    }
    const importance = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
    const sd = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - importance) ** 2, 0) / repeats);
    importances.push({
      name,
      columns: columns.map((column) => matrix.names[column] as string),
      importance,
      sd,
      ci: resamples > 0 ? overRows(said, shuffles) : [importance - reach * sd, importance + reach * sd],
    });
  }
  return { metric, score, rows: matrix.rows, repeats, level, importances };

  function overRows(plain: Float64Array, shuffles: readonly Float64Array[]): [number, number] {
    const width = plain.length / matrix.rows;
    const { low, high } = bootstrapInterval(
      matrix.rows,
      (rows) => {
        run.signal?.throwIfAborted();
        const truth = takeTarget(target, rows);
        const own =
          weights === undefined ? undefined : Float64Array.from(rows, (row) => weights[row] as number);
        const of = (outputs: Float64Array) => scoreOf(metric, truth, takeOutputs(outputs, width, rows), own);
        const mixed = shuffles.reduce((sum, outputs) => sum + of(outputs) / shuffles.length, 0);
        return sign * (of(plain) - mixed);
      },
      { seed, level, resamples, ...(target.kind === 'class' ? { strata: target.codes } : {}) },
    );
    return [low, high];
  }
}
