import { StromaError } from '@stroma/kernel';
import type { Target } from '../estimator.ts';
import {
  columnNamed,
  type FeatureColumn,
  type FeatureTable,
  isMissing,
  listed,
} from '../table/feature-table.ts';
import type { LeakOptions } from '../table/leakage.ts';
import {
  foldsInTime,
  foldsOf,
  holdOut,
  neverTested,
  type Split,
  type SplitPlan,
  siteHeldOut,
} from '../table/splits.ts';
import { takeTarget } from '../table/target.ts';
import type { TestedRows } from './objective.ts';

export const splitWays = ['grouped', 'site', 'time'] as const;

/** How rows are parted, to choose among models and to test the chosen one; by chance where it is left out. */
export interface AutomlSplit {
  /**
   * grouped: rows of one group, as of one patient, stand on one side. site: as grouped, and the rows of `site` are those
   * kept back. time: the latest rows are kept back, and each fold is tested by rows later than those it learned from.
   */
  by: (typeof splitWays)[number];
  /** That of groups and sites is not learned from. Missing: a group of its own, or earliest. */
  column: string;
  site?: string;
}

export interface Folds {
  /** Of each row; `neverTested` of those that no fold tests. */
  foldOf: Uint8Array;
  folds: number;
  /** Whether a fold learns from those of higher numbers alone. */
  inTime: boolean;
}

/** The sides of each fold, and the rows that some fold tests, with their place among those. */
export function foldSides(
  { foldOf, folds, inTime }: Folds,
  target: Target,
): { sides: Split[]; tested: TestedRows; places: Uint32Array } {
  const all = Uint32Array.from(foldOf.keys());
  const sides = Array.from({ length: folds }, (_, fold) => ({
    train: all.filter((row) => (inTime ? (foldOf[row] as number) > fold : foldOf[row] !== fold)),
    test: all.filter((row) => foldOf[row] === fold),
  }));
  const rows = all.filter((row) => foldOf[row] !== neverTested);
  const places = new Uint32Array(foldOf.length);
  rows.forEach((row, place) => {
    places[row] = place;
  });
  const tested = {
    target: takeTarget(target, rows),
    foldOf: foldOf.filter((fold) => fold !== neverTested),
    folds,
  };
  return { sides, tested, places };
}

/** Rows as they were parted, by chance or as was asked for. */
export interface RowParts {
  /** Rows to learn from and rows kept back, `share` of them; none for 0, unless a site is named. */
  keptBack(share: number, seed: number): Split;
  foldsOf(rows: Uint32Array, folds: number, seed: number): Folds;
  leakOptions: LeakOptions;
  /** Columns that are not to be learned from. */
  apart: string[];
  /** Of the rows kept back, in a sentence. */
  told: string;
}

/**
 * Throws INVALID_INPUT for a column that is not there or has no times, a site that is not named or not there, and where
 * a side would be empty.
 */
export function rowParts(table: FeatureTable, target: Target, split: AutomlSplit | undefined): RowParts {
  const byChance: SplitPlan =
    target.kind === 'class' ? { by: 'stratified', codes: target.codes } : { by: 'random' };
  if (split === undefined)
    return partsOf(table.rows, byChance, byChance, { leakOptions: {}, apart: [], told: '' });
  const column = columnNamed(table, split.column);
  if (split.by === 'time') {
    if (column.kind !== 'time' && column.kind !== 'number')
      throw new StromaError(
        'INVALID_INPUT',
        `Times or numbers were expected in "${split.column}" to split by; it holds ${column.kind === 'text' ? 'texts' : 'categories'}. Turn it into dates, or split by groups.`,
        { column: split.column },
      );
    const { values: times } = column;
    const told = `They are the latest by "${split.column}", and each fold was tested by later rows than it learned from.`;
    return partsOf(table.rows, { by: 'time', times }, byChance, { leakOptions: { times }, apart: [], told });
  }
  const groups = codesOf(column, table.rows);
  const facts = { leakOptions: { ids: column }, apart: [split.column] };
  const plan: SplitPlan = { by: 'grouped', groups };
  if (split.by === 'grouped')
    return partsOf(table.rows, plan, byChance, {
      ...facts,
      told: `No "${split.column}" has rows on both sides, here and in the folds.`,
    });
  const row = rowOfSite(column, table.rows, split.site);
  const told = `They are those of "${split.column}" ${split.site}, of which nothing was learned.`;
  return {
    ...partsOf(table.rows, plan, byChance, { ...facts, told }),
    keptBack: () => siteHeldOut(groups, groups[row] as number),
  };
}

