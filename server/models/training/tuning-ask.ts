import type { api, TransferMode } from '@stroma/contracts';
import type { z } from 'zod';
import { fail } from '../../platform/failure.ts';

type TransferBody = z.output<typeof api.training.transfer.body>;

/** How a network is learned on from another. */
export interface TuningAsk {
  mode: Exclude<TransferMode, 'frozen'>;
  /** Learned whole, counted from the head; null for all. */
  layers: number | null;
  /** Of adapters on the others. */
  rank: number | null;
  rate_decay: number;
  epochs: number;
  batch: number | null;
  rate: number;
  course: 'constant' | 'cosine';
  weight_decay: number;
  patience: number | null;
}

const usualLayers = { last_layers: 2, all: null, adapters: 1 } as const;
const ofTuning = [
  ...['layers', 'rank', 'rate_decay', 'epochs', 'batch', 'rate', 'course', 'weight_decay', 'patience'],
  'time_limit_s',
] as const;

/** Null where the base stays frozen. Throws INVALID_INPUT for what is of another mode. */
export function tuningAsk(body: TransferBody): TuningAsk | null {
  const { mode } = body;
  const refuse = (field: string, of: string): never =>
    fail(
      'INVALID_INPUT',
      `"${field}" is of ${of}; the mode is "${mode}". Leave it out, or take another mode.`,
      {
        field,
      },
    );
  if (mode === 'frozen') {
    const given = ofTuning.find((name) => body[name as keyof TransferBody] !== undefined);
    return given === undefined ? null : refuse(given, 'modes that learn on layers of the base');
  }
  if (body.layer !== undefined) refuse('layer', '"frozen"');
  if (mode === 'all' && body.layers !== undefined) refuse('layers', '"last_layers" and "adapters"');
  if (mode !== 'adapters' && body.rank !== undefined) refuse('rank', '"adapters"');
  return {
    mode,
    layers: body.layers ?? usualLayers[mode],
    rank: mode === 'adapters' ? (body.rank ?? 4) : null,
    rate_decay: body.rate_decay ?? 2.6,
    epochs: body.epochs ?? 150,
    batch: body.batch ?? null,
    rate: body.rate ?? 0.003,
    course: body.course ?? 'constant',
    weight_decay: body.weight_decay ?? 1e-5,
    patience: body.patience === undefined ? 20 : body.patience,
  };
}
