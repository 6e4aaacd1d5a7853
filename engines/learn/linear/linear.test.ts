import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import type { Matrix, Target } from '../estimator.ts';
import { tableOfCsv } from '../table/csv.suite.ts';
import { fitEncoder } from '../table/encoder.ts';
import { withoutColumns } from '../table/feature-table.ts';
import { fitElasticNetClasses } from './elastic-logistic.ts';
import { elasticNetPath, fitElasticNet } from './elastic-net.ts';
import { fitLeastSquares, type LinearModel, loadLinear } from './least-squares.ts';
import { fitLogistic, type LogisticModel, loadLogistic } from './logistic.ts';
import { minimise } from './quasi-newton.ts';

const golden = JSON.parse(readFileSync(new URL('fixtures/scikit-learn.json', import.meta.url), 'utf8'));
const { data } = golden;

const matrixOf = (rows: number[][]): Matrix => ({
  rows: rows.length,
  names: (rows[0] ?? []).map((_, at) => `x${at}`),
  columns: (rows[0] ?? []).map((_, at) => Float64Array.from(rows, (row) => row[at] ?? Number.NaN)),
  categories: (rows[0] ?? []).map(() => 0),
});
const classesOf = (codes: number[], classes: number): Target => ({
  kind: 'class',
  codes: Int32Array.from(codes),
  classes,
});
const numbersOf = (values: number[]): Target => ({ kind: 'number', values: Float64Array.from(values) });

const x = matrixOf(data.X);
const y = numbersOf(data.y);
const weights = Float64Array.from(data.weights);
const near = (ours: Iterable<number>, theirs: number[], digits = 8) => {
  const own = [...ours];
  expect(own).toHaveLength(theirs.length);
  own.forEach((value, at) => {
    expect(value).toBeCloseTo(theirs[at] ?? Number.NaN, digits);
  });
};
const standardised = (column: Float64Array) => {
  const mean = column.reduce((sum, own) => sum + own, 0) / column.length;
  const sd = Math.sqrt(column.reduce((sum, own) => sum + (own - mean) ** 2, 0) / column.length);
  return column.map((own) => (own - mean) / sd);
};
const linear = (fitted: { save(): unknown }) => fitted.save() as LinearModel;
const logistic = (fitted: { save(): unknown }) => fitted.save() as LogisticModel;

describe('coefficients are those of scikit-learn', () => {
  it('of least squares and ridge, with weights', () => {
    for (const [theirs, l2] of [
      [golden.ols, 0],
      [golden.ridge, 3],
    ]) {
      const { coefficients, intercept } = linear(fitLeastSquares(x, y, { l2, weights, seed: 0 }));
      near([...coefficients, intercept], [...theirs.coef, ...theirs.intercept], 9);
    }
  });

  it('of two classes, and of three', () => {
    const two = logistic(fitLogistic(x, classesOf(data.binary, 2), { l2: 2, weights, seed: 0 }));
    near(
      [...two.coefficients, ...two.intercepts],
      [...golden.logistic.coef, ...golden.logistic.intercept],
      6,
    );
    const three = fitLogistic(x, classesOf(data.multi, 3), { l2: 2, weights, seed: 0 });
    near(logistic(three).coefficients, golden.multinomial.coef, 6);
    near(three.predict(matrixOf(data.new)), golden.multinomial.proba.flat(), 6);
  });

  it('of elastic net and lasso', () => {
    const net = { l1Ratio: 0.6, lambda: 0.2, standardise: false, tolerance: 1e-12, seed: 0 };
    const { coefficients, intercept } = linear(fitElasticNet(x, y, { ...net, weights }));
    near([...coefficients, intercept], [...golden.enet.coef, ...golden.enet.intercept], 7);
    const lasso = linear(fitElasticNet(x, y, { ...net, l1Ratio: 1, lambda: 0.1 }));
    near([...lasso.coefficients, lasso.intercept], [...golden.lasso.coef, ...golden.lasso.intercept], 7);
  });

  it('of the elastic net of two and of three classes', () => {
    const z = { ...x, columns: x.columns.map(standardised) };
    const lambda = 1 / (0.15 * weights.reduce((sum, own) => sum + own, 0));
    const options = { l1Ratio: 0.6, lambda, standardise: false, tolerance: 1e-9, weights, seed: 0 };
    for (const [theirs, target] of [
      [golden.enet_binary, classesOf(data.binary, 2)],
      [golden.enet_multi, classesOf(data.multi, 3)],
    ]) {
      const { coefficients, intercepts } = logistic(fitElasticNetClasses(z, target, options));
      near(coefficients, theirs.coef, 5);
      // Of more than two classes a constant may be added to all: only their differences say something.
      const from = (own: Iterable<number>) =>
        [...own].map((value, _, [first = 0, second]) => value - (second === undefined ? 0 : first));
      near(from(intercepts), from(theirs.intercept), 5);
    }
  });
});

