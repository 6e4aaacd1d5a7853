import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { automl, type FeatureTable, loadAutoml, takeRows, withoutColumns } from '../index.ts';
import { viewAutoml } from './automl-view.ts';
import { kernelShap } from './kernel-shap.ts';
import { rowsBetween } from './predicting.ts';
import { explainRow } from './row-explanation.ts';

function patients(rows: number): FeatureTable {
  const random = seededRandom(4);
  const dose = Float64Array.from({ length: rows }, () => random.normal());
  const codes = Int32Array.from({ length: rows }, () => random.whole(4) - 1);
  return {
    rows,
    columns: [
      { kind: 'number', name: 'dose', values: dose },
      { kind: 'category', name: 'site', codes, levels: ['a', 'b', 'c'] },
      {
        kind: 'text',
        name: 'note',
        values: Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? null : `seen ${row % 3} by night`)),
      },
      { kind: 'time', name: 'day', values: dose.map((_, row) => 86_400_000 * row) },
      {
        kind: 'number',
        name: 'response',
        values: dose.map((own, row) => 2 * own + (codes[row] as number) + 0.3 * random.normal()),
      },
    ],
  };
}

describe('an AutoML model, seen as a predictor of matrices', () => {
  it('predicts as its table, and Shapley values by sets and by orders of columns agree', async () => {
    const table = patients(120);
    let now = 0;
    const clock = () => {
      now += 3;
      return now;
    };
    const { model: saved } = await automl({
      table,
      target: 'response',
      time_limit_seconds: 1,
      preset: 'fast',
      seed: 1,
      clock,
    });
    const model = loadAutoml(saved);
    const strange = takeRows(withoutColumns(table, ['response']), Uint32Array.of(0, 1, 2));
    const fresh: FeatureTable = {
      rows: 3,
      columns: strange.columns.map((column) =>
        column.kind === 'category'
          ? { ...column, levels: ['c', 'elsewhere'], codes: Int32Array.of(0, 1, -1) }
          : column,
      ),
    };
    const view = viewAutoml(model, [fresh]);
    const matrix = view.matrixOf(fresh);
    expect(matrix.names).toEqual(['dose', 'site', 'note', 'day']);
    expect(matrix.categories).toEqual([0, 4, view.levels.get('note')?.length, 0]);
    expect(view.levels.get('site')?.[matrix.columns[1]?.[1] as number]).toBe('elsewhere');
    expect(matrix.columns[1]?.[2]).toBeNaN();
    expect(view.predict(matrix)).toEqual(model.outputs(fresh));
    const exact = await kernelShap(view.predict, rowsBetween(matrix, 1, 2), {
      background: rowsBetween(view.background, 0, 30),
      seed: 1,
    });
    const drawn = explainRow(
      loadAutoml({
        ...saved,
        background: takeRows(
          saved.background,
          Uint32Array.from({ length: 30 }, (_, at) => at),
        ),
      }),
      fresh,
      { row: 1, output: 0, seed: 1 },
    );
    expect(drawn.value).toBeCloseTo(model.outputs(fresh)[1] as number, 9);
    drawn.contributions.forEach(({ contribution, standard_error }, at) => {
      expect(Math.abs(contribution - (exact.values[at] as number))).toBeLessThan(5 * standard_error + 0.02);
    });
    expect(() => viewAutoml(model, [withoutColumns(fresh, ['dose'])])).toThrow(/missing: "dose"/);
    expect(() => viewAutoml(model, []).matrixOf(fresh)).toThrow(/"elsewhere" was given/);
    expect(() => explainRow(model, fresh, { row: 3, output: 0, seed: 1 })).toThrow(/row from 0 to 2/);
  });
});
