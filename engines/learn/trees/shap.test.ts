import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix, Target } from '../estimator.ts';
import { explainTrees, fitBoostedTrees, fitExtraTrees, fitRandomForest, type TreeModel } from '../index.ts';
import { numbers, table } from './tables.suite.ts';
import { goesLeft } from './tree-set.ts';

/** Four columns, one with holes and one of categories, and a small model of them. */
function smallModel(seed: number): { model: TreeModel; matrix: Matrix } {
  const random = seededRandom(seed);
  const n = 120;
  const a = numbers(n, () => random.normal());
  const b = numbers(n, () => (random.next() < 0.2 ? Number.NaN : random.whole(5)));
  const kind = numbers(n, () => random.whole(4));
  const d = numbers(n, () => random.normal());
  const matrix = table({ a, b, kind, d }, { kind: 4 });
  const pull = numbers(
    n,
    (row) => (a[row] as number) * (kind[row] === 2 ? -2 : 1) + ((b[row] as number) || 3) + random.normal(),
  );
  const number: Target = { kind: 'number', values: pull };
  const codes = Int32Array.from(pull, (value) => (value < 1 ? 0 : value < 3 ? 1 : 2));
  const classes: Target = { kind: 'class', codes, classes: 3 };
  const choice = random.whole(4);
  const model =
    choice === 0
      ? fitBoostedTrees(matrix, number, { seed, rounds: 3, leaves: 7, minRows: 5 })
      : choice === 1
        ? fitBoostedTrees(matrix, classes, { seed, rounds: 2, leaves: 6, minRows: 5 })
        : choice === 2
          ? fitRandomForest(matrix, classes, { seed, trees: 3, depth: 5 })
          : fitExtraTrees(matrix, number, { seed, trees: 2, depth: 5 });
  return { model, matrix };
}

/** Expected scores when only the columns of `known` (bits) are known of a row: by walking both sides of all others. */
function pathExpectation(
  { trees, categoryBins, base }: TreeModel,
  matrix: Matrix,
  row: number,
  known: number,
): number[] {
  const out = [...base];
  const walk = (node: number, first: number, share: number): void => {
    const column = trees.column[node] as number;
    const [left, right] = [trees.left[node] as number, trees.right[node] as number];
    if (column < 0) {
      for (let k = 0; k < trees.width; k++)
        out[first + k] =
          (out[first + k] as number) + share * (trees.values[node * trees.width + k] as number);
    } else if ((known >> column) & 1)
      walk(
        goesLeft(trees, categoryBins, node, matrix.columns[column]?.[row] as number) ? left : right,
        first,
        share,
      );
    else {
      const [a, b] = [trees.cover[left] as number, trees.cover[right] as number];
      walk(left, first, (share * a) / (a + b));
      walk(right, first, (share * b) / (a + b));
    }
  };
  trees.outputs.forEach((first, tree) => {
    walk(trees.roots[tree] as number, first, 1);
  });
  return out;
}

/** The same with the other columns taken from each row of a background in turn. */
function backgroundExpectation(
  model: TreeModel,
  matrix: Matrix,
  row: number,
  background: Matrix,
  known: number,
): number[] {
  const mixed = background.columns.map((values, column) =>
    (known >> column) & 1
      ? new Float64Array(background.rows).fill(matrix.columns[column]?.[row] as number)
      : values,
  );
  const scores = model.scores({ ...background, columns: mixed });
  return Array.from(
    model.base,
    (_, k) =>
      scores.filter((_, at) => at % model.base.length === k).reduce((a, b) => a + b, 0) / background.rows,
  );
}

/** Shapley values by their definition, over all sets of columns: columns x scores. */
function shapley(columns: number, width: number, worth: (known: number) => number[]): number[] {
  const all = Array.from({ length: 1 << columns }, (_, known) => worth(known));
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const out = Array<number>(columns * width).fill(0);
  all.forEach((without, known) => {
    const size = known.toString(2).replaceAll('0', '').length;
    for (let column = 0; column < columns; column++) {
      if ((known >> column) & 1) continue;
      const weight = (factorial(size) * factorial(columns - size - 1)) / factorial(columns);
      const withIt = all[known | (1 << column)] as number[];
      for (let k = 0; k < width; k++)
        out[column * width + k] =
          (out[column * width + k] as number) + weight * ((withIt[k] as number) - (without[k] as number));
    }
  });
  return out;
}

const firstRows = (matrix: Matrix, from: number, to: number): Matrix => ({
  ...matrix,
  rows: to - from,
  columns: matrix.columns.map((values) => values.slice(from, to)),
});

describe('Shapley values of trees', () => {
  it('are those of the definition, by the paths of training and against a background', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { model, matrix } = smallModel(seed);
        const few = firstRows(matrix, 0, 3);
        const background = firstRows(matrix, 50, 60);
        const width = model.base.length;
        const byPath = explainTrees(model, few);
        const against = explainTrees(model, few, { background });
        for (let row = 0; row < few.rows; row++) {
          const both = [
            [byPath, shapley(4, width, (known) => pathExpectation(model, few, row, known))],
            [
              against,
              shapley(4, width, (known) => backgroundExpectation(model, few, row, background, known)),
            ],
          ] as const;
          for (const [explanation, truth] of both)
            truth.forEach((value, at) => {
              expect(explanation.values[row * 4 * width + at]).toBeCloseTo(value, 9);
            });
        }
      }),
      { numRuns: 25 },
    );
  });

  it('add up to the score of each row', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const { model, matrix } = smallModel(seed);
        const width = model.base.length;
        const scores = model.scores(matrix);
        for (const { base, values } of [
          explainTrees(model, matrix),
          explainTrees(model, matrix, { background: firstRows(matrix, 0, 20) }),
        ])
          for (let row = 0; row < matrix.rows; row++)
            for (let k = 0; k < width; k++) {
              let sum = base[k] as number;
              for (let column = 0; column < 4; column++)
                sum += values[(row * 4 + column) * width + k] as number;
              expect(sum).toBeCloseTo(scores[row * width + k] as number, 9);
            }
      }),
      { numRuns: 10 },
    );
  });

  it('refuse other columns and an empty background', () => {
    const { model, matrix } = smallModel(1);
    expect(() => explainTrees(model, table({ a: Float64Array.of(1) }))).toThrow(
      /columns the model was fitted to/,
    );
    expect(() => explainTrees(model, matrix, { background: firstRows(matrix, 0, 0) })).toThrow(
      /background rows/,
    );
  });
});
