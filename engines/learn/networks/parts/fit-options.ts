import type { NetworkTrainingOptions } from '../training-options.ts';

export type NetworkFitOptions = NetworkTrainingOptions & {
  /** Share of the values within that a step leaves out; 0 when left out. */
  dropout?: number;
};
