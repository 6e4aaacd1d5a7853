import { StromaError } from '@stroma/kernel';
import type { Fit, Matrix, Predictor, SavedModel } from '../estimator.ts';
import { byRow, checkColumns, classesOf, numbersOf, weightsOf } from '../linear/design.ts';
import { neighbourSearch } from './neighbour-search.ts';

export interface NeighbourOptions {
  /** Rows asked, 5 when left out. */
  neighbours?: number;
  /** Each neighbour counts alike, or by one over its distance (those at distance 0 alone, where there are). */
  votes?: 'uniform' | 'distance';
}

export interface NeighbourModel extends SavedModel {
  kind: 'nearest-neighbours';
  neighbours: number;
  votes: 'uniform' | 'distance';
  /** 0 for numbers. */
  classes: number;
  /** Rows x columns, by row, and what each row is. */
  values: Float64Array;
  answers: Float64Array;
  weights: Float64Array;
}

export interface NeighbourPredictor extends Predictor {
  save(): NeighbourModel;
}

const learner = 'Nearest neighbours';

/**
 * The mean, or the shares of the classes, of the nearest training rows by Euclidean distance: standardise columns
 * first. A row's weight is that of its vote. Fix & Hodges 1951, doi:10.2307/1403797. Throws INVALID_INPUT for fewer
 * rows than neighbours. Fitting O(n log n), a prediction O(log n) of few columns, O(n · columns) of many.
 */
export const fitNeighbours: Fit<NeighbourOptions> = (matrix, target, options) => {
  const { neighbours = 5, votes = 'uniform' } = options;
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours > matrix.rows)
    throw new StromaError(
      'INVALID_INPUT',
      `A whole number of neighbours, 1 to the ${matrix.rows} rows there are, was expected; ${neighbours} was given.`,
    );
  const isClass = target.kind === 'class';
  const answers = isClass
    ? Float64Array.from(classesOf(target, matrix.rows, learner).codes)
    : numbersOf(target, matrix.rows, learner).slice();
  return loadNeighbours({
    kind: 'nearest-neighbours',
    version: 1,
    names: matrix.names,
    categories: matrix.categories,
    neighbours,
    votes,
    classes: isClass ? target.classes : 0,
    values: byRow(matrix, learner),
    answers,
    weights: weightsOf(matrix.rows, options.weights).slice(),
  });
};

/** What `save` gave. */
export function loadNeighbours(saved: NeighbourModel): NeighbourPredictor {
  const { neighbours, classes, answers, weights } = saved;
  const width = saved.names.length;
  const outputs = Math.max(1, classes);
  const search = neighbourSearch(saved.values, answers.length, width);
  return {
    kind: saved.kind,
    outputs,
    predict(matrix: Matrix) {
      checkColumns(saved, matrix);
      const points = byRow(matrix, learner);
      const predicted = new Float64Array(matrix.rows * outputs);
      const rows = new Int32Array(neighbours);
      const squares = new Float64Array(neighbours);
      for (let row = 0; row < matrix.rows; row++) {
        search.nearest(points, row * width, rows, squares);
        const exact = squares[0] === 0;
        let total = 0;
        for (let at = 0; at < neighbours; at++) {
          const near = rows[at] as number;
          const square = squares[at] as number;
          const closeness =
            saved.votes === 'uniform' ? 1 : exact ? (square === 0 ? 1 : 0) : 1 / Math.sqrt(square);
          const vote = closeness * (weights[near] as number);
          const answer = answers[near] as number;
          const cell = row * outputs + (classes > 0 ? answer : 0);
          predicted[cell] = (predicted[cell] as number) + (classes > 0 ? vote : vote * answer);
          total += vote;
        }
        for (let at = 0; at < outputs; at++) {
          const cell = row * outputs + at;
          // Neighbours that weigh nothing say nothing.
          predicted[cell] =
            total > 0 ? (predicted[cell] as number) / total : classes > 0 ? 1 / classes : Number.NaN;
        }
      }
      return predicted;
    },
    save: () => saved,
  };
}
