import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import type { MetricName } from '../scores/metrics.ts';
import { formula, matrixOf, normalMatrix } from './matrices.suite.ts';
import { permutationImportance } from './permutation-importance.ts';
import type { Predict } from './predicting.ts';

const golden = JSON.parse(
  readFileSync(new URL('./golden/importance-and-dependence.json', import.meta.url), 'utf8'),
) as {
  made_with: string;
  data: { X: number[][]; y: number[]; codes: number[] };
} & Record<`importance_${MetricName}`, { call: string; repeats: number; mean: number[]; sd: number[] }>;
const [a = [], b = [], c = [], d = []] = golden.data.X;
const matrix = matrixOf({ a, b, c, d });
const number: Target = { kind: 'number', values: Float64Array.from(golden.data.y) };
const classes: Target = { kind: 'class', codes: Int32Array.from(golden.data.codes), classes: 2 };
const amount = formula((a = 0, b = 0, c = 0, d = 0) => a * (1 + c) + b ** 2 + Math.sin(d));
const chance: Predict = ({ rows, columns: [a, b, c] }) =>
  Float64Array.from({ length: 2 * rows }, (_, at) => {
    const row = at >> 1;
    const p = 1 / (1 + Math.exp(-(2 * (a?.[row] ?? 0) + (b?.[row] ?? 0) * (c?.[row] ?? 0))));
    return at % 2 === 1 ? p : 1 - p;
  });

describe('permutation importance', () => {
  it.each(['r2', 'rmse', 'roc_auc', 'log_loss'] as const)(
    `of %s has the mean and spread of ${golden.made_with}`,
    async (metric) => {
      const { mean, sd, repeats } = golden[`importance_${metric}`];
      const isNumber = metric === 'r2' || metric === 'rmse';
      const own = 300;
      const { importances } = await permutationImportance(
        isNumber ? amount : chance,
        matrix,
        isNumber ? number : classes,
        { seed: 1, metric, repeats: own },
      );
      importances.forEach((found, at) => {
        const [wanted, spread] = [mean[at] as number, sd[at] as number];
        expect(Math.abs(found.importance - wanted)).toBeLessThanOrEqual(
          4 * spread * Math.sqrt(1 / own + 1 / repeats) + 1e-12,
        );
        expect(Math.abs(found.sd - spread)).toBeLessThanOrEqual(0.2 * spread + 1e-12);
      });
    },
  );

  it('has intervals that hold the mean over all shuffles as often as they say', async () => {
    const few = normalMatrix(9, 30, 2);
    const target: Target = { kind: 'number', values: few.columns[0] as Float64Array };
    const model = formula((a = 0) => a);
    let held = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { importances } = await permutationImportance(model, few, target, {
        seed,
        metric: 'r2',
        repeats: 8,
        level: 0.9,
      });
      const [low, high] = importances[0]?.ci ?? [0, 0];
      // Shuffled, values are uncorrelated with themselves: 1 - R² is 2 on average.
      if (low <= 2 && high >= 2) held += 1;
      expect(importances[1]?.importance).toBe(0);
    }
    expect(held / 200).toBeGreaterThan(0.84);
    expect(held / 200).toBeLessThan(0.96);
  });

  it('over rows drawn anew has intervals that hold what all rows would give', async () => {
    // R² of a model that knows half the spread: the shuffled column costs 2 · var(a) / (var(a) + var(b)) = 1 of all rows.
    const model = formula((a = 0) => a);
    let [held, wider] = [0, 0];
    for (let seed = 0; seed < 24; seed++) {
      const few = normalMatrix(seed + 500, 120, 2);
      const [a = new Float64Array(), b = new Float64Array()] = few.columns;
      const values = a.map((own, row) => own + (b[row] as number));
      const options = { seed, metric: 'r2' as const, repeats: 6, level: 0.9 };
      const of = async (given: object) =>
        (await permutationImportance(model, few, { kind: 'number', values }, { ...options, ...given }))
          .importances[0]?.ci ?? [0, 0];
      const [low, high] = await of({ resamples: 100 });
      const [shortLow, shortHigh] = await of({});
      if (low <= 1 && high >= 1) held += 1;
      if (high - low > shortHigh - shortLow) wider += 1;
    }
    expect(held).toBeGreaterThanOrEqual(18);
    expect(wider).toBeGreaterThan(18);
  });

  it('shuffles a group together: twins hide each other alone, not as a group', async () => {
    const one = normalMatrix(2, 200, 1).columns[0] as Float64Array;
    const twins = matrixOf({ left: one, right: one.map((value) => value + 1e-6) });
    const target: Target = { kind: 'number', values: one };
    const model = formula((a = 0, b = 0) => (a + b) / 2);
    const options = { seed: 1, metric: 'r2' as const };
    const alone = await permutationImportance(model, twins, target, options);
    const together = await permutationImportance(model, twins, target, {
      ...options,
      groups: [{ name: 'both', columns: [0, 1] }],
    });
    expect(alone.importances.map(({ importance }) => importance)).toEqual([
      expect.closeTo(0.5, 1),
      expect.closeTo(0.5, 1),
    ]);
    expect(together.importances).toMatchObject([
      { name: 'both', columns: ['left', 'right'], importance: expect.closeTo(2, 0) },
    ]);
  });

  it('refuses other metrics, lengths and repeats, and stops when told', async () => {
    const ask = (given: object) =>
      permutationImportance(amount, matrix, number, { seed: 1, metric: 'r2', ...given });
    await expect(ask({ metric: 'roc_auc' })).rejects.toThrow(/metric of a number target/);
    await expect(ask({ repeats: 1 })).rejects.toThrow(/repeats/);
    await expect(ask({ mostPredictions: 100 })).rejects.toThrow(/fewer rows or repeats/);
    await expect(ask({ groups: [{ name: 'x', columns: [9] }] })).rejects.toThrow(/Columns 0 to 3/);
    await expect(
      permutationImportance(
        amount,
        matrix,
        { kind: 'number', values: Float64Array.of(1) },
        { seed: 1, metric: 'r2' },
      ),
    ).rejects.toThrow(/target for each of 60 rows/);
    await expect(ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
