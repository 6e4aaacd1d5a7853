import { add, initial, matmul, multiply, parameter, reshape, type Tensor } from '@stroma/tensor';
import type { Target } from '../../estimator.ts';
import type { Architecture, NetworkData, Weights } from '../architecture.ts';
import { NetworkFunction } from '../evaluation.ts';
import { type Head, headOf, outputsOf } from '../head.ts';
import { notesOf, type SavedNetwork } from '../network-predictor.ts';
import { trainNetwork } from '../training-loop.ts';
import type { NetworkTrainingOptions } from '../training-options.ts';
import { refused } from './checks.ts';

export interface FineTuning {
  /** Layers that are learned, counted from the head: 1, the head alone, when left out. The others are frozen. */
  layers?: number | 'all';
  /** The rate of each layer is that of the one above it, divided by this; 2.6 when left out (Howard & Ruder 2018). */
  rateDecay?: number;
  /** Rank of the adapters on frozen layers; none when left out. */
  adapterRank?: number;
  /** Whether the last layer begins as the base's; as far as the targets are of one kind when left out. */
  head?: 'kept' | 'new';
}

export type FineTuningOptions = FineTuning & Omit<NetworkTrainingOptions, 'learns' | 'begin' | 'head'>;

const howardAndRuder = 2.6;

/** A saved network as what it is made of. */
export interface Tunable<Saved extends SavedNetwork> {
  base: Saved;
  /** Beginnings of the names of parameters, by layer from the columns to the head. */
  groups: readonly (readonly string[])[];
  /** The same network with so many outputs. */
  architecture(outputs: number): Architecture;
}

/** Learns on; see `fineTune`. */
export async function tuned<Saved extends SavedNetwork>(
  { base, groups, architecture }: Tunable<Saved>,
  data: NetworkData,
  rows: number,
  target: Target,
  { layers = 1, rateDecay = howardAndRuder, adapterRank, head: wanted, ...options }: FineTuningOptions,
): Promise<Saved> {
  const own = headOf(target, rows);
  const isAlike = own.kind === base.head.kind && outputsOf(own) === outputsOf(base.head);
  if (wanted === 'kept' && !isAlike)
    throw refused(
      `A target of ${told(base.head)} was expected for the head of the base to be kept; one of ${told(own)} was given.`,
    );
  const isKept = wanted === undefined ? isAlike : wanted === 'kept';
  const head = isKept ? base.head : own;
  const plan = tuningOf(groups, { layers, rateDecay, adapterRank });
  const begin = Object.fromEntries(
    Object.entries(base.weights).filter(([name]) => isKept || !name.startsWith('head.')),
  );
  const trained = await trainNetwork(plan.of(architecture(outputsOf(head))), data, target, {
    rate: 5e-4,
    ...options,
    begin,
    head,
    learns: plan.learns,
  });
  return { ...base, head: trained.head, weights: plan.merged(trained.weights), notes: notesOf(trained) };
}

const told = (head: Head): string =>
  head.kind === 'class' ? `${head.classes} classes` : `kind ${head.kind}`;

