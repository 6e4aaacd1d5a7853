import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureColumn } from '../table/feature-table.ts';
import { adaptiveWindow } from './adaptive-window.ts';
import { lossChanges, lossesOf } from './concept-drift.ts';
import { type DriftOptions, driftOf, type Observed } from './drift.ts';
import { driftOverWindows, windowsByTime, windowsOfSize } from './drift-windows.ts';
import { homogeneity } from './homogeneity.ts';
import { kernelDiscrepancy } from './kernel-discrepancy.ts';
import { kolmogorovSmirnov, kolmogorovUpper, wasserstein } from './kolmogorov-smirnov.ts';
import { binEdges, countBins, stabilityOf } from './stability.ts';

const golden = JSON.parse(readFileSync(new URL('./fixtures/golden.json', import.meta.url), 'utf8'));
const ascending = (values: readonly number[]) => Float64Array.from(values).sort();
const close = (ours: number, theirs: number, digits = 11) =>
  expect(Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-300)).toBeLessThan(10 ** -digits);

describe('measures are those of SciPy', () => {
  it.each<Record<string, number[] | number>>(golden.pairs)('two samples', (pair) => {
    const [a, b] = [ascending(pair.a as number[]), ascending(pair.b as number[])];
    const [statistic, p] = pair["ks_2samp(a, b, method='exact')"] as [number, number];
    const ours = kolmogorovSmirnov(a, b);
    close(ours.statistic, statistic);
    close(ours.p_value, p, 9);
    expect(ours.exact).toBe(true);
    close(wasserstein(a, b), pair['wasserstein_distance(a, b)'] as number);
  });

  it('counts, the tail of Kolmogorov, the kernel and the stability index', () => {
    for (const { counts, cramer, ...rest } of golden.tables) {
      const [statistic, df, p] = rest['chi2_contingency(counts, correction=False)'];
      const ours = homogeneity(counts[0], counts[1]);
      close(ours.statistic, statistic);
      expect(ours.df).toBe(df);
      close(ours.p_value, p);
      close(ours.cramers_v, cramer);
    }
    for (const [x, p] of golden['special.kolmogorov']) close(kolmogorovUpper(x), p, 12);
    const { x, y, unbiased } = golden.mmd;
    const found = kernelDiscrepancy(Float64Array.from(x.flat()), Float64Array.from(y.flat()), 3, { seed: 1 });
    close(found.bandwidth, golden.mmd['median(pdist)']);
    close(found.mmd, unbiased);
    const [reference, window] = [ascending(golden.psi.reference), ascending(golden.psi.window)];
    const edges = binEdges(reference, 10);
    const { psi } = stabilityOf(countBins(reference, edges), countBins(window, edges));
    close(psi, golden.psi['sum((p - q) log(p / q))']);
  });
});

