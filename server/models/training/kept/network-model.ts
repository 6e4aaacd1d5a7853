import type { NetworkOptions } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { asTrained, type FeatureTable, loadEncoder } from '@stroma/learn';
import {
  type Images,
  loadImageNetwork,
  loadSequenceNetwork,
  loadTableNetwork,
  type Matrix,
  type SavedSequenceNetwork,
  type SavedTableNetwork,
  type Sequences,
} from '@stroma/learn/networks';
import { type AskedModel, askedModel } from './asked-model.ts';
import type { Arrangement, SavedNetworkModel } from './saved-models.ts';

/** Holds its thread while it computes. */
export function openNetworkModel(saved: SavedNetworkModel): AskedModel {
  const { network, sees } = saved;
  if ('encoder' in sees) {
    const encoder = loadEncoder(sees.encoder);
    const loaded = loadTableNetwork(network as SavedTableNetwork);
    const matrixOf = (table: FeatureTable): Matrix =>
      encoder.encode(asTrained(table, saved.schema), { extra: 'ignore' });
    return askedModel(saved, {
      outputs: (table) => loaded.predict(matrixOf(table)),
      unseen: (table) => encoder.unseen(asTrained(table, saved.schema)),
      close: () => loaded.close(),
    });
  }
  const { arrangement } = sees;
  if (network.kind === 'convolution_2d') {
    const loaded = loadImageNetwork(network);
    return askedModel(saved, {
      outputs: (table) => loaded.predict(imagesOf(table, arrangement)),
      close: () => loaded.close(),
    });
  }
  const loaded = loadSequenceNetwork(network as SavedSequenceNetwork);
  return askedModel(saved, {
    outputs: (table) => loaded.predict(sequencesOf(table, arrangement)),
    close: () => loaded.close(),
  });
}

const areImages = (network: NetworkOptions['network']): boolean => network === 'convolution_2d';

/**
 * The columns a network takes a row from. Throws INVALID_INPUT for columns that are not there or no numbers, and counts
 * that make up no whole steps or no image.
 */
export function arrangementFor(
  table: FeatureTable,
  { network, arrangement }: Pick<NetworkOptions, 'network' | 'arrangement'>,
): Arrangement {
  const { channels = 1, height, width } = arrangement ?? {};
  const columns = arrangement?.columns ?? table.columns.map(({ name }) => name);
  const kinds = new Map(table.columns.map(({ name, kind }) => [name, kind]));
  const odd = columns.filter((name) => kinds.get(name) !== 'number');
  if (odd.length > 0)
    throw refused(
      `A network of kind ${network} takes columns of numbers alone; ${odd.slice(0, 5).join(', ')} ${odd.length === 1 ? 'is' : 'are'} none, or not there. Leave them out, or name the columns in "arrangement".`,
      { columns: odd.slice(0, 50) },
    );
  if (!areImages(network)) {
    if (columns.length % channels !== 0)
      throw refused(
        `Whole steps of ${channels} channels were expected; there are ${columns.length} columns.`,
        { columns: columns.length, channels },
      );
    return { columns, channels, size: null };
  }
  const side = Math.sqrt(columns.length / channels);
  const size = {
    height: height ?? (width === undefined ? side : columns.length / channels / width),
    width: width ?? 0,
  };
  if (width === undefined) size.width = columns.length / channels / size.height;
  if (!Number.isInteger(size.height) || size.height * size.width * channels !== columns.length)
    throw refused(
      `Images of height x width x ${channels} were expected to make up ${columns.length} columns. Say "height" and "width" in "arrangement", or leave out columns that are no part of them.`,
      { columns: columns.length, channels, height: height ?? null, width: width ?? null },
    );
  return { columns, channels, size };
}

const refused = (message: string, details: Record<string, unknown>) =>
  new StromaError('INVALID_INPUT', message, { field: 'arrangement', ...details });

export const sequencesOf = (table: FeatureTable, { columns, channels }: Arrangement): Sequences => ({
  rows: table.rows,
  steps: columns.length / channels,
  channels,
  values: valuesOf(table, columns),
});

export const imagesOf = (table: FeatureTable, { columns, channels, size }: Arrangement): Images => ({
  rows: table.rows,
  channels,
  height: size?.height ?? 1,
  width: size?.width ?? columns.length / channels,
  values: valuesOf(table, columns),
});

/** By row. */
function valuesOf(table: FeatureTable, columns: readonly string[]): Float64Array {
  const found = columns.map((name) => {
    const column = table.columns.find((own) => own.name === name);
    if (column?.kind !== 'number')
      throw refused(
        `A column "${name}" of numbers was expected; the table has ${column === undefined ? 'none' : `one of kind ${column.kind}`}.`,
        {
          columns: [name],
        },
      );
    return column.values;
  });
  const values = new Float64Array(table.rows * columns.length);
  found.forEach((own, at) => {
    for (let row = 0; row < table.rows; row++) values[row * columns.length + at] = own[row] as number;
  });
  return values;
}
