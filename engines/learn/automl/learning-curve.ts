import { seededRandom } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import type { FeatureTable } from '../table/feature-table.ts';
import { shuffled } from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';
import { EncodedRows, fitAnyMember, outputsOf, predictMember } from './fold-fit.ts';
import type { LearnerRun } from './learners.ts';
import type { NetworkLearners } from './network-families.ts';
import { intervalOfFolds, type Objective, type ScoreInterval } from './objective.ts';
import type { Configuration } from './portfolio.ts';
import type { Search } from './search.ts';
import { OutOfTime, type TimeLimit, throwIfStopped } from './time-limit.ts';

export interface LearningPoint extends ScoreInterval {
  rows: number;
}

const shares = [1 / 8, 1 / 4, 1 / 2, 1];
const fewestRows = 20;

/** A configuration's score on two folds, learned from more and more of the other rows, as far as the time allows. */
export async function learningCurve(
  search: Search,
  configuration: Configuration,
  setting: {
    table: FeatureTable;
    target: Target;
    objective: Objective;
    seed: number;
    limit: TimeLimit;
    learners: NetworkLearners | undefined;
    run: Omit<LearnerRun, 'seed' | 'signal'>;
    signal: AbortSignal | undefined;
  },
): Promise<LearningPoint[]> {
  const { table, target, objective, seed, limit, learners, signal } = setting;
  const outputs = outputsOf(target);
  const sides = search.sides.slice(0, 2).map(({ train, test }, fold) => {
    const order = shuffled(train.length, seededRandom(seed + fold));
    return { train: Uint32Array.from(order, (at) => train[at] as number), test };
  });
  const points: LearningPoint[] = [];
  for (const share of shares) {
    const rows = Math.round(share * Math.min(...sides.map(({ train }) => train.length)));
    if (rows < fewestRows) continue;
    const scores: number[] = [];
    for (const { train, test } of sides) {
      if (search.forecast(configuration, rows) > limit.left) return points;
      await new Promise((done) => setImmediate(done));
      const own = train.slice(0, rows).sort();
      const encoded = new EncodedRows(table, target, seed);
      try {
        const run = { ...setting.run, seed, signal: limit.signalUntil(limit.seconds, signal), budget: 1 };
        const member = await fitAnyMember(encoded, target, own, configuration, run, learners);
        const score = objective.score(
          takeTarget(target, test),
          predictMember(member, encoded.test(own, configuration, test), outputs),
        );
        if (!Number.isNaN(score)) scores.push(score);
      } catch (error) {
        signal?.throwIfAborted();
        throwIfStopped(setting.run.go);
        if (error instanceof OutOfTime) return points;
        // So few rows may hold nothing to learn from: the curve begins later.
      }
    }
    if (scores.length > 0) points.push({ rows, ...intervalOfFolds(scores) });
  }
  return points;
}
