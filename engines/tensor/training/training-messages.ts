import type { TrainingPlan } from './plan.ts';
import type { Meeting } from './shard.ts';
import type { TrainingState } from './state.ts';
import type { TrainingData } from './trainer.ts';

export interface ToTraining {
  plan: TrainingPlan;
  data: TrainingData;
  seed: number;
  from: TrainingState | null;
  /** The step to end at. */
  until: number;
  /** Steps between reports, and between saved states; 0 for none. */
  reportEvery: number;
  saveEvery: number;
  /** 1; 0 to end after the step it is in. */
  go: Int32Array;
  /** One of several threads; the first of them reports. */
  shard: { index: number; meeting: Meeting } | null;
}

export type FromTraining =
  | { kind: 'progress'; step: number; losses: number[] }
  | { kind: 'saved'; state: TrainingState }
  | { kind: 'done'; state: TrainingState }
  | { kind: 'failed'; code: string | null; message: string; details: Record<string, unknown> };
