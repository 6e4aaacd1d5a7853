import { seededRandom } from '@stroma/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import { fitEncoder, loadEncoder } from './encoder.ts';
import { denseEncoding, nativeEncoding } from './encoder-options.ts';
import type { CategoryColumn, FeatureColumn, FeatureTable } from './feature-table.ts';
import { checkTable, takeRows } from './feature-table.ts';
import { categoriesOf, featureTableOf } from './lake-columns.ts';

const numbers = (name: string, ...values: number[]): FeatureColumn => ({
  kind: 'number',
  name,
  values: Float64Array.from(values),
});
const table = (...columns: FeatureColumn[]): FeatureTable => ({
  rows: columns[0]?.kind === 'category' ? columns[0].codes.length : (columns[0]?.values.length ?? 0),
  columns,
});
const seed = 0;

describe('columns of the lake', () => {
  it('become numbers, categories, texts and times; what cannot be learned from is left out with its reason', () => {
    const rows = 30;
    const of = <T>(make: (row: number) => T) => Array.from({ length: rows }, (_, row) => make(row));
    const { table: found, leftOut } = featureTableOf(
      [
        { name: 'age', type: 'integer' },
        { name: 'ever', type: 'boolean' },
        { name: 'site', type: 'text' },
        { name: 'note', type: 'text' },
        { name: 'seen', type: 'timestamp' },
        { name: 'born', type: 'date' },
        { name: 'id', type: 'integer' },
        { name: 'parts', type: 'nested' },
      ],
      [
        of((row) => (row === 3 ? null : row)),
        of((row) => row % 2 === 0),
        of((row) => (row === 0 ? '' : row % 2 === 0 ? 'Bern' : 'Basel')),
        of((row) => `patient ${row} felt well and left`),
        of(() => '2024-02-29 13:30:00'),
        of(() => '2024-02-29'),
        of((row) => `9007199254740${row}`),
        of(() => []),
      ],
    );
    expect(found.columns.map(({ kind }) => kind)).toEqual([
      'number',
      'category',
      'category',
      'text',
      'time',
      'time',
      'category',
    ]);
    expect(leftOut[0]?.reason).toMatch(/type nested cannot be learned from/);
    const [age, ever, site, , moment] = found.columns as [
      FeatureColumn,
      CategoryColumn,
      CategoryColumn,
      FeatureColumn,
      FeatureColumn,
    ];
    expect(age.kind === 'number' && age.values[3]).toBeNaN();
    expect(ever.levels).toEqual(['false', 'true']);
    expect([...site.codes.slice(0, 3)]).toEqual([-1, 0, 1]);
    expect(moment.kind === 'time' && moment.values[0]).toBe(Date.UTC(2024, 1, 29, 13, 30));
    expect(() => featureTableOf([{ name: 'n', type: 'number' }], [['1', 'x']])).toThrow(
      /"n", row 2; "x" was given/,
    );
  });

  it('that cannot be a table are refused with what is wrong', () => {
    expect(() => checkTable(table(numbers('a', 1, Infinity, -Infinity)))).toThrow(
      /"a"; 2 values are infinite/,
    );
    expect(() => checkTable(table(numbers('a', 1), numbers('a', 2)))).toThrow(/"a" is there twice/);
    expect(() => checkTable({ rows: 2, columns: [numbers('a', 1)] })).toThrow(/hold 2 rows; "a" holds 1/);
    const many = Array.from({ length: 50_000 }, (_, at) => numbers(`x${at}`, 1, 2));
    expect(() => checkTable(table(...many))).toThrow(
      /At most 30000 columns can be learned from; the table has 50000/,
    );
  });
});

