import type { LearningMetric, MonitorWindow } from '@stroma/contracts';
import { lessIsBetter } from '@stroma/contracts';
import {
  differenceOf,
  type FeatureTable,
  fewestDriftRows,
  metrics,
  scoreWithInterval,
  type Target,
} from '@stroma/learn';

type Estimate = { value: number; low: number; high: number };
type Quality = MonitorWindow['quality'][number];

/** How good a version was on rows that were kept back from it. */
export interface HeldOutScores {
  rows: number;
  /** The metric the version was chosen by first. */
  scores: { metric: LearningMetric; score: number; ci: [number, number] | null }[];
}

const resamples = 200;

/**
 * Scores of rows whose outcome is known, each with its interval and against the rows kept back. Nothing of fewer than 20
 * rows; a metric that their classes do not allow is left out.
 */
export function qualityOf(
  wanted: readonly LearningMetric[],
  target: Target,
  outputs: Float64Array,
  heldOut: HeldOutScores | null,
  seed: number,
): Quality[] {
  const rows =
    target.kind === 'class' ? target.codes.length : target.kind === 'number' ? target.values.length : 0;
  if (rows < fewestDriftRows) return [];
  const isOneClass = target.kind === 'class' && new Set(target.codes).size < 2;
  return wanted.flatMap((metric): Quality[] => {
    if (
      metrics[metric].of !== target.kind ||
      (isOneClass && !['accuracy', 'brier', 'log_loss'].includes(metric))
    )
      return [];
    const { value, low, high } = scoreWithInterval(metric, target, outputs, { seed, resamples });
    if (![value, low, high].every(Number.isFinite)) return [];
    const held = heldOutOf(heldOut, metric);
    const worse = held === null ? null : isWorse(metric, differenceOf({ value, low, high }, held));
    return [{ metric, value, low, high, held_out: held, worse }];
  });
}

export const isWorse = (metric: LearningMetric, { low, high }: Estimate): boolean =>
  lessIsBetter.has(metric) ? low > 0 : high < 0;

function heldOutOf(heldOut: HeldOutScores | null, metric: LearningMetric): Estimate | null {
  const found = heldOut?.scores.find((own) => own.metric === metric);
  if (found === undefined || found.ci === null) return null;
  return { value: found.score, low: found.ci[0], high: found.ci[1] };
}

/** Moments of the losses of the rows kept back, by their mean and its interval; null where nobody kept them. */
export function lossesBefore(
  heldOut: HeldOutScores | null,
  classes: number,
): { n: number; mean: number; sd: number } | null {
  const held = heldOutOf(heldOut, classes > 0 ? 'brier' : 'mae');
  if (heldOut === null || held === null || heldOut.rows < 2) return null;
  // Brier's score of more than two classes is twice the mean loss.
  const scale = classes > 2 ? 0.5 : 1;
  const standardError = (held.high - held.low) / (2 * 1.959963984540054);
  return {
    n: heldOut.rows,
    mean: held.value * scale,
    sd: standardError * Math.sqrt(heldOut.rows) * scale,
  };
}

/** Shares of missing cells, and of rows with a category that the reference has not, of all columns and by column. */
export function oddShares(
  table: FeatureTable,
  levels: ReadonlyMap<string, ReadonlySet<string>>,
  rows: Uint32Array,
): { missing: number; unseen: number } {
  let missing = 0;
  const odd = new Uint8Array(rows.length);
  for (const column of table.columns) {
    const known = levels.get(column.name);
    rows.forEach((row, at) => {
      if (column.kind === 'category') {
        const level = column.levels[column.codes[row] as number];
        if (level === undefined) missing += 1;
        else if (known !== undefined && !known.has(level)) odd[at] = 1;
      } else if (column.kind === 'text') missing += column.values[row] === null ? 1 : 0;
      else missing += Number.isNaN(column.values[row]) ? 1 : 0;
    });
  }
  return {
    missing: missing / Math.max(1, rows.length * table.columns.length),
    unseen: odd.reduce((sum, own) => sum + own, 0) / Math.max(1, rows.length),
  };
}

/** Of those that were kept; null where none was. */
export function latencyOf(latencyMs: Float64Array, rows: Uint32Array): MonitorWindow['latency'] {
  const known = Float64Array.from(rows, (row) => latencyMs[row] as number)
    .filter((own) => !Number.isNaN(own))
    .sort();
  if (known.length === 0) return null;
  const at = (share: number): number =>
    known[Math.min(known.length - 1, Math.ceil(share * known.length) - 1)] as number;
  return { p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), rows: known.length };
}

export function meanKnown(values: Float64Array, rows: Uint32Array): number | null {
  const known = Float64Array.from(rows, (row) => values[row] as number).filter((own) => !Number.isNaN(own));
  return known.length === 0 ? null : known.reduce((sum, own) => sum + own, 0) / known.length;
}

/** Each on the rows kept back from it; null where one has none. */
export function heldOutDifference(
  metric: LearningMetric,
  before: HeldOutScores | null,
  after: HeldOutScores | null,
): { before: Estimate; after: Estimate; change: Estimate } | null {
  const [was, is] = [heldOutOf(before, metric), heldOutOf(after, metric)];
  return was === null || is === null ? null : { before: was, after: is, change: differenceOf(is, was) };
}
