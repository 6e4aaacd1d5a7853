import { createHash } from 'node:crypto';
import { StromaError } from '@stroma/kernel';
import type { FeatureTable } from '../../table/feature-table.ts';

/** What stands beside a model in `card.json`. */
export interface BaseModelCard {
  format: 'stroma-base-model';
  version: 1;
  name: string;
  description: string;
  /** A file of the same folder. */
  model: { file: string; sha256: string };
  /** What it takes, in the order of its inputs. */
  columns: readonly string[];
  /** Whose output is worth learning from: the name of an output within the graph. */
  layer: string;
  data: { description: string; source: string; rows: number };
  /** By its SPDX name. */
  licence: string;
  metrics: readonly { name: string; value: number; data: string }[];
  /** Some rows it was trained on, by column, that others are held against; null where they may not be told. */
  reference: Readonly<Record<string, readonly number[]>> | null;
}

/** Files by their path under a folder, `/` between names. */
export interface ModelFolder {
  list(): Promise<readonly string[]>;
  read(path: string): Promise<Uint8Array>;
}

export interface BaseModel {
  readonly card: BaseModelCard;
  /** Throws MODEL_INVALID where the file is not the one the card tells of. */
  bytes(): Promise<Uint8Array>;
}

const cardName = 'card.json';
const mostCardBytes = 8 * 2 ** 20;

/**
 * The base models of a folder, one in each of its folders that has a card, by name. A card that does not tell the data,
 * the licence and the metrics is refused with what it lacks; the others are there all the same.
 */
export async function baseModels(
  folder: ModelFolder,
): Promise<{ models: BaseModel[]; refused: { path: string; why: string }[] }> {
  const models: BaseModel[] = [];
  const refused: { path: string; why: string }[] = [];
  const cards = (await folder.list()).filter((path) => path.split('/').at(-1) === cardName).toSorted();
  for (const path of cards) {
    try {
      models.push(modelOf(folder, path, readCard(await folder.read(path))));
    } catch (error) {
      if (!(error instanceof StromaError)) throw error;
      refused.push({ path, why: error.message });
    }
  }
  return { models: models.sort((a, b) => (a.card.name < b.card.name ? -1 : 1)), refused };
}

function modelOf(folder: ModelFolder, path: string, card: BaseModelCard): BaseModel {
  const file = `${path.slice(0, -cardName.length)}${card.model.file}`;
  return {
    card,
    async bytes() {
      const bytes = await folder.read(file);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== card.model.sha256)
        throw new StromaError(
          'MODEL_INVALID',
          `The file "${file}" of SHA-256 ${card.model.sha256} was expected; it has ${sha256}. Bring the file its card was written for.`,
          { file, expected: card.model.sha256, given: sha256 },
        );
      return bytes;
    },
  };
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value.trim() !== '';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isList =
  (of: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(of);
const isObject =
  (parts: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(parts).every(([name, check]) => check((value as Record<string, unknown>)[name]));

/** A name alone: nothing that leads out of the folder. */
const isFileName: Check = (value) =>
  typeof value === 'string' && /^[\w][\w.-]*$/.test(value) && !value.includes('..');

const parts: Readonly<Record<keyof BaseModelCard, { check: Check; expected: string }>> = {
  format: { check: (value) => value === 'stroma-base-model', expected: '"stroma-base-model"' },
  version: { check: (value) => value === 1, expected: '1' },
  name: { check: isText, expected: 'a text' },
  description: { check: isText, expected: 'a text' },
  model: {
    check: isObject({
      file: isFileName,
      sha256: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
    }),
    expected: '{ file: the name of a file beside the card, sha256 }',
  },
  columns: { check: isList(isText), expected: 'names of columns' },
  layer: { check: isText, expected: 'the name of a layer' },
  data: {
    check: isObject({ description: isText, source: isText, rows: isNumber }),
    expected: '{ description, source, rows }',
  },
  licence: { check: isText, expected: 'an SPDX name' },
  metrics: {
    check: isList(isObject({ name: isText, value: isNumber, data: isText })),
    expected: 'a list of { name, value, data }',
  },
  reference: {
    check: (value) =>
      value === null || (typeof value === 'object' && Object.values(value as object).every(isList(isNumber))),
    expected: 'numbers by column, or null',
  },
};

/** Throws INVALID_INPUT naming every part that is missing or of another kind. */
export function readCard(bytes: Uint8Array): BaseModelCard {
  if (bytes.length > mostCardBytes)
    throw new StromaError(
      'INVALID_INPUT',
      `A card of at most ${mostCardBytes} bytes was expected; it has ${bytes.length}.`,
    );
  let card: unknown;
  try {
    card = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new StromaError('INVALID_INPUT', 'A card of JSON was expected; it is none.', {}, { cause });
  }
  const given = (typeof card === 'object' && card !== null ? card : {}) as Record<string, unknown>;
  const lacking = Object.entries(parts).filter(([name, { check }]) => !check(given[name]));
  if (lacking.length > 0)
    throw new StromaError(
      'INVALID_INPUT',
      `A card of a base model was expected; ${lacking.map(([name, { expected }]) => `"${name}" must be ${expected}`).join('; ')}.`,
      { parts: lacking.map(([name]) => name) },
    );
  return card as BaseModelCard;
}

/** The card's rows as a table; null where it has none. */
export function referenceTable({ reference }: BaseModelCard): FeatureTable | null {
  if (reference === null) return null;
  const columns = Object.entries(reference).map(([name, values]) => ({
    kind: 'number' as const,
    name,
    values: Float64Array.from(values),
  }));
  return { rows: columns[0]?.values.length ?? 0, columns };
}
