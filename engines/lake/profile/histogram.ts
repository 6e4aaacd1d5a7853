import type { HistogramBin } from '@stroma/kernel';
import { doubleSql } from './profile-source.ts';
import type { WeightedValues } from './weighted-values.ts';

/** Bins `[start + i * width, start + (i + 1) * width)`, the last one closed. */
export interface BinPlan {
  start: number;
  width: number;
  bins: number;
  /** The largest value: no rounding of the edges leaves it out of the last bin. */
  max: number;
}

const fewestBins = 10;
const mostBins = 40;

/** 1, 2, 2.5 or 5 times a power of ten: the first that is at least `width`. */
function niceWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= width * (1 - 1e-9)) ?? 10;
  return step * power;
}

export interface BinFacts {
  min: number;
  max: number;
  count: number;
  distinct: number;
  iqr: number;
  /** Whole numbers only. */
  whole: boolean;
  /** Readable widths make no sense for epoch milliseconds. */
  temporal: boolean;
}

/**
 * Freedman and Diaconis' width (2 IQR / n^(1/3)), Sturges' where there is no IQR, held between 10 and 40 bins
 * and rounded to a readable number. Few whole numbers get one bin each. Null when there is nothing to count or
 * the range is past a double's.
 */
export function planBins(facts: BinFacts): BinPlan | null {
  const { min, max, count } = facts;
  const range = max - min;
  if (count === 0 || !Number.isFinite(range)) return null;
  if (range === 0) return { start: min, width: 0, bins: 1, max };
  if (facts.whole && range < mostBins && (range < 12 || count >= 3 * (range + 1))) {
    return { start: min - 0.5, width: 1, bins: range + 1, max };
  }
  const sturges = range / (Math.ceil(Math.log2(count)) + 1);
  const freedman = facts.iqr > 0 ? (2 * facts.iqr) / Math.cbrt(count) : sturges;
  const width = Math.min(range / fewestBins, Math.max(range / mostBins, freedman));
  const plan = facts.temporal ? evenPlan(min, max, width) : readablePlan(facts, width);
  return isUsable(plan, min, max) ? plan : { start: min, width: range, bins: 1, max };
}

function evenPlan(min: number, max: number, width: number): BinPlan {
  const range = max - min;
  const bins = Math.max(fewestBins, Math.min(mostBins, Math.round(range / width)));
  return { start: min, width: range / bins, bins, max };
}

function readablePlan({ min, max, whole }: BinFacts, target: number): BinPlan {
  const round = (wanted: number) => (whole ? Math.max(1, Math.ceil(niceWidth(wanted))) : niceWidth(wanted));
  const roomy = round(target);
  const width = (max - min) / roomy < fewestBins - 2 ? round(target / 2.5) : roomy;
  const start = Math.floor(min / width) * width - (whole && width === 1 ? 0.5 : 0);
  return { start, width, bins: Math.floor((max - start) / width) + 1, max };
}

/** Where values lie closer than doubles can tell edges apart, there is one bin. */
function isUsable({ start, width, bins }: BinPlan, min: number, max: number): boolean {
  const apart = min + width > min && max - width < max && start + width > start;
  return (
    width > 0 &&
    Number.isFinite(start) &&
    bins <= 2 * mostBins &&
    start <= min &&
    start + bins * width >= max &&
    apart
  );
}

const edgeOf = (plan: BinPlan, index: number): number => plan.start + index * plan.width;

/** The bin of `value`, by comparison with the edges themselves so that counts agree with them to the last bit. */
function binOf(plan: BinPlan, value: number): number {
  if (plan.width === 0) return 0;
  let bin = Math.floor((value - plan.start) / plan.width);
  if (value < edgeOf(plan, bin)) bin--;
  else if (value >= edgeOf(plan, bin + 1)) bin++;
  return Math.max(0, Math.min(plan.bins - 1, bin));
}

/** `binOf` as SQL over a DOUBLE expression. */
export function binSql(plan: BinPlan, value: string): string {
  const edge = (bin: string) => `(${doubleSql(plan.start)} + (${bin}) * ${doubleSql(plan.width)})`;
  const guess = `floor((${value} - ${doubleSql(plan.start)}) / ${doubleSql(plan.width)})`;
  const exact =
    `CASE WHEN ${value} < ${edge(guess)} THEN ${guess} - 1 ` +
    `WHEN ${value} >= ${edge(`${guess} + 1`)} THEN ${guess} + 1 ELSE ${guess} END`;
  return `greatest(0, least(${plan.bins - 1}, ${exact}))::INTEGER`;
}

export function binsFrom(plan: BinPlan, counts: readonly number[]): HistogramBin[] {
  return Array.from({ length: plan.bins }, (_, index) => ({
    from: edgeOf(plan, index),
    to: index === plan.bins - 1 ? Math.max(plan.max, edgeOf(plan, index + 1)) : edgeOf(plan, index + 1),
    count: counts[index] ?? 0,
  }));
}

export function histogramOf(plan: BinPlan, data: WeightedValues): HistogramBin[] {
  const counts = new Array<number>(plan.bins).fill(0);
  for (let i = 0; i < data.values.length; i++) {
    const bin = binOf(plan, data.values[i] ?? 0);
    counts[bin] = (counts[bin] ?? 0) + (data.counts[i] ?? 0);
  }
  return binsFrom(plan, counts);
}
