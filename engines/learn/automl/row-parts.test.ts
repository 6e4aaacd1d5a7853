import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import { type FeatureColumn, type FeatureTable, withoutColumns } from '../table/feature-table.ts';
import { categoriesOf } from '../table/lake-columns.ts';
import { type AutomlOptions, automl } from './automl.ts';
import { foldSides, rowParts } from './row-parts.ts';

const numbers = (name: string, rows: number, of: (row: number) => number): FeatureColumn => ({
  kind: 'number',
  name,
  values: Float64Array.from({ length: rows }, (_, row) => of(row)),
});
const numbersOf = (column: FeatureColumn | undefined): Float64Array =>
  column?.kind === 'number' ? column.values : new Float64Array();

/** Visits of patients: `marker` tells who it is and nothing else, `ill` is the same at each visit, `day` counts on. */
function visits(patients: number, each: number, seed: number): FeatureTable {
  const random = seededRandom(seed);
  const rows = patients * each;
  const marker = Float64Array.from({ length: patients }, () => random.normal());
  const ill = Array.from({ length: patients }, () => (random.next() < 0.5 ? 'yes' : 'no'));
  const who = (row: number) => row % patients;
  const of = (name: string, text: (row: number) => string | null) =>
    categoriesOf(
      name,
      Array.from({ length: rows }, (_, row) => text(row)),
    );
  return {
    rows,
    columns: [
      of('patient_id', (row) => `p${who(row)}`),
      numbers('marker', rows, (row) => (marker[who(row)] as number) + 1e-5 * random.normal()),
      of('clinic', (row) => (who(row) % 7 === 6 ? null : `c${who(row) % 7}`)),
      numbers('day', rows, (row) => Math.floor(row / 3)),
      numbers('dose', rows, (row) => row + random.normal()),
      of('ill', (row) => ill[who(row)] as string),
    ],
  };
}

const table = visits(40, 4, 1);
const only = (given: Partial<AutomlOptions>): AutomlOptions => ({
  table: withoutColumns(table, ['clinic', 'day', 'dose']),
  target: 'ill',
  time_limit_seconds: 60,
  seed: 1,
  clock: () => 0,
  only: { family: 'neighbours', settings: { neighbours: 1 } },
  ...given,
});

