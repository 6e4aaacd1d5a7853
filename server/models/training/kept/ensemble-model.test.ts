import { automl, type FeatureTable, type Problem, type SavedAutoml } from '@stroma/learn';
import { describe, expect, it } from 'vitest';
import { explainerOf } from '../../serving/row-explainers.ts';
import { openEnsemble } from './ensemble-model.ts';
import { openKept } from './kept-model.ts';
import type { SavedEnsemble } from './saved-models.ts';

/** What is asked for grows with `dose` and is more at one site. */
function doses(rows: number, seed: number): FeatureTable {
  const at = (row: number, own: number) => Math.sin((row + 1) * own * 1.7 + seed);
  const values = (own: number) => Float64Array.from({ length: rows }, (_, row) => 3 * at(row, own));
  const codes = Int32Array.from({ length: rows }, (_, row) => (at(row, 3) > 0 ? 1 : 0));
  const answer = values(1).map((value, row) => value ** 2 + 2 * (codes[row] as number) + 0.1 * at(row, 7));
  return {
    rows,
    columns: [
      { kind: 'number', name: 'dose', values: values(1) },
      { kind: 'number', name: 'noise', values: values(2) },
      { kind: 'category', name: 'site', levels: ['north', 'south'], codes },
      { kind: 'number', name: 'answer', values: answer },
    ],
  };
}

const trained = async (table: FeatureTable, family: 'random_forest' | 'boosted_trees' | 'linear') =>
  (
    await automl({
      ...{ table, target: 'answer', seed: 1, time_limit_seconds: 20, preset: 'fast' as const },
      only: {
        family,
        settings: family === 'linear' ? {} : family === 'boosted_trees' ? { rounds: 10 } : { trees: 10 },
      },
      clock: () => performance.now(),
    })
  ).model;

const ensembleOf = (members: SavedAutoml[], weights: number[]): SavedEnsemble => {
  const [{ problem, background, target }] = members as [SavedAutoml & { problem: Problem }];
  const schema = [...new Map(members.flatMap((own) => own.schema.map((each) => [each.name, each]))).values()];
  return {
    ...{ kind: 'ensemble', version: 1, target, problem, schema, background, interval: null, members },
    combination: { kind: 'blend', members: members.map((_, at) => at), weights },
  };
};
const signal = new AbortController().signal;

describe('an ensemble of trees', () => {
  it('is explained exactly, by what is said of its members as they are weighed', async () => {
    const table = doses(90, 1);
    const [forest, boosted, line] = [
      await trained(table, 'random_forest'),
      await trained(
        { ...table, columns: table.columns.filter(({ name }) => name !== 'noise') },
        'boosted_trees',
      ),
      await trained(table, 'linear'),
    ];
    const rows = doses(12, 5);
    const model = await openEnsemble(ensembleOf([forest, boosted], [0.25, 0.75]), openKept);
    const explainer = explainerOf({ model }, null);
    expect(explainer).toMatchObject({ method: 'tree_shap', scale: 'target' });
    const outputs = await model.outputs(rows);
    for (let row = 0; row < rows.rows; row++) {
      const asked = { row, output: 0, rows: 0, signal };
      const { base, value, contributions } = await explainer.explain(rows, asked);
      expect(value).toBeCloseTo(outputs[row] as number, 9);
      const total = contributions.reduce((sum, { contribution }) => sum + contribution, base);
      expect(total).toBeCloseTo(value, 9);
      const own = await Promise.all(
        [forest, boosted].map(async (saved) =>
          explainerOf({ model: await openKept(saved) }, null).explain(rows, asked),
        ),
      );
      for (const { column, contribution } of contributions) {
        const [a = 0, b = 0] = own.map(
          (said) => said.contributions.find((each) => each.column === column)?.contribution ?? 0,
        );
        expect(contribution).toBeCloseTo(0.25 * a + 0.75 * b, 12);
      }
    }
    const mixed = await openEnsemble(ensembleOf([forest, line], [0.5, 0.5]), openKept);
    expect(explainerOf({ model: mixed }, null).method).toBe('sampled_shapley');
    expect(() => explainerOf({ model: mixed }, 'tree_shap')).toThrow(/all trees/);
  });
});
