import { StromaError } from '@stroma/kernel';
import { add, initial, matmul, multiply, parameter, type Tensor } from '@stroma/tensor';
import { tableData } from '../../dense/table-inputs.ts';
import type { Matrix, Target } from '../../estimator.ts';
import { checkData, checkSameColumns } from '../../trees/checks.ts';
import type { Architecture, Weights } from '../architecture.ts';
import { type Head, headOf, outputsOf } from '../head.ts';
import { notesOf } from '../network-predictor.ts';
import { trainNetwork } from '../training-loop.ts';
import type { NetworkTrainingOptions } from '../training-options.ts';
import type { MlpSettings } from './mlp.ts';
import {
  architectureOfSaved,
  loadTableNetwork,
  type SavedTableNetwork,
  type TableNetwork,
} from './table-network.ts';

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

/**
 * A network of tables learned on from a base: its scales, categories and weights are those it begins with, and the same
 * columns are expected. Frozen layers keep their weights, to the bit, and their batch norms the means they have. Layers
 * that are learned have a lower rate the nearer they are to the columns (Howard & Ruder 2018, doi:10.18653/v1/P18-1031);
 * weight decay draws those below the head towards the base. Adapters add a product of two narrow matrices to the weights
 * of frozen layers (Hu 2021, arXiv:2106.09685): they begin as nothing, and are written into the weights at the end, so
 * that what comes out is a network as any other. Throws as `trainNetwork`, and INVALID_INPUT for other columns, or a base
 * head for another kind of target.
 */
export async function fineTune(
  base: SavedTableNetwork,
  matrix: Matrix,
  target: Target,
  { layers = 1, rateDecay = howardAndRuder, adapterRank, head: wanted, ...options }: FineTuningOptions,
): Promise<TableNetwork> {
  checkSameColumns(base, matrix);
  checkData(matrix, target, options.weights);
  const own = headOf(target, matrix.rows);
  const isAlike = own.kind === base.head.kind && outputsOf(own) === outputsOf(base.head);
  if (wanted === 'kept' && !isAlike)
    throw refuse(
      `A target of ${told(base.head)} was expected for the head of the base to be kept; one of ${told(own)} was given.`,
    );
  const isKept = wanted === undefined ? isAlike : wanted === 'kept';
  const head = isKept ? base.head : own;
  const tuned = tuning(base, { layers, rateDecay, adapterRank });
  const begin = Object.fromEntries(
    Object.entries(base.weights).filter(([name]) => isKept || !name.startsWith('head.')),
  );
  const architecture = tuned.of(architectureOfSaved({ ...base, head }));
  const trained = await trainNetwork(architecture, tableData(base.inputs, matrix), target, {
    rate: 5e-4,
    ...options,
    begin,
    head,
    learns: tuned.learns,
  });
  const weights = tuned.merged(trained.weights);
  return loadTableNetwork({ ...base, head: trained.head, weights, notes: notesOf(trained) });
}

const told = (head: Head): string =>
  head.kind === 'class' ? `${head.classes} classes` : `kind ${head.kind}`;

/** How a base is learned on from: what stands in place of its parameters, what is learned, and its weights afterwards. */
export function tuning(
  base: Pick<SavedTableNetwork, 'kind' | 'settings' | 'weights'>,
  {
    layers,
    rateDecay,
    adapterRank,
  }: { layers: number | 'all'; rateDecay: number; adapterRank: number | undefined },
) {
  const groups = groupsOf(base);
  const learned = layers === 'all' ? groups.length : layers;
  if (!Number.isInteger(learned) || learned < 1 || learned > groups.length)
    throw refuse(`layers must be "all" or a whole number from 1 to ${groups.length}; ${layers} was given.`);
  if (!(rateDecay >= 1)) throw refuse(`rateDecay must be a number from 1; ${rateDecay} was given.`);
  if (adapterRank !== undefined && !(Number.isInteger(adapterRank) && adapterRank >= 1))
    throw refuse(`adapterRank must be a whole number from 1; ${adapterRank} was given.`);
  /** 0 is the head's. */
  const depthOf = (name: string) =>
    groups.length - 1 - groups.findIndex((names) => names.some((each) => name.startsWith(`${each}.`)));
  const isFrozen = (name: string) => depthOf(name) >= learned;
  const factorOf = (name: string) => rateDecay ** -depthOf(name);
  const isAdapted = (name: string, shape: readonly number[]) =>
    adapterRank !== undefined &&
    isFrozen(name) &&
    name.endsWith('.weight') &&
    Math.min(...shape) > adapterRank;
  const adapt = (name: string, weight: Tensor): Tensor => {
    const [inputs = 1, outputs = 1] = weight.shape;
    if (isAdapted(name, weight.shape)) {
      const rank = adapterRank as number;
      const down = parameter(`adapter.down.${name}`, [inputs, rank], initial.normal(1 / Math.sqrt(inputs)));
      return add(weight, matmul(down, parameter(`adapter.up.${name}`, [rank, outputs], initial.zeros)));
    }
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

function mergedWeight(name: string, own: Float32Array, weights: Weights, factor: number): Float32Array {
  const change = weights[`change.${name}`];
  if (change !== undefined) return own.map((value, at) => value + factor * (change[at] as number));
  const [down, up] = [weights[`adapter.down.${name}`], weights[`adapter.up.${name}`]];
  if (down === undefined || up === undefined) return own;
  // inputs x outputs, inputs x rank and rank x outputs.
  const rank = Math.round(Math.sqrt((down.length * up.length) / own.length));
  const outputs = up.length / rank;
  return own.map((value, at) => {
    const [row, column] = [Math.floor(at / outputs), at % outputs];
    let sum = 0;
    for (let k = 0; k < rank; k++)
      sum += (down[row * rank + k] as number) * (up[k * outputs + column] as number);
    return value + sum;
  });
}

/** Beginnings of the names of parameters, by layer from the columns to the head. */
function groupsOf({ kind, settings }: Pick<SavedTableNetwork, 'kind' | 'settings'>): string[][] {
  if (kind === 'mlp') {
    const hidden = (settings as MlpSettings).hidden.map((_, at) => [`hidden${at}`]);
    const [first = [], ...others] = hidden;
    return [['embedding', ...first], ...others, ['head']];
  }
  const { blocks } = settings as { blocks: number };
  const middle = Array.from({ length: blocks }, (_, at) => [`block${at}`]);
  return [['embedding', 'token', 'first'], ...middle, ['norm', 'head']];
}

const refuse = (message: string) => new StromaError('INVALID_INPUT', message);
