import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import {
  denseEncoding,
  type FeatureTable,
  fitBoostedTrees,
  fitEncoder,
  fitLeastSquares,
  fitRandomForest,
  loadAutoml,
  nativeEncoding,
  type SavedAutoml,
  takeRows,
} from '../index.ts';
import { treeExplainer } from './tree-explanation.ts';

const random = seededRandom(9);
const rows = 150;
const dose = Float64Array.from({ length: rows }, (_, row) => (row % 11 === 0 ? Number.NaN : random.normal()));
const codes = Int32Array.from({ length: rows }, () => random.whole(4) - 1);
const table: FeatureTable = {
  rows,
  columns: [
    { kind: 'number', name: 'dose', values: dose },
    { kind: 'category', name: 'site', codes, levels: ['a', 'b', 'c'] },
    { kind: 'time', name: 'day', values: Float64Array.from(dose, (_, row) => 40 * 86_400_000 * row) },
    { kind: 'number', name: 'noise', values: Float64Array.from(dose, () => random.normal()) },
  ],
};
const signal = Float64Array.from(
  dose,
  (own, row) => 2 * (own || 0) + (codes[row] as number) + 0.3 * random.normal(),
);
const number: Target = { kind: 'number', values: signal };
const classes = (count: number): Target => ({
  kind: 'class',
  classes: count,
  codes: Int32Array.from(signal, (own) => Math.max(0, Math.min(count - 1, Math.floor(own) + 1))),
});

/** As automl saves what it found: members of one or two encodings and how they are weighed. */
function modelOf(
  target: Target,
  fits: readonly ('boosted' | 'forest' | 'dense forest' | 'linear')[],
  more: Partial<SavedAutoml> = {},
): SavedAutoml {
  const dense = fitEncoder(table, target, { ...denseEncoding, seed: 1 });
  const native = fitEncoder(table, target, { ...nativeEncoding, seed: 1 });
  const labels =
    target.kind === 'class' ? Array.from({ length: target.classes }, (_, code) => `c${code}`) : [];
  return {
    kind: 'automl',
    version: 1,
    target: 'response',
    problem: {
      kind: target.kind === 'class' ? 'binary' : 'regression',
      labels,
      reasons: [],
    } as unknown as SavedAutoml['problem'],
    schema: table.columns.map(({ name, kind }) => ({ name, kind })),
    encoders: [native.encoder.save(), dense.encoder.save()],
    members: fits.map((fit, at) => {
      const { matrix } = fit === 'boosted' || fit === 'forest' ? native : dense;
      const predictor =
        fit === 'boosted'
          ? fitBoostedTrees(matrix, target, { seed: at, rounds: 12, leaves: 6, minRows: 5 })
          : fit === 'linear'
            ? fitLeastSquares(matrix, target, { seed: at })
            : fitRandomForest(matrix, target, { seed: at, trees: 7 });
      return {
        configuration: {
          family: fit === 'linear' ? 'linear' : 'boosted_trees',
          settings: {},
        } as unknown as SavedAutoml['members'][number]['configuration'],
        encoder: matrix === native.matrix ? 0 : 1,
        model: predictor.save(),
        seen: target.kind === 'class' ? labels.map((_, code) => code) : null,
      };
    }),
    combination: {
      kind: 'blend',
      members: fits.map((_, at) => at),
      weights: fits.map((_, at) => (at + 1) / ((fits.length * (fits.length + 1)) / 2)),
    },
    calibration: { kind: 'none' },
    interval: null,
    background: takeRows(table, Uint32Array.of(0, 1, 2)),
    ...more,
  };
}

const few = [0, 3, 11, 40];
const logit = (p: number) => Math.log(p / (1 - p));

describe('exact contributions of AutoML models of trees', () => {
  it('of numbers add up to what is said, over members and over what a column became', () => {
    const saved = modelOf(number, ['boosted', 'dense forest', 'forest']);
    const model = loadAutoml(saved);
    const explainer = treeExplainer(model);
    expect(explainer?.scale).toBe('target');
    const said = model.outputs(table);
    for (const row of few) {
      const told = explainer?.explain(table, row, 0);
      expect(told?.value).toBeCloseTo(said[row] as number, 9);
      expect(told?.contributions.map(({ column }) => column)).toEqual(['dose', 'site', 'day', 'noise']);
      // Expected over training rows, whatever the row is.
      expect(told?.base).toBe(explainer?.explain(table, few[0] as number, 0).base);
    }
    expect(treeExplainer(model)).toBe(explainer);
  });

  it('of one boosted member add up to the log odds of what is said, also where a sigmoid calibrates it', () => {
    for (const calibration of [
      { kind: 'none' as const },
      { kind: 'platt' as const, classes: [{ slope: -0.8, offset: 0.3 }] },
    ]) {
      const model = loadAutoml(modelOf(classes(2), ['boosted'], { calibration }));
      const explainer = treeExplainer(model);
      expect(explainer?.scale).toBe('margin');
      const said = model.outputs(table);
      for (const row of few)
        for (const output of [0, 1])
          expect(explainer?.explain(table, row, output).value).toBeCloseTo(
            logit(said[2 * row + output] as number),
            9,
          );
    }
  });

  it('of forests are probabilities of each class, also of one that a member has not seen', () => {
    const saved = modelOf(classes(3), ['forest', 'dense forest']);
    const model = loadAutoml(saved);
    expect(treeExplainer(model)?.scale).toBe('probability');
    const two = loadAutoml(modelOf(classes(2), ['forest', 'forest']));
    const partly = loadAutoml({
      ...modelOf(classes(2), ['forest']),
      problem: { ...saved.problem },
      members: modelOf(classes(2), ['forest']).members.map((own) => ({ ...own, seen: [0, 2] })),
    });
    for (const [own, width] of [
      [model, 3],
      [two, 2],
      [partly, 3],
    ] as const) {
      const said = own.outputs(table);
      for (const row of few)
        for (let output = 0; output < width; output++)
          expect(treeExplainer(own)?.explain(table, row, output).value).toBeCloseTo(
            said[row * width + output] as number,
            9,
          );
    }
  });

  it('stand on the scale before calibration where that is no line, and are not made of what is no sum of trees', () => {
    const steps = { from: Float64Array.of(0, 1), to: Float64Array.of(0.1, 0.9) };
    const calibration = { kind: 'isotonic' as const, classes: [steps] };
    expect(treeExplainer(loadAutoml(modelOf(classes(2), ['forest'], { calibration })))?.scale).toBe('margin');
    expect(treeExplainer(loadAutoml(modelOf(classes(2), ['boosted', 'forest'])))).toBeNull();
    expect(treeExplainer(loadAutoml(modelOf(number, ['boosted', 'linear'])))).toBeNull();
    expect(() => treeExplainer(loadAutoml(modelOf(number, ['forest'])))?.explain(table, 900, 0)).toThrow(
      /row from 0 to 149/,
    );
  });
});
