import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../estimator.ts';
import { fitBoostedTrees } from '../../index.ts';
import { formula, matrixOf, normalMatrix } from '../matrices.suite.ts';
import type { Predict } from '../predicting.ts';
import { type CounterfactualOptions, counterfactuals } from './counterfactuals.ts';
import type { ColumnLimit } from './limits.ts';

/** Five columns, one of categories and one with holes, and a rule of three of them. */
function patients(seed: number, rows: number): { matrix: Matrix; codes: Int32Array } {
  const random = seededRandom(seed);
  const column = (draw: () => number) => Float64Array.from({ length: rows }, draw);
  const age = column(() => 20 + random.whole(60));
  const dose = column(() => Math.round(10 * random.normal()) / 10);
  const site = column(() => random.whole(3));
  const marker = column(() => (random.next() < 0.15 ? Number.NaN : random.normal()));
  const noise = column(() => random.normal());
  const codes = Int32Array.from(age, (years, row) =>
    (years - 50) / 15 +
      2 * (dose[row] as number) +
      (site[row] === 1 ? 1.5 : 0) +
      ((marker[row] as number) || 0) >
    0.5
      ? 1
      : 0,
  );
  return { matrix: matrixOf({ age, dose, site, marker, noise }, { site: 3 }), codes };
}

const { matrix, codes } = patients(3, 300);
const model = fitBoostedTrees(
  matrix,
  { kind: 'class', codes, classes: 2 },
  { seed: 1, rounds: 25, leaves: 8, minRows: 5 },
);
const predict: Predict = (rows) => model.predict(rows);
const chances = model.predict(matrix);
const labelOf = (outputs: ArrayLike<number>, row = 0) =>
  (outputs[2 * row + 1] as number) > (outputs[2 * row] as number) ? 1 : 0;
const ask = (given: Partial<CounterfactualOptions> & { row: number }) =>
  counterfactuals(predict, matrix, {
    goal: { label: 1 - labelOf(chances, given.row) },
    data: matrix,
    seed: 1,
    ...given,
  });

const limit = fc.record({
  change: fc.constantFrom('any' as const, 'none' as const, 'up' as const, 'down' as const),
  at_least: fc.option(fc.double({ min: -1.5, max: 0.2, noNaN: true }), { nil: undefined }),
  at_most: fc.option(fc.double({ min: 0.3, max: 1.5, noNaN: true }), { nil: undefined }),
});

