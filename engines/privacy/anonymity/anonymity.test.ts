import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diversityOf,
  generaliseFully,
  hierarchyOfBins,
  hierarchyOfPrefixes,
  hierarchyOfRows,
  lossOf,
  partition,
  type QuasiColumn,
  type QuasiTable,
  riskOf,
  type SensitiveColumn,
} from '../index.ts';

type Row = readonly string[];

/** Rows of text as combinations; the last column is sensitive where `sensitive` is given. */
function tableOf(
  rows: readonly Row[],
  hierarchies: readonly QuasiColumn['hierarchy'][],
  numeric: readonly boolean[],
  sensitive?: { ordered: boolean },
): QuasiTable {
  const width = hierarchies.length;
  const byNumber = (a: string, b: string) => Number(a) - Number(b);
  const valuesOf = (at: number, isNumber: boolean) =>
    [...new Set(rows.map((row) => row[at] ?? ''))].sort(isNumber ? byNumber : undefined);
  const combos = [...Map.groupBy(rows, (row) => row.slice(0, width).join('\0')).values()];
  const columns = hierarchies.map((hierarchy, at) => {
    const values = valuesOf(at, numeric[at] ?? false);
    return {
      name: `q${at}`,
      codes: Int32Array.from(combos, ([first]) => values.indexOf(first?.[at] ?? '')),
      values,
      numbers: numeric[at] ? Float64Array.from(values, Number) : null,
      hierarchy,
    };
  });
  const entries: [number, number, number][] = [];
  const held = valuesOf(width, sensitive?.ordered ?? false);
  combos.forEach((group, combination) => {
    for (const [value, same] of Map.groupBy(group, (row) => row[width] ?? ''))
      entries.push([combination, held.indexOf(value), same.length]);
  });
  const column: SensitiveColumn = {
    name: 's',
    combinations: Int32Array.from(entries, ([combination]) => combination),
    codes: Int32Array.from(entries, ([, code]) => code),
    counts: Float64Array.from(entries, ([, , count]) => count),
    distinct: held.length,
    ordered: sensitive?.ordered ?? false,
  };
  return {
    weights: Float64Array.from(combos, (group) => group.length),
    columns,
    sensitive: sensitive ? [column] : [],
  };
}

const asItIs = hierarchyOfPrefixes(1);

/** Classes of the table as it stands. */
function measured(rows: readonly Row[], width: number, ordered: boolean) {
  const table = tableOf(rows, new Array(width).fill(asItIs), new Array(width).fill(false), { ordered });
  const classes = { classOf: Int32Array.from(table.weights, (_, at) => at), sizes: table.weights };
  const found = diversityOf(classes, table.sensitive[0] as SensitiveColumn);
  return {
    k: Math.min(...table.weights),
    l: Math.min(...found.distinct),
    entropy: Math.min(...found.effective),
    t: Math.max(...found.distance),
    each: found.distance,
  };
}

const salaries = (disease: boolean): Row[] =>
  [
    ['476**', '2*', '3', 'gastric ulcer'],
    ['476**', '2*', '4', 'gastritis'],
    ['476**', '2*', '5', 'stomach cancer'],
    ['4790*', '>=40', '6', 'gastritis'],
    ['4790*', '>=40', '11', 'flu'],
    ['4790*', '>=40', '8', 'bronchitis'],
    ['476**', '3*', '7', 'bronchitis'],
    ['476**', '3*', '9', 'pneumonia'],
    ['476**', '3*', '10', 'stomach cancer'],
  ].map(([zip = '', age = '', salary = '', name = '']) => [zip, age, disease ? name : salary]);

