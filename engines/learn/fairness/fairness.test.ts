import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import { fitLogistic } from '../linear/logistic.ts';
import type { CategoryColumn, FeatureColumn } from '../table/feature-table.ts';
import { differenceOf, type Estimate, ratioOf, shareOf } from './estimates.ts';
import { type ClassFairness, fairnessOf, type NumberFairness } from './fairness.ts';
import { chancesByGroup, drawCalls, fitGroupThresholds } from './group-thresholds.ts';
import { reweigh } from './reweighing.ts';

type Classes = Extract<Target, { kind: 'class' }>;
const classesOf = (codes: number[]): Classes => ({
  kind: 'class',
  codes: Int32Array.from(codes),
  classes: 2,
});
const category = (name: string, codes: number[], levels: string[]): CategoryColumn => ({
  kind: 'category',
  name,
  codes: Int32Array.from(codes),
  levels,
});
const twoOf = (second: readonly number[]) => Float64Array.from(second.flatMap((own) => [1 - own, own]));
const repeat = <T>(times: number, value: T): T[] => Array.from({ length: times }, () => value);
const criterion = (report: { by: ClassFairness['by'] | NumberFairness['by'] }, name: string, at = 0) => {
  const found = report.by[at]?.criteria.find((own) => own.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

/** Rows of a group: how many of each truth and call, and the probability said. */
const hand = [
  ...repeat(40, { sex: 0, truth: 1, said: 0.8 }),
  ...repeat(10, { sex: 0, truth: 1, said: 0.3 }),
  ...repeat(10, { sex: 0, truth: 0, said: 0.8 }),
  ...repeat(40, { sex: 0, truth: 0, said: 0.3 }),
  ...repeat(12, { sex: 1, truth: 1, said: 0.8 }),
  ...repeat(8, { sex: 1, truth: 1, said: 0.3 }),
  ...repeat(8, { sex: 1, truth: 0, said: 0.8 }),
  ...repeat(52, { sex: 1, truth: 0, said: 0.3 }),
];
const sexes = category(
  'sex',
  hand.map(({ sex }) => sex),
  ['f', 'm', 'never seen'],
);
const handTarget = classesOf(hand.map(({ truth }) => truth));
const handSaid = twoOf(hand.map(({ said }) => said));

/** Groups of their own base rates and scores, drawn. */
function drawn(seed: number, rows: number, groups = 2) {
  const random = seededRandom(seed);
  const codes = Array.from({ length: rows }, () => random.whole(groups));
  const truth = codes.map((code) => (random.next() < 0.3 + (0.3 * code) / groups ? 1 : 0));
  const said = truth.map((own, row) => {
    const centre = own * (1.6 - 0.5 * (codes[row] as number)) + 0.4 * (codes[row] as number);
    return 1 / (1 + Math.exp(-(centre - 1 + random.normal())));
  });
  const names = Array.from({ length: groups }, (_, code) => `group ${code}`);
  return {
    column: category('group', codes, names),
    target: classesOf(truth),
    said,
    probabilities: twoOf(said),
  };
}

describe('intervals', () => {
  it('of a share and of the difference of two are those published', () => {
    // scipy 1.10.1: stats.binomtest(56, 70).proportion_ci(method='wilson')
    const [a, b] = [shareOf(56, 70)(0.95), shareOf(48, 80)(0.95)] as [Estimate, Estimate];
    expect(a.low).toBeCloseTo(0.6918335550374693, 12);
    expect(a.high).toBeCloseTo(0.8769526075163704, 12);
    // Newcombe 1998, table II, 56/70 - 48/80 by method 10.
    const { low, high } = differenceOf(a, b);
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.0524', '0.3339']);
  });

  it('of a ratio are those of its inverse turned over, and hold the truth about as often as said', () => {
    const shares = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(shares, shares, ([x, more], [y, rest]) => {
        const [a, b] = [shareOf(x, x + more)(0.95), shareOf(y, y + rest)(0.95)] as [Estimate, Estimate];
        const [over, under] = [ratioOf(a, b), ratioOf(b, a)];
        expect(over.low * under.high).toBeCloseTo(1, 9);
        expect(over.low <= over.value + 1e-12 && over.value <= over.high + 1e-12).toBe(true);
      }),
      { numRuns: 100 },
    );
    const random = seededRandom(3);
    let held = 0;
    for (let run = 0; run < 400; run++) {
      const hits = (p: number) => repeat(60, 0).filter(() => random.next() < p).length;
      const ratio = ratioOf(
        shareOf(hits(0.3), 60)(0.95) as Estimate,
        shareOf(hits(0.5), 60)(0.95) as Estimate,
      );
      if (ratio.low <= 0.6 && 0.6 <= ratio.high) held += 1;
    }
    expect(held / 400).toBeGreaterThan(0.92);
  });

  it('of the greatest difference among many groups hold the truth although it was picked', () => {
    const random = seededRandom(4);
    let [held, shown] = [0, 0];
    for (let run = 0; run < 100; run++) {
      const codes = Array.from({ length: 400 }, () => random.whole(5));
      const said = codes.map(() => (random.next() < 0.3 ? 0.9 : 0.1));
      const truth = codes.map(() => (random.next() < 0.5 ? 1 : 0));
      const column = category('site', codes, ['a', 'b', 'c', 'd', 'e']);
      const report = fairnessOf(classesOf(truth), twoOf(said), [column], { seed: 1, smallest: 5, bins: 2 });
      const { difference, verdict } = criterion(report, 'demographic_parity');
      if (difference.low === 0) held += 1;
      if (verdict === 'beyond') shown += 1;
    }
    expect(held / 100).toBeGreaterThan(0.95);
    expect(shown).toBeLessThan(3);
  });
});

describe('groups of classes', () => {
  const report = fairnessOf(handTarget, handSaid, [sexes], { seed: 1 }) as ClassFairness;

  it('have the rates that are counted by hand', () => {
    const [f, m] = report.by[0]?.groups ?? [];
    expect([f?.group, m?.group, f?.rows, m?.rows]).toEqual([{ sex: 'f' }, { sex: 'm' }, 100, 80]);
    const values = (own: typeof f) => [
      own?.base_rate?.value,
      own?.selection_rate?.value,
      own?.true_positive_rate?.value,
      own?.false_positive_rate?.value,
      own?.positive_predictive_value?.value,
      own?.negative_predictive_value?.value,
      own?.accuracy?.value,
    ];
    expect(values(f)).toEqual([0.5, 0.5, 0.8, 0.2, 0.8, 0.8, 0.8]);
    expect(values(m)).toEqual([0.25, 0.25, 0.6, 8 / 60, 0.6, 52 / 60, 0.8]);
    // 20 rows said 0.8, of which 12; 60 said 0.3, of which 8.
    expect(m?.calibration.expected_calibration_error).toBeCloseTo((20 * 0.2 + 60 * (0.3 - 8 / 60)) / 80, 12);
    expect(m?.brier).toBeCloseTo((12 * 0.04 + 8 * 0.49 + 8 * 0.64 + 52 * 0.09) / 80, 12);
    expect(m?.calibration.mean_residual?.value).toBeCloseTo(0.25 - (20 * 0.8 + 60 * 0.3) / 80, 12);
    expect(m?.calibration.curve.map(({ rows, observed }) => [rows, observed.value])).toEqual([
      [60, 8 / 60],
      [20, 0.6],
    ]);
    expect(f?.calibration.p_value).toBeGreaterThan(0.05);
    expect(m?.calibration.p_value).toBeLessThan(0.01);
  });

  it('differ by what is greatest less least; bounds tell what the rows can', () => {
    const of = (name: string) => criterion(report, name);
    expect(of('demographic_parity').difference.value).toBeCloseTo(0.25, 12);
    expect(of('demographic_parity').ratio?.value).toBeCloseTo(0.5, 12);
    expect(of('demographic_parity').verdict).toBe('beyond');
    expect([of('demographic_parity').lowest, of('demographic_parity').highest]).toEqual([
      { sex: 'm' },
      { sex: 'f' },
    ]);
    expect(of('equal_opportunity').difference.value).toBeCloseTo(0.2, 12);
    expect(of('equal_opportunity').verdict).toBe('unclear');
    expect(of('equalized_odds').difference.value).toBeCloseTo(0.2, 12);
    expect(of('equalized_odds').ratio?.value).toBeCloseTo(2 / 3, 12);
    expect(of('predictive_parity').difference.value).toBeCloseTo(0.2, 12);
    // The same shares in a hundred times the rows are sure.
    const [more, said] = [repeat(100, hand).flat(), repeat(100, [...handSaid]).flat()];
    const sure = fairnessOf(
      classesOf(more.map(({ truth }) => truth)),
      Float64Array.from(said),
      [
        category(
          'sex',
          more.map(({ sex }) => sex),
          ['f', 'm'],
        ),
      ],
      { seed: 1 },
    );
    expect(criterion(sure, 'equal_opportunity').verdict).toBe('beyond');
    expect(criterion(sure, 'calibration').verdict).toBe('beyond');
    expect(sure.verdict).toBe('beyond');
  });

  it('obey the identity that sets predictive parity against equal odds', () => {
    // Chouldechova 2017, equation 2.6.
    for (const own of report.by[0]?.groups ?? []) {
      const [p, ppv, tpr] = [own.base_rate, own.positive_predictive_value, own.true_positive_rate].map(
        (rate) => rate?.value ?? Number.NaN,
      ) as [number, number, number];
      expect(own.false_positive_rate?.value).toBeCloseTo((p / (1 - p)) * ((1 - ppv) / ppv) * tpr, 12);
    }
  });

  it('are compared the same whatever they are called and however the rows stand; equal ones do not differ', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 4 }), (seed, groups) => {
        const { column, target, said } = drawn(seed, 160, groups);
        const told = (order: number[], codeOf: (code: number) => number) => {
          const levels = repeat(groups, '').map((_, code) => `g${code}`);
          const shuffled = category(
            'group',
            order.map((row) => codeOf(column.codes[row] as number)),
            levels,
          );
          const truth = classesOf(order.map((row) => target.codes[row] as number));
          const report = fairnessOf(truth, twoOf(order.map((row) => said[row] as number)), [shuffled], {
            seed: 1,
            smallest: 1,
          });
          return report.by[0]?.criteria.flatMap(({ difference, ratio }) => [
            difference.value,
            difference.low,
            difference.high,
            ratio?.value ?? 0,
          ]);
        };
        const rows = said.map((_, row) => row);
        const before = told(rows, (code) => code);
        const after = told(rows.toReversed(), (code) => groups - 1 - code);
        after?.forEach((own, at) => {
          expect(own).toBeCloseTo(before?.[at] as number, 9);
        });
        const twice = fairnessOf(
          classesOf([...target.codes, ...target.codes]),
          twoOf([...said, ...said]),
          [category('half', rows.map(() => 0).concat(rows.map(() => 1)), ['a', 'b'])],
          { seed: 1 },
        );
        for (const { difference, ratio, verdict } of twice.by[0]?.criteria ?? []) {
          expect([difference.value, difference.low]).toEqual([0, 0]);
          expect(ratio?.value ?? 1).toBe(1);
          expect(verdict).not.toBe('beyond');
        }
      }),
      { numRuns: 8 },
    );
  });

  it('are crossed, the small ones told and not compared, those without a value a group', () => {
    const { column, target, probabilities } = drawn(5, 400);
    const age: FeatureColumn = {
      kind: 'number',
      name: 'age',
      values: Float64Array.from({ length: 400 }, (_, row) => (row < 20 ? Number.NaN : 20 + (row % 60))),
    };
    const report = fairnessOf(target, probabilities, [column, age], {
      seed: 1,
      cuts: { age: [40, 65] },
    });
    expect(report.by.map(({ columns }) => columns)).toEqual([['group'], ['age'], ['group', 'age']]);
    expect(report.by[1]?.groups.map(({ group }) => group.age).sort()).toEqual([
      '40 to below 65',
      '65 and more',
      'below 40',
    ]);
    expect(report.by[1]?.small_groups).toEqual([{ group: { age: null }, rows: 20 }]);
    const both = report.by[2];
    const [large, small] = [both?.groups ?? [], both?.small_groups ?? []];
    expect(large).toHaveLength(6);
    expect(small.every(({ rows }) => rows < 30)).toBe(true);
    expect([...large, ...small].reduce((sum, { rows }) => sum + rows, 0)).toBe(400);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const alone = fairnessOf(target, probabilities, [column], { seed: 1, smallest: 399 });
    expect([alone.by[0]?.criteria, alone.verdict]).toEqual([[], 'unclear']);
  });

  it('of a calibrated model show error by chance alone', () => {
    const random = seededRandom(6);
    const values = Array.from({ length: 60 }, (_, run) => {
      const said = Array.from({ length: 150 }, () => random.next());
      const truth = classesOf(said.map((own) => (random.next() < own ? 1 : 0)));
      const one = category('all', repeat(150, 0), ['a']);
      const report = fairnessOf(truth, twoOf(said), [one], { seed: run }) as ClassFairness;
      return report.overall.calibration.p_value;
    });
    expect(values.filter((own) => own < 0.1).length).toBeLessThan(14);
    expect(values.reduce((sum, own) => sum + own, 0) / 60).toBeGreaterThan(0.4);
  });
});

