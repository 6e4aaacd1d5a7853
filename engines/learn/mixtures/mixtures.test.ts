import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import type { Matrix } from '../estimator.ts';
import { tableOfCsv } from '../table/csv.suite.ts';
import { fitEncoder } from '../table/encoder.ts';
import { withoutColumns } from '../table/feature-table.ts';
import { gaussianMixture, loadMixture } from './gaussian-mixture.ts';
import { kMeans, loadKMeans } from './k-means.ts';
import { silhouette } from './silhouette.ts';

const golden = JSON.parse(
  readFileSync(new URL('../linear/fixtures/scikit-learn.json', import.meta.url), 'utf8'),
);
const rows: number[][] = golden.data.X;
const x: Matrix = {
  rows: rows.length,
  names: [...'abcde'],
  columns: [...'abcde'].map((_, at) => Float64Array.from(rows, (row) => row[at] ?? Number.NaN)),
  categories: [0, 0, 0, 0, 0],
};
const sizesOf = (assigned: Int32Array, clusters: number) =>
  Array.from({ length: clusters }, (_, at) => assigned.filter((own) => own === at).length).sort(
    (a, b) => a - b,
  );
const meanOf = (values: Float64Array) => values.reduce((sum, own) => sum + own, 0) / values.length;

describe('k-means', () => {
  it('finds what scikit-learn finds, the same for the same seed, and saves it', () => {
    const found = kMeans(x, { clusters: 3, starts: 40, seed: 1 });
    expect(found.inertia).toBeCloseTo(golden.kmeans.inertia, 8);
    expect(sizesOf(found.assigned, 3)).toEqual(golden.kmeans.sizes);
    expect(meanOf(silhouette(x, found.assigned, 3))).toBeCloseTo(golden.kmeans.silhouette, 10);
    expect(kMeans(x, { clusters: 3, starts: 40, seed: 1 }).save()).toEqual(found.save());
    expect(loadKMeans(structuredClone(found.save())).assign(x)).toEqual(found.assigned);
  });

  const theirs = sharedData('golden/multivariate.json');
  const iris = sharedData('stats/iris.csv');
  it.skipIf(theirs === null || iris === null)('is that of R for iris (needs the shared data pool)', () => {
    const { kmeans_iris: known } = JSON.parse(readFileSync(theirs ?? '', 'utf8'));
    const flowers = withoutColumns(tableOfCsv(iris ?? ''), ['Species']);
    const { matrix } = fitEncoder(flowers, null, { seed: 0, standardise: false });
    const found = kMeans(matrix, { clusters: 3, seed: 0 });
    expect(found.inertia).toBeCloseTo(known['tot.withinss'], 9);
    expect(sizesOf(found.assigned, 3)).toEqual(known.sizes.toSorted((a: number, b: number) => a - b));
  });

  it('a weight of two is a row twice; what cannot be clustered is refused', () => {
    const twice = Uint32Array.from({ length: 2 * rows.length }, (_, at) => at >> 1);
    const doubled: Matrix = {
      ...x,
      rows: twice.length,
      columns: x.columns.map((own) => Float64Array.from(twice, (row) => own[row] ?? 0)),
    };
    const a = kMeans(x, { clusters: 2, seed: 2, starts: 20, weights: new Float64Array(rows.length).fill(2) });
    expect(a.inertia).toBeCloseTo(kMeans(doubled, { clusters: 2, seed: 2, starts: 20 }).inertia, 8);
    const flat: Matrix = { ...x, columns: x.columns.map((own) => own.map(() => 1)) };
    expect(() => kMeans(flat, { clusters: 2, seed: 0 })).toThrow(/there are 1 for 2 clusters/);
    expect(() => kMeans(x, { clusters: 81, seed: 0 })).toThrow(/1 to the 80 rows/);
    expect(() => silhouette(x, new Int32Array(80), 1)).toThrow(/two clusters at least/);
  });
});

describe('the Gaussian mixture', () => {
  it.each(golden.gmm as { kind: string; score: number; bic: number; weights: number[] }[])(
    'of $kind covariances is as likely as that of scikit-learn, or more so',
    ({ kind, score, bic, weights }) => {
      const covariance = kind === 'full' ? 'full' : 'diagonal';
      const found = gaussianMixture(x, {
        components: 2,
        covariance,
        starts: 20,
        seed: 3,
        tolerance: 1e-10,
        iterations: 5000,
      });
      expect(found.likelihood).toBeGreaterThan(score - 1e-6);
      if (found.likelihood < score + 1e-4) {
        expect(found.bic).toBeCloseTo(bic, 2);
        expect([...found.save().shares].sort((a, b) => a - b)[0]).toBeCloseTo(weights[0] ?? 0, 3);
      }
      const loaded = loadMixture(structuredClone(found.save()));
      expect(loaded.logDensity(x)).toEqual(found.logDensity(x));
      expect(meanOf(loaded.logDensity(x))).toBeCloseTo(found.likelihood, 6);
      const shares = loaded.responsibilities(x);
      expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeCloseTo(1, 12);
    },
  );

  it('asks for enough rows', () => {
    const few: Matrix = { ...x, rows: 4, columns: x.columns.map((own) => own.slice(0, 4)) };
    expect(() => gaussianMixture(few, { components: 2, seed: 0 })).toThrow(
      /expects at least 6 rows; 4 were given/,
    );
  });
});
