import {
  cast,
  concat,
  constant,
  divide,
  gather,
  greater,
  input,
  iota,
  multiply,
  subtract,
  type Tensor,
  toOnnx,
  unsqueeze,
} from '@stroma/tensor';
import type { Weights } from '../architecture.ts';
import { type Head, outputsOf, predictionTensor } from '../head.ts';
import { refused } from '../parts/checks.ts';
import { OpenedNetworks } from '../parts/opened-networks.ts';
import { type Scaling, scaled, scaledChannels } from '../parts/scaling.ts';
import type { TrainingSummary } from '../parts/training-summary.ts';
import { checkSettings, type SequenceSettings, sequenceArchitecture } from './sequence-settings.ts';
import { areFull, checkSequences, type Sequences, stepsHeld, withSteps } from './sequences.ts';

/** Plain data that structured clone takes. */
export interface SavedSequenceNetwork {
  kind: 'sequence_network';
  version: 1;
  settings: SequenceSettings;
  /** Of the sequences it learned from. */
  steps: number;
  names: readonly string[] | null;
  scaling: Scaling;
  head: Head;
  weights: Weights;
  training: TrainingSummary;
}

/**
 * A network that answers for whole sequences. `predict` gives rows x outputs, by row: the value, the probability of each
 * class or a score that grows with risk. Sequences may be shorter or longer than those it learned from; a missing value
 * counts as its channel's mean, and where the channel had missing ones in training, as missing. It throws INVALID_INPUT
 * where the channels are not as many, and holds its thread while it computes. `close` ends it.
 */
export interface SequencePredictor extends AsyncDisposable {
  readonly outputs: number;
  readonly training: TrainingSummary;
  predict(sequences: Sequences): Promise<Float64Array>;
  save(): SavedSequenceNetwork;
  /**
   * An ONNX file for `batch` sequences of `steps` steps: `x` [batch, steps, channels] as it was measured, 0 where missing;
   * `lengths` i32 [batch]; and where channels had missing values in training, `missing` [batch, steps, these channels],
   * 1 where so. It gives `prediction` [batch, outputs].
   */
  toOnnx(size?: { batch?: number; steps?: number }): Uint8Array<ArrayBuffer>;
  close(): Promise<void>;
}

const rowsAtOnce = 64;

export function loadSequenceNetwork(saved: SavedSequenceNetwork): SequencePredictor {
  const { settings, scaling, head, weights } = saved;
  const opened = new OpenedNetworks(head, weights);
  const outputs = outputsOf(head);
  const architectureFor = (steps: number, masked: boolean) =>
    sequenceArchitecture(settings, { steps, channels: scaledChannels(scaling), masked, outputs });
  const close = () => opened.close();
  return {
    outputs,
    training: saved.training,
    async predict(given) {
      checkSequences(given);
      checkChannels(given.channels, scaling);
      const steps = stepsFor(given.steps, saved.steps);
      checkSettings(settings, given.steps);
      const sequences = withSteps(given, steps);
      const masked = !areFull(sequences);
      const x = scaled(sequences.values, scaling, stepsHeld(sequences));
      const { lengths } = sequences;
      const batch = given.rows === 1 ? 1 : rowsAtOnce;
      const data = masked && lengths !== undefined ? { x, lengths } : { x };
      return opened.predict(`${steps} ${masked}`, architectureFor(steps, masked), batch, data);
    },
    save: () => saved,
    toOnnx({ batch = 1, steps = saved.steps } = {}) {
      const lengths = input('lengths', [batch], 'i32');
      const x = scaledTensor(scaling, batch, steps, lengths);
      const run = { batch, training: false, keep: () => {} };
      const output = architectureFor(steps, true).forward({ x, lengths }, run);
      return toOnnx({ prediction: predictionTensor(head, output) }, { fixed: weights });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** As many as in training for all that fit in, above it a power of two: few graphs are opened for many lengths. */
const stepsFor = (given: number, trained: number): number =>
  given <= trained ? trained : 2 ** Math.ceil(Math.log2(given));

function checkChannels(channels: number, { centres }: Scaling): void {
  if (channels !== centres.length)
    throw refused(`The network learned from ${centres.length} channels; given ${channels}.`);
}

/** What `scaled` does, as part of the graph. */
function scaledTensor(scaling: Scaling, batch: number, steps: number, lengths: Tensor): Tensor {
  const { centres, scales, flagged } = scaling;
  const channels = centres.length;
  const x = divide(subtract(input('x', [batch, steps, channels]), constant(centres)), constant(scales));
  const held = unsqueeze(cast(greater(unsqueeze(lengths, 1), unsqueeze(iota(steps, 'i32'), 0)), 'real'), 2);
  const some = scaledChannels(scaling) - channels;
  if (some === 0) return multiply(x, held);
  const missing = input('missing', [batch, steps, some]);
  // For each channel its place among the flagged; the others take a column of zeros put last.
  let place = 0;
  const places = Array.from(flagged, (flag) => (flag === 1 ? place++ : some));
  const widened = concat([missing, multiply(held, 0)], 2);
  const known = subtract(1, gather(widened, constant(places, [channels], 'i32'), 2));
  return multiply(concat([multiply(x, known), missing], 2), held);
}
