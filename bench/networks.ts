/**
 * Networks of tables. One row predicted by each of three networks, its columns prepared with it: p99. Then public
 * tables (shared/data/golden/automl_scores.json): five folds, each network as it is by default, against the best of
 * scikit-learn's models; "reached" is within one standard error of our folds.
 *   node bench/networks.ts     BENCH_TABLES names some of the tables by commas, or "none"; BENCH_NETWORKS some networks
 */
import { readFileSync } from 'node:fs';
import { seededRandom } from '@stroma/kernel';
import {
  columnNamed,
  fitEncoder,
  inferProblem,
  kFolds,
  nativeEncoding,
  scoreOf,
  takeRows,
  takeTarget,
  targetOf,
  withoutColumns,
} from '@stroma/learn';
import {
  fitFtTransformer,
  fitMlp,
  fitTabularResNet,
  type Matrix,
  type TableNetwork,
  type Target,
} from '@stroma/learn/networks';
import { tableOfCsv } from '../engines/learn/table/csv.suite.ts';
import { sharedData } from '../scripts/shared-data.ts';
import { median, print, printNoise, quantile, round } from './measure.ts';

type Learn = (
  matrix: Matrix,
  target: Target,
  options: { seed: number; epochs?: number },
) => Promise<TableNetwork>;
const fits: Record<string, Learn> = {
  mlp: fitMlp,
  tabular_resnet: fitTabularResNet,
  ft_transformer: fitFtTransformer,
};
const asked = process.env.BENCH_NETWORKS?.split(',') ?? Object.keys(fits);
const networks = Object.entries(fits).filter(([name]) => asked.includes(name));

async function oneRow(name: string, learn: Learn): Promise<number[]> {
  const random = seededRandom(1);
  const rows = 500;
  const columns = Array.from({ length: 20 }, (_, at) =>
    Float64Array.from({ length: rows }, () => (at < 16 ? random.normal() : random.whole(5))),
  );
  const matrix: Matrix = {
    rows,
    names: columns.map((_, at) => `c${at}`),
    columns,
    categories: columns.map((_, at) => (at < 16 ? 0 : 5)),
  };
  const codes = Int32Array.from(columns[0] ?? [], (value) => (value > 0 ? 1 : 0));
  await using network = await learn(matrix, { kind: 'class', codes, classes: 2 }, { seed: 1, epochs: 1 });
  const times: number[] = [];
  for (let turn = 0; turn < 3200; turn++) {
    const row = turn % rows;
    const one = { ...matrix, rows: 1, columns: columns.map((values) => values.subarray(row, row + 1)) };
    const began = performance.now();
    await network.predict(one);
    if (turn >= 200) times.push(performance.now() - began);
  }
  const p99 = quantile(times, 0.99);
  print({
    bench: 'networks',
    figure: `one row, ${name}, 16 numbers and 4 categories, p99 (median ${round(median(times), 3)})`,
    unit: 'ms',
    ours: round(p99, 3),
    peer: null,
    peer_name: null,
    ratio: null,
    target: '< 1',
    ok: p99 < 1,
  });
  return [p99];
}

/** Columns past which the FT-Transformer's fits take minutes. */
const mostTokens = 40;

interface Golden {
  file: string;
  target: string;
  drop: string[];
  classes?: Record<string, number>;
  [model: string]: unknown;
}

async function onTable(name: string, entry: Golden, path: string): Promise<void> {
  const whole = tableOfCsv(path, entry.drop);
  const column = columnNamed(whole, entry.target);
  const problem = inferProblem(column, entry.classes === undefined ? 'regression' : undefined);
  const { target, rows } = targetOf(column, problem);
  const table = takeRows(withoutColumns(whole, [entry.target]), rows);
  const plan =
    target.kind === 'class' ? { by: 'stratified' as const, codes: target.codes } : { by: 'random' as const };
  const [metric, theirs] = target.kind === 'class' ? (['roc_auc', 'auc'] as const) : (['r2', 'r2'] as const);
  const models = ['logreg', 'ridge', 'rf', 'hgb'].map(
    (each) => entry[each] as Record<string, number> | undefined,
  );
  const peer = Math.max(...models.map((each) => each?.[theirs] ?? Number.NEGATIVE_INFINITY));
  for (const [kind, learn] of networks) {
    if (kind === 'ft_transformer' && table.columns.length > mostTokens) continue;
    const began = performance.now();
    const scores: number[] = [];
    for (const { train, test } of kFolds(table.rows, plan, 5, 1)) {
      const own = takeTarget(target, train);
      const { encoder, matrix } = fitEncoder(takeRows(table, train), own, { ...nativeEncoding, seed: 1 });
      await using network = await learn(matrix, own, { seed: 1 });
      const predicted = await network.predict(encoder.encode(takeRows(table, test)));
      scores.push(scoreOf(metric, takeTarget(target, test), predicted));
    }
    const mean = scores.reduce((sum, score) => sum + score / 5, 0);
    const error = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 20);
    print({
      bench: 'networks',
      figure: `${name} ${metric}, ${kind} (± ${round(error, 4)}, ${round((performance.now() - began) / 5000, 2)} s a fit)`,
      unit: 'mean of 5 folds',
      ours: round(mean, 4),
      peer,
      peer_name: 'best of scikit-learn',
      ratio: round(mean / peer, 4),
      target: 'peer less one standard error',
      ok: mean >= peer - error,
    });
  }
}

const runs: Record<string, number[]> = {};
for (const [name, learn] of networks)
  runs[name] = [...(await oneRow(name, learn)), ...(await oneRow(name, learn))];
printNoise('networks', runs);
const golden = sharedData('golden/automl_scores.json');
const wanted = process.env.BENCH_TABLES?.split(',');
if (golden !== null)
  for (const [name, entry] of Object.entries<Golden>(JSON.parse(readFileSync(golden, 'utf8')).scores)) {
    const path = sharedData(entry.file.includes('/') ? entry.file : `tables/${entry.file}`);
    if (path !== null && (wanted?.includes(name) ?? true)) await onTable(name, entry, path);
  }
