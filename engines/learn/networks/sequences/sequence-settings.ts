import type { Tensor } from '@stroma/tensor';
import type { Architecture } from '../architecture.ts';
import { checkDropout, checkHeads, checkKernel, checkWhole, checkWidth, refused } from '../parts/checks.ts';
import { decays, modeOf } from '../parts/network-mode.ts';
import { type Convolution1dShape, convolutionNetwork } from './convolution-network.ts';
import { gruNetwork, lstmNetwork, type RecurrentShape } from './recurrent-network.ts';
import type { SequenceNetwork } from './sequence-network.ts';
import { type TransformerShape, transformerNetwork } from './transformer-network.ts';

export type SequenceKind = 'convolution_1d' | 'lstm' | 'gru' | 'transformer_encoder';

/** Equal settings are equal networks. */
export type SequenceSettings = { dropout?: number } & (
  | ({ kind: 'convolution_1d' } & Convolution1dShape)
  | ({ kind: 'lstm' | 'gru' } & RecurrentShape)
  | ({ kind: 'transformer_encoder' } & TransformerShape)
);

/** Unrolled, a recurrent network's graph grows with its steps. */
export const mostRecurrentSteps = 512;

export function sequenceNetwork(settings: SequenceSettings): SequenceNetwork {
  switch (settings.kind) {
    case 'convolution_1d':
      return convolutionNetwork(settings);
    case 'lstm':
      return lstmNetwork(settings);
    case 'gru':
      return gruNetwork(settings);
    case 'transformer_encoder':
      return transformerNetwork(settings);
  }
}

/** Throws INVALID_INPUT for sizes that make no network, and for more steps than a recurrent one is unrolled over. */
export function checkSettings(settings: SequenceSettings, steps: number): void {
  checkDropout(settings.dropout ?? 0);
  const given = Object.fromEntries(
    Object.entries(settings).filter(
      ([name, value]) => value !== undefined && name !== 'kind' && name !== 'dropout',
    ),
  );
  checkWhole(given, Object.keys(given));
  if (settings.kind === 'convolution_1d') {
    checkKernel(settings.kernel ?? 1);
    checkWidth(settings.width ?? 2);
  }
  if (settings.kind === 'transformer_encoder') checkHeads(settings.width ?? 32, settings.heads ?? 4);
  if ((settings.kind === 'lstm' || settings.kind === 'gru') && steps > mostRecurrentSteps)
    throw refused(
      `A recurrent network takes ${mostRecurrentSteps} steps at most; given ${steps}. Average neighbouring steps, cut the sequences, or use a convolution network.`,
    );
}

/** For sequences of `steps` steps of which rows may lack the last (`masked`), with `channels` channels scaled. */
export function sequenceArchitecture(
  settings: SequenceSettings,
  { steps, channels, masked, outputs }: { steps: number; channels: number; masked: boolean; outputs: number },
): Architecture {
  const network = sequenceNetwork(settings);
  const x = { name: 'x', shape: [steps, channels], type: 'real' as const };
  return {
    rows: masked ? [x, { name: 'lengths', shape: [], type: 'i32' as const }] : [x],
    outputs,
    decays,
    forward: (inputs, run) =>
      network(inputs.x as Tensor, inputs.lengths ?? null, modeOf(outputs, settings.dropout ?? 0, run)),
  };
}