describe('diversity against published tables and pyCANON 1.3.5', () => {
  // pycanon.anonymity: k_anonymity(df, ['zip','age']), l_diversity(..., ['salary']), t_closeness(..., ['salary'])
  it('measures the salaries of Li et al. 2007, section 4: 0.375 and 0.167', () => {
    const found = measured(salaries(false), 2, true);
    expect(found).toMatchObject({ k: 3, l: 3 });
    expect(found.t).toBeCloseTo(0.375, 12);
    expect(found.each[1]).toBeCloseTo(1 / 6, 12);
  });

  it('measures their diseases with equal ground: pyCANON gives 0.44444444444444453', () => {
    expect(measured(salaries(true), 2, false).t).toBeCloseTo(0.44444444444444453, 12);
  });

  it('finds the homogeneous class of Machanavajjhala et al. 2007, figure 2: k 4, l 1, t 0.58333', () => {
    const rows: Row[] = [
      ...['Heart', 'Heart', 'Viral', 'Viral'].map((name) => ['130**', '<30', name]),
      ...['Cancer', 'Heart', 'Viral', 'Viral'].map((name) => ['1485*', '>=40', name]),
      ...['Cancer', 'Cancer', 'Cancer', 'Cancer'].map((name) => ['130**', '3*', name]),
    ];
    const found = measured(rows, 2, false);
    expect(found).toMatchObject({ k: 4, l: 1 });
    expect(found.entropy).toBeCloseTo(1, 12);
    expect(found.t).toBeCloseTo(0.5833333333333333, 12);
  });
});

/** Table 1 of Samarati 2001 and its like: race and ZIP code. */
const race = hierarchyOfRows([
  ['asian', 'person'],
  ['black', 'person'],
  ['white', 'person'],
]);
const people: Row[] = [
  ['asian', '94138'],
  ['asian', '94138'],
  ['asian', '94142'],
  ['asian', '94142'],
  ['black', '94138'],
  ['black', '94141'],
  ['black', '94142'],
  ['white', '94138'],
  ['white', '94139'],
  ['white', '94139'],
  ['white', '94141'],
];

