import type { Matrix, Predictor, SavedModel, Target } from '../estimator.ts';
import { type Encoder, fitEncoder } from '../table/encoder.ts';
import { type FeatureTable, takeRows } from '../table/feature-table.ts';
import { rowsOfTarget, takeTarget } from '../table/target.ts';
import { families, type LearnerRun } from './learners.ts';
import { isNetwork, type NetworkLearners, type NetworkRun } from './network-families.ts';
import type { Configuration } from './portfolio.ts';

/** A configuration fitted to rows: how they are encoded, what was learned, and the classes it has seen. */
export interface FittedMember {
  configuration: Configuration;
  encoder: Encoder;
  predictor: Predictor;
  /** Codes of the classes among the rows; null for numbers. */
  seen: readonly number[] | null;
}

export interface SavedMember {
  configuration: Configuration;
  /** Place among the encoders of the model. */
  encoder: number;
  model: SavedModel;
  seen: readonly number[] | null;
}

/** Encoded rows are kept while several configurations ask for them. */
export class EncodedRows {
  readonly #table: FeatureTable;
  readonly #target: Target;
  readonly #seed: number;
  readonly #kept = new Map<string, { encoder: Encoder; matrix: Matrix; tests: Map<Uint32Array, Matrix> }>();
  readonly #rowKeys = new Map<Uint32Array, number>();

  constructor(table: FeatureTable, target: Target, seed: number) {
    this.#table = table;
    this.#target = target;
    this.#seed = seed;
  }

  of(rows: Uint32Array, { family }: Configuration) {
    const { encoding } = families[family];
    const key = `${this.#rowKey(rows)} ${JSON.stringify(encoding)}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const own = takeRows(this.#table, rows);
    const made = {
      ...fitEncoder(own, takeTarget(this.#target, rows), { ...encoding, seed: this.#seed }),
      tests: new Map<Uint32Array, Matrix>(),
    };
    this.#kept.set(key, made);
    return made;
  }

  test(rows: Uint32Array, configuration: Configuration, test: Uint32Array): Matrix {
    const own = this.of(rows, configuration);
    const known = own.tests.get(test);
    if (known !== undefined) return known;
    const matrix = own.encoder.encode(takeRows(this.#table, test));
    own.tests.set(test, matrix);
    return matrix;
  }

  /** The same array of rows is the same rows. */
  #rowKey(rows: Uint32Array): number {
    const known = this.#rowKeys.get(rows);
    if (known !== undefined) return known;
    this.#rowKeys.set(rows, this.#rowKeys.size);
    return this.#rowKeys.size - 1;
  }
}

/** Fits a configuration to some rows. Classes that none of them is of are left out, and predicted with 0. */
export function fitMember(
  encoded: EncodedRows,
  target: Target,
  rows: Uint32Array,
  configuration: Configuration,
  run: LearnerRun,
): FittedMember {
  const { encoder, matrix } = encoded.of(rows, configuration);
  const { target: own, seen } = withoutAbsent(takeTarget(target, rows));
  const family = seen?.length === 1 ? families.baseline : families[configuration.family];
  const predictor = family.fit(matrix, own, configuration.settings, run);
  return { configuration, encoder, predictor, seen };
}

/** As `fitMember`, of networks too, which `learners` learn. */
export async function fitAnyMember(
  encoded: EncodedRows,
  target: Target,
  rows: Uint32Array,
  configuration: Configuration,
  run: NetworkRun,
  learners: NetworkLearners | undefined,
): Promise<FittedMember> {
  const { family, settings } = configuration;
  const { target: own, seen } = withoutAbsent(takeTarget(target, rows));
  if (learners === undefined || !isNetwork(family) || seen?.length === 1)
    return fitMember(encoded, target, rows, configuration, run);
  const { encoder, matrix } = encoded.of(rows, configuration);
  const predictor = await learners[family](matrix, own, settings, run);
  return { configuration, encoder, predictor, seen };
}

function withoutAbsent(target: Target): { target: Target; seen: number[] | null } {
  if (target.kind !== 'class') return { target, seen: null };
  const seen = [...new Set(target.codes)].sort((a, b) => a - b);
  if (seen.length === target.classes) return { target, seen };
  const place = new Map(seen.map((code, at) => [code, at]));
  return {
    target: {
      kind: 'class',
      classes: seen.length,
      codes: target.codes.map((code) => place.get(code) as number),
    },
    seen,
  };
}

/** Rows x outputs of the whole problem, by row. */
export function predictMember(
  { predictor, seen }: Pick<FittedMember, 'predictor' | 'seen'>,
  matrix: Matrix,
  outputs: number,
): Float64Array {
  const predicted = predictor.predict(matrix);
  if (seen === null || seen.length === outputs) return predicted;
  const whole = new Float64Array(matrix.rows * outputs);
  for (let row = 0; row < matrix.rows; row++)
    seen.forEach((code, at) => {
      whole[row * outputs + code] = predicted[row * seen.length + at] as number;
    });
  return whole;
}

export const outputsOf = (target: Target): number => (target.kind === 'class' ? target.classes : 1);

/** Rows x outputs of some of the rows. */
export function takeOutputs(predicted: Float64Array, outputs: number, rows: ArrayLike<number>): Float64Array {
  const taken = new Float64Array(rows.length * outputs);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    taken.set(predicted.subarray(row * outputs, (row + 1) * outputs), at * outputs);
  }
  return taken;
}

export const allRows = (target: Target): Uint32Array =>
  Uint32Array.from({ length: rowsOfTarget(target) }, (_, row) => row);
