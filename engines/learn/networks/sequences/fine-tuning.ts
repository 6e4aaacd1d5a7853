import type { Target } from '../../estimator.ts';
import type { Architecture } from '../architecture.ts';
import { scaledChannels } from '../parts/scaling.ts';
import { beforeHead, type FineTuningOptions, tuned } from '../parts/tuning.ts';
import {
  checkChannels,
  dataOf,
  loadSequenceNetwork,
  type SavedSequenceNetwork,
  type SequencePredictor,
} from './sequence-predictor.ts';
import { checkSettings, type SequenceSettings, sequenceArchitecture } from './sequence-settings.ts';
import { areFull, checkSequences, type Sequences } from './sequences.ts';

/** A network of sequences learned on from a base, as `fineTune` does with tables. Throws INVALID_INPUT for other channels. */
export async function fineTuneSequences(
  base: SavedSequenceNetwork,
  sequences: Sequences,
  target: Target,
  options: FineTuningOptions,
): Promise<SequencePredictor> {
  const { architecture, data } = given(base, sequences);
  const tunable = { base, groups: layersOf(base.settings), architecture };
  return loadSequenceNetwork(await tuned(tunable, data, sequences.rows, target, options));
}

/** What the head of the network is given for each row: rows x width, by row. */
export function sequenceFeatures(base: SavedSequenceNetwork, sequences: Sequences) {
  const { architecture, data } = given(base, sequences);
  return beforeHead({ base, architecture }, data);
}

function given({ settings, scaling }: SavedSequenceNetwork, sequences: Sequences) {
  checkSequences(sequences);
  checkChannels(sequences.channels, scaling);
  checkSettings(settings, sequences.steps);
  const { steps } = sequences;
  const shape = { steps, channels: scaledChannels(scaling), masked: !areFull(sequences) };
  return {
    data: dataOf(sequences, scaling),
    architecture: (outputs: number): Architecture => sequenceArchitecture(settings, { ...shape, outputs }),
  };
}

function layersOf(settings: SequenceSettings): string[][] {
  const numbered = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => [`${name}${at}`]);
  switch (settings.kind) {
    case 'convolution_1d':
      return [['stem'], ...numbered('block', settings.blocks ?? 3), ['norm', 'head']];
    case 'transformer_encoder':
      return [['embed'], ...numbered('layer', settings.layers ?? 2), ['norm', 'head']];
    default:
      return [...numbered('cell', settings.layers ?? 1), ['head']];
  }
}
