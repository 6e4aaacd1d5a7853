import type { HistogramBin } from '@stroma/kernel';
import type { DuckDb } from '../duckdb.ts';
import { binSql, binsFrom, planBins } from './histogram.ts';
import { doubleSql, numberOf, type ProfileSource, type SourceColumn } from './profile-source.ts';
import {
  atRanks,
  fencesOf,
  type NumberFacts,
  quantileRanks,
  quantilesFrom,
  weightedValues,
} from './weighted-values.ts';

const fineBins = 4096;
const mostFetched = 200_000;

/** A column of `source` whose values `v` and counts `n` are in the engine's table `g`. */
export interface GroupedColumn {
  db: DuckDb;
  source: ProfileSource;
  column: SourceColumn;
  /** Values present, with repeats. */
  total: number;
  distinct: number;
}

/** Numbers of a grouped column, exact, without fetching it. The moments are left open. */
export async function groupedNumbers(grouped: GroupedColumn): Promise<NumberFacts | null> {
  const { db, column, total, distinct } = grouped;
  const number = numberOf(column.kind, 'v');
  if (number === null) return null;
  const [low, high] = await db.row(`SELECT min(${number}), max(${number}) FROM g`);
  const [min, max] = [Number(low), Number(high)];
  const temporal = column.kind === 'temporal';
  const whole = column.type === 'integer';
  const quantiles = temporal ? [] : await groupedQuantiles(grouped, number, min, max);
  const { iqr, lower, upper } = fencesOf(quantiles);
  const outside = temporal
    ? 0
    : `(SELECT sum(n) FROM g WHERE ${number} < ${doubleSql(lower)} OR ${number} > ${doubleSql(upper)})`;
  const [outliers] = await db.row(`SELECT coalesce(${outside}, 0)`);
  const plan = planBins({ min, max, count: total, distinct, iqr, whole, temporal });
  const histogram: HistogramBin[] = [];
  if (plan) {
    const bin = plan.width === 0 ? '0' : binSql(plan, number);
    const counts = new Array<number>(plan.bins).fill(0);
    const rows = await db.rows(`SELECT ${bin} AS b, sum(n) FROM g WHERE v IS NOT NULL GROUP BY b`);
    for (const [index, size] of rows) counts[Number(index)] = Number(size);
    histogram.push(...binsFrom(plan, counts));
  }
  return {
    min,
    max,
    quantiles,
    histogram,
    outliers: { count: Number(outliers), lower, upper },
    moments: null,
  };
}

async function groupedQuantiles(
  grouped: GroupedColumn,
  number: string,
  min: number,
  max: number,
): Promise<number[]> {
  const ranks = quantileRanks(grouped.total);
  const found =
    (await ranksByBins(grouped, number, min, max, ranks)) ?? (await ranksByEngine(grouped, ranks));
  return quantilesFrom(found, grouped.total);
}

/**
 * The values at some ranks: counts of fine bins tell which bins hold them, and only those bins are fetched.
 * Null where too many values share those bins.
 */
async function ranksByBins(
  { db }: GroupedColumn,
  number: string,
  min: number,
  max: number,
  ranks: readonly number[],
): Promise<Map<number, number> | null> {
  const width = (max - min) / fineBins;
  if (!(width > 0) || !Number.isFinite(width)) return null;
  // Any rounding is harmless: the expression never descends, so bins hold consecutive values.
  const bin = `least(${fineBins - 1}, floor((${number} - ${doubleSql(min)}) / ${doubleSql(width)}))::INTEGER`;
  const bins = await db.rows(
    `SELECT ${bin} AS b, sum(n), count(*) FROM g WHERE v IS NOT NULL GROUP BY b ORDER BY b`,
  );
  const wanted = binsOfRanks(
    bins.map((row) => row.map(Number)),
    ranks,
  );
  if (wanted.reduce((sum, part) => sum + part.groups, 0) > mostFetched) return null;
  const list = wanted.map((part) => part.bin).join(', ');
  const rows = await db.rows(
    `SELECT ${bin} AS b, ${number}, n FROM g WHERE v IS NOT NULL AND ${bin} IN (${list})`,
  );
  const byBin = Map.groupBy(rows, (row) => Number(row[0]));
  const found = new Map<number, number>();
  for (const part of wanted) {
    const pairs = (byBin.get(part.bin) ?? []).map((row) => [Number(row[1]), Number(row[2])] as const);
    const within = part.ranks.map((rank) => rank - part.below);
    for (const [rank, value] of atRanks(weightedValues(pairs), within)) found.set(rank + part.below, value);
  }
  return found;
}

interface RankedBin {
  bin: number;
  /** Values in the bins before. */
  below: number;
  groups: number;
  ranks: number[];
}

/** The bins, given as [bin, values, groups] in order, that hold some ranks. */
function binsOfRanks(bins: readonly number[][], ranks: readonly number[]): RankedBin[] {
  const wanted: RankedBin[] = [];
  let below = 0;
  let next = 0;
  for (const [bin = 0, size = 0, groups = 0] of bins) {
    const inside: number[] = [];
    while (next < ranks.length && (ranks[next] ?? 0) < below + size) inside.push(ranks[next++] ?? 0);
    if (inside.length > 0) wanted.push({ bin, below, groups, ranks: inside });
    below += size;
  }
  return wanted;
}

async function ranksByEngine(
  { db, source, column, total }: GroupedColumn,
  ranks: readonly number[],
): Promise<Map<number, number>> {
  // quantile_disc of p is the value at ceil(p * n) counted from 1: the middle of a rank's interval avoids rounding.
  const shares = ranks.map((rank) => (rank + 0.5) / total);
  const number = numberOf(column.kind, column.value);
  const [list] = await db.row(`SELECT quantile_disc(${number}, [${shares.join(', ')}]) FROM ${source.from}`);
  return new Map(ranks.map((rank, index) => [rank, Number((list as number[])[index])]));
}
