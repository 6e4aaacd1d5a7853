import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Target } from '../estimator.ts';
import { type BoostingOptions, fitBoostedTrees, fitExtraTrees, fitRandomForest } from '../index.ts';
import { areaUnderCurve, readTable, rowsOf, targetsOf } from './tables.suite.ts';

interface Case {
  file: string;
  target: string;
  leave_out: string[];
  loss: NonNullable<BoostingOptions['loss']>;
  rounds: number;
  settings: BoostingOptions;
  scores: number[];
}
const boosting = JSON.parse(readFileSync(new URL('./golden/boosting.json', import.meta.url), 'utf8')) as {
  made_with: string;
  cases: Case[];
};

type Score = [mean: number, standardError: number];
const golden = JSON.parse(readFileSync(new URL('./golden/scores.json', import.meta.url), 'utf8')) as {
  made_with: string;
  tables: Record<string, { target: string; boosted_trees: Score; random_forest: Score; extra_trees: Score }>;
};
const fits = { boosted_trees: fitBoostedTrees, random_forest: fitRandomForest, extra_trees: fitExtraTrees };
const isThere = readTable('Sonar.csv', 'Class') !== null;

/** As golden/scores.py. */
function scoreOf(found: Float64Array, truth: Target, spread: number): number {
  if (truth.kind === 'class' && truth.classes === 2)
    return areaUnderCurve(
      found.filter((_, at) => at % 2 === 1),
      truth.codes,
    );
  if (truth.kind === 'class') {
    const chosen = (row: number) => {
      const chances = found.subarray(row * truth.classes, (row + 1) * truth.classes);
      return chances.indexOf(Math.max(...chances));
    };
    return truth.codes.filter((code, row) => chosen(row) === code).length / truth.codes.length;
  }
  if (truth.kind !== 'number') return Number.NaN;
  const squares = truth.values.reduce((sum, value, row) => sum + (value - (found[row] as number)) ** 2, 0);
  return 1 - Math.sqrt(squares / truth.values.length) / spread;
}

function spreadOf(target: Target): number {
  if (target.kind !== 'number') return 1;
  const mean = target.values.reduce((a, b) => a + b, 0) / target.values.length;
  return Math.sqrt(target.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / target.values.length);
}

describe.skipIf(!isThere)(`on real tables, within a standard error of ${golden.made_with}`, () => {
  for (const [file, { target: name, ...peers }] of Object.entries(golden.tables))
    for (const [kind, [mean, standardError]] of Object.entries(peers))
      it(`${kind}: ${file}`, () => {
        const read = readTable(file, name);
        if (read === null) return;
        const { matrix, target } = read;
        const rows = Array.from({ length: matrix.rows }, (_, row) => row);
        const scores = [0, 1, 2].map((fold) => {
          const learn = rows.filter((row) => row % 3 !== fold);
          const check = rows.filter((row) => row % 3 === fold);
          const fit = fits[kind as keyof typeof fits];
          const model = fit(rowsOf(matrix, learn), targetsOf(target, learn), {
            seed: 1,
            ...(kind === 'boosted_trees' ? {} : { trees: 60 }),
          });
          return scoreOf(model.predict(rowsOf(matrix, check)), targetsOf(target, check), spreadOf(target));
        });
        expect(
          (scores[0] as number) / 3 + (scores[1] as number) / 3 + (scores[2] as number) / 3,
        ).toBeGreaterThan(mean - standardError);
      });
});

describe.skipIf(!isThere)(`boosted trees have the scores of ${boosting.made_with}`, () => {
  for (const { file, target: name, leave_out, loss, rounds, settings, scores } of boosting.cases)
    it(`${loss}, ${Object.keys(settings).join(' ') || 'usual settings'}: ${file}`, () => {
      const read = readTable(file, name);
      if (read === null) return;
      const kept = read.matrix.names
        .map((_, at) => at)
        .filter((at) => !leave_out.includes(read.matrix.names[at] ?? ''));
      const matrix = {
        ...read.matrix,
        names: kept.map((at) => read.matrix.names[at] as string),
        columns: kept.map((at) => read.matrix.columns[at] as Float64Array),
        categories: kept.map(() => 0),
      };
      const model = fitBoostedTrees(matrix, read.target, { seed: 1, loss, rounds, ...settings });
      const found = model.scores(matrix);
      scores.forEach((wanted, index) => {
        const difference = Math.abs((found[10 * index] as number) - wanted);
        // Its gradients are of single precision.
        expect(difference / Math.max(1, Math.abs(wanted)), `row ${10 * index}`).toBeLessThan(1e-6);
      });
    });
});
