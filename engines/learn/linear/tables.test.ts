import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../scripts/shared-data.ts';
import type { Predictor, Target } from '../estimator.ts';
import { scoreOf } from '../scores/metrics.ts';
import { tableOfCsv } from '../table/csv.suite.ts';
import { fitEncoder } from '../table/encoder.ts';
import { columnNamed, takeRows, withoutColumns } from '../table/feature-table.ts';
import { inferProblem, targetOf } from '../table/problem-type.ts';
import { kFolds } from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';
import { fitLeastSquares } from './least-squares.ts';
import { fitLogistic } from './logistic.ts';

interface GoldenTable {
  file: string;
  target: string;
  drop: string[];
  n: number;
  logreg?: { acc: number; bal: number; auc: number };
  ridge?: { r2: number; rmse: number };
}

const golden = sharedData('golden/automl_scores.json');
/** Many classes or columns take seconds: asked for by this variable. */
const slow = process.env.STROMA_TEST_TABLES === 'all' ? [] : ['digits', 'tissue', 'ad_data'];

const pathOf = ({ file }: GoldenTable): string | null =>
  sharedData(file.includes('/') ? file : `tables/${file}`);

const tables: [string, GoldenTable][] =
  golden === null
    ? []
    : Object.entries<GoldenTable>(JSON.parse(readFileSync(golden, 'utf8')).scores).filter(
        ([name, entry]) => !slow.includes(name) && pathOf(entry) !== null,
      );

/** Mean over five folds, three times dealt, and the standard error of five. */
function crossValidated(entry: GoldenTable, path: string): { score: number; error: number } {
  const whole = tableOfCsv(path, entry.drop);
  const column = columnNamed(whole, entry.target);
  const { target, rows } = targetOf(column, inferProblem(column));
  const table = takeRows(withoutColumns(whole, [entry.target]), rows);
  const plan =
    target.kind === 'class'
      ? ({ by: 'stratified', codes: target.codes } as const)
      : { by: 'random' as const };
  const scores = [0, 1, 2].flatMap((seed) =>
    [...kFolds(table.rows, plan, 5, seed)].map(({ train, test }) => {
      const own = takeTarget(target, train);
      const { encoder, matrix } = fitEncoder(takeRows(table, train), own, { seed });
      const fitted: Predictor = learned(own)(matrix, own, { seed });
      const predicted = fitted.predict(encoder.encode(takeRows(table, test)));
      return scoreOf(target.kind === 'class' ? 'roc_auc' : 'r2', takeTarget(target, test), predicted);
    }),
  );
  const score = scores.reduce((sum, own) => sum + own, 0) / scores.length;
  const spread = scores.reduce((sum, own) => sum + (own - score) ** 2, 0) / (scores.length - 1);
  return { score, error: Math.sqrt(spread / 5) };
}

const learned = (target: Target) =>
  target.kind === 'class'
    ? fitLogistic
    : (...[matrix, own, options]: Parameters<typeof fitLeastSquares>) =>
        fitLeastSquares(matrix, own, { l2: 1, standardise: true, ...options });

describe.skipIf(golden === null)('five folds of public tables (needs the shared data pool)', () => {
  it.each(tables)('%s is predicted as well as by scikit-learn, within a standard error', (_, entry) => {
    const { score, error } = crossValidated(entry, pathOf(entry) ?? '');
    const theirs = entry.logreg?.auc ?? entry.ridge?.r2 ?? Number.NaN;
    expect(score).toBeGreaterThan(theirs - Math.max(error, 0.005));
  });
});