describe('groups of numbers', () => {
  it('have their errors and coverage told', () => {
    const random = seededRandom(7);
    const codes = Array.from({ length: 1200 }, () => random.whole(2));
    const truth = Float64Array.from(codes, () => 10 + 2 * random.normal());
    // Said one too little of the second group, and half as surely.
    const predicted = truth.map((own, row) => own - (codes[row] as number) + 0.5 * random.normal());
    const report = fairnessOf(
      { kind: 'number', values: truth },
      predicted,
      [category('site', codes, ['a', 'b'])],
      {
        seed: 1,
        low: predicted.map((own) => own - 1),
        high: predicted.map((own) => own + 1),
      },
    ) as NumberFairness;
    const of = (name: string) => criterion(report, name);
    const b = report.by[0]?.groups.find(({ group }) => group.site === 'b');
    expect(b?.mean_residual?.value).toBeCloseTo(1, 1);
    expect(b?.rmse?.value).toBeCloseTo(Math.sqrt(1.25), 1);
    expect(b?.mean_width).toBeCloseTo(2, 9);
    expect(b?.coverage?.value).toBeLessThan(0.6);
    expect([of('mean_residual').highest, of('mean_residual').verdict]).toEqual([{ site: 'b' }, 'beyond']);
    expect([of('error_size').verdict, of('coverage').verdict]).toEqual(['beyond', 'beyond']);
    expect(of('coverage').lowest).toEqual({ site: 'b' });
  });
});

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

