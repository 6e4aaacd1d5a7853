import type {
  EnsembleMethod,
  LearnerKind,
  LearningMetric,
  LearningPreset,
  NetworkOptions,
  ProblemKind,
  RowSplit,
  TrainingKind,
} from '@stroma/contracts';
import type { TuningAsk } from './tuning-ask.ts';

export const trainKind = 'ml.train';

/** A training as its job remembers it. */
export interface TrainInput {
  kind: TrainingKind;
  dataset_id: string;
  version_id: string;
  target: string;
  leave_out: string[];
  problem_type: ProblemKind | null;
  metric: LearningMetric | null;
  preset: LearningPreset;
  time_limit_s: number;
  seed: number;
  learner: LearnerKind | null;
  settings: Record<string, number | string>;
  /** By chance where there is none. */
  split?: RowSplit;
  /** Of the model. */
  name: string;
  /** What a process of its own is to do; absent where AutoML or one of its learners learns. */
  own?: OwnAsk;
}

export interface NamedVersion {
  model_id: string;
  number: number;
  version_id: string;
  /** Of the model, and the number. */
  label: string;
}

export type OwnAsk =
  | { kind: 'network'; options: NetworkOptions }
  | { kind: 'ensemble'; method: EnsembleMethod; members: (NamedVersion & { weight: number | null })[] }
  | {
      kind: 'transfer';
      base: NamedVersion | { name: string };
      layer: string | null;
      /** Null, or left out, where the base stays frozen. */
      tuning?: TuningAsk | null;
    }
  | {
      kind: 'imported';
      file_id: string;
      columns: string[] | null;
      classes: string[] | null;
      output: string | null;
      scores: 'probabilities' | 'logits' | null;
      description: string;
      licence: string | null;
      source: string | null;
    };
