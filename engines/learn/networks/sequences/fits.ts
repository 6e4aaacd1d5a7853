import type { Target } from '../../estimator.ts';
import { headOf, outputsOf } from '../head.ts';
import { notesOf } from '../network-predictor.ts';
import type { NetworkFitOptions } from '../parts/fit-options.ts';
import { scaledChannels, scalingOf } from '../parts/scaling.ts';
import { trainNetwork } from '../training-loop.ts';
import type { Convolution1dShape } from './convolution-network.ts';
import type { RecurrentShape } from './recurrent-network.ts';
import { dataOf, loadSequenceNetwork, type SequencePredictor } from './sequence-predictor.ts';
import { checkSettings, type SequenceSettings, sequenceArchitecture } from './sequence-settings.ts';
import { areFull, checkSequences, type Sequences, stepsHeld } from './sequences.ts';
import type { TransformerShape } from './transformer-network.ts';

/**
 * Learns a number, a class or a survival time of each sequence, with the shared training of networks (early stopping,
 * `go`, `from`, `memoryLimitBytes`); in a thread of its own, which it holds. Channels are taken in their standard
 * deviations. A missing value counts as its channel's mean, and a channel that has missing ones is followed by one that
 * says where. Rows shorter than others are padded, and what is padded is never looked at.
 *
 * Throws as `trainNetwork`, and INVALID_INPUT for sizes that do not fit, infinite values and channels of which nothing
 * is known.
 */
type SequenceFit<Shape> = (
  sequences: Sequences,
  target: Target,
  options: NetworkFitOptions & Shape,
) => Promise<SequencePredictor>;

/** A residual network of convolutions over the steps. */
export const fitConvolution1d: SequenceFit<Convolution1dShape> = (sequences, target, options) => {
  const { dropout = 0, width = 32, blocks = 3, kernel = 5 } = options;
  return fitted({ kind: 'convolution_1d', dropout, width, blocks, kernel }, sequences, target, options);
};

/** Long short-term memory, read off after each row's last step. */
export const fitLstm: SequenceFit<RecurrentShape> = (sequences, target, options) => {
  const { dropout = 0, hidden = 32, layers = 1 } = options;
  return fitted({ kind: 'lstm', dropout, hidden, layers }, sequences, target, options);
};

/** Gated recurrent units, read off after each row's last step. */
export const fitGru: SequenceFit<RecurrentShape> = (sequences, target, options) => {
  const { dropout = 0, hidden = 32, layers = 1 } = options;
  return fitted({ kind: 'gru', dropout, hidden, layers }, sequences, target, options);
};

/** Attention of all steps to all, and the mean over them. */
export const fitTransformerEncoder: SequenceFit<TransformerShape> = (sequences, target, options) => {
  const { dropout = 0, width = 32, heads = 4, layers = 2, hidden = 2 * width } = options;
  return fitted(
    { kind: 'transformer_encoder', dropout, width, heads, layers, hidden },
    sequences,
    target,
    options,
  );
};

async function fitted(
  settings: SequenceSettings,
  sequences: Sequences,
  target: Target,
  options: NetworkFitOptions,
): Promise<SequencePredictor> {
  checkSequences(sequences);
  const { steps, names = null } = sequences;
  checkSettings(settings, steps);
  const scaling = scalingOf(sequences.values, sequences.channels, stepsHeld(sequences), sequences.names);
  const masked = !areFull(sequences);
  const outputs = outputsOf(headOf(target, sequences.rows));
  const channels = scaledChannels(scaling);
  const architecture = sequenceArchitecture(settings, { steps, channels, masked, outputs });
  const data = dataOf(sequences, scaling);
  const trained = await trainNetwork(architecture, data, target, options);
  return loadSequenceNetwork({
    kind: settings.kind,
    version: 1,
    settings,
    steps,
    names,
    scaling,
    head: trained.head,
    weights: trained.weights,
    notes: notesOf(trained),
  });
}
