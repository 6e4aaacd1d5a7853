import { seededRandom } from '@stroma/kernel';
import { afterAll, describe, expect, it } from 'vitest';
import { fitDecisionTree, fitExtraTrees, fitRandomForest, loadTrees, TreeThreads } from '../index.ts';
import { numbers, table } from './tables.suite.ts';

const threads = new TreeThreads(2);
afterAll(() => threads.close());

const random = seededRandom(1);
const n = 1200;
const [a, b] = [numbers(n, () => random.normal()), numbers(n, () => random.normal())];
const holes = numbers(n, () => (random.next() < 0.3 ? Number.NaN : random.normal()));
const kind = numbers(n, () => random.whole(9));
const matrix = table({ a, b, holes, kind }, { kind: 9 });
const pull = numbers(
  n,
  (row) => (a[row] as number) + ((holes[row] as number) || 1) + (((kind[row] as number) * 4) % 5) / 2,
);
const values = pull.map((value) => value + 0.3 * random.normal());
const codes = (limits: number[]) =>
  Int32Array.from(values, (value) => limits.filter((limit) => value > limit).length);

describe('forests', () => {
  it('come out the same to the bit with one thread and with several, and after they were saved', () => {
    for (const fit of [fitRandomForest, fitExtraTrees])
      for (const target of [
        { kind: 'number', values } as const,
        { kind: 'class', codes: codes([0.5, 2]), classes: 3 } as const,
      ]) {
        const alone = fit(matrix, target, { seed: 3, trees: 3 });
        expect(fit(matrix, target, { seed: 3, trees: 3, threads }).trees).toEqual(alone.trees);
        expect(loadTrees(structuredClone(alone.save())).predict(matrix)).toEqual(alone.predict(matrix));
        expect(fit(matrix, target, { seed: 4, trees: 3 }).trees.threshold).not.toEqual(alone.trees.threshold);
      }
  });

  it('of one tree say of each row what it was', () => {
    const tree = fitDecisionTree(matrix, { kind: 'number', values }, { seed: 1 });
    tree.predict(matrix).forEach((value, row) => {
      expect(value).toBeCloseTo(values[row] as number, 9);
    });
    const shallow = fitDecisionTree(matrix, { kind: 'number', values }, { seed: 1, depth: 1 });
    expect(shallow.trees.column.length).toBe(3);
    const leaves = fitDecisionTree(matrix, { kind: 'number', values }, { seed: 1, minRows: 25 }).trees;
    expect(leaves.cover.filter((_, node) => leaves.column[node] === -1).every((rows) => rows >= 25)).toBe(
      true,
    );
  });

  it('cut half way between the values of a node, as in the textbook', () => {
    const x = Float64Array.of(1, 2, 4, 8, 16, 32);
    const tree = fitDecisionTree(
      table({ x }),
      { kind: 'class', codes: Int32Array.of(0, 0, 1, 1, 0, 0), classes: 2 },
      { seed: 1 },
    ).trees;
    // Gini's impurity of 2 | 4 rows and of 4 | 2 is the same, 2/3 less over all 6; the first is taken.
    expect(tree.threshold[0]).toBe(3);
    expect([...tree.threshold].filter((_, node) => tree.column[node] === 0)).toEqual([3, 12]);
    // Of the variance, which is half of that.
    expect(tree.gain[0]).toBeCloseTo(1 / 3, 12);
  });

  it('know from the rows outside the bags how well they will do', () => {
    const target = { kind: 'number', values } as const;
    const learn = Array.from({ length: n }, (_, row) => row).filter((row) => row % 4 > 0);
    const rest = Array.from({ length: n }, (_, row) => row).filter((row) => row % 4 === 0);
    const of = (rows: number[]) => ({
      ...matrix,
      rows: rows.length,
      columns: matrix.columns.map((column) => Float64Array.from(rows, (row) => column[row] as number)),
    });
    const truth = (rows: number[]) => Float64Array.from(rows, (row) => values[row] as number);
    const model = fitRandomForest(
      of(learn),
      { kind: 'number', values: truth(learn) },
      { seed: 1, trees: 60, outOfBag: true },
    );
    const found = model.predict(of(rest));
    const wanted = truth(rest);
    const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
    const left = wanted.reduce((sum, value, row) => sum + (value - (found[row] as number)) ** 2, 0);
    const all = wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(1 - left / all).toBeGreaterThan(0.75);
    expect(model.notes.out_of_bag).toBeCloseTo(1 - left / all, 1);
    expect(() => fitExtraTrees(matrix, target, { seed: 1, trees: 2, outOfBag: true })).toThrow(
      /bootstrapped/,
    );
    const [first = 0, second = 0] = model.importances();
    expect(first).toBeGreaterThan(5 * second);
  });

  it('give a rare class the weight they are told to', () => {
    const rare = Int32Array.from(values, (value) => (value > 3.5 ? 1 : 0));
    const target = { kind: 'class', codes: rare, classes: 2 } as const;
    const found = (classWeights?: 'balanced') =>
      fitRandomForest(matrix, target, {
        seed: 1,
        trees: 20,
        minRows: 20,
        ...(classWeights ? { classWeights } : {}),
      })
        .predict(matrix)
        .filter((chance, at) => at % 2 === 1 && chance > 0.5).length;
    expect(found('balanced')).toBeGreaterThan(found());
    expect(() => fitRandomForest(matrix, target, { seed: 1, classWeights: [1] })).toThrow(/2 class weights/);
    expect(() =>
      fitRandomForest(
        matrix,
        { kind: 'survival', times: values.map(Math.abs), events: new Uint8Array(n).fill(1) },
        { seed: 1 },
      ),
    ).toThrow(/numbers or classes/);
  });
});