describe('rules', () => {
  const sample = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 30 });

  it('distances are symmetric, 0 of a sample and itself, and move with what is moved', () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: 0, max: 9 }), (x, y, shift) => {
        const [a, b] = [ascending(x), ascending(y)];
        const [there, back] = [kolmogorovSmirnov(a, b), kolmogorovSmirnov(b, a)];
        expect(there.statistic).toBe(back.statistic);
        expect(there.p_value).toBeCloseTo(back.p_value, 12);
        expect(wasserstein(a, b)).toBeCloseTo(wasserstein(b, a), 12);
        expect([wasserstein(a, a), kolmogorovSmirnov(a, a).p_value]).toEqual([0, 1]);
        const moved = a.map((own) => own + shift);
        expect(wasserstein(a, moved)).toBeCloseTo(shift, 12);
        const counts = (values: Float64Array) => countBins(values, binEdges(a, 5));
        const both = stabilityOf(counts(a), counts(b));
        expect(both.psi).toBeCloseTo(stabilityOf(counts(b), counts(a)).psi, 12);
        expect(both.psi).toBeGreaterThanOrEqual(0);
        expect(stabilityOf(counts(a), counts(a)).psi).toBe(0);
        expect(counts(b).reduce((sum, own) => sum + own, 0)).toBe(b.length);
      }),
      { numRuns: 100 },
    );
  });

  it('what comes by chance is as rare as is said: tests of equal samples, exact and not, and what psi is of them', () => {
    const random = seededRandom(2);
    const rows = (n: number) => Float64Array.from({ length: n }, () => random.normal());
    const draw = (n: number) => rows(n).sort();
    let [small, large, psi, chance, joint] = [0, 0, 0, 0, 0];
    for (let run = 0; run < 200; run++) {
      if (kolmogorovSmirnov(draw(40), draw(30)).p_value <= 0.1) small += 1;
      const [a, b] = [draw(900), draw(300)];
      if (kolmogorovSmirnov(a, b).p_value <= 0.1) large += 1;
      const edges = binEdges(a, 10);
      const found = stabilityOf(countBins(a, edges), countBins(b, edges));
      psi += found.psi;
      chance += found.by_chance;
      const own = { seed: run, permutations: 49 };
      if (kernelDiscrepancy(rows(40), rows(40), 2, own).p_value <= 0.1) joint += 1;
    }
    // 0.1 of 200, with the spread of so few.
    for (const count of [small, large, joint]) expect(count > 6 && count < 36).toBe(true);
    expect(psi / chance).toBeGreaterThan(0.75);
    expect(psi / chance).toBeLessThan(1.25);
  });

  it('an adaptive window finds a change where it is, and none where there is none', () => {
    const random = seededRandom(4);
    const stream = (levels: number[], each: number) =>
      Float64Array.from({ length: levels.length * each }, (_, at) =>
        random.next() < (levels[Math.floor(at / each)] as number) ? 1 : 0,
      );
    let wrong = 0;
    for (let run = 0; run < 20; run++) wrong += adaptiveWindow(stream([0.2], 1500)).length;
    expect(wrong).toBeLessThan(2);
    const [first, second, ...others] = adaptiveWindow(stream([0.1, 0.4, 0.15], 1000));
    expect(others).toHaveLength(0);
    expect(Math.abs((first?.since ?? 0) - 1000)).toBeLessThan(150);
    expect(Math.abs((second?.since ?? 0) - 2000)).toBeLessThan(150);
    expect(first?.before).toBeCloseTo(0.1, 1);
    expect((first?.noticed ?? 0) > 1000 && (first?.noticed ?? 0) < 1200).toBe(true);
    // Numbers in any unit, some not known yet.
    const losses = stream([0.1, 0.6], 800).map((own, at) => (at % 4 === 0 ? Number.NaN : 500 * own));
    const [found, ...more] = lossChanges(losses.subarray(0, 400), losses);
    expect(more).toHaveLength(0);
    expect(Math.abs((found?.since ?? 0) - 800)).toBeLessThan(100);
    expect(Math.abs((found?.after ?? 0) - 300)).toBeLessThan(60);
  });
});

/** Age moves by `shift`, sites change by `other`, values go missing by `lost`; the model is wrong by `worse` more. */
function seen(
  seed: number,
  rows: number,
  change: { shift?: number; other?: number; lost?: number; worse?: number; turned?: boolean } = {},
) {
  const { shift = 0, other = 0, lost = 0, worse = 0, turned = false } = change;
  const random = seededRandom(seed);
  const normal = (of: () => number) => Float64Array.from({ length: rows }, of);
  const x = normal(() => random.normal());
  const columns: FeatureColumn[] = [
    { kind: 'number', name: 'age', values: normal(() => 50 + 10 * (random.normal() + shift)) },
    {
      kind: 'number',
      name: 'dose',
      values: normal(() => (random.next() < lost ? Number.NaN : random.normal())),
    },
    {
      kind: 'category',
      name: 'site',
      codes: Int32Array.from({ length: rows }, () => (random.next() < other ? 2 : random.whole(2))),
      levels: ['Basel', 'Zug', 'Chur'],
    },
    { kind: 'number', name: 'x', values: x },
    // Alone as it was, together with x the other way round.
    { kind: 'number', name: 'y', values: x.map((own) => (turned ? -own : own) + 0.2 * random.normal()) },
    { kind: 'text', name: 'note', values: Array.from({ length: rows }, () => 'seen') },
  ];
  for (let noise = 0; noise < 20; noise++)
    columns.push({ kind: 'number', name: `noise ${noise}`, values: normal(() => random.normal()) });
  const observed = {
    table: { rows, columns },
    labels: {
      kind: 'category',
      name: 'outcome',
      codes: Int32Array.from({ length: rows }, () => random.whole(2)),
      levels: ['no', 'yes'],
    },
    predictions: [{ kind: 'number', name: 'probability of yes', values: normal(() => random.next()) }],
    losses: normal(() => Math.min(1, 0.2 * random.next() * (1 + worse))),
  } satisfies Observed;
  return observed;
}

const options: DriftOptions = { seed: 1, jointRows: 100 };
const reference = seen(1, 1000);

