import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import type { Matrix, Target } from '../estimator.ts';
import { scoreOf } from '../scores/metrics.ts';
import type { KernelName } from './covariance.ts';
import { fitGaussianProcess, type GaussianProcessModel, loadGaussianProcess } from './gaussian-process.ts';
import { fitLinearSvm, type LinearSvmModel, loadLinearSvm } from './linear-svm.ts';
import { marginalLikelihood } from './marginal-likelihood.ts';
import { fitRbfRegression, loadRbfRegression, type RbfRegressionModel } from './rbf-regression.ts';
import { fitRbfSvm, loadRbfSvm, type RbfSvmModel } from './rbf-svm.ts';

const golden = JSON.parse(readFileSync(new URL('fixtures/scikit-learn.json', import.meta.url), 'utf8'));
const { data } = golden;
const matrixOf = (rows: number[][]): Matrix => ({
  rows: rows.length,
  names: (rows[0] ?? []).map((_, at) => `x${at}`),
  columns: (rows[0] ?? []).map((_, at) => Float64Array.from(rows, (row) => row[at] ?? Number.NaN)),
  categories: (rows[0] ?? []).map(() => 0),
});
const [x, fresh] = [matrixOf(data.X), matrixOf(data.new)];
const binary: Target = { kind: 'class', codes: Int32Array.from(data.binary), classes: 2 };
const multi: Target = { kind: 'class', codes: Int32Array.from(data.multi), classes: 3 };
const y: Target = { kind: 'number', values: Float64Array.from(data.y) };
const weights = Float64Array.from(data.weights);
const near = (ours: Iterable<number>, theirs: number[], digits: number) => {
  const own = [...ours];
  expect(own).toHaveLength(theirs.length);
  own.forEach((value, at) => {
    expect(value).toBeCloseTo(theirs[at] ?? Number.NaN, digits);
  });
};
const sumsToOne = (predicted: Float64Array, classes: number) => {
  for (let row = 0; row < predicted.length / classes; row++)
    expect(predicted.subarray(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0)).toBeCloseTo(
      1,
      9,
    );
};

describe('support vector machines', () => {
  it('planes are those of scikit-learn', () => {
    const exact = { cost: 0.7, tolerance: 1e-9, iterations: 20_000, seed: 0 };
    const soft = fitLinearSvm(x, binary, { ...exact, weights }).save() as LinearSvmModel;
    near(
      [...soft.coefficients, ...soft.intercepts],
      [...golden.linear_svm.coef, ...golden.linear_svm.intercept],
      5,
    );
    const hard = fitLinearSvm(x, binary, {
      ...exact,
      tolerance: 1e-5,
      loss: 'hinge',
    }).save() as LinearSvmModel;
    near(
      [...hard.coefficients, ...hard.intercepts],
      [...golden.linear_svm_hinge.coef, ...golden.linear_svm_hinge.intercept],
      2,
    );
  });

  it('decisions of the Gaussian kernel are those of scikit-learn, of two classes and of pairs of three', () => {
    const two = loadRbfSvm(
      fitRbfSvm(x, binary, {
        cost: 1.3,
        gamma: 0.2,
        tolerance: 1e-9,
        weights,
        seed: 0,
      }).save() as RbfSvmModel,
    );
    near(two.decide(fresh), golden.rbf_svm.decision, 6);
    const three = loadRbfSvm(
      fitRbfSvm(x, multi, { cost: 1.3, tolerance: 1e-9, seed: 0 }).save() as RbfSvmModel,
    );
    // Theirs is above 0 on the side of the first of a pair.
    near(
      three.decide(fresh),
      golden.rbf_svm_multi.decision.flat().map((own: number) => -own),
      6,
    );
    sumsToOne(three.predict(fresh), 3);
    expect(loadRbfSvm(structuredClone(three.save())).predict(fresh)).toEqual(three.predict(fresh));
  });

  it('regression with the Gaussian kernel is that of scikit-learn, in any unit', () => {
    const options = { cost: 1.3, epsilon: 0.1, gamma: 0.2, tolerance: 1e-9, seed: 0 };
    const fitted = fitRbfRegression(x, y, options);
    near(fitted.predict(fresh), golden.rbf_svr.predict, 6);
    const saved = fitted.save() as RbfRegressionModel;
    expect(saved.shares).toHaveLength(golden.rbf_svr.vectors);
    expect(loadRbfRegression(structuredClone(saved)).predict(fresh)).toEqual(fitted.predict(fresh));
    const inGrams: Target = {
      kind: 'number',
      values: Float64Array.from(data.y, (own: number) => 1024 * own),
    };
    near(
      fitRbfRegression(x, inGrams, options)
        .predict(fresh)
        .map((own) => own / 1024),
      golden.rbf_svr.predict,
      6,
    );
    // A row of weight 2 is a row twice.
    const twice: Matrix = {
      ...x,
      rows: 160,
      columns: x.columns.map((own) => Float64Array.of(...own, ...own)),
    };
    const both: Target = { kind: 'number', values: Float64Array.from([...data.y, ...data.y]) };
    near(
      fitRbfRegression(x, y, { ...options, weights: new Float64Array(80).fill(2) }).predict(fresh),
      [...fitRbfRegression(twice, both, options).predict(fresh)],
      5,
    );
  });

  it('their probabilities are honest, and the kernel sees what no plane can', () => {
    const random = seededRandom(3);
    const make = (rows: number): { matrix: Matrix; target: Target } => {
      const points = Array.from({ length: rows }, () => [random.normal(), random.normal()]);
      const codes = Int32Array.from(points, ([a = 0, b = 0]) =>
        a * a + b * b + 0.4 * random.normal() > 1.4 ? 1 : 0,
      );
      return { matrix: matrixOf(points), target: { kind: 'class', codes, classes: 2 } };
    };
    const [train, test] = [make(300), make(400)];
    const round = fitRbfSvm(train.matrix, train.target, { seed: 0 }).predict(test.matrix);
    const flat = fitLinearSvm(train.matrix, train.target, { seed: 0 });
    expect(scoreOf('roc_auc', test.target, round)).toBeGreaterThan(0.93);
    expect(scoreOf('log_loss', test.target, round)).toBeLessThan(0.36);
    expect(scoreOf('roc_auc', test.target, flat.predict(test.matrix))).toBeLessThan(0.65);
    const again = loadLinearSvm(structuredClone(flat.save() as LinearSvmModel));
    expect(again.predict(test.matrix)).toEqual(flat.predict(test.matrix));
    sumsToOne(fitLinearSvm(x, multi, { seed: 0 }).predict(fresh), 3);
    const large: Matrix = { ...x, rows: 20_001 };
    expect(() => fitRbfSvm(large, binary, { seed: 0 })).toThrow(/at most 20000 rows; 20001 were given/);
    const { codes } = binary as Extract<Target, { kind: 'class' }>;
    const weights = Float64Array.from(codes);
    expect(() => fitRbfSvm(x, binary, { seed: 0, weights })).toThrow(/all such rows are of one/);
    // Rows of the kernel that are not kept are reckoned again.
    const few = fitRbfSvm(train.matrix, train.target, { seed: 0, memoryLimitBytes: 40_000 });
    expect(few.predict(test.matrix)).toEqual(round);
  });
});

