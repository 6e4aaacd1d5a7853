import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { fitBoostedTrees, fitRandomForest } from '../index.ts';
import { alikeByColumns, alikeByTrees, prototypesOf } from './examples.ts';
import { type LimeOptions, lime } from './lime.ts';
import { formula, matrixOf, normalMatrix } from './matrices.suite.ts';
import { rowsBetween } from './predicting.ts';

const random = seededRandom(6);
const data = matrixOf(
  {
    a: Float64Array.from({ length: 400 }, (_, row) => row / 100),
    kind: Float64Array.from({ length: 400 }, () => random.whole(3)),
    c: Float64Array.from({ length: 400 }, () => (random.next() < 0.1 ? Number.NaN : random.normal())),
    d: Float64Array.from({ length: 400 }, () => random.normal()),
  },
  { kind: 3 },
);
const levels = new Map([['kind', ['x', 'y', 'z']]]);
const ask = (model: ReturnType<typeof formula>, given: Partial<LimeOptions> = {}) =>
  lime(model, data, { row: 150, output: 0, data, seed: 1, levels, ...given });

describe('LIME', () => {
  it('finds the columns a model speaks of and what they add, where a sparse sum is the truth', async () => {
    const own = data.columns[1]?.[150] as number;
    // The row's a is 1.5: in the second quarter, above 0.99 and up to 1.99.
    const model = formula((a = 0, kind = 0) => (a > 0.99 && a <= 1.99 ? 3 : 0) + (kind === own ? -5 : 0) + 1);
    const found = await ask(model, { columns: 2, l2: 1e-9 });
    expect(found).toMatchObject({
      value: -1,
      surrogate: expect.closeTo(-1, 6),
      intercept: expect.closeTo(1, 6),
      r2: expect.closeTo(1, 9),
      kernel_width: 1.5,
    });
    expect(found.contributions).toEqual([
      {
        column: 'kind',
        value: levels.get('kind')?.[own],
        low: null,
        high: null,
        contribution: expect.closeTo(-5, 6),
      },
      { column: 'a', value: 1.5, low: 0.99, high: 1.99, contribution: expect.closeTo(3, 6) },
    ]);
    expect(
      (await ask(model)).contributions.slice(2).every(({ contribution }) => Math.abs(contribution) < 0.1),
    ).toBe(true);
    expect(await ask(model)).toEqual(await ask(model));
  });

  it('says by a low R² that no sum of columns is faithful, and by none that nothing varies', async () => {
    const xor = formula((a = 0, _kind = 0, _c = 0, d = 0) => (a > 2 === d > 0 ? 1 : 0));
    expect((await ask(xor)).r2).toBeLessThan(0.3);
    const flat = await ask(formula(() => 4));
    expect(flat).toMatchObject({ value: 4, surrogate: 4, r2: null, contributions: [] });
  });

  it('takes missing as a value, groups as one, and refuses what is not there', async () => {
    const row = (data.columns[2] as Float64Array).findIndex((value) => Number.isNaN(value));
    const gap = formula((_a = 0, _kind = 0, c = 0) => (Number.isNaN(c) ? 1 : 0));
    const { contributions } = await ask(gap, { row, columns: 1, l2: 1e-9 });
    expect(contributions).toMatchObject([{ column: 'c', value: null, contribution: expect.closeTo(1, 6) }]);
    const groups = [{ name: 'both', columns: [2, 3] }];
    const grouped = await ask(gap, { row, columns: 1, groups });
    expect(grouped.contributions).toMatchObject([{ column: 'both', value: null }]);
    await expect(ask(gap, { row: 400 })).rejects.toThrow(/row from 0 to 399/);
    await expect(ask(gap, { samples: 1 })).rejects.toThrow(/samples/);
    await expect(ask(gap, { mostPredictions: 100 })).rejects.toThrow(/fewer samples/);
    await expect(ask(gap, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('examples', () => {
  it('alike to a model of trees share its leaves: in what it looks at, whatever the rest', () => {
    const matrix = normalMatrix(3, 200, 3);
    const values = (matrix.columns[0] as Float64Array).map((value) => (value > 0 ? 10 : 0));
    const target = { kind: 'number' as const, values };
    for (const model of [
      fitRandomForest(matrix, target, { seed: 1, trees: 15, depth: 4 }),
      fitBoostedTrees(matrix, target, { seed: 1, rounds: 10, leaves: 4, minRows: 5 }),
    ]) {
      const found = alikeByTrees(model, matrix, { row: 17, data: matrix, count: 20 });
      expect(found[0]?.similarity).toBe(1);
      expect(found.find(({ row }) => row === 17)?.similarity ?? 1).toBe(1);
      for (const { row, similarity } of found) {
        expect(values[row]).toBe(values[17]);
        expect(similarity).toBeGreaterThan(0.5);
      }
    }
  });

  it('alike by columns are near in those that count', () => {
    const given = rowsBetween(data, 150, 151);
    const near = alikeByColumns(given, { row: 0, data, count: 3, weights: Float64Array.of(1, 0, 0, 0) });
    expect(near.map(({ row }) => row)).toEqual([150, 149, 151]);
    expect(near[0]?.similarity).toBe(1);
    const all = alikeByColumns(given, { row: 0, data, count: 400 });
    const kind = data.columns[1] as Float64Array;
    expect(kind[all[1]?.row ?? 0]).toBe(kind[150]);
    expect(() => alikeByColumns(given, { row: 0, data, weights: Float64Array.of(1) })).toThrow(
      /weight of 0 or more/,
    );
  });

  it('that stand for the data are the middles of its parts; what stands apart is told', () => {
    const one = [0, 0.1, -0.1, 0.2, -0.2, 0.05];
    const x = [...one, ...one.map((value) => value + 10), 5, 100];
    const { prototypes, criticisms, discrepancy } = prototypesOf(matrixOf({ x }), {
      prototypes: 2,
      criticisms: 2,
    });
    expect(prototypes.map(({ row }) => x[row]).toSorted((a = 0, b = 0) => a - b)).toEqual([
      expect.closeTo(0, 0),
      expect.closeTo(10, 0),
    ]);
    expect(prototypes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(criticisms.map(({ row }) => x[row])).toContain(100);
    // The first is what is best of all rows alone.
    const alone = prototypesOf(matrixOf({ x }), { prototypes: 1 });
    expect(prototypes[0]?.row).toBe(alone.prototypes[0]?.row);
    expect(discrepancy).toBeLessThan(alone.discrepancy);
    expect(prototypesOf(matrixOf({ x }), { prototypes: x.length }).discrepancy).toBeCloseTo(0, 12);
    expect(() => prototypesOf(normalMatrix(1, 2001, 1), { prototypes: 1 })).toThrow(/at most 2000 rows/);
  });
});
