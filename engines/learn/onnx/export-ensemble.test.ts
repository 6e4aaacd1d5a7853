import { seededRandom } from '@stroma/kernel';
import { describe, expect, it } from 'vitest';
import { loadAutoml, type SavedAutoml } from '../automl/automl-model.ts';
import { type Combination, combine, fitStack } from '../automl/ensemble.ts';
import type { FamilyName } from '../automl/learners.ts';
import type { Target } from '../estimator.ts';
import { type FeatureTable, withoutColumns } from '../table/feature-table.ts';
import { exportEnsemble, type ModelEnsemble } from './export-ensemble.ts';
import { feedsOf, outputsOf } from './ort.suite.ts';
import { classesFor, mixedTable, modelOf } from './tables.suite.ts';

const rows = 80;
const table = mixedTable(rows, 1, 0);
const part = withoutColumns(table, ['plate', 'count']);
const others = mixedTable(50, 2, 3);
const random = seededRandom(3);

const memberOf = (of: FeatureTable, target: Target, family: FamilyName): SavedAutoml =>
  modelOf(of, target, {
    configurations: [{ id: family, family, settings: family === 'linear' ? {} : { trees: 5 } }],
    ...({ combine: 'blend', calibration: { kind: 'none' } } as const),
  });

/** The same model, told with its labels the other way round: what it says of each is as it was. */
const turned = (saved: SavedAutoml): SavedAutoml => ({
  ...saved,
  problem: { ...saved.problem, labels: saved.problem.labels.toReversed() },
});

const farthest = (a: ArrayLike<number> | string[] | undefined, b: ArrayLike<number>): number =>
  a?.length === b.length
    ? Array.from(b).reduce((most, value, at) => Math.max(most, Math.abs(value - Number(a[at]))), 0)
    : Number.POSITIVE_INFINITY;

describe('an ensemble as one ONNX file', () => {
  const target = classesFor(rows, 3, random);
  const members = [memberOf(table, target, 'random_forest'), turned(memberOf(part, target, 'linear'))];
  const { problem, schema } = members[0] as SavedAutoml;
  const ensemble = { target: 'outcome', problem, schema, interval: null, members };
  const said = (of: FeatureTable): Float64Array[] => {
    const [own, other] = members.map((member) => loadAutoml(member).outputs(of)) as [
      Float64Array,
      Float64Array,
    ];
    return [own, other.map((_, cell) => other[cell - (cell % 3) + 2 - (cell % 3)] as number)];
  };

  it.each(['blend', 'stack'] as const)('says what its members say together, by a %s', async (kind) => {
    const combination: Combination =
      kind === 'blend'
        ? { kind, members: [0, 1], weights: [0.3, 0.7] }
        : fitStack(said(table), [0, 1], target, 1);
    const read = await outputsOf(exportEnsemble({ ...ensemble, combination }), feedsOf(others));
    const together = combine(combination, said(others), 3);
    expect(farthest(read.probabilities, together)).toBeLessThan(1e-9);
  });

  it('counts voices, each for the class a member finds likeliest', async () => {
    const combination = { kind: 'vote' as const, weights: [2, 1] };
    const read = await outputsOf(exportEnsemble({ ...ensemble, combination }), feedsOf(others));
    const [forest, line] = said(others) as [Float64Array, Float64Array];
    const likeliest = (own: Float64Array, row: number) => {
      const chances = own.subarray(3 * row, 3 * row + 3);
      return chances.indexOf(Math.max(...chances));
    };
    const voices = Float64Array.from({ length: 3 * others.rows }, (_, cell) => {
      const [row, code] = [Math.floor(cell / 3), cell % 3];
      return (likeliest(forest, row) === code ? 2 / 3 : 0) + (likeliest(line, row) === code ? 1 / 3 : 0);
    });
    expect(farthest(read.probabilities, voices)).toBeLessThan(1e-12);
  });

  it('of numbers gives their mean with its interval; columns of two kinds are refused', async () => {
    const values: Target = {
      kind: 'number',
      values: Float64Array.from({ length: rows }, () => random.normal()),
    };
    const own = [memberOf(table, values, 'extra_trees'), memberOf(part, values, 'linear')];
    const [first] = own as [SavedAutoml];
    const whole: ModelEnsemble = {
      ...{ target: 'outcome', problem: first.problem, schema: first.schema, members: own },
      interval: { half_width: 2, coverage: 0.9 },
      combination: { kind: 'blend', members: [0, 1], weights: [0.5, 0.5] },
    };
    const read = await outputsOf(exportEnsemble(whole), feedsOf(others));
    const [a, b] = own.map((member) => loadAutoml(member).outputs(others)) as [Float64Array, Float64Array];
    const mean = a.map((value, at) => (value + (b[at] as number)) / 2);
    expect(farthest(read.value, mean)).toBeLessThan(1e-9);
    expect(
      farthest(
        read.high,
        mean.map((value) => value + 2),
      ),
    ).toBeLessThan(1e-9);
    const texts = first.schema.map((column) =>
      column.name === 'site' ? { ...column, kind: 'text' as const } : column,
    );
    const odd = [{ ...first, schema: texts }, own[1] as SavedAutoml];
    expect(() => exportEnsemble({ ...whole, members: odd })).toThrow(/"site" is a column of kind text/);
  });
});
