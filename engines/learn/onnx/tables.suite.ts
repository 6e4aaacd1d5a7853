import { type SeededRandom, seededRandom } from '@stroma/kernel';
import type { SavedAutoml } from '../automl/automl-model.ts';
import type { Calibration } from '../automl/calibration.ts';
import { type Combination, fitStack } from '../automl/ensemble.ts';
import { allRows, EncodedRows, fitMember, predictMember } from '../automl/fold-fit.ts';
import type { Configuration } from '../automl/portfolio.ts';
import type { Target } from '../estimator.ts';
import type { FeatureColumn, FeatureTable } from '../table/feature-table.ts';

const dayMs = 86_400_000;

/** Numbers, categories of few and of many levels and times, each with gaps; levels past `known` are new to a model. */
export function mixedTable(rows: number, seed: number, known: number): FeatureTable {
  const random = seededRandom(seed);
  const number = (name: string, of: () => number): FeatureColumn => ({
    kind: 'number',
    name,
    values: Float64Array.from({ length: rows }, () => (random.next() < 0.1 ? Number.NaN : of())),
  });
  const category = (name: string, count: number): FeatureColumn => ({
    kind: 'category',
    name,
    levels: Array.from({ length: count }, (_, at) => `${name} ${at}`),
    codes: Int32Array.from({ length: rows }, () => (random.next() < 0.1 ? -1 : random.whole(count))),
  });
  return {
    rows,
    columns: [
      number('dose (mg)', () => random.normal() * 1e3),
      number('count', () => random.whole(9)),
      category('site', 2 + known),
      category('plate', 20 + known),
      {
        kind: 'time',
        name: 'drawn',
        values: Float64Array.from({ length: rows }, () =>
          random.next() < 0.1 ? Number.NaN : Math.floor((random.next() - 0.3) * 40_000 * dayMs),
        ),
      },
    ],
  };
}

export const classesFor = (rows: number, classes: number, random: SeededRandom): Target => ({
  kind: 'class',
  classes,
  codes: Int32Array.from({ length: rows }, (_, row) =>
    row < 3 * classes ? row % classes : random.whole(classes),
  ),
});

export interface Wanted {
  configurations: readonly Configuration[];
  combine: 'blend' | 'stack';
  calibration: Calibration;
}

/** A model as the search would save it, of members that are named. */
export function modelOf(table: FeatureTable, target: Target, wanted: Wanted): SavedAutoml {
  const encoded = new EncodedRows(table, target, 1);
  const rows = allRows(target);
  const outputs = target.kind === 'class' ? target.classes : 1;
  const fitted = wanted.configurations.map((own) => fitMember(encoded, target, rows, own, { seed: 1 }));
  const places = fitted.map((_, at) => at);
  const combination: Combination =
    wanted.combine === 'blend'
      ? { kind: 'blend', members: places, weights: places.map(() => 1 / places.length) }
      : fitStack(
          fitted.map((member) => predictMember(member, member.encoder.encode(table), outputs)),
          places,
          target,
          1,
        );
  const encoders = [...new Set(fitted.map(({ encoder }) => encoder))];
  return {
    kind: 'automl',
    version: 1,
    target: 'outcome',
    problem: {
      type: target.kind === 'number' ? 'regression' : outputs === 2 ? 'binary' : 'multiclass',
      reasons: [],
      labels: target.kind === 'number' ? [] : Array.from({ length: outputs }, (_, code) => `class ${code}`),
    },
    schema: encoders[0]?.schema ?? [],
    encoders: encoders.map((encoder) => encoder.save()),
    members: fitted.map(({ configuration, encoder, predictor, seen }) => ({
      configuration,
      encoder: encoders.indexOf(encoder),
      model: predictor.save(),
      seen,
    })),
    combination,
    calibration: wanted.calibration,
    interval: target.kind === 'number' ? { half_width: 1.5, coverage: 0.9 } : null,
    background: table,
  };
}
