import { seededRandom } from '@stroma/kernel';
import { automl, type FeatureTable, loadAutoml } from '@stroma/learn';
import { expect, it } from 'vitest';
import { learnedPart } from '../training/evaluation.ts';
import { explainModel } from './model-answers.ts';

const rows = 600;
const { signal } = new AbortController();

/** Two kinds, one after the other, as files sorted by species or by case and control are. */
function sortedTable(): FeatureTable {
  const random = seededRandom(3);
  const kindOf = (row: number) => (row < rows / 2 ? 0 : 1);
  return {
    rows,
    columns: [
      {
        kind: 'number',
        name: 'length',
        values: Float64Array.from({ length: rows }, (_, row) => 3 * kindOf(row) + random.normal()),
      },
      { kind: 'number', name: 'width', values: Float64Array.from({ length: rows }, () => random.normal()) },
      {
        kind: 'category',
        name: 'kind',
        levels: ['common', 'rare'],
        codes: Int32Array.from({ length: rows }, (_, row) => kindOf(row)),
      },
    ],
  };
}

it('draws the rows that speak for a table sorted by its target', async () => {
  const result = await automl({
    table: sortedTable(),
    target: 'kind',
    time_limit_seconds: 30,
    only: { family: 'linear', settings: {} },
    seed: 1,
    clock: () => performance.now(),
  });
  const model = loadAutoml(result.model);
  const told = await explainModel(
    { model, signature: [] },
    { kind: 'global', label: 'rare', method: null },
    signal,
  );
  if (told.kind !== 'global') throw new Error('Another explanation was asked for.');
  const { points } = told.columns.find(({ column }) => column === 'length') ?? { points: [] };
  const forRare = points.filter(({ contribution }) => contribution > 0).length;
  expect(forRare / points.length).toBeGreaterThan(0.3);
  expect(forRare / points.length).toBeLessThan(0.7);

  const { importance } = await learnedPart(result, model, {
    target: 'kind',
    seed: 1,
    // Of 120 rows held out, 60 of each kind, 40 may be asked about.
    mostPredictions: 40 * (2 * 5 + 1),
    signal,
  });
  expect(importance.map(({ column }) => column)).toEqual(['length', 'width']);
});
