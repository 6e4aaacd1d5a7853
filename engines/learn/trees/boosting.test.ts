import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Matrix, Target } from '../estimator.ts';
import { type BoostingOptions, fitBoostedTrees, loadTrees, TreeThreads } from '../index.ts';
import { numbers, table } from './tables.suite.ts';

const threads = new TreeThreads(3);
afterAll(() => threads.close());

/** Four columns: two numbers, one with missing values, one of categories; the target needs all but the second. */
function mixed(
  n: number,
  seed: number,
  classes: number,
): { matrix: Matrix; target: Target & { kind: 'class' } } {
  const random = seededRandom(seed);
  const [a, b] = [numbers(n, () => random.normal()), numbers(n, () => random.normal())];
  const holes = numbers(n, () => (random.next() < 0.3 ? Number.NaN : random.normal()));
  const kinds = numbers(n, () => (random.next() < 0.05 ? Number.NaN : random.whole(12)));
  const codes = Int32Array.from({ length: n }, (_, row) => {
    const hole = holes[row] as number;
    const pull =
      (a[row] as number) + (Number.isNaN(hole) ? 1.5 : hole) + (((kinds[row] as number) * 5) % 7) / 3;
    return Math.max(0, Math.min(classes - 1, Math.floor(pull + 0.5 * random.normal())));
  });
  return { matrix: table({ a, b, holes, kinds }, { kinds: 12 }), target: { kind: 'class', codes, classes } };
}

const meanLoss = (model: ReturnType<typeof fitBoostedTrees>, matrix: Matrix, values: Float64Array) => {
  const found = model.predict(matrix);
  return values.reduce((sum, value, row) => sum + (value - (found[row] as number)) ** 2, 0) / values.length;
};