describe('the encoder', () => {
  const train = table(
    numbers('dose', 1, 2, Number.NaN, 5, 2, 2),
    categoriesOf('site', ['a', 'b', 'a', null, 'b', 'a']),
    { kind: 'time', name: 'day', values: Float64Array.of(0, 1, 2, 3, 4, 40).map((own) => own * 86_400_000) },
    numbers('empty', ...Array(6).fill(Number.NaN)),
    numbers('same', ...Array(6).fill(7)),
  );

  it('imputes, marks, standardises and spreads levels by what training rows say alone', () => {
    const { encoder, matrix } = fitEncoder(train, null, { seed, rareBelow: 1 });
    expect(matrix.names).toEqual([
      'dose',
      'dose is missing',
      'site=a',
      'site=b',
      'site is missing',
      'day: year',
      ...['month', 'weekday'].flatMap((part) => [`day: ${part} (sine)`, `day: ${part} (cosine)`]),
    ]);
    expect(encoder.sources.slice(0, 6)).toEqual(['dose', 'dose', 'site', 'site', 'site', 'day']);
    expect(encoder.leftOut.map(({ name }) => name)).toEqual(['empty', 'same']);
    const [dose, missing] = matrix.columns as [Float64Array, Float64Array];
    expect(dose.reduce((sum, own) => sum + own, 0)).toBeCloseTo(0, 12);
    expect(dose.reduce((sum, own) => sum + own * own, 0)).toBeCloseTo(6, 12);
    expect(dose[2]).toBe(dose[1]);
    expect([...missing]).toEqual([0, 0, 1, 0, 0, 0]);
    // Rows it has not seen, in another order of columns, with a level it has not seen.
    const other = table(categoriesOf('site', ['c', 'b']), numbers('dose', 2, 5), {
      kind: 'time',
      name: 'day',
      values: Float64Array.of(0, Number.NaN),
    });
    const loaded = loadEncoder(structuredClone(encoder.save()));
    const encoded = loaded.encode(other);
    expect(encoded.names).toEqual(matrix.names);
    expect([...(encoded.columns[0] ?? [])]).toEqual([dose[1], dose[3]]);
    expect([2, 3, 4].map((at) => encoded.columns[at]?.[0])).toEqual([0, 0, 0]);
    expect(loaded.unseen(other)).toEqual([{ column: 'site', levels: ['c'], rows: 1 }]);
    expect(encoder.encode(train)).toEqual(matrix);
  });

  it('says all that is wrong with the columns it is given', () => {
    const { encoder } = fitEncoder(train, null, { seed });
    const wrong = table(categoriesOf('dose', ['x']), categoriesOf('site', ['a']), numbers('weight', 1));
    expect(() => encoder.encode(wrong)).toThrow(
      /missing: "day"; of another kind: "dose" \(number expected, category given\); not known to it: "weight"/,
    );
    const extra = { ...train, columns: [...train.columns, numbers('weight', 1, 2, 3, 4, 5, 6)] };
    expect(() => encoder.encode(extra)).toThrow(/not known to it: "weight"/);
    expect(encoder.encode(extra, { extra: 'ignore' }).columns.length).toBe(encoder.names.length);
    const same = table(numbers('a', 1, 1), numbers('b', Number.NaN, Number.NaN));
    expect(() => fitEncoder(same, null, { seed })).toThrow(/all 2 are empty or constant/);
    expect(() => fitEncoder(train, null, { seed, mostCells: 20 })).toThrow(
      /6 rows of 10 columns, 60 cells; at most 20/,
    );
    expect(() => fitEncoder(train, null, { seed, categories: 'target' })).toThrow(/expects a target/);
  });

  it('keeps codes and gaps for trees, pools rare levels, and orders for ordinals', () => {
    const { encoder, matrix } = fitEncoder(train, null, { ...nativeEncoding, seed });
    expect(matrix.categories.slice(0, 2)).toEqual([0, 2]);
    expect([...(matrix.columns[1] ?? [])]).toEqual([0, 1, 0, Number.NaN, 1, 0]);
    expect(matrix.columns[0]?.[2]).toBeNaN();
    const other = table(categoriesOf('site', ['z']), numbers('dose', 1), {
      kind: 'time',
      name: 'day',
      values: Float64Array.of(0),
    });
    expect(encoder.encode(other).columns[1]?.[0]).toBeNaN();
    const wide = table(categoriesOf('x', [...'aaabbbcd']));
    const pooled = fitEncoder(wide, null, { seed });
    expect(pooled.matrix.names).toEqual(['x=a', 'x=b', 'x=(other)']);
    expect([...(pooled.encoder.encode(table(categoriesOf('x', ['new', 'a']))).columns[2] ?? [])]).toEqual([
      1, 0,
    ]);
    const ordinal = fitEncoder(wide, null, { seed, categories: 'ordinal', standardise: false, rareBelow: 1 });
    expect([...(ordinal.matrix.columns[0] ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 2, 3]);
  });

  it('draws effects from the other folds: noise of many levels tells nothing, a level that matters does', () => {
    const random = seededRandom(4);
    const rows = 600;
    const codes = Int32Array.from({ length: rows }, () => random.whole(2));
    const noise = categoriesOf(
      'noise',
      Array.from({ length: rows }, () => `n${random.whole(200)}`),
    );
    const site = categoriesOf(
      'site',
      Array.from(codes, (own) => (random.next() < 0.9 === (own === 1) ? 'up' : 'down')),
    );
    const target: Target = { kind: 'class', codes, classes: 2 };
    const { encoder, matrix } = fitEncoder(table(noise, site), target, {
      seed,
      categories: 'target',
      smoothing: 1,
    });
    const withTarget = (column: Float64Array | undefined) => {
      let sum = 0;
      column?.forEach((own, row) => {
        sum += (own * ((codes[row] ?? 0) - 0.5) * 2) / rows;
      });
      return sum;
    };
    expect(Math.abs(withTarget(matrix.columns[0]))).toBeLessThan(0.1);
    expect(withTarget(matrix.columns[1])).toBeGreaterThan(0.7);
    // Had each row seen its own answer, noise would look like knowledge.
    expect(withTarget(encoder.encode(table(noise, site)).columns[0])).toBeGreaterThan(0.2);
    const again = fitEncoder(table(noise, site), target, { seed, categories: 'target', smoothing: 1 });
    expect(again.matrix).toEqual(matrix);
    const unseen = encoder.encode(table(categoriesOf('noise', ['?']), categoriesOf('site', ['up'])));
    expect(Number.isFinite(unseen.columns[0]?.[0])).toBe(true);
  });

  it('keeps the words of a text that tell of the target', () => {
    const random = seededRandom(8);
    const filler = ['the', 'patient', 'was', 'seen', 'today', 'again', 'at', 'noon', 'in', 'clinic'];
    const codes = Int32Array.from({ length: 120 }, (_, row) => row % 2);
    const values = Array.from(codes, (code) => {
      const words = Array.from({ length: 8 }, () => filler[random.whole(filler.length)]);
      return [...words, code === 1 ? 'Severe Pain' : 'no complaint'].join(' ');
    });
    const texts = table({ kind: 'text', name: 'note', values });
    const target: Target = { kind: 'class', codes, classes: 2 };
    const { encoder, matrix } = fitEncoder(texts, target, { seed, mostTerms: 6 });
    // severe, pain, severe pain; no, complaint, no complaint.
    expect(matrix.columns).toHaveLength(7);
    const [known] = encoder
      .encode(table({ kind: 'text', name: 'note', values: ['SEVERE pain', 'noon', null] }))
      .columns.map((column) => [...column]);
    expect(known).toHaveLength(3);
    const told = encoder.encode(table({ kind: 'text', name: 'note', values: ['severe pain!', 'at noon'] }));
    const differing = told.columns.slice(0, 6).filter((column) => column[0] !== column[1]);
    expect(differing).toHaveLength(3);
  });

  it('is the same after saving, for any table, and never gives what a learner of sums refuses', () => {
    const cell = fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 3 }));
    const level = fc.oneof(fc.constant(null), fc.constantFrom(...'abcdefg'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, level), { minLength: 8, maxLength: 30 }),
        fc.constantFrom('one-hot', 'ordinal', 'target'),
        (rows, categories) => {
          const given = table(
            numbers('n', ...rows.map(([own]) => own ?? Number.NaN)),
            categoriesOf(
              'c',
              rows.map(([, own]) => own),
            ),
            numbers('row', ...rows.keys()),
          );
          const target: Target = { kind: 'number', values: Float64Array.from(rows.keys()) };
          const { encoder, matrix } = fitEncoder(given, target, { ...denseEncoding, seed, categories });
          expect(matrix.columns.every((column) => column.every(Number.isFinite))).toBe(true);
          const half = takeRows(given, Uint32Array.of(0, 2, 4));
          expect(loadEncoder(structuredClone(encoder.save())).encode(half)).toEqual(encoder.encode(half));
        },
      ),
      { numRuns: 60 },
    );
  });
});
