import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../../../../scripts/shared-data.ts';
import type { MetricName } from '../../scores/metrics.ts';
import { scoreOf } from '../../scores/metrics.ts';
import { tableOfCsv } from '../../table/csv.suite.ts';
import { fitEncoder } from '../../table/encoder.ts';
import { nativeEncoding } from '../../table/encoder-options.ts';
import { columnNamed, takeRows, withoutColumns } from '../../table/feature-table.ts';
import { inferProblem, targetOf } from '../../table/problem-type.ts';
import { kFolds } from '../../table/splits.ts';
import { takeTarget } from '../../table/target.ts';
import { fitMlp, fitTabularResNet } from './table-network.ts';

interface GoldenTable {
  file: string;
  target: string;
  drop: string[];
  classes?: Record<string, number>;
  [model: string]: unknown;
}

const golden = sharedData('golden/automl_scores.json');
const pathOf = ({ file }: GoldenTable) => sharedData(file.includes('/') ? file : `tables/${file}`);
const tables: [string, GoldenTable][] =
  golden === null
    ? []
    : Object.entries<GoldenTable>(JSON.parse(readFileSync(golden, 'utf8')).scores).filter(
        ([, entry]) => pathOf(entry) !== null,
      );
/** All tables, five folds and two networks each, take minutes: asked for by this variable. */
const all = process.env.STROMA_TEST_TABLES === 'all';

/** The scores of five folds, or of the first so many. */
async function scoresOf(
  learn: typeof fitMlp | typeof fitTabularResNet,
  entry: GoldenTable,
  folds = 5,
): Promise<{ metric: MetricName; mean: number; error: number }> {
  const whole = tableOfCsv(pathOf(entry) ?? '', entry.drop);
  const column = columnNamed(whole, entry.target);
  const problem = inferProblem(column, entry.classes === undefined ? 'regression' : undefined);
  const { target, rows } = targetOf(column, problem);
  const table = takeRows(withoutColumns(whole, [entry.target]), rows);
  const isClass = target.kind === 'class';
  const metric = isClass ? 'roc_auc' : 'r2';
  const plan = isClass ? { by: 'stratified' as const, codes: target.codes } : { by: 'random' as const };
  const scores: number[] = [];
  for (const { train, test } of [...kFolds(table.rows, plan, 5, 1)].slice(0, folds)) {
    const own = takeTarget(target, train);
    const { encoder, matrix } = fitEncoder(takeRows(table, train), own, { ...nativeEncoding, seed: 1 });
    await using network = await learn(matrix, own, { seed: 1 });
    const predicted = await network.predict(encoder.encode(takeRows(table, test)));
    scores.push(scoreOf(metric, takeTarget(target, test), predicted));
  }
  const mean = scores.reduce((sum, score) => sum + score / scores.length, 0);
  const spread = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1);
  return { metric, mean, error: Math.sqrt(spread / scores.length) };
}

describe.skipIf(golden === null)('public tables (needs the shared data pool)', () => {
  it('learns more of house prices than a straight line says', async () => {
    const entry = tables.find(([name]) => name === 'boston')?.[1] as GoldenTable;
    const { mean } = await scoresOf(fitMlp, entry, 1);
    expect(mean).toBeGreaterThan((entry.ridge as { r2: number }).r2 + 0.05);
  });

  it.skipIf(!all).each(tables)(
    'on %s one of MLP and ResNet comes within two standard errors of the best of scikit-learn',
    async (_, entry) => {
      const found = [await scoresOf(fitMlp, entry), await scoresOf(fitTabularResNet, entry)];
      const theirs = ['logreg', 'ridge', 'rf', 'hgb'].map((model) => {
        const scores = entry[model] as Record<string, number> | undefined;
        return scores?.[found[0]?.metric === 'r2' ? 'r2' : 'auc'] ?? Number.NEGATIVE_INFINITY;
      });
      const reached = Math.max(...found.map(({ mean, error }) => mean + 2 * Math.max(error, 0.0025)));
      expect(reached).toBeGreaterThan(Math.max(...theirs));
    },
  );
});
