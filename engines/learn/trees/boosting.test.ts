import { describe, expect, it } from 'vitest';
import { fitBoostedTrees } from '../index.ts';
import { areaUnderCurve, readTable, rowsOf, targetsOf } from './tables.suite.ts';

const cancer = readTable('sklearn_breast_cancer.csv', 'target');

describe('boosted trees', () => {
  it.skipIf(cancer === null)('tell benign from malignant in rows they have not seen', () => {
    if (cancer === null) return;
    const { matrix, target } = cancer;
    const rows = Array.from({ length: matrix.rows }, (_, row) => row);
    const [learn, check] = [rows.filter((row) => row % 3 > 0), rows.filter((row) => row % 3 === 0)];
    const model = fitBoostedTrees(rowsOf(matrix, learn), targetsOf(target, learn), { seed: 1 });
    const chances = model.predict(rowsOf(matrix, check)).filter((_, at) => at % 2 === 1);
    const truth = targetsOf(target, check);
    expect(areaUnderCurve(chances, truth.kind === 'class' ? truth.codes : [])).toBeGreaterThan(0.98);
  });
});