describe('a window against the reference', () => {
  it('of the same is told to be the same, however many columns are looked at', () => {
    const reports = [2, 3, 4, 5].map((seed) => driftOf(reference, seen(seed, 300), options));
    expect(reports.filter(({ severity }) => severity !== 'none').length).toBeLessThan(2);
    expect(reports[0]?.columns).toHaveLength(25);
    expect(reports[0]?.not_compared).toEqual(['note']);
    expect(driftOf(reference, seen(2, 300), options)).toEqual(reports[0]);
  });

  it('has what moved told, how far and how surely; the worst stands first', () => {
    const report = driftOf(reference, seen(6, 300, { shift: 1, other: 0.3, lost: 0.2, worse: 1 }), options);
    expect(report.severity).toBe('severe');
    expect(
      report.columns
        .slice(0, 3)
        .map(({ column }) => column)
        .sort(),
    ).toEqual(['age', 'dose', 'site']);
    expect([report.drifted_count, report.column_count]).toEqual([3, 25]);
    const of = (name: string) => report.columns.find(({ column }) => column === name);
    expect(of('age')?.wasserstein?.scaled).toBeCloseTo(1, 0);
    expect(of('age')?.wasserstein?.distance).toBeCloseTo(10, -1);
    expect(of('age')?.mean?.window).toBeCloseTo(60, -1);
    expect([of('age')?.severity, of('age')?.test.name]).toEqual(['severe', 'kolmogorov_smirnov']);
    const site = of('site');
    expect(site?.unseen?.values).toEqual(['Chur']);
    expect(site?.unseen?.share).toBeCloseTo(0.3, 1);
    expect(site?.bins.map(({ label }) => label).sort()).toEqual(['Basel', 'Zug', 'not in the reference']);
    // Values that are there are as before; that they are missing is what changed.
    expect(of('dose')?.missing.window).toBeCloseTo(0.2, 1);
    expect(of('dose')?.bins.at(-1)).toMatchObject({ label: 'missing', reference: 0 });
    expect(of('dose')?.severity).not.toBe('none');
    for (const { bins } of report.columns)
      expect(bins.reduce((sum, bin) => sum + bin.window, 0)).toBeCloseTo(1, 12);
    expect([report.labels?.severity, report.predictions[0]?.severity]).toEqual(['none', 'none']);
    expect([report.concept?.severity, report.concept?.window.rows]).toEqual(['severe', 300]);
    expect(report.concept?.difference.value).toBeCloseTo(0.1, 1);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('is another although each column alone is as before', () => {
    const keep = (observed: ReturnType<typeof seen>): Observed => ({
      table: {
        rows: observed.table.rows,
        columns: observed.table.columns.filter(({ name }) => name === 'x' || name === 'y'),
      },
    });
    const report = driftOf(keep(reference), keep(seen(7, 300, { turned: true })), options);
    expect(report.columns.map(({ severity }) => severity)).toEqual(['none', 'none']);
    expect([report.together?.severity, report.severity, report.together?.columns]).toEqual([
      'slight',
      'slight',
      2,
    ]);
    expect([report.labels, report.concept, report.predictions]).toEqual([null, null, []]);
  });

  it('a constant that changes, a column that is empty and one that fills are told', () => {
    const of = (age: number, dose: number): Observed => ({
      table: {
        rows: 50,
        columns: [
          { kind: 'number', name: 'age', values: new Float64Array(50).fill(age) },
          { kind: 'number', name: 'dose', values: new Float64Array(50).fill(dose) },
        ],
      },
    });
    expect(driftOf(of(0, Number.NaN), of(0, Number.NaN), options).severity).toBe('none');
    expect(driftOf(of(0, Number.NaN), of(0, Number.NEGATIVE_INFINITY), options)).toEqual(
      driftOf(of(0, Number.POSITIVE_INFINITY), of(0, Number.NaN), options),
    );
    for (const age of [-1, 1e-9]) {
      const { columns } = driftOf(of(0, Number.NaN), of(age, 3), options);
      expect(columns.map(({ severity }) => severity)).toEqual(['severe', 'severe']);
    }
  });

  it('that cannot be compared is refused with its reason', () => {
    const without = {
      table: {
        rows: 30,
        columns: [{ kind: 'number' as const, name: 'weight', values: new Float64Array(30) }],
      },
    };
    expect(() => driftOf(reference, seen(1, 19), options)).toThrow('At least 20 rows');
    expect(() => driftOf({ table: reference.table }, without, options)).toThrow('no column "age"');
    expect(() => driftOf(reference, { table: reference.table }, options)).toThrow('in both');
    expect(() =>
      driftOf(
        without,
        {
          table: {
            rows: 30,
            columns: [{ kind: 'category', name: 'weight', codes: new Int32Array(30), levels: ['a'] }],
          },
        },
        options,
      ),
    ).toThrow('number in the reference and category in the window');
    expect(() => driftOf({ ...without, losses: new Float64Array(3) }, without, options)).toThrow(
      'all 30 rows',
    );
    expect(() => windowsOfSize(5000, 1)).toThrow('At most 1000 windows');
    expect(() => windowsOfSize(10, 0)).toThrow('above 0');
    expect(() => driftOverWindows(without, without, windowsOfSize(30, 10), options)).toThrow('none of 3 is');
    expect(() => lossesOf({ kind: 'number', values: new Float64Array(2) }, new Float64Array(3))).toThrow(
      '3 predictions',
    );
  });
});

describe('windows over time', () => {
  it('tell from when on what drifted, and where losses changed', () => {
    const parts = [
      seen(11, 300),
      seen(12, 300),
      seen(13, 300, { shift: 0.9, worse: 1.5 }),
      seen(14, 310, { shift: 0.9, worse: 1.5 }),
    ];
    const rows = 1210;
    const join = (pick: (part: ReturnType<typeof seen>) => Float64Array) =>
      Float64Array.from(parts.flatMap((part) => [...pick(part)]));
    const ages = (own: ReturnType<typeof seen>) => (own.table.columns[0] as { values: Float64Array }).values;
    const stream: Observed = {
      table: { rows, columns: [{ kind: 'number', name: 'age', values: join(ages) }] },
      losses: join(({ losses }) => losses),
    };
    const before: Observed = {
      table: { rows: 1000, columns: [{ kind: 'number', name: 'age', values: ages(reference) }] },
      losses: reference.losses,
    };
    const found = driftOverWindows(before, stream, windowsOfSize(rows, 300), options);
    expect(found.windows.map(({ name, rows: own }) => [name, own])).toEqual([
      ['1-300', 300],
      ['301-600', 300],
      ['601-900', 300],
      ['901-1200', 300],
      ['1201-1210', 10],
    ]);
    expect(found.windows.map(({ severity }) => severity)).toEqual(['none', 'none', 'severe', 'severe', null]);
    expect(found.windows[2]?.worst.map(({ column }) => column)).toEqual(['age']);
    expect(found.windows[2]?.concept?.severity).toBe('severe');
    expect(found.columns[0]?.severity).toEqual(['none', 'none', 'severe', 'severe', null]);
    expect(found.columns[0]?.psi[4]).toBeNull();
    expect(found.changes).toHaveLength(1);
    expect(Math.abs((found.changes[0]?.since ?? 0) - 600)).toBeLessThan(100);
    expect(JSON.stringify(found).length).toBeLessThan(6000);
    const day = 86_400_000;
    const times = Float64Array.from([0, 1, day, Number.NaN, 3 * day + 5]);
    expect(windowsByTime(times, day).map(({ name, rows: own }) => [name.slice(0, 10), [...own]])).toEqual([
      ['1970-01-01', [0, 1]],
      ['1970-01-02', [2]],
      ['1970-01-04', [4]],
    ]);
  });

  it('outcomes that are not known yet are no drift of them, and losses may be held against those of other rows', () => {
    const labels = (rows: number, known: (row: number) => boolean) => ({
      kind: 'category' as const,
      name: 'ill',
      levels: ['no', 'yes'],
      codes: Int32Array.from({ length: rows }, (_, row) => (known(row) ? row % 2 : -1)),
    });
    const { losses, ...without } = reference;
    const { rows } = without.table;
    const same = { ...without, labels: labels(rows, () => true) };
    const half = driftOf(same, { ...same, labels: labels(rows, (row) => row < rows / 2) }, options);
    expect(half.labels).toMatchObject({ severity: 'none', missing: { window: 0 } });
    expect(driftOf(same, { ...same, labels: labels(rows, (row) => row < 19) }, options).labels).toBeNull();
    const { losses: now, ...window } = seen(21, 300, { worse: 1.5 });
    const own = driftOf({ ...without, losses }, { ...window, losses: now }, options).concept;
    const mean = own?.reference.mean_loss ?? 0;
    const sd = Math.sqrt(losses.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (losses.length - 1));
    const other = driftOf(
      without,
      { ...window, losses: now },
      { ...options, lossesBefore: { n: losses.length, mean, sd } },
    ).concept;
    expect(other?.p_value).toBeCloseTo(own?.p_value ?? 1, 12);
    expect(other).toMatchObject({ severity: 'severe', reference: own?.reference });
  });

  it('losses are those of Brier and absolute errors', () => {
    const target = { kind: 'class' as const, codes: Int32Array.of(0, 2), classes: 3 };
    const losses = lossesOf(target, Float64Array.of(0.5, 0.3, 0.2, 0, 0, 1));
    expect(losses[0]).toBeCloseTo((0.25 + 0.09 + 0.04) / 2, 12);
    expect(losses[1]).toBe(0);
    expect([...lossesOf({ kind: 'number', values: Float64Array.of(1, 5) }, Float64Array.of(3, 5))]).toEqual([
      2, 0,
    ]);
  });
});
