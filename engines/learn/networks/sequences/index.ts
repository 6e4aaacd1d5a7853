/** Sequences: rows x steps x channels -> a network that answers for each row. */

export type { Convolution1dShape } from './convolution-network.ts';
export { fineTuneSequences, sequenceFeatures } from './fine-tuning.ts';
export { fitConvolution1d, fitGru, fitLstm, fitTransformerEncoder } from './fits.ts';
export type { RecurrentShape } from './recurrent-network.ts';
export {
  loadSequenceNetwork,
  type SavedSequenceNetwork,
  type SequencePredictor,
} from './sequence-predictor.ts';
export type { SequenceKind, SequenceSettings } from './sequence-settings.ts';
export type { Sequences } from './sequences.ts';
export type { TransformerShape } from './transformer-network.ts';
