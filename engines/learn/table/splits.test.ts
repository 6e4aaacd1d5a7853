import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import type { Target } from '../estimator.ts';
import { tableOfCsv } from './csv.suite.ts';
import type { FeatureColumn, FeatureTable } from './feature-table.ts';
import { columnNamed, takeRows, withoutColumns } from './feature-table.ts';
import { categoriesOf } from './lake-columns.ts';
import { leaksOf } from './leakage.ts';
import { inferProblem, targetOf } from './problem-type.ts';
import { holdOut, kFolds, type SplitPlan, sitesInTurn } from './splits.ts';

const numbers = (name: string, ...values: number[]): FeatureColumn => ({
  kind: 'number',
  name,
  values: Float64Array.from(values),
});
const table = (...columns: FeatureColumn[]): FeatureTable => ({
  rows: columns[0]?.kind === 'category' ? columns[0].codes.length : (columns[0]?.values.length ?? 0),
  columns,
});

describe('splits', () => {
  const codes = Int32Array.from({ length: 97 }, (_, row) => (row % 10 === 0 ? 1 : 0));
  const groups = Int32Array.from({ length: 97 }, (_, row) => (row < 5 ? -1 : row % 13));
  const times = Float64Array.from({ length: 97 }, (_, row) => Math.floor(((row * 37) % 97) / 2));

  it.each<SplitPlan>([{ by: 'random' }, { by: 'stratified', codes }, { by: 'grouped', groups }])(
    '$by folds test each row once, the same for the same seed',
    (plan) => {
      const folds = [...kFolds(97, plan, 5, 3)];
      expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...codes.keys()]);
      for (const { train, test } of folds) {
        expect(train.length + test.length).toBe(97);
        expect(new Set([...train, ...test]).size).toBe(97);
        expect(test.length).toBeGreaterThan(13);
        if (plan.by === 'stratified') expect(test.filter((row) => codes[row] === 1).length).toBe(2);
        if (plan.by !== 'grouped') continue;
        const sides = new Set(Array.from(train, (row) => groups[row] ?? 0));
        expect(test.some((row) => (groups[row] ?? 0) >= 0 && sides.has(groups[row] ?? 0))).toBe(false);
      }
      expect([...kFolds(97, plan, 5, 3)]).toEqual(folds);
      expect([...kFolds(97, plan, 5, 4)]).not.toEqual(folds);
      const held = holdOut(97, plan, { share: 0.2, seed: 1 });
      expect(Math.abs(held.test.length - 19)).toBeLessThan(4);
    },
  );

  it('in time, what is tested comes after what is learned from', () => {
    for (const { train, test } of [
      ...kFolds(97, { by: 'time', times }, 4, 0),
      holdOut(97, { by: 'time', times }, { share: 0.25, seed: 0 }),
    ]) {
      const latest = Math.max(...Array.from(train, (row) => times[row] ?? 0));
      expect(Math.min(...Array.from(test, (row) => times[row] ?? 0))).toBeGreaterThan(latest);
    }
    const sites = [...sitesInTurn(groups)];
    expect(sites).toHaveLength(13);
    expect(sites[4]?.test.every((row) => groups[row] === 4)).toBe(true);
    expect(() => [...kFolds(3, { by: 'random' }, 5, 0)]).toThrow(/at least as many rows; there are 3/);
    expect(() => holdOut(4, { by: 'grouped', groups: new Int32Array(4) }, { share: 0.5, seed: 0 })).toThrow(
      /leaves/,
    );
  });
});

