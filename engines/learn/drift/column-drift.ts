import { StromaError } from '@stroma/kernel';
import { meanOf, varianceOf } from '@stroma/stats';
import type { FeatureColumn } from '../table/feature-table.ts';
import { homogeneity } from './homogeneity.ts';
import { kolmogorovSmirnov, wasserstein } from './kolmogorov-smirnov.ts';
import type { DriftSeverity } from './severity.ts';
import { binEdges, countBins, stabilityOf } from './stability.ts';

/** How one column of a window differs from the reference. */
export interface ColumnDrift {
  column: string;
  kind: 'number' | 'category' | 'time';
  /** Population stability index over `bins`. */
  psi: number;
  /** What it is on average of as few rows where nothing has changed. */
  psi_by_chance: number;
  test: {
    name: 'kolmogorov_smirnov' | 'chi_squared';
    /** The greatest distance of the two distributions; of categories chi-squared. */
    statistic: number;
    exact: boolean;
  };
  /** Of the test and, where values are missing, of one of their share, whichever is less likely, doubled. */
  p_value: number;
  /** Corrected for how many were tested (Benjamini & Hochberg). */
  q_value: number;
  /** Of numbers: how far values moved on average, in their unit (times: ms), and in standard deviations of the reference. */
  wasserstein: { distance: number; scaled: number | null } | null;
  /** Of categories: Cramér's V. */
  cramers_v: number | null;
  missing: { reference: number; window: number };
  mean: { reference: number; window: number } | null;
  /** Shares of the rows, those without a value among them. `from` of numbers, where a bin begins: null of the lowest. */
  bins: { label: string | null; from: number | null; reference: number; window: number }[];
  /** Of categories: share of the window's rows whose value the reference has not. */
  unseen: { share: number; values: string[] } | null;
  severity: DriftSeverity;
}

/** What has been tested, before it is corrected for how much was. */
export type TestedColumn = Omit<ColumnDrift, 'q_value' | 'severity'>;

/** A column of the reference, sorted and counted once for many windows. */
export interface ColumnReference {
  against(window: FeatureColumn): TestedColumn;
}

/** Categories beyond these, rarest of the reference, are one bin. */
const mostLevels = 50;
const mostUnseen = 10;

/** Throws INVALID_INPUT of free text. O(n log n). */
export function referenceOf(column: FeatureColumn, bins = 10): ColumnReference {
  if (column.kind === 'text')
    throw new StromaError(
      'INVALID_INPUT',
      `Drift is told of numbers, times and categories; "${column.name}" holds free text. Leave it out, or give a column made of it.`,
      { column: column.name },
    );
  return column.kind === 'category' ? ofCategories(column) : ofNumbers(column, bins);
}

type OfKind<Kind extends FeatureColumn['kind']> = Extract<FeatureColumn, { kind: Kind }>;

function sameKind<Kind extends 'number' | 'category' | 'time'>(
  window: FeatureColumn,
  kind: Kind,
  name: string,
): OfKind<Kind> {
  if (window.kind === kind) return window as OfKind<Kind>;
  throw new StromaError(
    'INVALID_INPUT',
    `"${name}" was expected to hold the same in both; it is ${kind} in the reference and ${window.kind} in the window.`,
    { column: name, expected: kind, given: window.kind },
  );
}

const known = (values: Float64Array): Float64Array => values.filter(Number.isFinite).sort();

