import type { TrainingState } from '@stroma/tensor';
import type { MetricName } from '../scores/metrics.ts';
import type { Weights } from './architecture.ts';
import type { Head } from './head.ts';

export interface NetworkProgress {
  /** Passes over the rows it learns from, of at most `epochs`. */
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  /** Mean of what is made small since the last report. */
  loss: number;
  /** On the rows held out; null where none are. */
  score: number | null;
  best: number | null;
  metric: MetricName;
  /** To the last step, by the pace since this call began; early stopping may end it before. */
  secondsLeft: number;
}

export interface NetworkTrainingOptions {
  seed: number;
  /** Most passes over the rows; 200 when left out. `steps` overrules it. */
  epochs?: number;
  steps?: number;
  /** Rows a step; by the number of rows when left out (16 to 256). */
  batch?: number;
  /** Learning rate; 0.001 when left out. */
  rate?: number;
  /** `cosine` lowers the rate to 0 over all steps; `constant` when left out. */
  course?: 'constant' | 'cosine';
  /** Steps in which the rate rises from 0. */
  warmUpSteps?: number;
  /** Of AdamW; 0.00001 when left out. */
  weightDecay?: number;
  /** Most the norm of a gradient may be; 1 when left out. */
  clipNorm?: number;
  /** Which parameters are learned; all when left out. Others keep their first values. */
  learns?: (parameter: string) => boolean;
  /** Values that parameters and states begin with, by name; those left out are drawn by the seed. */
  begin?: Weights;
  /** How outputs become predictions, where it is not to be read off the target, as that of a base network. */
  head?: Head;
  /** Rows held out for early stopping: their numbers, or their share (0.2 when left out); 0 for none. */
  validation?: Uint32Array | number;
  /** What is best on them; log_loss, rmse or concordance when left out. */
  metric?: MetricName;
  /** Checks without a better score before it stops; 20 when left out. A check comes each pass, or each 10 steps. */
  patience?: number;
  /** Of each row, 0 or more; all 1 when left out. Not for survival. */
  weights?: Float64Array;
  /** Asked between runs of up to 20 steps: true ends it with the best so far, once there was a step and a look at it. */
  isLate?: () => boolean;
  /** Looked at between runs of up to 20 steps. */
  signal?: AbortSignal;
  /** A shared number: 0, written by any thread, ends the training after the step it is in. */
  go?: Int32Array;
  onProgress?: (progress: NetworkProgress) => void;
  /** At each check and when it is ended: what `from` continues bit for bit. */
  onState?: (state: NetworkTrainingState) => void;
  from?: NetworkTrainingState;
  /** The training is refused when it would need more. */
  memoryLimitBytes?: number;
  /** Before it begins: what it would take. */
  onMemory?: (bytes: number) => void;
}

export interface TrainingCheck {
  step: number;
  epoch: number;
  loss: number;
  score: number | null;
}

/** Where a training stands: plain data that structured clone takes. */
export interface NetworkTrainingState {
  version: 1;
  training: TrainingState;
  /** The losses since the last check. */
  sum: number;
  summed: number;
  checks: TrainingCheck[];
  best: { score: number; head: Head; step: number; weights: Record<string, Float32Array> } | null;
}

export interface TrainedNetwork {
  head: Head;
  /** Of the best check, or of the end where no rows were held out. */
  weights: Weights;
  checks: readonly TrainingCheck[];
  metric: MetricName;
  /** On the rows held out, which chose it: a little flattered. */
  score: number | null;
  /** At which it was best, and why it ended. */
  step: number;
  stopped: 'no_better' | 'all_steps' | 'late';
  validation: Uint32Array;
}