describe('full-domain generalisation', () => {
  it('takes the cheaper of two least generalisations', () => {
    const table = tableOf(people, [race, hierarchyOfPrefixes(5)], [false, false]);
    const found = generaliseFully(table, { k: 2, l: null, t: null, suppressionLimit: 0 });
    // Race left out and ZIP in full lose half, and so do race in full and ZIP to three digits, two steps up.
    expect(found).not.toBeNull();
    expect(Math.min(...(found?.classes.sizes ?? []))).toBeGreaterThanOrEqual(2);
    expect(found?.levels).toEqual([1, 0]);
    expect(found?.ncp).toBeCloseTo(0.5, 12);
  });

  const hierarchies = [hierarchyOfBins([2, 5, 10]), hierarchyOfPrefixes(2), hierarchyOfPrefixes(1)];
  const rowsOf = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 15 }).map(String),
      fc.constantFrom('aa', 'ab', 'ba', 'bb'),
      fc.constantFrom('x', 'y'),
      fc.constantFrom('1', '2', '3', '4'),
    ),
    { minLength: 6, maxLength: 60 },
  );

  it('is as good as trying every node, and every class is large enough', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 2, max: 5 }), fc.constantFrom(0, 0.1, 0.3), (rows, k, limit) => {
        const table = tableOf(rows, hierarchies, [true, false, false]);
        const options = { k, l: null, t: null, suppressionLimit: limit };
        const found = generaliseFully(table, options);
        expect(found).not.toBeNull();
        if (found === null) return;
        found.classes.sizes.forEach((size, at) => {
          if (found.kept[at] === 1) expect(size).toBeGreaterThanOrEqual(k);
        });
        expect(found.suppressedRows).toBeLessThanOrEqual(limit * rows.length + 1e-6);
        expect(found.ncp).toBeCloseTo(bestByForce(rows, k, limit), 9);
      }),
      { numRuns: 60 },
    );
  });

  /** Every combination of levels, counted from the rows themselves. */
  function bestByForce(rows: readonly Row[], k: number, limit: number): number {
    let best = Number.POSITIVE_INFINITY;
    const numbers = rows.map(([age]) => Number(age));
    const spread = Math.max(...numbers) - Math.min(...numbers);
    for (let a = 0; a <= 4; a++)
      for (let b = 0; b <= 2; b++)
        for (let c = 0; c <= 1; c++) {
          const labels = rows.map((row) =>
            [a, b, c].map((level, at) => hierarchies[at]?.at(row[at] ?? '', level) ?? ''),
          );
          const classes = Map.groupBy(labels, (label) => label.join('|'));
          const out = [...classes.values()].reduce(
            (sum, group) => sum + (group.length < k ? group.length : 0),
            0,
          );
          if (out > limit * rows.length || out === rows.length) continue;
          const cost = [0, 1, 2].map((at) => {
            const groups = Map.groupBy(
              rows.map((row, index) => [labels[index]?.[at] ?? '', row[at] ?? ''] as const),
              ([label]) => label,
            );
            const distinct = new Set(rows.map((row) => row[at])).size;
            let sum = 0;
            for (const group of groups.values()) {
              const held = [...new Set(group.map(([, value]) => value))];
              const width =
                at === 0 && spread > 0
                  ? (Math.max(...held.map(Number)) - Math.min(...held.map(Number))) / spread
                  : distinct < 2
                    ? 0
                    : (held.length - 1) / (distinct - 1);
              sum += width * group.length;
            }
            return sum / rows.length;
          });
          const share = out / rows.length;
          best = Math.min(best, (cost.reduce((sum, each) => sum + each, 0) / 3) * (1 - share) + share);
        }
    return best;
  }

  it('holds l and t in every class that stays', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const table = tableOf(rows, hierarchies, [true, false, false], { ordered: true });
        for (const found of [
          generaliseFully(table, { k: 3, l: { l: 2, kind: 'entropy' }, t: 0.4, suppressionLimit: 0.2 }),
          partition(table, { k: 3, l: { l: 2, kind: 'entropy' }, t: 0.4 }),
        ]) {
          if (found === null) continue;
          const { effective, distance } = diversityOf(found.classes, table.sensitive[0] as SensitiveColumn);
          found.kept.forEach((kept, at) => {
            if (kept === 0) return;
            expect(found.classes.sizes[at]).toBeGreaterThanOrEqual(3);
            expect(effective[at]).toBeGreaterThanOrEqual(2 - 1e-6);
            expect(distance[at]).toBeLessThanOrEqual(0.4 + 1e-6);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('loses less, or as much, by local groups that leave nobody out', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 2, max: 4 }), (rows, k) => {
        const table = tableOf(rows, hierarchies, [true, false, false]);
        const found = partition(table, { k, l: null, t: null });
        expect(found?.suppressedRows).toBe(0);
        expect(Math.min(...(found?.classes.sizes ?? []))).toBeGreaterThanOrEqual(k);
        expect(found?.classes.sizes.reduce((sum, size) => sum + size, 0)).toBe(rows.length);
        const labels = found?.labels.map((column) => new Set(column)) ?? [];
        expect(labels.every((names) => names.size > 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('answers null where not even leaving every value out does', () => {
    const table = tableOf(
      [
        ['1', 'aa', 'x'],
        ['2', 'ab', 'y'],
      ],
      hierarchies,
      [true, false, false],
    );
    expect(generaliseFully(table, { k: 3, l: null, t: null, suppressionLimit: 0 })).toBeNull();
    expect(partition(table, { k: 3, l: null, t: null })).toBeNull();
  });

  it('counts discernibility and class sizes as their papers do', () => {
    const table = tableOf(people, [race, hierarchyOfPrefixes(5)], [false, false]);
    const found = generaliseFully(table, { k: 11, l: null, t: null, suppressionLimit: 0 });
    expect(found && lossOf(found, 11)).toMatchObject({
      discernibility: 121,
      average_class_size: 1,
      suppressed_rows: 0,
    });
  });
});

describe('risk', () => {
  it('is by hand: classes of 1, 1, 2 and 4', () => {
    const risk = riskOf({ sizes: [1, 2, 4], counts: [2, 1, 1] }, 3);
    expect(risk).toMatchObject({
      rows: 8,
      classes: 4,
      smallest_class: 1,
      unique_rows: 2,
      marketer: 0.5,
      share_below_k: 0.5,
    });
    expect(risk.prosecutor).toEqual({ highest: 1, average: 0.5, share_at_highest: 0.25 });
    expect(riskOf({ sizes: [5], counts: [4] }, 3, 0.1).journalist).toEqual({
      highest: 0.020000000000000004,
      average: 0.020000000000000004,
    });
  });
});
