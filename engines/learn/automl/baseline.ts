import type { Matrix, Predictor, SavedModel, Target } from '../estimator.ts';

interface BaselineModel extends SavedModel {
  kind: 'baseline';
  /** The mean, or the share of each class. */
  answer: Float64Array;
}

/** Says the same of every row: the mean, or the classes' shares. What any model must be better than. */
export function fitBaseline(matrix: Matrix, target: Target): Predictor {
  const model = (answer: Float64Array) =>
    loadBaseline({
      kind: 'baseline',
      version: 1,
      names: matrix.names,
      categories: matrix.categories,
      answer,
    });
  if (target.kind === 'class') {
    const shares = new Float64Array(target.classes);
    for (const code of target.codes) shares[code] = (shares[code] as number) + 1 / target.codes.length;
    return model(shares);
  }
  const values = target.kind === 'number' ? target.values : new Float64Array();
  return model(Float64Array.of(values.reduce((sum, value) => sum + value / values.length, 0)));
}

export function loadBaseline(saved: SavedModel): Predictor {
  const { answer } = saved as BaselineModel;
  return {
    kind: saved.kind,
    outputs: answer.length,
    predict: ({ rows }) =>
      Float64Array.from({ length: rows * answer.length }, (_, at) => answer[at % answer.length] as number),
    save: () => saved,
  };
}