describe('leaks and kinds of problem', () => {
  it('each leak that was planted is found, and a clean table has none', () => {
    const random = seededRandom(2);
    const rows = 400;
    const truth = Float64Array.from({ length: rows }, () => random.normal());
    const codes = Int32Array.from(truth, (own) => (own > 0 ? 1 : 0));
    const target: Target = { kind: 'class', codes, classes: 2 };
    const clean = table(
      { kind: 'number', name: 'hint', values: truth.map((own) => own + 1.5 * random.normal()) },
      categoriesOf(
        'ward',
        Array.from(codes, () => `w${random.whole(4)}`),
      ),
    );
    const split = holdOut(rows, { by: 'random' }, { share: 0.25, seed: 1 });
    expect(leaksOf(clean, target, { split })).toEqual([]);
    const planted = {
      rows,
      columns: [
        ...clean.columns,
        categoriesOf(
          'diagnosis given',
          Array.from(codes, (own) => (own === 1 ? 'treated' : 'not')),
        ),
        numbers('record', ...Array.from(codes.keys(), (row) => 7000 + row)),
        { kind: 'number', name: 'score', values: truth.map((own) => 3 * own) } as const,
      ],
    };
    const ids = categoriesOf(
      'patient',
      Array.from(codes.keys(), (row) => `p${row % 100}`),
    );
    const times = Float64Array.from(codes.keys());
    const found = leaksOf(planted, target, { split, ids, times });
    expect(found.map(({ kind, columns }) => [kind, ...columns])).toEqual([
      ['shared_ids', 'patient'],
      ['target_proxy', 'diagnosis given'],
      ['target_proxy', 'score'],
      ['future_data'],
      ['id_like', 'record'],
    ]);
    expect(found[2]?.share).toBeGreaterThan(0.95);
    const doubled = takeRows(
      clean,
      Uint32Array.from({ length: rows }, (_, row) => row >> 1),
    );
    const [same] = leaksOf(doubled, target, { split });
    expect(same?.kind).toBe('identical_rows');
    expect(same?.message).toMatch(/of 100 test rows are also training rows/);
    const grouped = holdOut(rows, { by: 'grouped', groups: ids.codes }, { share: 0.25, seed: 1 });
    expect(leaksOf(clean, target, { split: grouped, ids })).toEqual([]);
    const later = holdOut(rows, { by: 'time', times }, { share: 0.25, seed: 1 });
    expect(leaksOf(clean, target, { split: later, times })).toEqual([]);
  });

  const cancer = sharedData('tables/BreastCancer.csv');
  it.skipIf(cancer === null)(
    'the identifier of a real table is seen, its measures are not blamed (needs the shared data pool)',
    () => {
      const whole = tableOfCsv(cancer ?? '');
      const { target } = targetOf(columnNamed(whole, 'Class'), inferProblem(columnNamed(whole, 'Class')));
      const split = holdOut(whole.rows, { by: 'random' }, { share: 0.25, seed: 0 });
      const found = leaksOf(withoutColumns(whole, ['Class']), target, { split });
      expect(found.map(({ kind, columns }) => [kind, ...columns])).toEqual([
        ['identical_rows'],
        ['id_like', 'Id'],
      ]);
    },
  );

  it('a target says what it asks for, or why it cannot be predicted', () => {
    const repeated = (values: number[], times: number) => numbers('t', ...Array(times).fill(values).flat());
    const of = (column: FeatureColumn) => inferProblem(column).type;
    expect(of(repeated([0, 1], 20))).toBe('binary');
    expect(of(repeated([1, 2, 3], 10))).toBe('multiclass');
    expect(of(repeated([1, 2, 3, 4, 5, 6, 7], 3))).toBe('regression');
    expect(of(repeated([0.5, 1.5, 2.5], 10))).toBe('regression');
    expect(inferProblem(repeated([1, 2, 3], 10), 'regression').type).toBe('regression');
    const named = categoriesOf('t', Array(15).fill(['no', 'yes', null]).flat());
    const problem = inferProblem(named);
    expect(problem).toMatchObject({ type: 'binary', labels: ['no', 'yes'] });
    const { target, rows } = targetOf(named, problem);
    expect([...rows.slice(0, 4)]).toEqual([0, 1, 3, 4]);
    expect(target.kind === 'class' && [...target.codes.slice(0, 4)]).toEqual([0, 1, 0, 1]);
    expect(() => inferProblem(repeated([7], 30))).toThrow(/all 30 known rows hold "7".*constant/);
    expect(() => inferProblem(categoriesOf('t', Array(30).fill('a')))).toThrow(/two different values/);
    expect(() => inferProblem(repeated([Number.NaN], 30))).toThrow(/all 30 rows are missing/);
    expect(() => inferProblem(repeated([1, Infinity], 15))).toThrow(/some are infinite/);
    expect(() => inferProblem(repeated([1, 2], 5))).toThrow(
      /at least 20 known rows were expected; there are 10/,
    );
    expect(() =>
      inferProblem(
        categoriesOf(
          't',
          Array.from({ length: 40 }, (_, row) => `id${row}`),
        ),
      ),
    ).toThrow(/identifier/);
    expect(() => inferProblem(named, 'regression')).toThrow(/a regression expects numbers/);
    expect(withoutColumns(table(named), ['t']).columns).toEqual([]);
  });
});
