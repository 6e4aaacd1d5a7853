import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import {
  classesOfNumbers,
  classesOfTexts,
  defaultForest,
  driversOf,
  isolationForest,
  mutualInformation,
  oddRows,
} from './index.ts';

function normals(seed: number, n: number, columns: number): Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: columns }, () => Float64Array.from({ length: n }, () => random.normal()));
}

describe('the isolation forest', () => {
  it('scores what lies far out highest, the same for the same seed and for any unit', () => {
    const columns = normals(1, 1000, 3);
    for (const column of columns) column[500] = 9;
    const options = { ...defaultForest, seed: 7 };
    const scores = isolationForest(columns, options).score(columns);
    expect(scores.indexOf(Math.max(...scores))).toBe(500);
    expect(scores[500]).toBeGreaterThan(0.7);
    expect(isolationForest(columns, options).score(columns)).toEqual(scores);
    const scaled = columns.map((column) => column.map((value) => 16 * value - 32));
    expect(isolationForest(scaled, options).score(scaled)).toEqual(scores);
    expect(isolationForest(columns, { ...options, seed: 8 }).score(columns)).not.toEqual(scores);
  });

  it('finds a row whose values are ordinary one by one', () => {
    const [x = new Float64Array(), rest = new Float64Array()] = normals(2, 4000, 2);
    const y = x.map((value, at) => value + 0.1 * (rest[at] as number));
    const z = x.map((value, at) => -value + 0.1 * (rest[(at + 1) % 4000] as number));
    for (const at of [100, 200, 300]) {
      x[at] = 3;
      y[at] = -3;
      z[at] = 3;
    }
    const found = oddRows([x, y, z], { seed: 3, level: 0.05 }).map(({ row }) => row);
    expect(found).toEqual(expect.arrayContaining([100, 200, 300]));
    expect(found.length).toBeLessThan(12);
  });

  it('finds something in independent noise at about the stated rate', () => {
    let found = 0;
    for (let seed = 0; seed < 10; seed++)
      found += oddRows(normals(seed, 300, 4), { seed, level: 0.05 }).length > 0 ? 1 : 0;
    expect(found).toBeLessThanOrEqual(2);
  });
});

describe('mutual information', () => {
  it('sees what a straight line does not', () => {
    const [x = new Float64Array(), noise = new Float64Array()] = normals(4, 5000, 2);
    const y = x.map((value, at) => value * value + 0.3 * (noise[at] as number));
    const curved = mutualInformation(classesOfNumbers(x, 16), classesOfNumbers(y, 16));
    expect(curved.strength).toBeGreaterThan(0.7);
    expect(curved.p).toBeLessThan(1e-15);
  });

  it('of two normals is near what theory says, and of independent ones near nothing', () => {
    const [x = new Float64Array(), noise = new Float64Array()] = normals(5, 10_000, 2);
    const r = 0.6;
    const y = x.map((value, at) => r * value + Math.sqrt(1 - r * r) * (noise[at] as number));
    const both = mutualInformation(classesOfNumbers(x, 16), classesOfNumbers(y, 16));
    // -ln(1 - r²) / 2 = 0.223; classes lose a little of it.
    expect(both.information).toBeGreaterThan(0.19);
    expect(both.information).toBeLessThan(0.235);
    expect(mutualInformation(classesOfNumbers(x, 16), classesOfNumbers(noise, 16)).strength).toBeLessThan(
      0.1,
    );
  });

  it('calls independent columns dependent at the stated rate', () => {
    let called = 0;
    for (let seed = 0; seed < 200; seed++) {
      const [a = new Float64Array(), b = new Float64Array()] = normals(seed, 1680, 2);
      called += mutualInformation(classesOfNumbers(a, 9), classesOfNumbers(b, 9)).p <= 0.05 ? 1 : 0;
    }
    expect(called / 200).toBeLessThan(0.1);
  });

  it('keeps missing values as a class of their own', () => {
    const numbers = classesOfNumbers(Float64Array.of(1, 2, Number.NaN, 3, 4, Number.NaN), 2);
    expect([...numbers.codes]).toEqual([0, 0, 2, 1, 1, 2]);
    const texts = classesOfTexts(['a', 'b', 'a', null, 'c', 'd'], 3);
    // 'a' is the most frequent; of those that are there once the first by its text is named, the rest are others.
    expect([...texts.codes]).toEqual([0, 1, 0, 2, 2, 2]);
    expect(texts.classes).toBe(3);
  });
});

describe('drivers', () => {
  it('tell what is shared from what is their own', () => {
    const [x = new Float64Array(), e = new Float64Array(), f = new Float64Array(), g = new Float64Array()] =
      normals(6, 8000, 4);
    const shadow = x.map((value, at) => value + 0.3 * (f[at] as number));
    const y = x.map((value, at) => value + (e[at] as number));
    const { drivers, together } = driversOf(
      y,
      [x, shadow, g].map((column) => classesOfNumbers(column, 8)),
    );
    const [own, shared, none] = drivers;
    expect(own?.alone).toBeGreaterThan(0.4);
    expect(own?.alone).toBeLessThan(0.52);
    expect(shared?.alone).toBeGreaterThan(0.35);
    expect(shared?.beyondOthers).toBeLessThan(0.01);
    expect(own?.beyondOthers).toBeGreaterThan(0.02);
    expect(none?.alone).toBeLessThan(0.005);
    expect(none?.p).toBeGreaterThan(0.001);
    expect(together).toBeGreaterThan(0.4);
  });

  it('agree with the F-test of one-way analysis of variance', () => {
    // scipy.stats.f_oneway([6, 8, 4, 5, 3, 4], [8, 12, 9, 11, 6, 8], [13, 9, 11, 8, 7, 12]): F = 9.264705882352942
    const measure = Float64Array.of(6, 8, 4, 5, 3, 4, 8, 12, 9, 11, 6, 8, 13, 9, 11, 8, 7, 12);
    const groups = classesOfTexts([...'aaaaaabbbbbbcccccc'], 3);
    const [driver] = driversOf(measure, [groups]).drivers;
    expect(driver?.p).toBeCloseTo(0.0023987773293929083, 12);
    expect(driver?.pBeyond).toBeCloseTo(0.0023987773293929083, 9);
  });
});
