import type { LearnerKind, LearningPreset, NetworkKind, SplitWay, TransferMode } from '@stroma/contracts';
import { imageNetworks, sequenceNetworks } from '@stroma/contracts';

export const wayKinds = ['automl', 'learner', 'network', 'transfer'] as const;

/** What is trained: whatever is found to be best, one learner, a network with what it was told, or a model learned on. */
export interface Way {
  kind: (typeof wayKinds)[number];
  preset: LearningPreset;
  learner: LearnerKind;
  /** How AutoML and one learner are tested. */
  splitBy: SplitWay | 'chance';
  splitColumn: string | null;
  site: string;
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
  /** What is learned on from. */
  base: { model_id: string; version: string } | { name: string } | null;
  mode: TransferMode;
  /** Of the last layers; null: as usual for the mode. */
  tunedLayers: number | null;
  rank: number | null;
}

export const usualWay: Way = {
  kind: 'automl',
  preset: 'balanced',
  learner: 'boosted_trees',
  splitBy: 'chance',
  splitColumn: null,
  site: '',
  network: 'mlp',
  layers: null,
  width: null,
  dropout: null,
  epochs: 150,
  rate: 0.003,
  channels: 1,
  imageHeight: 8,
  imageWidth: 8,
  base: null,
  mode: 'frozen',
  tunedLayers: null,
  rank: null,
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

/** How rows are parted, as the API has it. */
export function splitOptions({ splitBy, splitColumn, site }: Way) {
  if (splitBy === 'chance' || splitColumn === null) return {};
  return { split: { by: splitBy, column: splitColumn, ...(splitBy === 'site' && { site }) } };
}

/** How a model is learned on from, as the API has it. Throws where none is chosen. */
export function transferOptions({ base, mode, tunedLayers, rank, epochs, rate }: Way, time_limit_s: number) {
  if (base === null) throw new Error('a base was expected to be chosen');
  if (mode === 'frozen') return { base, mode };
  return {
    ...{ base, mode, epochs, rate, time_limit_s },
    ...(mode !== 'all' && tunedLayers !== null && { layers: tunedLayers }),
    ...(mode === 'adapters' && rank !== null && { rank }),
  };
}