describe('Gaussian processes', () => {
  it.each(
    golden.gp as {
      kernel: KernelName;
      likelihood: number;
      gradient: number[];
      mean: number[];
      sd: number[];
      best: number;
    }[],
  )('with $kernel are those of scikit-learn', ({ kernel, likelihood, gradient, mean, sd, best }) => {
    const parameters = { variance: 2, lengths: Float64Array.of(1.7), noise: 0.3 };
    // Theirs has no mean of its own: the target is taken about 0.
    const centre = data.y.reduce((sum: number, own: number) => sum + own, 0) / data.y.length;
    const raw = {
      values: Float64Array.from(data.X.flat()),
      width: 5,
      y: Float64Array.from(data.y),
      weights: weights.map(() => 1),
    };
    const found = marginalLikelihood(raw, kernel, parameters);
    expect(found.value).toBeCloseTo(likelihood, 6);
    near(found.gradient, gradient, 5);
    const saved = fitGaussianProcess(x, y, { kernel, parameters, seed: 0 }).save();
    const theirs: GaussianProcessModel = {
      ...saved,
      mean: 0,
      rows: { ...saved.rows, y: saved.rows.y.map((own) => own + centre) },
    };
    const predicted = loadGaussianProcess(structuredClone(theirs)).predictWithSpread(fresh);
    near(predicted.mean, mean, 7);
    near(predicted.sd, sd, 7);
    const own = fitGaussianProcess(x, y, { kernel, restarts: 0, seed: 0 });
    const spread = data.y.reduce((sum: number, value: number) => sum + (value - centre) ** 2, 0) / 80;
    // Of the target in its own unit, and about its mean, which can only make it likelier.
    expect(own.save().likelihood - 40 * Math.log(spread)).toBeGreaterThan(best - 0.01);
    if (kernel === 'matern32')
      expect(fitGaussianProcess(x, y, { kernel, restarts: 0, seed: 0 }).save()).toEqual(own.save());
  });

  it('the gradient by each length is that of differences, and lengths tell the columns that matter', () => {
    const random = seededRandom(1);
    const points = Array.from({ length: 60 }, () => [random.normal(), random.normal(), random.normal()]);
    const values = points.map(([a = 0, b = 0]) => Math.sin(2 * a) + 0.5 * b + 0.05 * random.normal());
    const rows = {
      values: Float64Array.from(points.flat()),
      width: 3,
      y: Float64Array.from(values),
      weights: Float64Array.from(points, () => 0.5 + random.next()),
    };
    const at = (logs: number[]) => ({
      variance: Math.exp(logs[0] ?? 0),
      lengths: Float64Array.from(logs.slice(1, 4), Math.exp),
      noise: Math.exp(logs[4] ?? 0),
    });
    const logs = [0.3, 0.1, -0.2, 0.5, -1];
    for (const kernel of ['rbf', 'matern32', 'matern52'] as const) {
      const { gradient } = marginalLikelihood(rows, kernel, at(logs));
      logs.forEach((own, index) => {
        const to = (step: number) => marginalLikelihood(rows, kernel, at(logs.with(index, own + step))).value;
        expect(gradient[index]).toBeCloseTo((to(1e-5) - to(-1e-5)) / 2e-5, 4);
      });
    }
    const fitted = fitGaussianProcess(
      matrixOf(points),
      { kind: 'number', values: rows.y },
      { lengths: 'each', kernel: 'rbf', restarts: 0, seed: 0 },
    );
    const [first = 0, second = 0, third = 0] = fitted.save().parameters.lengths;
    expect(first).toBeLessThan(second);
    expect(third).toBeGreaterThan(3 * second);
    expect(() => fitGaussianProcess({ ...x, rows: 3001 }, y, { seed: 0 })).toThrow(
      /at most 3000 rows; 3001 were given/,
    );
  });
});
