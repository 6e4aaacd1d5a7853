import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLogistic } from '../linear/logistic.ts';
import { category, classesOf, criterion, drawn, repeat } from './drawn-groups.suite.ts';
import { fairnessOf } from './fairness.ts';
import { chancesByGroup, drawCalls, fitGroupThresholds } from './group-thresholds.ts';
import { reweigh } from './reweighing.ts';

describe('reweighing', () => {
  it('makes class and group independent, of any groups and weights', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.boolean(), (seed, weighted) => {
        const { column, target } = drawn(seed, 120, 3);
        const random = seededRandom(seed);
        const given = weighted ? Float64Array.from(target.codes, () => 0.5 + random.next()) : undefined;
        const { weights } = reweigh(target, [column], given === undefined ? {} : { weights: given });
        const sum = (keep: (row: number) => boolean) =>
          weights.reduce((total, own, row) => total + (keep(row) ? own : 0), 0);
        const all = sum(() => true);
        for (const code of [0, 1, 2]) {
          const inGroup = (row: number) => column.codes[row] === code;
          const both = sum((row) => inGroup(row) && target.codes[row] === 1);
          expect(both * all).toBeCloseTo(sum(inGroup) * sum((row) => target.codes[row] === 1), 6);
        }
        expect(all).toBeCloseTo(given?.reduce((a, b) => a + b, 0) ?? 120, 9);
      }),
      { numRuns: 20 },
    );
  });

  it('brings the selection of a model that learns by it together', () => {
    const { column, target } = drawn(8, 1500);
    const random = seededRandom(9);
    const matrix = {
      rows: 1500,
      names: ['near the group', 'noise'],
      categories: [0, 0],
      columns: [
        Float64Array.from(column.codes, (code) => code + 0.5 * random.normal()),
        Float64Array.from(target.codes, (code) => code + random.normal()),
      ],
    };
    const apart = (weights?: Float64Array) => {
      const model = fitLogistic(matrix, target, { seed: 1, ...(weights === undefined ? {} : { weights }) });
      const report = fairnessOf(target, model.predict(matrix), [column], { seed: 1 });
      return criterion(report, 'demographic_parity').difference.value;
    };
    expect(apart(reweigh(target, [column]).weights)).toBeLessThan(0.7 * apart());
  });
});

describe('thresholds of groups', () => {
  const { column, target, said, probabilities } = drawn(10, 900, 3);
  const criteria = ['demographic_parity', 'equal_opportunity', 'equalized_odds'] as const;

  it.each(criteria)('%s holds exactly by lot, and about without, at little cost', (name) => {
    const by = { criterion: name };
    const lots = fitGroupThresholds(target, probabilities, [column], { ...by, randomised: true });
    const plain = fitGroupThresholds(target, probabilities, [column], by);
    expect(lots.before.difference).toBeGreaterThan(0.05);
    expect(lots.after.difference).toBeLessThan(1e-9);
    expect(plain.after.difference).toBeLessThan(name === 'equalized_odds' ? 0.04 : 0.01);
    expect(plain.rules.every(({ thresholds, lot }) => thresholds.length === 1 && lot === null)).toBe(true);
    for (const found of [lots, plain]) {
      expect(found.after.cost).toBeCloseTo(1 - found.after.accuracy, 12);
      const kept = JSON.parse(JSON.stringify(found)) as typeof found;
      const chances = chancesByGroup(kept, Float64Array.from(said), [column]);
      for (const own of found.after.groups) {
        const code = column.levels.indexOf(own.group.group as string);
        const rows = said.map((_, row) => row).filter((row) => column.codes[row] === code);
        const hits = rows.filter((row) => target.codes[row] === 1);
        const mean = (of: number[]) => of.reduce((sum, row) => sum + (chances[row] as number), 0) / of.length;
        expect(mean(rows)).toBeCloseTo(own.selection_rate, 9);
        expect(mean(hits)).toBeCloseTo(own.true_positive_rate, 9);
      }
      if (!found.randomised) expect(chances.every((own) => own === 0 || own === 1)).toBe(true);
    }
  });

  it('are the best there are: no common rate on a fine grid costs less', () => {
    const { column: two, target: truth, probabilities: said, said: scores } = drawn(11, 300);
    for (const [fp, fn] of [
      [1, 1],
      [1, 4],
    ] as const) {
      const costs = { false_positive: fp, false_negative: fn };
      const found = fitGroupThresholds(truth, said, [two], {
        criterion: 'demographic_parity',
        randomised: true,
        costs,
      });
      let least = Number.POSITIVE_INFINITY;
      for (let rate = 0; rate <= 1; rate += 0.005) {
        let cost = 0;
        for (const code of [0, 1]) {
          const rows = scores.map((_, row) => row).filter((row) => two.codes[row] === code);
          rows.sort((a, b) => (scores[b] as number) - (scores[a] as number));
          const taken = Math.round(rate * rows.length);
          rows.forEach((row, at) => {
            if (at < taken && truth.codes[row] === 0) cost += fp;
            if (at >= taken && truth.codes[row] === 1) cost += fn;
          });
        }
        least = Math.min(least, cost / 300);
      }
      // The grid's rates are rounded to whole rows, so they may differ by one row of a group.
      expect(found.after.cost).toBeLessThan(least + (2 * Math.max(fp, fn)) / 300);
    }
  });

  it('draw lots by seed, and leave rows of other groups to the common threshold', () => {
    const found = fitGroupThresholds(target, probabilities, [column], {
      criterion: 'equalized_odds',
      randomised: true,
    });
    const chances = Float64Array.from({ length: 4000 }, () => 0.3);
    expect(drawCalls(chances, 5)).toEqual(drawCalls(chances, 5));
    const share = drawCalls(chances, 5).reduce((sum, own) => sum + own, 0) / 4000;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.03);
    const other = category('group', [0, 0, -1], ['elsewhere']);
    expect([...chancesByGroup(found, Float64Array.of(0.49, 0.5, 0.9), [other])]).toEqual([0, 1, 1]);
  });
});

describe('what cannot be mended is refused with its reason', () => {
  const { column, target, probabilities } = drawn(12, 100);
  const by = { criterion: 'equal_opportunity' } as const;
  it.each<[string, () => unknown]>([
    [
      'At least two groups of 99 rows',
      () => fitGroupThresholds(target, probabilities, [column], { ...by, smallest: 99 }),
    ],
    [
      'Rows of both classes',
      () => fitGroupThresholds(classesOf(repeat(100, 1)), probabilities, [column], by),
    ],
    [
      'Reweighing was expected of classes',
      () => reweigh({ kind: 'number', values: new Float64Array(100) }, [column]),
    ],
  ])('%s', (words, act) => {
    expect(act).toThrow(words);
  });
});
