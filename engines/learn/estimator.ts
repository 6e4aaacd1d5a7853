import { StromaError } from '@stroma/kernel';

/**
 * What every learner of this package is held to. An estimator sees numbers only: how a table's columns become them
 * (encoders, splits, leakage checks) is the business of `table/`.
 */

/** Larger numbers, of either sign, are refused: sums of their squares could not be held. They often stand for missing ones. */
export const mostMagnitude = 1e100;

/** Rows x columns, by column. NaN is missing, in numbers and in codes. */
export interface Matrix {
  rows: number;
  names: readonly string[];
  /** Each of length `rows`. */
  columns: readonly Float64Array[];
  /** For each column: 0 for a number, otherwise how many categories its codes 0, 1, ... stand for. */
  categories: readonly number[];
}

/** What is learned, for each row. No value of it is missing. */
export type Target =
  | { kind: 'number'; values: Float64Array }
  /** Codes 0 ... classes - 1. */
  | { kind: 'class'; codes: Int32Array; classes: number }
  /** Time at risk, and whether the event came (1) or the row was censored then (0). */
  | { kind: 'survival'; times: Float64Array; events: Uint8Array }
  /** Relevance of each row among those of its group; rows of a group stand together. */
  | { kind: 'ranking'; relevance: Float64Array; groups: Int32Array };

export interface FitOptions {
  seed: number;
  /** Of each row, 0 or more; all 1 when left out. */
  weights?: Float64Array;
  /** Learners whose memory grows faster than the table's refuse what would need more, with INVALID_INPUT. */
  memoryLimitBytes?: number;
  /** Looked at between steps: throws its reason. */
  signal?: AbortSignal;
  /** 0 to 1. */
  onProgress?: (fraction: number) => void;
}

/**
 * What has been learned. The same matrix, target, options and seed give the same bits.
 *
 * `predict` gives rows x outputs, by row: the value (number), the probability of each class (class), or one score that
 * grows with risk (survival) or relevance (ranking). Throws INVALID_INPUT where columns differ from those it was
 * fitted to. `save` gives plain JSON and typed arrays that structured clone takes; `load` of its file gives it back.
 */
export interface Predictor {
  readonly kind: string;
  /** 1, or the number of classes. */
  readonly outputs: number;
  predict(matrix: Matrix): Float64Array;
  save(): SavedModel;
}

export interface SavedModel {
  kind: string;
  version: 1;
  names: readonly string[];
  categories: readonly number[];
  [part: string]: unknown;
}

/** Learns; throws INVALID_INPUT naming what was expected of the data and what was given. Slow: run it in a thread. */
export type Fit<Options> = (matrix: Matrix, target: Target, options: Options & FitOptions) => Predictor;

/** Throws INVALID_INPUT where learning would need more memory than it may take. */
export function checkMemory(learner: string, bytes: number, limit: number | undefined, next: string): void {
  if (limit === undefined || bytes <= limit) return;
  const mib = (of: number) => `${Math.ceil(of / 2 ** 20)} MiB`;
  throw new StromaError(
    'INVALID_INPUT',
    `${learner} would need about ${mib(bytes)} of memory; it may take ${mib(limit)}. ${next}`,
    { needed_bytes: Math.ceil(bytes), limit_bytes: limit },
  );
}
