import {
  conformalHalfWidth,
  type FeatureTable,
  holdOut,
  type Target,
  takeRows,
  takeTarget,
} from '@stroma/learn';
import { denseForm } from '@stroma/learn/networks';
import type { SavedFacts } from '../kept/asked-model.ts';
import { openKept } from '../kept/kept-model.ts';
import type { SavedKept, SavedNetworkModel } from '../kept/saved-models.ts';

const coverage = 0.9;
/** Of the rows it learns from, held out for early stopping. */
const validationShare = 0.2;

export type Settings = Record<string, number | string>;
export type Fitted = Pick<SavedNetworkModel, 'sees' | 'network'> & { settings: Settings };

/** Dense layers as a model of AutoML, which answers at once wherever one is asked; other networks as they are. */
export function savedAs(facts: SavedFacts, { sees, network, settings }: Fitted): SavedKept {
  if (!('encoder' in sees) || (network.kind !== 'mlp' && network.kind !== 'tabular_resnet'))
    return { ...facts, kind: 'network', version: 1, sees, network };
  const { names, categories } = network;
  const model = {
    ...({ kind: 'dense-networks', version: 1, names, categories } as const),
    networks: [denseForm(network)],
  };
  const configuration = { id: network.kind, family: network.kind, settings };
  return {
    ...facts,
    kind: 'automl',
    version: 1,
    encoders: [sees.encoder],
    members: [{ configuration, encoder: 0, model, seen: null }],
    combination: { kind: 'blend', members: [0], weights: [1] },
    calibration: { kind: 'none' },
  };
}

export const weightsIn = ({ weights }: Fitted['network']): number =>
  Object.values(weights).reduce((sum, { length }) => sum + length, 0);

/** Places among the rows it learns from, so that classes are in both as they are in all. */
export function validationRows(target: Target, seed: number): Uint32Array {
  const rows =
    target.kind === 'class' ? target.codes.length : target.kind === 'number' ? target.values.length : 0;
  const plan =
    target.kind === 'class' ? { by: 'stratified' as const, codes: target.codes } : { by: 'random' as const };
  return holdOut(rows, plan, { share: validationShare, seed }).test;
}

/** Of numbers, by the errors on rows that no step has learned from. */
export async function intervalOf(
  saved: SavedKept,
  target: Target,
  table: FeatureTable,
  rows: Uint32Array,
): Promise<SavedFacts['interval']> {
  if (target.kind !== 'number') return null;
  const model = await openKept(saved);
  try {
    const predicted = await model.outputs(takeRows(table, rows));
    const own = takeTarget(target, rows);
    if (own.kind !== 'number') return null;
    const half = conformalHalfWidth(own.values, predicted, coverage);
    return Number.isFinite(half) ? { half_width: half, coverage } : null;
  } finally {
    await model.close?.();
  }
}
