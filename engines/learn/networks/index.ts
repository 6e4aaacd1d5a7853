/**
 * Networks, trained by @stroma/tensor. An entry of its own, so that who learns by trees alone loads none of it.
 *
 *   trainNetwork      an architecture, its data and a target -> weights, by early stopping: what all networks share
 *   networkMemory     the same -> what it would take
 *   NetworkFunction   an architecture and weights -> outputs of rows
 *   predictionsOf     outputs -> values, probabilities or risks, as a Predictor gives them
 */

export type {
  Architecture,
  ForwardRun,
  NetworkData,
  NetworkInput,
  Weights,
} from './architecture.ts';
export { NetworkFunction } from './evaluation.ts';
export { type Head, predictionsOf } from './head.ts';
export { networkMemory } from './preparation.ts';
export { trainNetwork } from './training-loop.ts';
export type {
  NetworkProgress,
  NetworkTrainingOptions,
  NetworkTrainingState,
  TrainedNetwork,
  TrainingCheck,
} from './training-options.ts';
