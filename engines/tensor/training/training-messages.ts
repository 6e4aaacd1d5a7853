import type { TrainingPlan } from './plan.ts';
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
  go: Int32Array;
}

export type FromTraining =
  | { kind: 'progress'; step: number; losses: number[] }
  | { kind: 'saved'; state: TrainingState }
  | { kind: 'done'; state: TrainingState }
  | { kind: 'failed'; code: string | null; message: string; details: Record<string, unknown> };
