import type { NetworkTrainingOptions, TrainedNetwork } from '../training-options.ts';

/** How the training of a network went. */
export type TrainingSummary = Omit<TrainedNetwork, 'head' | 'weights'>;

export type NetworkFitOptions = NetworkTrainingOptions & {
  /** Share of the values within that a step leaves out; 0 when left out. */
  dropout?: number;
};

export function summaryOf({ head: _, weights: __, ...summary }: TrainedNetwork): TrainingSummary {
  return summary;
}
