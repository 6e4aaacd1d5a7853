import { input, multiply, toOnnx, unsqueeze } from '@stroma/tensor';
import type { NetworkData } from '../architecture.ts';
import { outputsOf, predictionTensor } from '../head.ts';
import {
  LoadedNetwork,
  type NetworkPredictor,
  type SavedNetwork,
  type TrainingNotes,
} from '../network-predictor.ts';
import { checkSaved, refused } from '../parts/checks.ts';
import { roomFor } from '../parts/room.ts';
import { scaledTensor } from '../parts/scaled-tensor.ts';
import { type Scaling, scaled, scaledChannels } from '../parts/scaling.ts';
import { placesHeld } from './places.ts';
import {
  checkSettings,
  type SequenceKind,
  type SequenceSettings,
  sequenceArchitecture,
} from './sequence-settings.ts';
import { areFull, checkSequences, type Sequences, stepsHeld, withSteps } from './sequences.ts';

/** Of sequences that are rows x steps x channels. */
export interface SavedSequenceNetwork extends SavedNetwork {
  kind: SequenceKind;
  settings: SequenceSettings;
  /** Of the sequences it learned from. */
  steps: number;
  names: readonly string[] | null;
  scaling: Scaling;
}

/**
 * A network that answers for whole sequences. `predict` gives rows x outputs, by row: the value, the probability of each
 * class or a score that grows with risk. Sequences may be shorter or longer than those it learned from; a missing value
 * counts as its channel's mean, and where the channel had missing ones in training, as missing. It throws INVALID_INPUT
 * where the channels are not as many, and holds its thread while it computes.
 */
export interface SequencePredictor extends NetworkPredictor<Sequences> {
  readonly kind: SequenceKind;
  readonly notes: TrainingNotes;
  save(): SavedSequenceNetwork;
  /**
   * An ONNX file for `batch` sequences of `steps` steps, one when left out, `any` for as many as there are: `x` [batch,
   * steps, channels] as it was measured, 0 where missing; `lengths` i32 [batch]; and where channels had missing values in
   * training, `missing` [batch, steps, these channels], 1 where so. It gives `prediction` [batch, outputs].
   */
  toOnnx(size?: { batch?: number | 'any'; steps?: number }): Uint8Array<ArrayBuffer>;
}

const kinds: readonly string[] = [
  'convolution_1d',
  'lstm',
  'gru',
  'transformer_encoder',
] satisfies SequenceKind[];
const rowsAtOnce = 64;

/** What `save` gave. Throws MODEL_INVALID where it is no network for sequences. */
export function loadSequenceNetwork(saved: SavedSequenceNetwork): SequencePredictor {
  checkSaved(saved, kinds);
  const { settings, scaling, head, weights } = saved;
  const outputs = outputsOf(head);
  const architectureFor = (steps: number, masked: boolean) =>
    sequenceArchitecture(settings, { steps, channels: scaledChannels(scaling), masked, outputs });
  const forms = new Map<string, LoadedNetwork>();
  const loadedFor = (steps: number, masked: boolean) => {
    const form = `${steps} ${masked}`;
    const loaded =
      forms.get(form) ?? new LoadedNetwork(architectureFor(steps, masked), head, weights, rowsAtOnce);
    forms.set(form, loaded);
    return loaded;
  };
  const close = async () => {
    await Promise.all([...forms.values()].map((each) => each.close()));
  };
  return {
    kind: saved.kind,
    outputs,
    notes: saved.notes,
    async predict(given) {
      checkSequences(given);
      checkChannels(given.channels, scaling);
      checkSettings(settings, given.steps);
      const sequences = withSteps(given, roomFor(given.steps, saved.steps));
      const loaded = loadedFor(sequences.steps, !areFull(sequences));
      return loaded.predict(dataOf(sequences, scaling), given.rows);
    },
    save: () => saved,
    toOnnx({ batch = 1, steps = saved.steps } = {}) {
      const rows = batch === 'any' ? 1 : batch;
      const lengths = input('lengths', [rows], 'i32');
      const held = unsqueeze(placesHeld(lengths, steps), 2);
      const x = multiply(scaledTensor(scaling, [rows, steps]), held);
      const run = { batch: rows, training: false, keep: () => {} };
      const output = architectureFor(steps, true).forward({ x, lengths }, run);
      const prediction = predictionTensor(head, output);
      return toOnnx({ prediction }, { fixed: weights, anyRows: batch === 'any' });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What the network is given: lengths where rows have several. */
export function dataOf(sequences: Sequences, scaling: Scaling): NetworkData {
  const x = scaled(sequences.values, scaling, stepsHeld(sequences));
  const { lengths } = sequences;
  return lengths === undefined || areFull(sequences) ? { x } : { x, lengths };
}

/** Throws INVALID_INPUT where there are not as many channels as it learned from. */
export function checkChannels(channels: number, { centres }: Scaling): void {
  if (channels !== centres.length)
    throw refused(`The network learned from ${centres.length} channels; given ${channels}.`);
}
