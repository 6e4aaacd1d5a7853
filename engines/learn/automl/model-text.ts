import { StromaError } from '@stroma/kernel';
import type { SavedAutoml } from './automl-model.ts';

const kinds = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
} as const;

/**
 * A saved model as JSON: typed arrays as base64 of their little-endian bytes, numbers that JSON does not have by name.
 * The same model gives the same text.
 */
export const modelText = (model: SavedAutoml): string =>
  JSON.stringify(model, (_key, value: unknown) => written(value));

/** Reads what `modelText` wrote. Throws INVALID_INPUT for anything else. */
export function readModelText(text: string): SavedAutoml {
  try {
    return JSON.parse(text, (_key, value: unknown) => read(value)) as SavedAutoml;
  } catch (cause) {
    throw new StromaError(
      'INVALID_INPUT',
      'A model that was trained here was expected; this is none.',
      {},
      { cause },
    );
  }
}

function written(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return {
      $array: value.constructor.name,
      bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    };
  return typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;
}

function read(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$number' in value) return Number(value.$number);
  if (!('$array' in value) || !('bytes' in value)) return value;
  const bytes = Uint8Array.from(Buffer.from(String(value.bytes), 'base64'));
  return new kinds[value.$array as keyof typeof kinds](bytes.buffer);
}
