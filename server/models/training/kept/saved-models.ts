import type { Combination, SavedAutoml, SavedEncoder } from '@stroma/learn';
import type { SavedImageNetwork, SavedSequenceNetwork, SavedTableNetwork } from '@stroma/learn/networks';
import type { BaseModelCard, ImportOptions, SavedTransfer } from '@stroma/learn/onnx';
import type { SavedFacts } from './asked-model.ts';

/** How columns make up a sequence or an image. */
export interface Arrangement {
  columns: readonly string[];
  channels: number;
  /** Of images. */
  size: { height: number; width: number } | null;
}

export interface SavedNetworkModel extends SavedFacts {
  kind: 'network';
  version: 1;
  /** What it sees of a row: encoded columns, or those of a sequence or an image as they are. */
  sees: { encoder: SavedEncoder } | { arrangement: Arrangement };
  network: SavedTableNetwork | SavedSequenceNetwork | SavedImageNetwork;
}

export interface SavedImported extends SavedFacts {
  kind: 'onnx';
  version: 1;
  file: Uint8Array;
  options: Pick<ImportOptions, 'columns' | 'classes' | 'output' | 'scores'>;
}

export interface SavedTransferModel extends SavedFacts {
  kind: 'transfer';
  version: 1;
  card: BaseModelCard;
  file: Uint8Array;
  transfer: SavedTransfer;
}

export interface SavedEnsemble extends SavedFacts {
  kind: 'ensemble';
  version: 1;
  members: readonly SavedMember[];
  /** Its members are places in `members`. */
  combination: Combination | { kind: 'vote'; weights: readonly number[] };
}

/** A model as its file holds it. */
export type SavedKept = SavedMember | SavedEnsemble;

/** Ensembles hold none of their own kind. */
export type SavedMember = SavedAutoml | SavedNetworkModel | SavedImported | SavedTransferModel;