const models = sharedData('golden/models.json');
describe.skipIf(models === null)('coefficients are those of R (needs the shared data pool)', () => {
  const theirs = models === null ? null : JSON.parse(readFileSync(models, 'utf8'));
  const plain = { seed: 0, standardise: false, rareBelow: 1 };

  it('lm(mpg ~ wt + hp + factor(cyl), mtcars)', () => {
    const cars = tableOfCsv(sharedData('stats/mtcars.csv') ?? '');
    const of = (name: string) => {
      const column = cars.columns.find((own) => own.name === name);
      return column?.kind === 'number' ? column.values : new Float64Array();
    };
    const is = (count: number) => of('cyl').map((own) => (own === count ? 1 : 0));
    const matrix: Matrix = {
      rows: cars.rows,
      names: ['wt', 'hp', 'factor(cyl)6', 'factor(cyl)8', 'wt and hp'],
      columns: [of('wt'), of('hp'), is(6), is(8), of('wt').map((own, row) => own + (of('hp')[row] ?? 0))],
      categories: [0, 0, 0, 0, 0],
    };
    const fitted = linear(fitLeastSquares(matrix, { kind: 'number', values: of('mpg') }, { seed: 0 }));
    const { '(Intercept)': intercept, ...rest } = theirs.lm_mtcars.coef;
    // The last column is told by others: its coefficient is 0, where R says NA.
    near([fitted.intercept, ...fitted.coefficients], [intercept, ...Object.values<number>(rest), 0], 9);
    expect(fitted.rank).toBe(4);
  });

  it('glm(low ~ age + lwt + factor(race) + smoke + ptl + ht + ui + ftv, binomial, birthwt)', () => {
    const births = tableOfCsv(sharedData('stats/MASS_birthwt.csv') ?? '');
    const names = ['age', 'lwt', 'race', 'smoke', 'ptl', 'ht', 'ui', 'ftv'];
    const low = births.columns.find((own) => own.name === 'low');
    const kept = {
      rows: births.rows,
      columns: names.flatMap((name) => births.columns.filter((own) => own.name === name)),
    };
    const { matrix } = fitEncoder(kept, null, plain);
    const race = matrix.names.indexOf('race');
    const is = (code: number) =>
      (matrix.columns[race] ?? new Float64Array()).map((own) => (own === code ? 1 : 0));
    const wide: Matrix = {
      ...matrix,
      names: [...matrix.names.toSpliced(race, 1, 'race2', 'race3')],
      columns: matrix.columns.toSpliced(race, 1, is(2), is(3)),
      categories: [0, ...matrix.categories],
    };
    const codes = low?.kind === 'number' ? [...low.values] : [];
    const fitted = logistic(fitLogistic(wide, classesOf(codes, 2), { l2: 0, seed: 0 }));
    near([...fitted.intercepts, ...fitted.coefficients], Object.values(theirs.glm_logit.coef), 8);
    expect(withoutColumns(births, names).columns.some(({ name }) => name === 'low')).toBe(true);
  });
});

