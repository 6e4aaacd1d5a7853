/**
 * AutoML on public tables against the best of scikit-learn's models (shared/data/golden/automl_scores.json), five folds
 * both, the same ones (golden/automl_folds.py): each is predicted by a model that was chosen and trained without it, in
 * a fifth of BENCH_SECONDS (60). "Reached" is within one standard error of our folds. Networks are tried too;
 * BENCH_NETWORKS=no leaves them out. BENCH_CLOCK=cpu counts the processor's time instead of the
 * wall's, for a machine that others use; BENCH_TABLES names some of the tables, by commas; BENCH_METRIC is what classes
 * are chosen by.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  automl,
  columnNamed,
  type FeatureTable,
  inferProblem,
  loadAutoml,
  type MetricName,
  metricNames,
  scoreOf,
  TreeThreads,
  takeRows,
  takeTarget,
  targetOf,
} from '@stroma/learn';
import { networkLearners } from '@stroma/learn/networks';
import { tableOfCsv } from '../engines/learn/table/csv.suite.ts';
import { sharedData } from '../scripts/shared-data.ts';
import { print, round } from './measure.ts';

interface Golden {
  file: string;
  target: string;
  drop: string[];
  n: number;
  classes?: Record<string, number>;
  [model: string]: unknown;
}

const seconds = Number(process.env.BENCH_SECONDS ?? 60);
const threadCount = Number(process.env.BENCH_THREADS ?? 2);
const clock =
  process.env.BENCH_CLOCK === 'cpu'
    ? () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1000;
      }
    : () => performance.now();
const wanted = process.env.BENCH_TABLES?.split(',');
const asked = metricNames.find((name) => name === process.env.BENCH_METRIC);
const models = ['logreg', 'ridge', 'rf', 'hgb'];
const folds = 5;

const goldenPath = sharedData('golden/automl_scores.json');
if (goldenPath === null) throw new Error('The shared data pool is not beside this checkout.');
const foldsOfTable = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'golden/automl-folds.json'), 'utf8')) as {
    folds: Record<string, string>;
  }
).folds;
const golden = (JSON.parse(readFileSync(goldenPath, 'utf8')) as { scores: Record<string, Golden> }).scores;

const bestOf = (entry: Golden, metric: string): number =>
  Math.max(
    ...models.map((model) => (entry[model] as Record<string, number> | undefined)?.[metric] ?? -Infinity),
  );

async function scoresOf(
  name: string,
  entry: Golden,
  table: FeatureTable,
  threads: TreeThreads,
): Promise<Record<string, number[]>> {
  const column = columnNamed(table, entry.target);
  const problem = inferProblem(column, entry.classes === undefined ? 'regression' : undefined);
  const { target, rows } = targetOf(column, problem);
  const known = takeRows(table, rows);
  const foldOf = foldsOfTable[name] ?? '';
  if (foldOf.length !== known.rows)
    throw new Error(`${name}: ${known.rows} rows, folds of ${foldOf.length}.`);
  const all = Uint32Array.from({ length: known.rows }, (_, row) => row);
  const names: Record<string, MetricName> =
    target.kind === 'class' ? { auc: 'roc_auc', acc: 'accuracy' } : { r2: 'r2' };
  const scores: Record<string, number[]> = Object.fromEntries(Object.keys(names).map((name) => [name, []]));
  for (let fold = 0; fold < folds; fold++) {
    const [train, test] = [
      all.filter((row) => foldOf[row] !== String(fold)),
      all.filter((row) => foldOf[row] === String(fold)),
    ];
    const { model, fits, leaderboard } = await automl({
      table: takeRows(known, train),
      target: entry.target,
      problem: problem.type,
      time_limit_seconds: seconds / folds,
      holdout_share: 0,
      seed: 1,
      clock,
      threads,
      ...(process.env.BENCH_NETWORKS !== 'no' && { learners: networkLearners }),
      ...(asked && target.kind === 'class' && { metric: asked }),
    });
    const own = loadAutoml(model).outputs(takeRows(known, test));
    for (const [told, metric] of Object.entries(names))
      scores[told]?.push(scoreOf(metric, takeTarget(target, test), own));
    if (process.env.BENCH_VERBOSE !== undefined)
      console.error(
        fits,
        leaderboard[0]?.family,
        leaderboard
          .slice(0, 9)
          .map(
            ({ model: id, score, weight }) =>
              `${id} ${round(score, 4)}${weight > 0 ? ` *${round(weight)}` : ''}`,
          )
          .join('; '),
      );
  }
  return scores;
}

const threads = new TreeThreads(threadCount);
let reached = 0;
let compared = 0;
for (const [name, entry] of Object.entries(golden)) {
  if (wanted !== undefined && !wanted.includes(name)) continue;
  const path = sharedData(entry.file.includes('/') ? entry.file : `tables/${entry.file}`);
  if (path === null) continue;
  const began = performance.now();
  const scores = await scoresOf(name, entry, tableOfCsv(path, entry.drop), threads);
  const took = (performance.now() - began) / 1000;
  for (const [metric, own] of Object.entries(scores)) {
    const mean = own.reduce((sum, score) => sum + score / own.length, 0);
    const error = Math.sqrt(
      own.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (own.length - 1) / own.length,
    );
    const peer = bestOf(entry, metric);
    const ok = mean >= peer - error;
    compared += 1;
    if (ok) reached += 1;
    print({
      bench: 'automl',
      figure: `${name} ${metric} (± ${round(error, 4)}, ${round(took, 1)} s)`,
      unit: 'mean of 5 folds',
      ours: round(mean, 4),
      peer,
      peer_name: 'best of scikit-learn',
      ratio: round(mean / peer, 4),
      target: 'peer less one standard error',
      ok,
    });
  }
}
threads.close();
console.log(JSON.stringify({ bench: 'automl', seconds, threads: threadCount, reached, compared }));
