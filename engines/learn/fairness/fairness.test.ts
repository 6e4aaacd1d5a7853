import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureColumn } from '../table/feature-table.ts';
import { category, classesOf, criterion, drawn, repeat, twoOf } from './drawn-groups.suite.ts';
import { differenceOf, type Estimate, ratioOf, shareOf } from './estimates.ts';
import { type ClassFairness, fairnessOf, type NumberFairness } from './fairness.ts';

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
    ['A level between 0 and 1', () => fairnessOf(target, probabilities, [column], { seed: 1, level: 1 })],
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
  ])('%s', (words, act) => {
    expect(act).toThrow(words);
  });
});
