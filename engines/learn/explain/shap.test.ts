import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix } from '../estimator.ts';
import { explainTrees, fitBoostedTrees } from '../index.ts';
import { kernelShap } from './kernel-shap.ts';
import { formula, matrixOf, meanOf, normalMatrix } from './matrices.suite.ts';
import { drawRows, type Predict, rowsBetween } from './predicting.ts';

const linear = (weights: readonly number[]): Predict =>
  formula((...values) => values.reduce((sum, value, at) => sum + value * (weights[at] as number), 1));

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

describe('KernelSHAP', () => {
  it('is exact for few columns: a product and an or, by hand', async () => {
    const both = formula(
      (a, b, c) => (a as number) * (b as number) + 10 * Math.max(a as number, c as number),
    );
    const background = matrixOf({ a: [0], b: [0], c: [0] });
    const { base, values, standardErrors } = await kernelShap(both, matrixOf({ a: [1], b: [1], c: [1] }), {
      background,
      seed: 1,
    });
    // a · b is shared by a and b, 10 · (a or c) by a and c.
    expect([...base]).toEqual([0]);
    [5.5, 0.5, 5].forEach((value, at) => {
      expect(values[at]).toBeCloseTo(value, 12);
    });
    expect(sumOf(standardErrors)).toBe(0);
  });

  it('gives what TreeSHAP gives against the same background, for each output', async () => {
    const random = seededRandom(5);
    const whole = normalMatrix(5, 150, 4);
    const matrix: Matrix = {
      ...whole,
      categories: [0, 0, 3, 0],
      columns: [
        whole.columns[0] as Float64Array,
        (whole.columns[1] as Float64Array).map((value) => (random.next() < 0.2 ? Number.NaN : value)),
        (whole.columns[2] as Float64Array).map(() => random.whole(3)),
        whole.columns[3] as Float64Array,
      ],
    };
    const codes = Int32Array.from(matrix.columns[0] as Float64Array, (value, row) =>
      value + (matrix.columns[2]?.[row] as number) > 1
        ? (matrix.columns[3]?.[row] as number) > 0
          ? 2
          : 1
        : 0,
    );
    const model = fitBoostedTrees(
      matrix,
      { kind: 'class', codes, classes: 3 },
      { seed: 1, rounds: 6, leaves: 8, minRows: 5 },
    );
    const background = rowsBetween(matrix, 20, 60);
    const few = rowsBetween(matrix, 0, 4);
    const trees = explainTrees(model, few, { background });
    const kernel = await kernelShap((rows) => model.scores(rows), few, { background, seed: 1 });
    expect(kernel.width).toBe(3);
    for (const part of ['base', 'values'] as const)
      kernel[part].forEach((value, at) => {
        expect(value).toBeCloseTo(trees[part][at] as number, 9);
      });
  });

  it('of a linear model is weight times distance from the mean, also from drawn sets, without an error', async () => {
    const matrix = normalMatrix(8, 40, 16);
    const weights = matrix.names.map((_, at) => at - 5);
    const background = rowsBetween(matrix, 10, 40);
    const { values, standardErrors } = await kernelShap(linear(weights), rowsBetween(matrix, 0, 2), {
      background,
      seed: 2,
      coalitions: 64,
    });
    for (let row = 0; row < 2; row++)
      weights.forEach((weight, column) => {
        const others = background.columns[column] as Float64Array;
        const truth = weight * ((matrix.columns[column]?.[row] as number) - meanOf(others));
        expect(values[row * 16 + column]).toBeCloseTo(truth, 9);
        expect(standardErrors[row * 16 + column]).toBeLessThan(1e-9);
      });
  });

  it('adds up whatever the model, sets and groups; the same seed gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 4, max: 30 }),
        async (seed, columns, sets) => {
          const matrix = normalMatrix(seed, 6, columns);
          const odd: Predict = async (given) => {
            const out = new Float64Array(2 * given.rows);
            for (let row = 0; row < given.rows; row++) {
              const own = given.columns.map((values) => values[row] as number);
              out[2 * row] = Math.sin(own.reduce((a, b) => a * 1.3 + b, 0));
              out[2 * row + 1] = Math.max(...own) * (own[0] as number);
            }
            return out;
          };
          const groups = columns > 3 ? [{ name: 'two', columns: [1, 3] }] : [];
          const options = { background: rowsBetween(matrix, 2, 6), seed, groups, coalitions: sets * columns };
          const { base, values, names } = await kernelShap(odd, rowsBetween(matrix, 0, 2), options);
          const truth = await odd(rowsBetween(matrix, 0, 2));
          expect(names).toHaveLength(columns > 3 ? columns - 1 : columns);
          for (let row = 0; row < 2; row++)
            for (let k = 0; k < 2; k++) {
              let sum = base[k] as number;
              for (let part = 0; part < names.length; part++)
                sum += values[(row * names.length + part) * 2 + k] as number;
              expect(sum).toBeCloseTo(truth[2 * row + k] as number, 9);
            }
          expect((await kernelShap(odd, rowsBetween(matrix, 0, 2), options)).values).toEqual(values);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('from drawn sets errs as its standard errors say', async () => {
    const matrix = normalMatrix(4, 9, 9);
    const wild = formula(
      (...values) =>
        Math.tanh((values[0] as number) * (values[1] as number) + (values[2] as number) ** 3) +
        (values[3] as number) * (values[4] as number) * (values[5] as number) +
        Math.max(...values),
    );
    const few = rowsBetween(matrix, 0, 1);
    const background = rowsBetween(matrix, 1, 9);
    const truth = await kernelShap(wild, few, { background, seed: 0 });
    let [squares, count, plain] = [0, 0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const drawn = await kernelShap(wild, few, { background, seed, coalitions: 90 });
      drawn.values.forEach((value, at) => {
        const error = value - (truth.values[at] as number);
        squares += (error / (drawn.standardErrors[at] as number)) ** 2;
        plain = Math.max(plain, Math.abs(error));
        count += 1;
      });
    }
    expect(squares / count).toBeGreaterThan(0.7);
    expect(squares / count).toBeLessThan(1.6);
    expect(plain).toBeLessThan(1);
  });

  it('gives 0 to a column that is the same in the background, and refuses what cannot be done', async () => {
    const matrix = matrixOf({ a: [1, 2, 3], b: [5, 5, 5], c: [Number.NaN, Number.NaN, Number.NaN] });
    const background = drawRows(matrix, 2, 1);
    const model = formula((a, b) => (a as number) * (b as number));
    const { values } = await kernelShap(model, rowsBetween(matrix, 0, 1), { background, seed: 1 });
    expect([...values.subarray(1)]).toEqual([0, 0]);
    const options = { background, seed: 1 };
    await expect(kernelShap(model, matrix, { ...options, mostPredictions: 4 })).rejects.toThrow(
      /At most 4 rows/,
    );
    await expect(kernelShap(model, matrix, { ...options, coalitions: 3 })).rejects.toThrow(/coalitions/);
    await expect(
      kernelShap(model, matrix, { ...options, background: rowsBetween(matrix, 0, 0) }),
    ).rejects.toThrow(/must have rows/);
    await expect(kernelShap(model, matrix, { ...options, background: matrixOf({ a: [1] }) })).rejects.toThrow(
      /must have the columns/,
    );
    await expect(
      kernelShap(
        formula(() => Number.NaN),
        matrix,
        options,
      ),
    ).rejects.toThrow(/Finite predictions/);
    // A predictor that answers at once lets it be heard all the same.
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    await expect(kernelShap(model, matrix, { ...options, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
