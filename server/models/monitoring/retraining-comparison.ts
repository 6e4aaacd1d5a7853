import { createHash } from 'node:crypto';
import type { LearningMetric, MonitorRetrainingRun } from '@stroma/contracts';
import { seededRandom } from '@stroma/kernel';
import { type FeatureTable, scoreOf, type Target, takeTarget } from '@stroma/learn';
import { isWorse } from './window-figures.ts';

export type Comparison = NonNullable<MonitorRetrainingRun['comparison']>;

const resamples = 400;

/** Rows by what they hold, so that those a model learned from are known again. */
export function rowKeys({ rows, columns }: FeatureTable): string[] {
  const sorted = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
  return Array.from({ length: rows }, (_, row) => {
    const cells = sorted.map((column) => {
      if (column.kind === 'category') return column.levels[column.codes[row] as number] ?? null;
      const value = column.values[row] as number | string | null;
      return typeof value === 'number' && Number.isNaN(value) ? null : value;
    });
    return createHash('sha256').update(JSON.stringify(cells)).digest('base64');
  });
}

/**
 * Scores of two versions on the same rows and their difference, its interval by resampling rows together: what makes a
 * row hard makes it hard for both. Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 6.
 */
export function comparedScores(
  metric: LearningMetric,
  target: Target,
  outputs: { before: Float64Array; after: Float64Array },
  seed: number,
): Pick<Comparison, 'before' | 'after' | 'change' | 'verdict'> {
  const rows =
    target.kind === 'class' ? target.codes.length : target.kind === 'number' ? target.values.length : 0;
  const random = seededRandom(seed);
  const drawn: { before: number; after: number }[] = [];
  const width = outputs.before.length / rows;
  for (let count = 0; count < resamples; count++) {
    const chosen = Uint32Array.from({ length: rows }, () => Math.floor(random.next() * rows));
    const own = takeTarget(target, chosen);
    if (own.kind === 'class' && new Set(own.codes).size < 2) continue;
    const of = (all: Float64Array) => scoreOf(metric, own, take(all, chosen, width));
    drawn.push({ before: of(outputs.before), after: of(outputs.after) });
  }
  const estimate = (value: number, draws: readonly number[]) => {
    const sorted = Float64Array.from(draws.filter(Number.isFinite)).sort();
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? value;
    return { value, low: Math.min(value, at(0.025)), high: Math.max(value, at(0.975)) };
  };
  const [before, after] = [scoreOf(metric, target, outputs.before), scoreOf(metric, target, outputs.after)];
  const change = estimate(
    after - before,
    drawn.map((own) => own.after - own.before),
  );
  return {
    before: estimate(
      before,
      drawn.map((own) => own.before),
    ),
    after: estimate(
      after,
      drawn.map((own) => own.after),
    ),
    change,
    verdict: verdictOf(metric, change),
  };
}

export function verdictOf(metric: LearningMetric, change: Comparison['change']): Comparison['verdict'] {
  if (isWorse(metric, change)) return 'worse';
  const mirrored = { value: -change.value, low: -change.high, high: -change.low };
  return isWorse(metric, mirrored) ? 'better' : 'unclear';
}

function take(all: Float64Array, rows: Uint32Array, width: number): Float64Array {
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    taken.set(all.subarray(row * width, (row + 1) * width), at * width);
  });
  return taken;
}
