import type { LearnerKind, LearningMetric, LearningPreset, ProblemKind } from '@stroma/contracts';

export const trainKind = 'ml.train';

/** A training as its job remembers it. */
export interface TrainInput {
  kind: 'automl' | 'learner';
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
  /** Of the model. */
  name: string;
}