describe('counterfactuals', () => {
  it('flip what is said, keep to the limits, and lose the flip when any one change is taken back', async () => {
    let met = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 299 }),
        fc.constantFrom('any' as const, 'none' as const, 'up' as const, 'down' as const),
        limit,
        fc.subarray([0, 1, 2]),
        async (row, change, dose, sites) => {
          const limits: ColumnLimit[] = [
            { column: 0, change },
            { column: 1, change: dose.change, ...bounds(dose) },
            { column: 2, codes: sites },
            { column: 4, change: 'none' },
          ];
          const goal = 1 - labelOf(chances, row);
          const { found, rows, message } = await ask({ row, limits });
          expect(found.length).toBe(rows.rows);
          expect(found.length > 0 || /None was found/.test(message)).toBe(true);
          const said = model.predict(rows);
          for (let at = 0; at < rows.rows; at++) {
            met += 1;
            expect(labelOf(said, at)).toBe(goal);
            expect(found[at]?.outputs).toEqual(Array.from(said.subarray(2 * at, 2 * at + 2)));
            const own = (column: number) => matrix.columns[column]?.[row] as number;
            const now = (column: number) => rows.columns[column]?.[at] as number;
            const changed = matrix.names.flatMap((_, k) => (Object.is(own(k), now(k)) ? [] : [k]));
            expect(found[at]?.changes.map(({ column }) => column)).toEqual(
              changed.map((k) => matrix.names[k]),
            );
            for (const k of changed) {
              const back = rows.columns.map((values, column) =>
                Float64Array.of(column === k ? own(k) : (values[at] as number)),
              );
              expect(labelOf(model.predict({ ...rows, rows: 1, columns: back }))).toBe(1 - goal);
            }
            expect(changed).not.toContain(4);
            if (changed.includes(0)) expect(follows(change, own(0), now(0))).toBe(true);
            if (changed.includes(1)) {
              expect(follows(dose.change, own(1), now(1))).toBe(true);
              expect(now(1)).toBeGreaterThanOrEqual(dose.at_least ?? -99);
              expect(now(1)).toBeLessThanOrEqual(dose.at_most ?? 99);
            }
            if (changed.includes(2)) expect(sites).toContain(now(2));
            if (!Number.isNaN(own(3))) expect(now(3)).not.toBeNaN();
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(met).toBeGreaterThan(12);
  });

  it('are few, small and different: of a rule of two columns either alone', async () => {
    const random = seededRandom(2);
    const data = matrixOf({
      a: Float64Array.from({ length: 400 }, () => random.normal()),
      b: Float64Array.from({ length: 400 }, () => random.normal()),
      c: Float64Array.from({ length: 400 }, () => random.normal()),
    });
    data.columns[0]?.set([0.2]);
    data.columns[1]?.set([0.1]);
    const { found } = await counterfactuals(
      formula((a = 0, b = 0) => Math.max(a, b)),
      data,
      { row: 0, goal: { output: 0, at_least: 0.9 }, data, seed: 1, count: 2 },
    );
    expect(found.map(({ changes }) => changes.map(({ column }) => column))).toEqual([['a'], ['b']]);
    for (const { changes, plausibility } of found) {
      expect(changes[0]?.to).toBeGreaterThanOrEqual(0.9);
      expect(changes[0]?.to).toBeLessThan(1);
      expect(plausibility).toBeGreaterThan(0.02);
    }
  });

  it('change no more columns than is asked for', async () => {
    const random = seededRandom(9);
    const draw = () => Float64Array.from({ length: 300 }, () => random.normal());
    const data = matrixOf({ a: draw(), b: draw() });
    data.columns[0]?.set([-0.5]);
    data.columns[1]?.set([-0.5]);
    const least = formula((a = 0, b = 0) => Math.min(a, b));
    const options = { row: 0, goal: { output: 0, at_least: 0.2, at_most: 0.8 }, data, seed: 1 };
    const { found } = await counterfactuals(least, data, options);
    expect(found[0]?.changes).toHaveLength(2);
    expect(found[0]?.outputs[0]).toBeGreaterThanOrEqual(0.2);
    expect(found[0]?.outputs[0]).toBeLessThan(0.8);
    const few = await counterfactuals(least, data, { ...options, mostChanges: 1 });
    expect(few).toMatchObject({ found: [], message: expect.stringMatching(/too many changes/) });
  });

  it('leave no row behind that is unlike the data, and tell of it', async () => {
    // The two go together; only apart do they reach the goal.
    const a = Float64Array.from({ length: 200 }, (_, row) => row / 20);
    const data = matrixOf({ a, b: a.map((value) => value + 0.01) });
    const { found, set_aside, message } = await counterfactuals(
      formula((a = 0, b = 0) => a - b),
      data,
      { row: 100, goal: { output: 0, at_least: 4 }, data, seed: 1 },
    );
    expect(found).toEqual([]);
    expect(set_aside).toBeGreaterThan(0);
    expect(message).toMatch(/like the data/);
  });

  it('say that there is none within the limits, how near it came, and when the search ended early', async () => {
    const row = chances.findIndex((chance, at) => at % 2 === 1 && chance > 0.9) >> 1;
    const stay = matrix.names.map((_, column): ColumnLimit => ({ column, change: 'none' }));
    expect((await ask({ row, limits: stay })).message).toMatch(/no column may change/);
    const { found, nearest, message } = await ask({ row, limits: stay.filter(({ column }) => column !== 4) });
    expect(found).toEqual([]);
    expect(nearest?.gap).toBeGreaterThan(0);
    expect(message).toMatch(/nearest is 0\.\d+ from the goal/);
    expect((await ask({ row, mostPredictions: 320 })).message).toMatch(/ended after/);
  });

  it('of five hundred columns are found in the room there is, and more are refused with what to do', async () => {
    const wide = normalMatrix(5, 80, 500);
    const model: Predict = ({ rows, columns: [a, b] }) =>
      Float64Array.from({ length: rows }, (_, row) => (a?.[row] as number) + (b?.[row] as number));
    const options = { row: 0, goal: { output: 0, at_least: 3 }, data: wide, seed: 1 };
    const { found, predicted } = await counterfactuals(model, wide, options);
    expect(found.length).toBeGreaterThan(0);
    for (const { changes } of found) expect(changes.length).toBeLessThanOrEqual(2);
    expect(predicted).toBeLessThan(50_000);
    const wider = { ...normalMatrix(5, 2, 1), names: Array.from({ length: 3000 }, (_, at) => `${at}`) };
    const all = {
      ...wider,
      columns: wider.names.map(() => new Float64Array(2)),
      categories: wider.names.map(() => 0),
    };
    await expect(counterfactuals(model, all, { ...options, data: all })).rejects.toThrow(/must stay/);
  });

  it('are the same for the same seed, and refuse what cannot be asked', async () => {
    expect(await ask({ row: 7 })).toEqual(await ask({ row: 7 }));
    await expect(ask({ row: 7, goal: { label: labelOf(chances, 7) } })).rejects.toThrow(/already/);
    await expect(ask({ row: 7, goal: { label: 2 } })).rejects.toThrow(/output from 0 to 1/);
    await expect(ask({ row: 7, goal: { output: 1 } })).rejects.toThrow(/at least or at most/);
    await expect(ask({ row: 7, limits: [{ column: 2, change: 'up' }] })).rejects.toThrow(/no order/);
    await expect(ask({ row: 7, limits: [{ column: 9 }] })).rejects.toThrow(/is not there/);
    await expect(ask({ row: 300 })).rejects.toThrow(/row from 0 to 299/);
    await expect(ask({ row: 7, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const follows = (change: ColumnLimit['change'], from: number, to: number): boolean =>
  change === 'none' ? false : change === 'up' ? to > from : change === 'down' ? to < from : true;

const bounds = ({ at_least, at_most }: { at_least: number | undefined; at_most: number | undefined }) => ({
  ...(at_least === undefined ? {} : { at_least }),
  ...(at_most === undefined ? {} : { at_most }),
});
