import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import { type AutomlModel, loadAutoml, type SavedAutoml } from '@stroma/learn';
import { credentialsPath } from '../credentials.ts';
import { isFile } from '../source-files.ts';

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
type Kind = keyof typeof kinds;

const extension = '.stroma-model';
const modelFolder = (env: NodeJS.ProcessEnv): string => join(dirname(credentialsPath(env)), 'models');

/** Writes the model where it was asked for, or in the command's own folder under its id, which its content makes. */
export function keepModel(
  model: SavedAutoml,
  wanted: string | null,
  env: NodeJS.ProcessEnv,
): { model_id: string; path: string } {
  const text = JSON.stringify(model, (_key, value: unknown) => written(value));
  const model_id = `mdl_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  const path = wanted === null ? join(modelFolder(env), `${model_id}${extension}`) : resolve(wanted);
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, gzipSync(text));
  renameSync(unfinished, path);
  return { model_id, path };
}

/** A model by its file or its id. Throws NOT_FOUND, and INVALID_INPUT for what is no model. */
export function readModel(word: string, env: NodeJS.ProcessEnv): { model_id: string; model: AutomlModel } {
  const path = isFile(word) ? word : join(modelFolder(env), `${word}${extension}`);
  if (!isFile(path) || word === '-')
    throw new StromaError(
      'NOT_FOUND',
      `There is no model "${word}": neither a file of that name, nor a model of that id in ${modelFolder(env)}. "stroma train" makes one.`,
      { model: word },
    );
  let text: string;
  let saved: SavedAutoml;
  try {
    text = gunzipSync(readFileSync(path)).toString('utf8');
    saved = JSON.parse(text, (_key, value: unknown) => read(value)) as SavedAutoml;
  } catch (cause) {
    throw new StromaError(
      'INVALID_INPUT',
      `A model that "stroma train" wrote was expected; "${word}" is none.`,
      { model: word },
      { cause },
    );
  }
  const model_id = `mdl_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  return { model_id, model: loadAutoml(saved) };
}

/** Typed arrays as base64 of their little-endian bytes; numbers that JSON does not have by name. */
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
  const kind = kinds[value.$array as Kind];
  return new kind(bytes.buffer);
}
