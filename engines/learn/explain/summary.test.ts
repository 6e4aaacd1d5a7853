import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { fitBoostedTrees } from '../trees/boosting/boosted-trees.ts';
import { explainTrees } from '../trees/shap/tree-shap.ts';
import { kernelShap } from './kernel-shap.ts';
import { formula, matrixOf } from './matrices.suite.ts';
import { groupsOfSources } from './predicting.ts';
import { shapOfGroups, summariseShap, waterfallOf } from './shap-summary.ts';

const matrix = matrixOf({ a: [0, 2, 4, Number.NaN], kind: [1, 0, 1, 1], c: [1, 1, 2, 2] }, { kind: 2 });
const model = formula((a = 0, kind = 0, c = 0) => (Number.isNaN(a) ? 1 : a) + 10 * kind + c);
const levels = new Map([['kind', ['well', 'ill']]]);
const background = matrixOf({ a: [0], kind: [0], c: [0] }, { kind: 2 });

describe('summaries of Shapley values', () => {
  it('have the columns by weight, each with its points', async () => {
    const explanation = await kernelShap(model, matrix, { background, seed: 1 });
    const { base, rows, columns, others } = summariseShap(explanation, matrix, {
      output: 0,
      levels,
      mostColumns: 2,
    });
    expect([base, rows]).toEqual([0, 4]);
    expect(columns.map(({ column, mean_absolute, mean }) => [column, mean_absolute, mean])).toEqual([
      ['kind', 7.5, 7.5],
      ['a', 1.75, 1.75],
    ]);
    expect(columns[0]?.points.slice(0, 2)).toEqual([
      { value: 'ill', level: null, contribution: 10 },
      { value: 'well', level: null, contribution: 0 },
    ]);
    expect(columns[1]?.points).toEqual([
      { value: 0, level: 0, contribution: 0 },
      { value: 2, level: 0.5, contribution: 2 },
      { value: 4, level: 1, contribution: 4 },
      { value: null, level: null, contribution: 1 },
    ]);
    expect(others).toEqual({ columns: 1, mean_absolute: 1.5 });
  });

  it('of trees on an encoded table are those of the table, and add up', () => {
    const random = seededRandom(3);
    const codes = Array.from({ length: 120 }, () => random.whole(3));
    const encoded = matrixOf({
      x: codes.map(() => random.normal()),
      kind_a: codes.map((code) => (code === 0 ? 1 : 0)),
      kind_b: codes.map((code) => (code === 1 ? 1 : 0)),
    });
    const values = Float64Array.from(codes, (code, row) => code + (encoded.columns[0]?.[row] as number));
    const trees = fitBoostedTrees(encoded, { kind: 'number', values }, { seed: 1, rounds: 20, minRows: 5 });
    const single = explainTrees(trees, encoded);
    const grouped = shapOfGroups(single, encoded, groupsOfSources(['x', 'kind', 'kind']));
    expect(grouped.names).toEqual(['x', 'kind']);
    const said = trees.scores(encoded);
    for (let row = 0; row < 120; row++) {
      expect(grouped.values[2 * row]).toBe(single.values[3 * row]);
      const sum = (grouped.values[2 * row] as number) + (grouped.values[2 * row + 1] as number);
      expect((grouped.base[0] as number) + sum).toBeCloseTo(said[row] as number, 9);
    }
    const { columns } = summariseShap(grouped, encoded, { output: 0 });
    expect(columns.map(({ column }) => column).toSorted()).toEqual(['kind', 'x']);
  });

  it('of one row lead from the base to what is said of it', async () => {
    const groups = [{ name: 'a and c', columns: [0, 2] }];
    const explanation = await kernelShap(model, matrix, { background, seed: 1, groups });
    const { base, value, steps } = waterfallOf(explanation, matrix, 2, { output: 0, levels });
    expect([base, value]).toEqual([0, 16]);
    expect(steps).toEqual([
      { column: 'kind', value: 'ill', contribution: 10, standard_error: 0, from: 0, to: 10 },
      { column: 'a and c', value: null, contribution: 6, standard_error: 0, from: 10, to: 16 },
    ]);
    const short = waterfallOf(explanation, matrix, 2, { output: 0, mostColumns: 1 });
    expect(short.others).toEqual({ columns: 1, contribution: 6 });
    expect(short.value).toBe(16);
    expect(() => summariseShap(explanation, matrix, { output: 1 })).toThrow(/output from 0 to 0/);
  });
});
