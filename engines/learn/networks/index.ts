/**
 * Networks, trained by @stroma/tensor. An entry of its own, so that who learns by trees alone loads none of it.
 *
 *   trainNetwork      an architecture, its data and a target -> weights, by early stopping: what all networks share
 *   networkMemory     the same -> what it would take
 *   NetworkFunction   an architecture and weights -> outputs of rows
 *   predictionsOf     outputs -> values, probabilities or risks, as a Predictor gives them
 *   LoadedNetwork     the same for one row at once or many, opened when it is first asked
 *   fitMlp, fitTabularResNet, fitFtTransformer   matrix and target -> a predictor that answers later
 *   denseForm, fromDenseForm   an MLP or residual network -> what predicts at once, without what trained it, and back
 *   networkLearners         what automl is given as `learners`, so that it tries networks too
 *   fineTune, fineTuneSequences, fineTuneImages   a saved network, rows and target -> learned on from: some layers frozen,
 *                           with adapters or without
 *   tableFeatures, sequenceFeatures, imageFeatures   such a network and rows -> what its head is given
 *   exportTableNetwork      such a network -> an ONNX file with all that is done to its columns
 *   integratedGradients     such a network and rows -> what each column adds to the prediction
 *   fitConvolution1d, fitLstm, fitGru, fitTransformerEncoder   sequences and target -> a predictor of each
 *   fitConvolution2d        images and target -> a predictor of each
 *   fitGraphNetwork, fitNodeNetwork   graphs, or the nodes of one, and target -> a predictor of each
 */

export type { DenseModel } from '../dense/dense-network.ts';
export type { Matrix, Target } from '../estimator.ts';
export type {
  Architecture,
  ForwardRun,
  NetworkData,
  NetworkInput,
  Weights,
} from './architecture.ts';
export { NetworkFunction } from './evaluation.ts';
export * from './graphs/index.ts';
export { type Head, predictionsOf } from './head.ts';
export * from './images/index.ts';
export {
  LoadedNetwork,
  type NetworkPredictor,
  notesOf,
  type SavedNetwork,
  type TrainingNotes,
} from './network-predictor.ts';
export type { FineTuningOptions } from './parts/tuning.ts';
export { networkMemory } from './preparation.ts';
export * from './sequences/index.ts';
export { denseForm, fromDenseForm } from './tables/dense-form.ts';
export { fineTune, tableFeatures } from './tables/fine-tuning.ts';
export {
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
} from './tables/integrated-gradients.ts';
export { networkLearners } from './tables/network-learners.ts';
export {
  type FitTableNetwork,
  fitFtTransformer,
  fitMlp,
  fitTabularResNet,
  loadTableNetwork,
  type SavedTableNetwork,
  type TableNetwork,
  type TableNetworkKind,
  type TableNetworkOptions,
} from './tables/table-network.ts';
export { exportTableNetwork, type NetworkExportOptions } from './tables/table-onnx.ts';
export { trainNetwork } from './training-loop.ts';
export type {
  NetworkProgress,
  NetworkTrainingOptions,
  NetworkTrainingState,
  TrainedNetwork,
  TrainingCheck,
} from './training-options.ts';
