import type { LearnerKind, LearningPreset, NetworkKind } from '@stroma/contracts';
import { imageNetworks, sequenceNetworks } from '@stroma/contracts';

/** What is trained: whatever is found to be best, one learner, or a network with what it was told. */
export interface Way {
  kind: 'automl' | 'learner' | 'network';
  preset: LearningPreset;
  learner: LearnerKind;
  network: NetworkKind;
  /** Null: as usual for its kind. */
  layers: number | null;
  width: number | null;
  dropout: number | null;
  epochs: number;
  rate: number;
  channels: number;
  imageHeight: number;
  imageWidth: number;
}

export const usualWay: Way = {
  kind: 'automl',
  preset: 'balanced',
  learner: 'boosted_trees',
  network: 'mlp',
  layers: null,
  width: null,
  dropout: null,
  epochs: 150,
  rate: 0.003,
  channels: 1,
  imageHeight: 8,
  imageWidth: 8,
};

const has = (kinds: readonly string[], kind: string): boolean => kinds.includes(kind);
export const isSequence = ({ network }: Way): boolean => has(sequenceNetworks, network);
export const isImage = ({ network }: Way): boolean => has(imageNetworks, network);

/** What a network is told, as the API has it. */
export function networkOptions(way: Way) {
  const { network, layers, width, dropout, epochs, rate, channels, imageHeight, imageWidth } = way;
  return {
    network,
    epochs,
    rate,
    ...(layers !== null && { layers }),
    ...(width !== null && { width }),
    ...(dropout !== null && { dropout }),
    ...(isSequence(way) && { arrangement: { channels } }),
    ...(isImage(way) && { arrangement: { channels, height: imageHeight, width: imageWidth } }),
  };
}
