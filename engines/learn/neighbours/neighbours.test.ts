import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import type { Matrix, Target } from '../estimator.ts';
import { fitNaiveBayes, loadNaiveBayes, type NaiveBayesModel } from './naive-bayes.ts';
import { fitNeighbours, loadNeighbours, type NeighbourModel } from './nearest-neighbours.ts';
import { neighbourSearch } from './neighbour-search.ts';

const golden = JSON.parse(
  readFileSync(new URL('../linear/fixtures/scikit-learn.json', import.meta.url), 'utf8'),
);
const { data } = golden;
const matrixOf = (rows: number[][], categories = 0): Matrix => ({
  rows: rows.length,
  names: (rows[0] ?? []).map((_, at) => `x${at}`),
  columns: (rows[0] ?? []).map((_, at) => Float64Array.from(rows, (row) => row[at] ?? Number.NaN)),
  categories: (rows[0] ?? []).map(() => categories),
});
const [x, fresh] = [matrixOf(data.X), matrixOf(data.new)];
const multi: Target = { kind: 'class', codes: Int32Array.from(data.multi), classes: 3 };
const y: Target = { kind: 'number', values: Float64Array.from(data.y) };
const weights = Float64Array.from(data.weights);
const near = (ours: Float64Array, theirs: number[], digits = 10) => {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, at) => {
    expect(value).toBeCloseTo(theirs[at] ?? Number.NaN, digits);
  });
};

describe('nearest neighbours', () => {
  it('are those of scikit-learn, of classes by distance and of numbers', () => {
    const classes = fitNeighbours(x, multi, { neighbours: 7, votes: 'distance', seed: 0 });
    near(classes.predict(fresh), golden.knn.proba.flat());
    const loaded = loadNeighbours(structuredClone(classes.save() as NeighbourModel));
    expect(loaded.predict(fresh)).toEqual(classes.predict(fresh));
    near(fitNeighbours(x, y, { neighbours: 5, seed: 0 }).predict(fresh), golden.knn_number.predict);
    expect(() => fitNeighbours(x, y, { neighbours: 81, seed: 0 })).toThrow(/1 to the 80 rows there are/);
  });

  it('the tree finds what looking at every row finds, ties by row', () => {
    const random = seededRandom(6);
    for (const width of [1, 3, 8]) {
      const count = 700;
      const values = Float64Array.from({ length: count * width }, () => random.whole(width === 1 ? 300 : 6));
      const tree = neighbourSearch(values, count, width);
      for (let round = 0; round < 60; round++) {
        const point = Float64Array.from({ length: width }, () => random.whole(6) + (round % 2) / 2);
        const [rows, squares] = [new Int32Array(9), new Float64Array(9)];
        tree.nearest(point, 0, rows, squares);
        const all = Array.from({ length: count }, (_, row) => ({
          row,
          square: point.reduce((sum, own, at) => sum + (own - (values[row * width + at] ?? 0)) ** 2, 0),
        })).sort((a, b) => a.square - b.square || a.row - b.row);
        expect([...rows]).toEqual(all.slice(0, 9).map(({ row }) => row));
      }
    }
  });
});

describe('naive Bayes', () => {
  it('is that of scikit-learn, of numbers and of categories, with weights', () => {
    near(fitNaiveBayes(x, multi, { weights, seed: 0 }).predict(fresh), golden.gaussian_nb.proba.flat(), 8);
    const { codes, new_codes: others, proba } = golden.categorical_nb;
    const fitted = fitNaiveBayes(matrixOf(codes, 4), multi, { weights, seed: 0 });
    near(fitted.predict(matrixOf(others, 4)), proba.flat());
    const loaded = loadNaiveBayes(structuredClone(fitted.save() as NaiveBayesModel));
    expect(loaded.predict(matrixOf(others, 4))).toEqual(fitted.predict(matrixOf(others, 4)));
  });

  it('takes what is missing as saying nothing', () => {
    const gone = x.columns.map(() => Float64Array.of(Number.NaN));
    const fitted = fitNaiveBayes(x, multi, { seed: 0 });
    const shares = [0, 1, 2].map((own) => data.multi.filter((code: number) => code === own).length / 80);
    near(fitted.predict({ ...x, rows: 1, columns: gone }), shares);
    const { codes } = golden.categorical_nb;
    const counted = fitNaiveBayes(matrixOf(codes, 4), multi, { seed: 0 });
    for (const none of [-1, 0.5, 4]) {
      const strange = matrixOf([codes[0].map(() => none)], 4);
      near(counted.predict(strange), shares);
    }
    const holes: Matrix = {
      ...x,
      columns: x.columns.map((own, at) =>
        own.map((value, row) => ((row + at) % 5 === 0 ? Number.NaN : value)),
      ),
    };
    expect(fitNaiveBayes(holes, multi, { seed: 0 }).predict(fresh).every(Number.isFinite)).toBe(true);
    const none: Matrix = {
      ...x,
      columns: x.columns.map((own) => own.map((value, row) => (data.multi[row] === 2 ? Number.NaN : value))),
    };
    expect(() => fitNaiveBayes(none, multi, { seed: 0 })).toThrow(/"x0" has none in class 2/);
  });
});
