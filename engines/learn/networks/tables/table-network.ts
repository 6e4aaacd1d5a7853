import { StromaError } from '@stroma/kernel';
import { fitTableInputs, type NumberScale, type TableInputs, tableData } from '../../dense/table-inputs.ts';
import type { Matrix, SavedModel, Target } from '../../estimator.ts';
import { checkData, checkSameColumns } from '../../trees/checks.ts';
import { headOf, outputsOf } from '../head.ts';
import {
  LoadedNetwork,
  type NetworkPredictor,
  notesOf,
  type SavedNetwork,
  type TrainingNotes,
} from '../network-predictor.ts';
import { trainNetwork } from '../training-loop.ts';
import type { NetworkTrainingOptions } from '../training-options.ts';
import { type FtTransformerSettings, ftDefaults, ftTransformer } from './ft-transformer.ts';
import { type MlpSettings, mlp, mlpDefaults } from './mlp.ts';
import { shapeOf, type TableArchitecture } from './table-architecture.ts';
import { type ResNetSettings, resNetDefaults, tabularResNet } from './tabular-resnet.ts';

export interface TableNetworkOptions extends NetworkTrainingOptions {
  /** How numbers are seen: about the median in ranges of the middle half (left out), or by their order. */
  numbers?: NumberScale['kind'];
}

export type TableNetworkKind = 'mlp' | 'tabular_resnet' | 'ft_transformer';

type Settings = MlpSettings | ResNetSettings | FtTransformerSettings;

export interface SavedTableNetwork extends SavedNetwork, SavedModel {
  kind: TableNetworkKind;
  version: 1;
  settings: Settings;
  inputs: TableInputs;
}

export interface TableNetwork extends NetworkPredictor {
  readonly kind: TableNetworkKind;
  readonly names: readonly string[];
  readonly categories: readonly number[];
  readonly notes: TrainingNotes;
  save(): SavedTableNetwork;
}

/** Learns from a table; see `trainNetwork` for what it throws. Slow: run it in a thread of its own. */
export type FitTableNetwork<Own> = (
  matrix: Matrix,
  target: Target,
  options: Partial<Own> & TableNetworkOptions,
) => Promise<TableNetwork>;

/** Multilayer perceptron on numbers, indicators of missing ones and embeddings of categories. */
export const fitMlp: FitTableNetwork<MlpSettings> = (matrix, target, options) =>
  fit('mlp', settingsOf(mlpDefaults, options), matrix, target, options);

/** Residual network for tables (Gorishniy 2021, arXiv:2106.11959). */
export const fitTabularResNet: FitTableNetwork<ResNetSettings> = (matrix, target, options) =>
  fit('tabular_resnet', settingsOf(resNetDefaults, options), matrix, target, options);

/** Transformer over the columns (Gorishniy 2021, arXiv:2106.11959). */
export const fitFtTransformer: FitTableNetwork<FtTransformerSettings> = (matrix, target, options) =>
  fit('ft_transformer', settingsOf(ftDefaults, options), matrix, target, options);

function settingsOf<Own extends object>(defaults: Own, given: Partial<Own>): Own {
  const own = Object.keys(defaults) as (keyof Own)[];
  return Object.fromEntries(own.map((name) => [name, given[name] ?? defaults[name]])) as Own;
}

async function fit(
  kind: TableNetworkKind,
  settings: Settings,
  matrix: Matrix,
  target: Target,
  options: TableNetworkOptions,
): Promise<TableNetwork> {
  checkData(matrix, target, options.weights);
  checkSettings(kind, settings);
  const inputs = fitTableInputs(matrix, options.numbers ?? 'robust');
  const head = headOf(target, matrix.rows);
  const architecture = architectureFor({ kind, settings, inputs }, outputsOf(head));
  const trained = await trainNetwork(architecture, tableData(inputs, matrix), target, options);
  return loadTableNetwork({
    kind,
    version: 1,
    names: [...matrix.names],
    categories: [...matrix.categories],
    settings,
    inputs,
    head: trained.head,
    weights: trained.weights,
    notes: notesOf(trained),
  });
}

/** A network of such settings with so many outputs. */
export function architectureFor(
  { kind, settings, inputs }: Pick<SavedTableNetwork, 'kind' | 'settings' | 'inputs'>,
  outputs: number,
): TableArchitecture {
  const shape = shapeOf(inputs, outputs);
  if (kind === 'mlp') return mlp(shape, settings as MlpSettings);
  return kind === 'tabular_resnet'
    ? tabularResNet(shape, settings as ResNetSettings)
    : ftTransformer(shape, settings as FtTransformerSettings);
}

export const architectureOfSaved = (saved: SavedTableNetwork): TableArchitecture =>
  architectureFor(saved, outputsOf(saved.head));

/** What `save` gave. Throws MODEL_INVALID where it is none of these networks. */
export function loadTableNetwork(saved: SavedTableNetwork): TableNetwork {
  if (!['mlp', 'tabular_resnet', 'ft_transformer'].includes(saved.kind) || saved.version !== 1)
    throw new StromaError(
      'MODEL_INVALID',
      `A saved network of tables was expected (mlp, tabular_resnet or ft_transformer, version 1); "${saved.kind}" of version ${saved.version} was given.`,
    );
  const loaded = new LoadedNetwork(architectureOfSaved(saved), saved.head, saved.weights);
  return {
    kind: saved.kind,
    outputs: outputsOf(saved.head),
    names: saved.names,
    categories: saved.categories,
    notes: saved.notes,
    async predict(matrix) {
      checkSameColumns(saved, matrix);
      return loaded.predict(tableData(saved.inputs, matrix), matrix.rows);
    },
    save: () => saved,
    close: () => loaded.close(),
    [Symbol.asyncDispose]: () => loaded.close(),
  };
}

function checkSettings(kind: TableNetworkKind, settings: Settings): void {
  const whole = (name: string, value: number, least = 1) => {
    if (!Number.isInteger(value) || value < least)
      throw refuse(`${name} of ${kind} must be a whole number of at least ${least}; ${value} was given.`);
  };
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'hidden') for (const units of value) whole(name, units);
    else if (/dropout$/i.test(name)) {
      if (!(value >= 0 && value < 1)) throw refuse(`${name} must be from 0 to below 1; ${value} was given.`);
    } else if (name === 'inner') {
      if (!(value > 0 && value <= 64))
        throw refuse(`inner must be above 0 and at most 64; ${value} was given.`);
    } else whole(name, value);
  }
  if ('heads' in settings && settings.width % settings.heads !== 0)
    throw refuse(`width must be a multiple of heads; ${settings.width} and ${settings.heads} were given.`);
}

const refuse = (message: string) => new StromaError('INVALID_INPUT', message);