function ofNumbers(column: OfKind<'number'> | OfKind<'time'>, bins: number): ColumnReference {
  const { kind, name, values } = column;
  const before = known(values);
  const edges = binEdges(before, bins);
  const counted = countBins(before, edges);
  const missing = values.length - before.length;
  const mean = meanOf(before);
  const spread = before.length > 1 ? Math.sqrt(varianceOf(before, mean)) : 0;
  return {
    against(window) {
      const all = sameKind(window, kind, name).values;
      const now = known(all);
      const [reference, counts] = [
        [...counted, missing],
        [...countBins(now, edges), all.length - now.length],
      ];
      const { psi, by_chance } = stabilityOf(reference, counts);
      const { statistic, exact, p_value } = kolmogorovSmirnov(before, now);
      const moved = wasserstein(before, now);
      const hasBoth = before.length > 0 && now.length > 0;
      return {
        column: name,
        kind,
        psi,
        psi_by_chance: by_chance,
        test: { name: 'kolmogorov_smirnov', statistic, exact },
        p_value: withMissing(p_value, [missing, before.length], [all.length - now.length, now.length]),
        wasserstein: hasBoth ? { distance: moved, scaled: spread > 0 ? moved / spread : null } : null,
        cramers_v: null,
        missing: { reference: missing / values.length, window: (all.length - now.length) / all.length },
        mean: hasBoth ? { reference: mean, window: meanOf(now) } : null,
        bins: shares(reference, counts, [
          ...[null, ...edges].map((from) => ({ label: null, from })),
          { label: 'missing', from: null },
        ]),
        unseen: null,
      };
    },
  };
}

/** The lesser p of two tests, doubled, as there are two. */
function withMissing(p: number, reference: readonly number[], window: readonly number[]): number {
  if (reference[0] === 0 && window[0] === 0) return p;
  return Math.min(1, 2 * Math.min(p, homogeneity(reference, window).p_value));
}

function shares(
  reference: readonly number[],
  window: readonly number[],
  named: readonly { label: string | null; from: number | null }[],
): ColumnDrift['bins'] {
  const total = (counts: readonly number[]) =>
    Math.max(
      1,
      counts.reduce((sum, own) => sum + own, 0),
    );
  const [n, m] = [total(reference), total(window)];
  return named.flatMap((bin, at) => {
    const [a, b] = [reference[at] ?? 0, window[at] ?? 0];
    return a + b === 0 ? [] : [{ ...bin, reference: a / n, window: b / m }];
  });
}

function ofCategories({ name, codes, levels }: OfKind<'category'>): ColumnReference {
  const counts = new Float64Array(levels.length);
  let missing = 0;
  for (const code of codes)
    if (code < 0) missing += 1;
    else counts[code] = (counts[code] as number) + 1;
  const byCount = [...counts.keys()]
    .filter((code) => (counts[code] as number) > 0)
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const seen = new Set(byCount.map((code) => levels[code] as string));
  const binOf = new Map(byCount.slice(0, mostLevels).map((code, bin) => [levels[code] as string, bin]));
  const [others, unseenBin, missingBin] = [binOf.size, binOf.size + 1, binOf.size + 2];
  const binsOf = (from: readonly string[], given: Int32Array): { bins: number[]; unseen: Set<string> } => {
    const bins = Array.from({ length: missingBin + 1 }, () => 0);
    const unseen = new Set<string>();
    const places = from.map((level) => binOf.get(level) ?? (seen.has(level) ? others : unseenBin));
    for (const code of given) {
      const bin = code < 0 ? missingBin : (places[code] as number);
      bins[bin] = (bins[bin] as number) + 1;
      if (bin === unseenBin && unseen.size < mostUnseen) unseen.add(from[code] as string);
    }
    return { bins, unseen };
  };
  const before = binsOf(levels, codes).bins;
  const named = [...binOf.keys(), 'all others', 'not in the reference', 'missing'];
  return {
    against(window) {
      const column = sameKind(window, 'category', name);
      const { bins: now, unseen } = binsOf(column.levels, column.codes);
      const { psi, by_chance } = stabilityOf(before, now);
      const { statistic, p_value, cramers_v } = homogeneity(before, now);
      const rows = column.codes.length;
      return {
        column: name,
        kind: 'category',
        psi,
        psi_by_chance: by_chance,
        test: { name: 'chi_squared', statistic, exact: false },
        p_value,
        wasserstein: null,
        cramers_v,
        missing: { reference: missing / codes.length, window: (now[missingBin] as number) / rows },
        mean: null,
        bins: shares(
          before,
          now,
          named.map((label) => ({ label, from: null })),
        ),
        unseen: { share: (now[unseenBin] as number) / rows, values: [...unseen].sort() },
      };
    },
  };
}