describe('what cannot be told is refused with its reason', () => {
  const { column, target, probabilities } = drawn(12, 100);
  const options = { seed: 1 };
  it.each<[string, () => unknown]>([
    [
      'survival',
      () =>
        fairnessOf(
          { kind: 'survival', times: Float64Array.of(1), events: Uint8Array.of(1) },
          Float64Array.of(1),
          [category('a', [0], ['x'])],
          options,
        ),
    ],
    [
      'Groups are made of',
      () =>
        fairnessOf(
          target,
          probabilities,
          [{ kind: 'text', name: 'note', values: repeat(100, 'a') }],
          options,
        ),
    ],
    ['At least one protected column', () => fairnessOf(target, probabilities, [], options)],
    [
      'expected for each of 100 rows; 3',
      () => fairnessOf(target, probabilities, [category('a', [0, 0, 0], ['x'])], options),
    ],
    [
      'row 1 has NaN',
      () =>
        fairnessOf(
          target,
          probabilities.map(() => Number.NaN),
          [column],
          options,
        ),
    ],
    ['`positive`', () => fairnessOf({ ...target, classes: 3 }, new Float64Array(300), [column], options)],
    [
      'At least two groups of 99 rows',
      () =>
        fitGroupThresholds(target, probabilities, [column], { criterion: 'equal_opportunity', smallest: 99 }),
    ],
    [
      'Rows of both classes',
      () =>
        fitGroupThresholds(classesOf(repeat(100, 1)), probabilities, [column], {
          criterion: 'equal_opportunity',
        }),
    ],
    [
      'Reweighing was expected of classes',
      () => reweigh({ kind: 'number', values: new Float64Array(100) }, [column]),
    ],
  ])('%s', (words, act) => {
    expect(act).toThrow(words);
  });
});
