import { StromaError } from '@stroma/kernel';
import { type FeatureTable, loadEncoder, type SavedEncoder, type Target } from '@stroma/learn';
import {
  type DenseModel,
  type FineTuningOptions,
  fineTune,
  fineTuneImages,
  fineTuneSequences,
  fromDenseForm,
  imageFeatures,
  type Matrix,
  type SavedTableNetwork,
  sequenceFeatures,
  tableFeatures,
} from '@stroma/learn/networks';
import { imagesOf, sequencesOf } from '../kept/network-model.ts';
import type { SavedKept, SavedNetworkModel } from '../kept/saved-models.ts';
import type { Settings } from './kept-network.ts';

type Network = SavedNetworkModel['network'];

/** A network of this server as one that can be learned on. */
export interface TunableBase {
  columns: readonly string[];
  sees: SavedNetworkModel['sees'];
  /** Told of the network that comes of it, too. */
  settings: Settings;
  /** Throws as `fineTune`. */
  tuned(table: FeatureTable, target: Target, options: FineTuningOptions): Promise<Network>;
  /** What its head is given for each row. */
  features(table: FeatureTable): Promise<Matrix>;
}

/** Throws UNPROCESSABLE for a model that is none. */
export function tunableBase(saved: SavedKept, name: string): TunableBase {
  if (saved.kind === 'automl') {
    const [member, another] = saved.members;
    if (member?.model.kind === 'dense-networks' && another === undefined) {
      const { dropout } = member.configuration.settings;
      const network = fromDenseForm(
        member.model as DenseModel,
        typeof dropout === 'number' ? dropout : undefined,
      );
      const encoder = saved.encoders[member.encoder] as SavedEncoder;
      const settings: Settings = typeof dropout === 'number' ? { dropout } : {};
      return tableBase(saved, encoder, network, settings);
    }
  }
  if (saved.kind === 'network') {
    const { network, sees } = saved;
    if ('encoder' in sees) return tableBase(saved, sees.encoder, network as SavedTableNetwork, {});
    const { arrangement } = sees;
    const common = { columns: arrangement.columns, sees, settings: {} };
    if (network.kind === 'convolution_2d')
      return {
        ...common,
        async tuned(table, target, options) {
          await using own = await fineTuneImages(network, imagesOf(table, arrangement), target, options);
          return own.save();
        },
        features: async (table) => matrixOf(await imageFeatures(network, imagesOf(table, arrangement))),
      };
    if (!('inputs' in network))
      return {
        ...common,
        async tuned(table, target, options) {
          await using own = await fineTuneSequences(
            network,
            sequencesOf(table, arrangement),
            target,
            options,
          );
          return own.save();
        },
        features: async (table) => matrixOf(await sequenceFeatures(network, sequencesOf(table, arrangement))),
      };
  }
  throw new StromaError(
    'UNPROCESSABLE',
    `"${name}" has no layers to learn on: a version that is one network, trained here, was expected. ${saved.kind === 'onnx' || saved.kind === 'transfer' ? 'A base of an ONNX file stays frozen: take the mode "frozen".' : 'Train one as a network, and learn on from that.'}`,
    { field: 'base', kind: saved.kind },
  );
}

function tableBase(
  { schema }: Pick<SavedKept, 'schema'>,
  saved: SavedEncoder,
  network: SavedTableNetwork,
  settings: Settings,
): TunableBase {
  const encoder = loadEncoder(saved);
  const encoded = (table: FeatureTable): Matrix => encoder.encode(table, { extra: 'ignore' });
  return {
    columns: schema.map(({ name }) => name),
    sees: { encoder: saved },
    settings,
    async tuned(table, target, options) {
      await using own = await fineTune(network, encoded(table), target, options);
      return own.save();
    },
    features: async (table) => matrixOf(await tableFeatures(network, encoded(table))),
  };
}

function matrixOf({ width, values }: { width: number; values: Float32Array }): Matrix {
  const rows = values.length / width;
  return {
    rows,
    names: Array.from({ length: width }, (_, at) => String(at)),
    categories: new Array<number>(width).fill(0),
    columns: Array.from({ length: width }, (_, at) =>
      Float64Array.from({ length: rows }, (_own, row) => values[row * width + at] as number),
    ),
  };
}
