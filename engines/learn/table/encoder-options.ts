import type { LeftOutColumn } from './lake-columns.ts';

export interface EncoderOptions {
  /** Of the folds of target encoding and of the hash of texts. */
  seed: number;
  /** Missing numbers and times become the training median, with a column that says so; or stay NaN. */
  impute: boolean;
  /** Numbers, times, effects and texts about their training mean, in their training standard deviation. */
  standardise: boolean;
  /**
   * one-hot: a column of 0 and 1 for each level (one for two levels); missing is a level where training has any.
   * ordinal: the place of the level in the order of their names; -1 for missing and unseen.
   * target: the mean of the target among the rows of the level, drawn to that of all by `smoothing` rows. Rows of
   *   training see only the other folds'. A column for each class past two. Micci-Barreca 2001,
   *   doi:10.1145/507533.507538.
   * native: codes, for learners that read them; missing and unseen are NaN.
   */
  categories: 'one-hot' | 'ordinal' | 'target' | 'native';
  /** Levels of fewer rows are pooled as `(other)`, which also takes unseen ones; not in target encoding. */
  rareBelow: number;
  /** So many levels at most, the rest pooled. */
  mostLevels: number;
  /** Rows that the mean of all counts as, in target encoding. */
  smoothing: number;
  folds: number;
  /** cyclic: month, weekday and hour as sine and cosine; plain: as numbers, for trees. */
  times: 'cyclic' | 'plain';
  /** Columns that one text may become. */
  mostTerms: number;
  /** Encoded cells at most, of 8 bytes each. */
  mostCells: number;
}

const shared = {
  rareBelow: 3,
  smoothing: 10,
  folds: 5,
  mostTerms: 100,
  mostCells: 2 ** 28,
} satisfies Partial<EncoderOptions>;

/** For learners of sums and distances: nothing missing, one scale. */
export const denseEncoding: Omit<EncoderOptions, 'seed'> = {
  ...shared,
  impute: true,
  standardise: true,
  categories: 'one-hot',
  mostLevels: 50,
  times: 'cyclic',
};

/** For trees: missing values and codes as they are. */
export const nativeEncoding: Omit<EncoderOptions, 'seed'> = {
  ...shared,
  impute: false,
  standardise: false,
  categories: 'native',
  rareBelow: 1,
  mostLevels: 200,
  times: 'plain',
};

export interface SavedEncoder {
  version: 1;
  plans: readonly ColumnPlan[];
  leftOut: readonly LeftOutColumn[];
  /** Of each encoded column; empty where nothing is standardised. */
  centres: Float64Array;
  scales: Float64Array;
}

export type ColumnPlan = NumberPlan | CategoryPlan | EffectPlan | TimePlan | TextPlan | IgnoredPlan;

export interface NumberPlan {
  plan: 'number';
  name: string;
  /** Null where missing values stay. */
  fill: number | null;
  indicator: boolean;
}

export interface CategoryPlan {
  plan: 'category';
  name: string;
  coding: 'one-hot' | 'ordinal' | 'native';
  levels: readonly string[];
  /** All other levels have a code of their own after `levels`. */
  pooled: boolean;
  /** One-hot: a column for missing. */
  missing: boolean;
}

export interface EffectPlan {
  plan: 'effect';
  name: string;
  levels: readonly string[];
  /** Of each response its mean, and that of each level, by level. */
  prior: Float64Array;
  effects: Float64Array;
  responses: readonly string[];
}

export interface TimePlan {
  plan: 'time';
  name: string;
  fill: number | null;
  indicator: boolean;
  parts: readonly ('year' | 'month' | 'weekday' | 'hour')[];
  cyclic: boolean;
}

export interface TextPlan {
  plan: 'text';
  name: string;
  seed: number;
  /** Hashes of the terms kept, ascending, and what one of them is worth. */
  terms: Float64Array;
  weights: Float64Array;
}

/** Tells nothing; is expected all the same, and may hold anything. */
export interface IgnoredPlan {
  plan: 'ignored';
  name: string;
  kind: 'number' | 'category' | 'text' | 'time';
}

/** What a column becomes. */
export interface EncodedPart {
  names: string[];
  columns: Float64Array[];
  /** As in Matrix. */
  categories: number[];
  /** Of each column, whether standardising may change it. */
  scalable: boolean[];
}