describe('boosted trees', () => {
  it('come out the same to the bit with one thread and with several, and after they were saved', () => {
    const { matrix, target } = mixed(13_000, 1, 3);
    const weights = numbers(13_000, (row) => row % 4);
    const options = { seed: 5, rounds: 2, weights, rowShare: 0.7, columnShare: 0.8 };
    const alone = fitBoostedTrees(matrix, target, options);
    const together = fitBoostedTrees(matrix, target, { ...options, threads });
    expect(together.trees).toEqual(alone.trees);
    const chances = alone.predict(matrix);
    expect(loadTrees(structuredClone(alone.save())).predict(matrix)).toEqual(chances);
    expect(fitBoostedTrees(matrix, target, { ...options, seed: 6 }).predict(matrix)).not.toEqual(chances);
    for (let row = 0; row < 100; row++)
      expect(
        (chances[3 * row] as number) + (chances[3 * row + 1] as number) + (chances[3 * row + 2] as number),
      ).toBeCloseTo(1, 12);
  });

  it('learn from holes, from categories and nothing from what says nothing', () => {
    const { matrix, target } = mixed(4000, 2, 2);
    const nothing = numbers(4000, () => Number.NaN);
    const wider = {
      ...matrix,
      names: [...matrix.names, 'nothing'],
      columns: [...matrix.columns, nothing],
      categories: [...matrix.categories, 0],
    };
    const model = fitBoostedTrees(wider, target, { seed: 1, rounds: 30 });
    const [a = 0, b = 0, holes = 0, kinds = 0, none = 0] = model.importances();
    expect(Math.min(a, holes, kinds)).toBeGreaterThan(5 * b);
    expect(none).toBe(0);
    const found = model.predict(wider);
    const right = target.codes.filter((code, row) => (found[2 * row + 1] as number) > 0.5 === (code === 1));
    expect(right.length / 4000).toBeGreaterThan(0.85);
  });

  it('are single leaves where the columns drawn for them have nothing to cut', () => {
    const a = numbers(100, (row) => row % 10);
    const nothing = numbers(100, () => Number.NaN);
    const options = { seed: 3, rounds: 40, columnShare: 0.5, rate: 0.3 };
    const model = fitBoostedTrees(table({ a, nothing }), { kind: 'number', values: a }, options);
    expect(meanLoss(model, table({ a, nothing }), a)).toBeLessThan(1);
    const none = fitBoostedTrees(table({ nothing }), { kind: 'number', values: a }, options);
    for (const value of none.predict(table({ nothing }))) expect(value).toBeCloseTo(4.5, 9);
  });

  it('rise or fall with a column where they are told to, whatever the data say', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(-1 as const, 1 as const),
        fc.boolean(),
        (seed, sign, isAbsolute) => {
          const random = seededRandom(seed);
          const [x, y] = [numbers(400, () => random.normal()), numbers(400, () => random.normal())];
          const kind = numbers(400, () => random.whole(6));
          const values = numbers(
            400,
            (row) =>
              Math.sin(3 * (x[row] as number)) +
              (y[row] as number) * (x[row] as number) +
              (((kind[row] as number) % 3) - 1) * (x[row] as number) +
              random.normal(),
          );
          const loss = isAbsolute ? ({ loss: 'absolute' } as const) : {};
          const model = fitBoostedTrees(
            table({ x, y, kind }, { kind: 6 }),
            { kind: 'number', values },
            { seed, rounds: 20, minRows: 3, monotone: { x: sign }, ...loss },
          );
          const line = numbers(60, (at) => -3 + at / 10);
          const held = [random.normal(), random.whole(7)] as const;
          const others = { y: numbers(60, () => held[0]), kind: numbers(60, () => held[1]) };
          const found = model.predict(table({ x: line, ...others }, { kind: 6 }));
          for (let at = 1; at < 60; at++)
            expect(sign * ((found[at] as number) - (found[at - 1] as number))).toBeGreaterThanOrEqual(-1e-12);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('take a weight of two as two rows', () => {
    const random = seededRandom(3);
    const x = numbers(200, () => random.whole(40));
    const values = numbers(200, (row) => (x[row] as number) ** 2 + random.normal());
    const weights = numbers(200, (row) => 1 + (row % 2));
    const rows = Array.from(weights, (weight, row) => Array<number>(weight).fill(row)).flat();
    const options: BoostingOptions = { rounds: 10, minRows: 1, minHessian: 5 };
    const weighted = fitBoostedTrees(
      table({ x }),
      { kind: 'number', values },
      { seed: 1, weights, ...options },
    );
    const repeated = fitBoostedTrees(
      table({ x: Float64Array.from(rows, (row) => x[row] as number) }),
      { kind: 'number', values: Float64Array.from(rows, (row) => values[row] as number) },
      { seed: 1, ...options },
    );
    const [a, b] = [weighted.predict(table({ x })), repeated.predict(table({ x }))];
    a.forEach((value, row) => {
      expect(value).toBeCloseTo(b[row] as number, 7);
    });
  });

  it('keep to the loss: quantiles cover, counts have their mean, a loss of your own is one of ours', () => {
    const random = seededRandom(4);
    const x = numbers(2000, () => random.next());
    const values = numbers(
      2000,
      (row) => (x[row] as number) * 3 + (1 + (x[row] as number)) * random.normal(),
    );
    const target: Target = { kind: 'number', values };
    const upper = fitBoostedTrees(table({ x }), target, { seed: 1, loss: 'quantile', quantile: 0.9 }).predict(
      table({ x }),
    );
    const below = values.filter((value, row) => value <= (upper[row] as number)).length / 2000;
    expect(Math.abs(below - 0.9)).toBeLessThan(0.02);
    const counts = values.map((value) => Math.max(0, Math.round(value)));
    const means = fitBoostedTrees(
      table({ x }),
      { kind: 'number', values: counts },
      { seed: 1, loss: 'poisson' },
    ).predict(table({ x }));
    const sum = (all: Float64Array) => all.reduce((a, b) => a + b, 0);
    expect(sum(means) / sum(counts)).toBeCloseTo(1, 2);
    expect(Math.min(...means)).toBeGreaterThan(0);
    const middle = fitBoostedTrees(table({ x }), target, { seed: 1, loss: 'absolute' }).predict(table({ x }));
    expect(
      Math.abs(values.filter((value, row) => value <= (middle[row] as number)).length / 2000 - 0.5),
    ).toBeLessThan(0.03);
    const about = values.map((value) => value - sum(values) / 2000);
    const own = fitBoostedTrees(
      table({ x }),
      { kind: 'number', values: about },
      {
        seed: 1,
        loss: {
          derivatives: (scores, targets, first, second) => {
            scores.forEach((score, row) => {
              first[row] = score - (targets[row] as number);
              second[row] = 1;
            });
          },
          loss: (score, wanted) => (score - wanted) ** 2 / 2,
        },
      },
    );
    const ours = fitBoostedTrees(table({ x }), { kind: 'number', values: about }, { seed: 1 });
    expect(meanLoss(own, table({ x }), about)).toBeCloseTo(meanLoss(ours, table({ x }), about), 6);
  });

  it('order by risk and by relevance', () => {
    const random = seededRandom(5);
    const n = 1500;
    const [x, noise] = [numbers(n, () => random.normal()), numbers(n, () => random.normal())];
    const times = numbers(n, (row) =>
      Math.round(-50 * Math.log(random.next() + 1e-9) * Math.exp(-1.2 * (x[row] as number))),
    );
    const events = Uint8Array.from({ length: n }, () => (random.next() < 0.7 ? 1 : 0));
    const risk = fitBoostedTrees(
      table({ x, noise }),
      { kind: 'survival', times, events },
      { seed: 1, earlyStopping: {} },
    );
    const line = risk.predict(table({ x: Float64Array.of(-1, 1), noise: Float64Array.of(0, 0) }));
    // The logarithm of the hazard ratio of two units of x is 2.4.
    expect((line[1] as number) - (line[0] as number)).toBeGreaterThan(1.8);
    expect((line[1] as number) - (line[0] as number)).toBeLessThan(3);
    const groups = Int32Array.from({ length: n }, (_, row) => Math.floor(row / 15));
    const relevance = numbers(n, (row) =>
      Math.max(0, Math.min(4, Math.round(1.5 + (x[row] as number) + 0.4 * random.normal()))),
    );
    const ranks = fitBoostedTrees(
      table({ x, noise }),
      { kind: 'ranking', relevance, groups },
      { seed: 1, rounds: 60, earlyStopping: { share: 0.2 } },
    );
    expect(ranks.notes.held_out_loss).toBeLessThan(0.06);
    expect(ranks.importances()[0]).toBeGreaterThan(0.8);
  });

  it('stop when rows held back are predicted no better, and with an aborted signal', () => {
    const random = seededRandom(6);
    const [x, noise] = [numbers(1000, () => random.normal()), numbers(1000, () => random.normal())];
    const values = numbers(1000, (row) => (x[row] as number) + random.normal());
    const options = { seed: 1, rounds: 400, earlyStopping: { share: 0.2 } };
    const model = fitBoostedTrees(table({ x, noise }), { kind: 'number', values }, options);
    expect(model.notes.rounds).toBeGreaterThan(5);
    expect(model.notes.rounds).toBeLessThan(100);
    const stopped = AbortSignal.abort(new Error('enough'));
    expect(() =>
      fitBoostedTrees(table({ x }), { kind: 'number', values }, { seed: 1, signal: stopped, threads }),
    ).toThrow('enough');
    expect(
      fitBoostedTrees(table({ x, noise }), { kind: 'number', values }, { ...options, threads }).trees,
    ).toEqual(model.trees);
  });

  it('say what is wrong with data and settings', () => {
    const x = numbers(50, (row) => row);
    const values = numbers(50, (row) => row % 7);
    const fit =
      (matrix: Matrix, target: Target, more: BoostingOptions & { weights?: Float64Array } = {}) =>
      () =>
        fitBoostedTrees(matrix, target, { seed: 1, ...more });
    const good = table({ x });
    const target: Target = { kind: 'number', values };
    expect(fit(table({ x: x.with(3, Number.POSITIVE_INFINITY) }), target)).toThrow(
      /column "x", was given Infinity in row 3/,
    );
    expect(fit(good, { kind: 'number', values: numbers(50, () => 4) })).toThrow(
      /varies, was given 4 in every row/,
    );
    expect(fit(good, { kind: 'number', values: values.with(2, Number.NaN) })).toThrow(
      /finite target .* row 2/,
    );
    expect(fit(good, { kind: 'number', values: values.with(2, 1e300) })).toThrow(
      /at most 1e\+100 in every row, was given 1e\+300 in row 2/,
    );
    expect(() => fitBoostedTrees(good, target, { seed: 1, memoryLimitBytes: 100_000 })).toThrow(
      /with 31 leaves would need about 1 MiB of memory/,
    );
    expect(fit(good, { kind: 'class', codes: new Int32Array(50), classes: 2 })).toThrow(/one class only/);
    const ten = numbers(10, (row) => row);
    expect(fit(table({ x: ten }), { kind: 'number', values: ten })).toThrow(
      /at least 40 rows .* was given 10/,
    );
    expect(fit(good, target, { loss: 'softmax' })).toThrow(/loss for a target of kind "number"/);
    expect(fit(good, target, { monotone: { z: 1 } })).toThrow(/"z", which is no column/);
    expect(fit(good, target, { bins: 300 })).toThrow(/Expected bins of 2 to 255, was given 300/);
    expect(fit(good, target, { weights: numbers(50, () => -1) })).toThrow(/weights of 0 or more/);
    const wide = {
      rows: 50,
      names: Array.from({ length: 50_000 }, (_, at) => `x${at}`),
      columns: Array<Float64Array>(50_000).fill(x),
      categories: Array<number>(50_000).fill(0),
    };
    expect(fit(wide, target)).toThrow(/fits in 4 GiB, was given 50 rows x 50000 columns/);
    const model = fit(good, target)();
    expect(() => model.predict(table({ y: x }))).toThrow(/columns the model was fitted to/);
    expect(() => loadTrees({ ...model.save(), kind: 'tea' })).toThrow(/model of trees/);
    expect(model.predict(table({ x: numbers(0, () => 0) }))).toHaveLength(0);
  });
});