/** How a base is learned on from: what stands in place of its parameters, what is learned, and its weights afterwards. */
export function tuningOf(
  groups: Tunable<SavedNetwork>['groups'],
  {
    layers,
    rateDecay,
    adapterRank,
  }: { layers: number | 'all'; rateDecay: number; adapterRank: number | undefined },
) {
  const learned = layers === 'all' ? groups.length : layers;
  if (!Number.isInteger(learned) || learned < 1 || learned > groups.length)
    throw refused(`layers must be "all" or a whole number from 1 to ${groups.length}; ${layers} was given.`);
  if (!(rateDecay >= 1)) throw refused(`rateDecay must be a number from 1; ${rateDecay} was given.`);
  if (adapterRank !== undefined && !(Number.isInteger(adapterRank) && adapterRank >= 1))
    throw refused(`adapterRank must be a whole number from 1; ${adapterRank} was given.`);
  /** 0 is the head's. */
  const depthOf = (name: string) =>
    groups.length - 1 - groups.findIndex((names) => names.some((each) => name.startsWith(`${each}.`)));
  const isFrozen = (name: string) => depthOf(name) >= learned;
  const factorOf = (name: string) => rateDecay ** -depthOf(name);
  const adapt = (name: string, weight: Tensor): Tensor => {
    if (adapterRank !== undefined && isFrozen(name) && isAdapted(name, weight.shape, adapterRank))
      return add(weight, adapter(name, weight.shape, adapterRank));
    if (isFrozen(name) || factorOf(name) === 1) return weight;
    // Adam's steps do not grow with the gradient, so a share of what it learns is a share of its rate.
    return add(weight, multiply(parameter(`change.${name}`, weight.shape, initial.zeros), factorOf(name)));
  };
  return {
    of: (architecture: Architecture): Architecture => ({
      ...architecture,
      forward: (inputs, run) => architecture.forward(inputs, { ...run, adapt, isFrozen }),
    }),
    learns: (name: string) => /^(adapter|change)\./.test(name) || (!isFrozen(name) && factorOf(name) === 1),
    merged: (weights: Weights): Weights =>
      Object.fromEntries(
        Object.entries(weights)
          .filter(([name]) => !/^(adapter|change)\./.test(name))
          .map(([name, own]) => [name, mergedWeight(name, own, weights, factorOf(name))]),
      ),
  };
}

/** Products of many inputs: those of layers, convolutions and the gates of recurrent cells. */
const isAdapted = (name: string, [first = 1, ...others]: readonly number[], rank: number): boolean =>
  /\.(weight|input|hidden)$/.test(name) && Math.min(first, sizeOf(others)) > rank;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, each) => size * each, 1);

/** Kernels of convolutions, [out, in, ...], as out x (in ...). */
function adapter(name: string, shape: readonly number[], rank: number): Tensor {
  const [first = 1, ...others] = shape;
  const down = parameter(`adapter.down.${name}`, [first, rank], initial.normal(1 / Math.sqrt(first)));
  const up = parameter(`adapter.up.${name}`, [rank, sizeOf(others)], initial.zeros);
  const product = matmul(down, up);
  return others.length === 1 ? product : reshape(product, shape);
}

function mergedWeight(name: string, own: Float32Array, weights: Weights, factor: number): Float32Array {
  const change = weights[`change.${name}`];
  if (change !== undefined) return own.map((value, at) => value + factor * (change[at] as number));
  const [down, up] = [weights[`adapter.down.${name}`], weights[`adapter.up.${name}`]];
  if (down === undefined || up === undefined) return own;
  // rows x columns, rows x rank and rank x columns.
  const rank = Math.round(Math.sqrt((down.length * up.length) / own.length));
  const columns = up.length / rank;
  return own.map((value, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < rank; k++)
      sum += (down[row * rank + k] as number) * (up[k * columns + column] as number);
    return value + sum;
  });
}

const rowsAtOnce = 64;

/** What the head of a network is given: rows x width, by row. */
export async function beforeHead(
  { base: { weights }, architecture }: Pick<Tunable<SavedNetwork>, 'base' | 'architecture'>,
  data: NetworkData,
): Promise<{ width: number; values: Float32Array }> {
  const outputs = weights['head.bias']?.length ?? 1;
  const width = (weights['head.weight']?.length ?? 0) / outputs;
  // A head that says what it was told.
  const same = Float32Array.from({ length: width * width }, (_, at) => (at % (width + 1) === 0 ? 1 : 0));
  const own = { ...weights, 'head.weight': same, 'head.bias': new Float32Array(width) };
  await using opened = await NetworkFunction.open(architecture(width), rowsAtOnce, own);
  return { width, values: await opened.run(data) };
}