function partsOf(
  rows: number,
  plan: SplitPlan,
  byChance: SplitPlan,
  facts: Pick<RowParts, 'leakOptions' | 'apart' | 'told'>,
): RowParts {
  return {
    ...facts,
    keptBack: (share, seed) =>
      share === 0
        ? { train: Uint32Array.from({ length: rows }, (_, row) => row), test: new Uint32Array() }
        : holdOut(rows, plan, { share, seed }),
    foldsOf(own, folds, seed) {
      if (plan.by === 'time') {
        const foldOf = foldsInTime(
          Float64Array.from(own, (row) => plan.times[row] as number),
          folds,
        );
        const tested = foldOf.filter((fold) => fold !== neverTested);
        return { foldOf, folds: Math.max(...new Set(tested)) + 1, inTime: true };
      }
      const within = planOf(plan, own);
      const groups = within.by === 'grouped' ? groupsIn(within.groups) : folds;
      // One site that is left has no other to be tested by.
      const used = groups < 2 ? (planOf(byChance, own) as typeof within) : within;
      const count = groups < 2 ? folds : Math.min(folds, groups);
      return { foldOf: foldsOf(own.length, used, count, seed), folds: count, inTime: false };
    },
  };
}

/** Rows of no group are one each. */
const groupsIn = (groups: Int32Array): number =>
  new Set(groups.filter((group) => group >= 0)).size + groups.filter((group) => group < 0).length;

type InFolds = Exclude<SplitPlan, { by: 'time' }>;

/** The plan for some of the rows. */
function planOf(plan: SplitPlan, rows: Uint32Array): InFolds {
  const taken = (codes: Int32Array) => Int32Array.from(rows, (row) => codes[row] as number);
  if (plan.by === 'grouped') return { by: 'grouped', groups: taken(plan.groups) };
  return plan.by === 'stratified' ? { by: 'stratified', codes: taken(plan.codes) } : { by: 'random' };
}

const textAt = (column: FeatureColumn, row: number): string =>
  column.kind === 'category'
    ? (column.levels[column.codes[row] as number] ?? '')
    : String(column.values[row]);

/** A code for each value, -1 for missing. */
function codesOf(column: FeatureColumn, rows: number): Int32Array {
  if (column.kind === 'category') return column.codes;
  const known = new Map<string, number>();
  return Int32Array.from({ length: rows }, (_, row) => {
    if (isMissing(column, row)) return -1;
    const text = textAt(column, row);
    const code = known.get(text) ?? known.size;
    known.set(text, code);
    return code;
  });
}

/** A row of the site. */
function rowOfSite(column: FeatureColumn, rows: number, site: string | undefined): number {
  const all = Array.from({ length: rows }, (_, row) => row).filter((row) => !isMissing(column, row));
  const found = all.find((row) => textAt(column, row) === site);
  if (found !== undefined) return found;
  const known = [...new Set(all.map((row) => textAt(column, row)))].sort();
  throw new StromaError(
    'INVALID_INPUT',
    `A site to hold out was expected, one of those that "${column.name}" names (${listed(known)}); ${site === undefined ? 'none' : `"${site}"`} was given.`,
    { column: column.name, site: site ?? null },
  );
}