describe('rows are parted', () => {
  it('so that a group has one side, a site its turn, and what is tested is later, whatever the table', () => {
    const columnOf = (of: AutomlOptions['split']) => table.columns.find(({ name }) => name === of?.column);
    const target: Target = { kind: 'number', values: numbersOf(table.columns[1]) };
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 2, max: 8 }),
        fc.constantFrom('patient_id', 'clinic', 'day'),
        (seed, folds, name) => {
          const by = name === 'day' ? 'time' : 'grouped';
          const split = { by, column: name } as const;
          const parts = rowParts(table, target, split);
          const held = parts.keptBack(0.25, seed);
          const found = parts.foldsOf(held.train, folds, seed);
          const { sides } = foldSides(found, { kind: 'number', values: new Float64Array(held.train.length) });
          const whole = (own: Uint32Array) => Array.from(own, (row) => held.train[row] as number);
          const column = columnOf(split);
          for (const { train, test } of [
            { train: [...held.train], test: [...held.test] },
            ...sides.map((side) => ({ train: whole(side.train), test: whole(side.test) })),
          ]) {
            expect(Math.min(train.length, test.length)).toBeGreaterThan(0);
            if (by === 'time') {
              const times = numbersOf(column);
              const latest = Math.max(...train.map((row) => times[row] as number));
              expect(Math.min(...test.map((row) => times[row] as number))).toBeGreaterThan(latest);
              continue;
            }
            const groups = column?.kind === 'category' ? column.codes : new Int32Array();
            const known = new Set(train.map((row) => groups[row] as number).filter((group) => group >= 0));
            expect(test.some((row) => known.has(groups[row] as number))).toBe(false);
          }
        },
      ),
      { numRuns: 30 },
    );
    const site = rowParts(table, target, { by: 'site', column: 'clinic', site: 'c2' }).keptBack(0.5, 1);
    const { codes } = table.columns[2] as Extract<FeatureColumn, { kind: 'category' }>;
    expect([...site.test]).toEqual([...codes.keys()].filter((row) => codes[row] === 2));
  });

  it('into as many folds as there are groups, by chance within the one site that is left, and never without a side', () => {
    const target: Target = { kind: 'number', values: new Float64Array(12) };
    const sites = (...names: (string | null)[]) => ({ rows: 12, columns: [categoriesOf('site', names)] });
    const foldsOf = (names: (string | null)[]) => {
      const parts = rowParts(sites(...names), target, { by: 'site', column: 'site', site: 'a' });
      return parts.foldsOf(parts.keptBack(0.2, 1).train, 5, 1).folds;
    };
    const [a, b, c] = ['a', 'b', 'c'].map((name) => Array<string>(4).fill(name)) as [
      string[],
      string[],
      string[],
    ];
    expect(foldsOf([...a, ...b, ...c])).toBe(2);
    expect(foldsOf([...a, ...b, ...b])).toBe(5);
    expect(foldsOf([...a, ...b, null, null, null, null])).toBe(5);
    expect(() => foldsOf([...b, ...c, ...c])).toThrow(/"b", "c".*"a" was given/);
    expect(() => foldsOf([...a, ...a, ...a])).toThrow(/leaves 0 and 12/);
    const constant = { rows: 12, columns: [numbers('year', 12, () => 2020)] };
    const parts = rowParts(constant, target, { by: 'time', column: 'year' });
    expect(() => parts.keptBack(0.2, 1)).toThrow(/leaves/);
    expect(() =>
      parts.foldsOf(
        Uint32Array.from({ length: 12 }, (_, row) => row),
        3,
        1,
      ),
    ).toThrow(/Times that differ/);
    expect(() => rowParts(sites(...a, ...a, ...a), target, { by: 'time', column: 'site' })).toThrow(
      /Times or numbers/,
    );
  });
});

describe('AutoML', () => {
  it('is not taken in by patients whom it knows, where it is told who they are, and says so where it is not', async () => {
    const told = await automl(only({ split: { by: 'grouped', column: 'patient_id' } }));
    const score = (result: typeof told) => result.holdout?.scores[0]?.score ?? Number.NaN;
    expect(score(told)).toBeLessThan(0.75);
    expect(told.leaderboard[0]?.score).toBeLessThan(0.75);
    expect(told.leaks).toEqual([]);
    expect(told.model.schema).toEqual([{ name: 'marker', kind: 'number' }]);
    expect(told.decisions[0]?.message).toMatch(/No "patient_id" has rows on both sides/);
    const byChance = await automl(only({}));
    expect(byChance.leaks.map(({ kind, columns }) => [kind, ...columns])).toEqual([
      ['shared_ids', 'patient_id'],
    ]);
    expect(score(byChance)).toBeGreaterThan(0.85);
    await expect(
      automl(only({ split: { by: 'grouped', column: 'patient_id' }, state: byChance.state })),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('learns from the past alone where it is told what time is, and keeps a site back where it is told which', async () => {
    const given = { target: 'dose', only: { family: 'linear', settings: {} } } as const;
    const later = await automl(
      only({
        ...given,
        table: withoutColumns(table, ['ill', 'clinic', 'patient_id']),
        split: { by: 'time', column: 'day' },
      }),
    );
    expect(later.holdout?.rows).toBe(34);
    expect(later.leaks.map(({ kind }) => kind)).toEqual(['target_proxy']);
    // `day` tells dose but for noise, also where it has not been yet.
    expect(later.leaderboard[0]?.score).toBeLessThan(2);
    expect(later.model.interval?.half_width).toBeLessThan(4);
    expect(later.holdout?.coverage).toBeGreaterThan(0.6);
    const elsewhere = await automl(
      only({
        ...given,
        table: withoutColumns(table, ['ill']),
        split: { by: 'site', column: 'clinic', site: 'c3' },
      }),
    );
    expect(elsewhere.holdout?.rows).toBe(24);
    expect(elsewhere.model.schema.map(({ name }) => name)).not.toContain('clinic');
  });
});
