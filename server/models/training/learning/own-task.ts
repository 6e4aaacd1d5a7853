import type { EnsembleMethod, NetworkOptions, TrainingProgress } from '@stroma/contracts';
import type { MetricName, ProblemType } from '@stroma/learn';
import type { TableTask } from '../learning-table.ts';
import type { TuningAsk } from '../tuning-ask.ts';
import type { TrainingTask } from './automl-learning.ts';

/** What is learned in a process of its own, beside what AutoML does in a thread. Files are local paths. */
export type OwnWork =
  /** With networks among its learners. */
  | { kind: 'automl'; task: TrainingTask }
  | { kind: 'network'; options: NetworkOptions }
  | {
      kind: 'imported';
      file: string;
      columns: string[] | null;
      classes: string[] | null;
      output: string | null;
      scores: 'probabilities' | 'logits' | null;
    }
  | {
      kind: 'transfer';
      base: TransferBase;
      layer: string | null;
      /** Null where the base stays frozen. */
      tuning: TuningAsk | null;
      /** Which of the dataset's rows the base has not learned from. */
      unseen: UnseenRows;
    }
  | {
      kind: 'ensemble';
      method: EnsembleMethod;
      members: {
        name: string;
        model_id: string;
        model_name: string;
        number: number;
        file: string;
        weight: number | null;
      }[];
      /** Which of the dataset's rows no member has learned from. */
      unseen: UnseenRows;
    };

export type TransferBase =
  | { from: 'folder'; root: string; name: string }
  | { from: 'model'; file: string; name: string };

/** Those kept back by trainings of the same rows with this seed, all of them, or none that anybody knows of. */
export type UnseenRows = { which: 'all' } | { which: 'none' } | { which: 'held_out'; seed: number };

export interface OwnTask {
  work: OwnWork;
  table: TableTask;
  target: string;
  problem: ProblemType | null;
  metric: MetricName | null;
  seed: number;
  timeLimitSeconds: number;
  memoryBytes: number;
  /** What an attempt that was cut off had reached; null where there is none. */
  state: string | null;
  /** Between states that are kept. */
  stateMs: number;
}

/** What a learner tells while it learns. */
export interface OwnRun {
  progress(fraction: number, phase: string): void;
  told(progress: TrainingProgress): void;
  /** A file with all it takes to go on from here. */
  kept(path: string): void;
}
