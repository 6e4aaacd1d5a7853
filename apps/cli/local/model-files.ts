import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { StromaError } from '@stroma/kernel';
import { type AutomlModel, loadAutoml, modelText, readModelText, type SavedAutoml } from '@stroma/learn';
import { credentialsPath } from '../credentials.ts';
import { isFile } from '../source-files.ts';

const extension = '.stroma-model';
const modelFolder = (env: NodeJS.ProcessEnv): string => join(dirname(credentialsPath(env)), 'models');

/** Writes the model where it was asked for, or in the command's own folder under its id, which its content makes. */
export function keepModel(
  model: SavedAutoml,
  wanted: string | null,
  env: NodeJS.ProcessEnv,
): { model_id: string; path: string } {
  const text = modelText(model);
  const model_id = `mdl_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  const path = wanted === null ? join(modelFolder(env), `${model_id}${extension}`) : resolve(wanted);
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, gzipSync(text));
  renameSync(unfinished, path);
  return { model_id, path };
}

const pathOf = (word: string, env: NodeJS.ProcessEnv): string =>
  isFile(word) ? word : join(modelFolder(env), `${word}${extension}`);

export const isModelHere = (word: string, env: NodeJS.ProcessEnv): boolean =>
  word !== '-' && isFile(pathOf(word, env));

/** A model by its file or its id. Throws NOT_FOUND, and INVALID_INPUT for what is no model. */
export function readModel(word: string, env: NodeJS.ProcessEnv): { model_id: string; model: AutomlModel } {
  const path = pathOf(word, env);
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
    saved = readModelText(text);
  } catch (cause) {
    throw new StromaError(
      'INVALID_INPUT',
      `A model that "stroma train" wrote was expected; "${word}" is none.`,
      { model: word },
      { cause },
    );
  }
  const kind: string | undefined = saved?.kind;
  if (kind !== 'automl')
    throw new StromaError(
      'INVALID_INPUT',
      `Expected a model of "stroma train"; "${word}" holds ${kind === undefined ? 'something else' : `one of the kind "${kind}", which its server answers for: name it there, or export it as ONNX where it can be one`}.`,
      { model: word },
    );
  const model_id = `mdl_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  return { model_id, model: loadAutoml(saved) };
}