describe('linear models', () => {
  it('a weight of k is k rows; more columns than rows give the same ridge both ways; saved ones predict alike', () => {
    const row = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(row, fc.integer({ min: 1, max: 3 })), { minLength: 5, maxLength: 12 }),
        (rows) => {
          fc.pre(new Set(rows.map(([own]) => own[3])).size > 1);
          const of = (own: number[][]) => ({
            matrix: matrixOf(own.map((values) => values.slice(0, 3))),
            target: numbersOf(own.map((values) => values[3] ?? 0)),
          });
          const once = of(rows.map(([own]) => own));
          const often = of(rows.flatMap(([own, times]) => Array(times).fill(own)));
          const counts = Float64Array.from(rows, ([, times]) => times);
          const a = fitLeastSquares(once.matrix, once.target, { l2: 2, weights: counts, seed: 0 });
          const b = fitLeastSquares(often.matrix, often.target, { l2: 2, seed: 0 });
          near(a.predict(once.matrix), [...b.predict(once.matrix)], 7);
          const again = loadLinear(structuredClone(linear(a)));
          expect(again.predict(once.matrix)).toEqual(a.predict(once.matrix));
          // Three copies of three columns: more columns than rows, a third of the penalty for each.
          const wide: Matrix = {
            ...once.matrix,
            names: [...'abcdefghijklmno'],
            columns: Array.from({ length: 15 }, (_, at) => once.matrix.columns[at % 3] ?? new Float64Array()),
            categories: Array(15).fill(0),
          };
          const c = fitLeastSquares(wide, once.target, { l2: 10, weights: counts, seed: 0 });
          near(c.predict(wide), [...a.predict(once.matrix)], 6);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('the elastic net meets its own conditions along the path and finds a penalty by folds', () => {
    const path = elasticNetPath(x, y, { l1Ratio: 0.7, seed: 0, path: 20 });
    expect(path.coefficients.slice(0, 5).every((own) => own === 0)).toBe(true);
    const found = fitElasticNet(x, y, { seed: 1 });
    const { search } = found.save() as LinearModel & { search: { errors: Float64Array; lambda: number } };
    expect(Math.min(...search.errors)).toBeLessThan(0.75);
    expect(fitElasticNet(x, y, { seed: 1 }).save()).toEqual(found.save());
    const random = seededRandom(5);
    // Forty columns of noise beside the five that matter.
    const noisy: Matrix = {
      ...x,
      names: Array.from({ length: 45 }, (_, at) => `c${at}`),
      columns: [
        ...x.columns,
        ...Array.from({ length: 40 }, () => Float64Array.from({ length: 80 }, () => random.normal())),
      ],
      categories: Array(45).fill(0),
    };
    for (const target of [classesOf(data.binary, 2), classesOf(data.multi, 3)]) {
      const kept = logistic(
        fitElasticNetClasses(noisy, target, { seed: 2, choose: 'one-se', path: 15, least: 0.05 }),
      );
      const used = (from: number, to: number) =>
        noisy.names
          .slice(from, to)
          .filter((_, at) => kept.coefficients.some((own, index) => index % 45 === from + at && own !== 0));
      expect(used(0, 2)).toHaveLength(2);
      expect(used(5, 45).length).toBeLessThan(12);
    }
    const sparse = fitElasticNet(x, y, { seed: 1, choose: 'one-se' }).save() as LinearModel;
    expect(Number(sparse.lambda)).toBeGreaterThanOrEqual(search.lambda);
  });

  it('the elastic net of ten classes ends at the least of its objective, and when it is told to', () => {
    const random = seededRandom(11);
    const codes = Array.from({ length: 200 }, (_, row) => row % 10);
    const ten = matrixOf(
      codes.map((code) =>
        Array.from({ length: 8 }, (_, at) => random.normal() + 2 * Math.sin(code * (at + 1))),
      ),
    );
    const target = classesOf(codes, 10);
    const lambda = 0.01;
    const fitted = fitElasticNetClasses(ten, target, { lambda, l1Ratio: 0.1, standardise: false, seed: 0 });
    const { coefficients } = logistic(fitted);
    const chances = fitted.predict(ten);
    // Where it is least, each slope of the loss is held by the penalty.
    for (let k = 0; k < 10; k++) {
      const slope = (of: (row: number) => number) =>
        codes.reduce(
          (sum, code, row) => sum + ((chances[row * 10 + k] ?? 0) - (code === k ? 1 : 0)) * of(row),
          0,
        ) / codes.length;
      expect(Math.abs(slope(() => 1))).toBeLessThan(1e-4);
      ten.columns.forEach((column, at) => {
        const own = coefficients[k * 8 + at] ?? Number.NaN;
        const pull = -slope((row) => column[row] ?? 0) - lambda * 0.9 * own;
        expect(
          Math.abs(
            own === 0 ? Math.max(0, Math.abs(pull) - lambda * 0.1) : pull - Math.sign(own) * lambda * 0.1,
          ),
        ).toBeLessThan(1e-4);
      });
    }
    const told: number[] = [];
    const stop = new AbortController();
    expect(() =>
      fitElasticNetClasses(ten, target, {
        seed: 0,
        path: 8,
        least: 0.1,
        signal: stop.signal,
        onProgress: (fraction) => {
          told.push(fraction);
          if (told.length === 2) stop.abort(new Error('enough'));
        },
      }),
    ).toThrow('enough');
    expect(told).toHaveLength(2);
  });

  it('says what it cannot learn from', () => {
    const columns = (change: (column: Float64Array) => Float64Array): Matrix => ({
      ...x,
      columns: x.columns.map(change),
    });
    const two = classesOf(data.binary, 2);
    const fit =
      (matrix: Matrix, target: Target, l2 = 1) =>
      () =>
        fitLogistic(matrix, target, { l2, seed: 0 });
    expect(
      fit(
        columns((own) => own.with(3, Number.NaN)),
        two,
      ),
    ).toThrow(/"x0" holds a missing one in row 4. Impute/);
    expect(
      fit(
        columns((own) => own.with(3, Infinity)),
        two,
      ),
    ).toThrow(/infinite one in row 4/);
    expect(
      fit(
        columns((own) => own.with(3, -1.7e308)),
        two,
      ),
    ).toThrow(/at most 1e\+100 in column "x0"; row 4 holds -1.7e\+308. If it stands for a missing value/);
    expect(() =>
      fitLeastSquares(x, numbersOf(Array.from(Array(80).keys(), (row) => row * 1e200)), { seed: 0 }),
    ).toThrow(/at most 1e\+100 as targets/);
    expect(fit(x, classesOf(Array(80).fill(1), 2))).toThrow(/two classes at least; all 80 are of one/);
    expect(fit({ ...x, categories: [3, 0, 0, 0, 0] }, two)).toThrow(/codes of 3 categories/);
    expect(
      fit(
        x,
        classesOf(
          [...(x.columns[0] ?? [])].map((own) => (own > 0 ? 1 : 0)),
          2,
        ),
        0,
      ),
    ).toThrow(/apart wholly/);
    expect(() => fitLeastSquares(x, numbersOf(Array(80).fill(2)), { seed: 0 })).toThrow(
      /varies; all 80 rows hold 2/,
    );
    expect(() => fitLeastSquares(x, y, { seed: 0, weights: new Float64Array(80) })).toThrow(/all are 0/);
    const fitted = loadLogistic(structuredClone(logistic(fit(x, two)())));
    expect(() => fitted.predict({ ...x, names: ['x0', 'x1', 'x2', 'x3', 'other'] })).toThrow(
      /1 of them are missing \("x4" first\), 1 are not known \("other" first\)/,
    );
    const stopped = AbortSignal.abort(new Error('enough'));
    expect(() => fitLogistic(x, two, { seed: 0, signal: stopped })).toThrow('enough');
  });

  it('the minimiser finds the valley of Rosenbrock', () => {
    const { at, converged } = minimise(
      (point, gradient) => {
        const [a = 0, b = 0] = point;
        gradient.set([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)]);
        return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
      },
      Float64Array.of(-1.2, 1),
    );
    expect(converged).toBe(true);
    near(at, [1, 1], 6);
  });
});
