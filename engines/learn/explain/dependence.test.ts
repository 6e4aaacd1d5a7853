import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { accumulatedEffects } from './accumulated-effects.ts';
import { formula, matrixOf, meanOf, normalMatrix } from './matrices.suite.ts';
import { partialDependence } from './partial-dependence.ts';
import type { Predict } from './predicting.ts';

interface Case {
  column: number;
  grid: number[];
  average: number[];
  first_rows: number[][];
}
const golden = JSON.parse(
  readFileSync(new URL('./golden/importance-and-dependence.json', import.meta.url), 'utf8'),
) as { made_with: string; data: { X: number[][] } } & Record<`dependence_${string}`, Case>;
const [a = [], b = [], c = [], d = []] = golden.data.X;
const matrix = matrixOf({ a, b, c, d });
const amount = formula((a = 0, b = 0, c = 0, d = 0) => a * (1 + c) + b ** 2 + Math.sin(d));
const chance: Predict = ({ rows, columns: [a, b, c] }) =>
  Float64Array.from({ length: 2 * rows }, (_, at) => {
    const row = at >> 1;
    const p = 1 / (1 + Math.exp(-(2 * (a?.[row] ?? 0) + (b?.[row] ?? 0) * (c?.[row] ?? 0))));
    return at % 2 === 1 ? p : 1 - p;
  });

describe('partial dependence', () => {
  it.each([
    ['number', 0, { points: 7 }],
    ['squared', 0, { points: 5, quantiles: [0.1, 0.8] as const }],
    ['category', 0, { points: 100 }],
    ['chance', 1, { points: 6 }],
  ])(`and the curves of single rows are those of ${golden.made_with}: %s`, async (name, output, given) => {
    const { column, grid, average, first_rows } = golden[`dependence_${name}`] as Case;
    const { points, curves } = await partialDependence(name === 'chance' ? chance : amount, matrix, {
      column,
      output,
      seed: 1,
      curves: 60,
      ...given,
    });
    expect(points.map(({ value }) => value)).toEqual(grid.map((value) => expect.closeTo(value, 12)));
    expect(points.map(({ mean }) => mean)).toEqual(average.map((value) => expect.closeTo(value, 12)));
    expect(curves.slice(0, 3)).toEqual(
      first_rows.map((row) => row.map((value) => expect.closeTo(value, 12))),
    );
    expect(points.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('centred begins at 0 in every row; codes and missing values have their own', async () => {
    const given = matrixOf({ kind: [2, 0, 2, Number.NaN, 0], x: [1, 2, 3, 4, 5] }, { kind: 4 });
    const model = formula((kind = 0, x = 0) => (Number.isNaN(kind) ? 100 : kind * x));
    const options = { column: 0, output: 0, seed: 1, curves: 2 };
    const plain = await partialDependence(model, given, options);
    expect(plain.points.map(({ value, mean, share }) => [value, mean, share])).toEqual([
      [0, 0, 0.5],
      [2, 6, 0.5],
    ]);
    expect(plain.points[1]).toMatchObject({ low: expect.closeTo(2.8, 12), high: expect.closeTo(9.2, 12) });
    expect(plain.missing).toBe(100);
    const shifted = formula((kind = 0, x = 0) => x + (Number.isNaN(kind) ? 100 : kind));
    const centred = await partialDependence(shifted, given, { ...options, centred: true });
    expect(centred.points.map(({ mean, low, high }) => [mean, low, high])).toEqual([
      [0, 0, 0],
      [2, 2, 2],
    ]);
    expect(centred.missing).toBe(100);
    expect(centred.curves).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  it('refuses what is not there', async () => {
    const ask = (given: object) =>
      partialDependence(amount, matrix, { column: 0, output: 0, seed: 1, ...given });
    await expect(ask({ column: 7 })).rejects.toThrow(/column from 0 to 3/);
    await expect(ask({ output: 1 })).rejects.toThrow(/output from 0 to 0/);
    await expect(ask({ quantiles: [0.9, 0.1] })).rejects.toThrow(/quantiles/);
    await expect(ask({ mostPredictions: 60 })).rejects.toThrow(/fewer rows or points/);
    const empty = matrixOf({ a: [Number.NaN] });
    await expect(
      partialDependence(
        formula(() => 1),
        empty,
        { column: 0, output: 0, seed: 1 },
      ),
    ).rejects.toThrow(/all 1 are missing/);
  });
});

describe('accumulated local effects', () => {
  it('of a sum are its own term, however the columns go together', async () => {
    const { columns } = normalMatrix(3, 300, 2);
    const [x = new Float64Array(), noise = new Float64Array()] = columns;
    const given = matrixOf({ x, y: x.map((value, row) => value + 0.1 * (noise[row] as number)) });
    const { points } = await accumulatedEffects(
      formula((x = 0, y = 0) => 3 * x - 2 * y + 7),
      given,
      { column: 0, output: 0, bins: 10 },
    );
    const shift = 3 * (points[0]?.value ?? 0) - (points[0]?.effect ?? 0);
    for (const { value, effect } of points) expect(effect).toBeCloseTo(3 * value - shift, 9);
    expect(points.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
    // Centred over the rows, but for where in its part a row lies.
    expect(shift / 3).toBeCloseTo(meanOf(x), 0);
  });

  it('of a product of twins are those derived by hand, where partial dependence says nothing', async () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8, Number.NaN];
    const given = matrixOf({ x, y: x.map((value) => value || 0) });
    const { points, rows } = await accumulatedEffects(
      formula((x = 0, y = 0) => x * y),
      given,
      { column: 0, output: 0, bins: 4 },
    );
    // Edges 1, 2, 4, 6, 8; in their parts y averages 1.5, 3.5, 5.5, 7.5: steps 1.5, 7, 11, 15 less 11.6875.
    expect(rows).toBe(8);
    expect(points).toEqual([
      { value: 1, effect: -11.6875, rows: 0 },
      { value: 2, effect: -10.1875, rows: 2 },
      { value: 4, effect: -3.1875, rows: 2 },
      { value: 6, effect: 7.8125, rows: 2 },
      { value: 8, effect: 22.8125, rows: 2 },
    ]);
  });

  it('of a category order its levels by likeness and average 0', async () => {
    const random = seededRandom(4);
    // Levels 0, 1, 2 at 0, 10 and 5: the second is the far end.
    const kind = Float64Array.from({ length: 90 }, (_, row) => row % 3);
    const x = kind.map((level) => ([0, 10, 5][level] as number) + 3 * random.normal());
    const given = matrixOf({ kind, x, other: kind.map(() => random.whole(2)) }, { kind: 3, other: 2 });
    const { points } = await accumulatedEffects(
      formula((kind = 0, x = 0) => ([1, 4, -2][kind] as number) + x),
      given,
      { column: 0, output: 0 },
    );
    expect(points.map(({ value, rows }) => [value, rows])).toEqual([
      [0, 30],
      [2, 30],
      [1, 30],
    ]);
    points.forEach(({ effect }, at) => {
      expect(effect).toBeCloseTo([0, -3, 3][at] as number, 12);
    });
  });

  it('need two values', async () => {
    const given = matrixOf({ x: [1, 1, 1] });
    await expect(
      accumulatedEffects(
        formula((x = 0) => x),
        given,
        { column: 0, output: 0 },
      ),
    ).rejects.toThrow(/Two different values/);
  });
});
