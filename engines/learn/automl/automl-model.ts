import { StromaError } from '@stroma/kernel';
import { likeliest } from '../scores/confusion.ts';
import { loadEncoder, type UnseenLevels } from '../table/encoder.ts';
import type { SavedEncoder } from '../table/encoder-options.ts';
import { type FeatureColumn, type FeatureTable, isMissing } from '../table/feature-table.ts';
import type { Problem } from '../table/problem-type.ts';
import { type Calibration, calibrate } from './calibration.ts';
import { type Combination, combine } from './ensemble.ts';
import { predictMember, type SavedMember } from './fold-fit.ts';
import { families } from './learners.ts';

/** Plain and typed arrays: what structured clone takes. */
export interface SavedAutoml {
  kind: 'automl';
  version: 1;
  target: string;
  problem: Problem;
  /** Columns a table must hold, in any order. */
  schema: readonly { name: string; kind: FeatureColumn['kind'] }[];
  encoders: readonly SavedEncoder[];
  members: readonly SavedMember[];
  /** Its members are places in `members`. */
  combination: Combination;
  calibration: Calibration;
  /** Of numbers: half the width of an interval, and how often it holds the truth. */
  interval: { half_width: number; coverage: number } | null;
  /** Rows it was learned from that others are held against in explanations. */
  background: FeatureTable;
}

export interface AutomlPrediction {
  /** Rows x outputs: probabilities of the classes in the order of `problem.labels`, or values. */
  outputs: Float64Array;
  /** Of numbers. */
  values: Float64Array | null;
  /** Of classes: the likeliest of each row. */
  labels: string[] | null;
  interval: { low: Float64Array; high: Float64Array; coverage: number } | null;
  /** Levels that training did not have: taken as rare or missing ones. */
  unseen: UnseenLevels[];
}

export interface AutomlModel {
  readonly saved: SavedAutoml;
  /**
   * Columns it does not know, the target among them, are left aside; missing values are taken as in training. Throws
   * INVALID_INPUT naming every column that is missing or of another kind.
   */
  predict(table: FeatureTable): AutomlPrediction;
  /** As `predict`'s outputs alone. */
  outputs(table: FeatureTable): Float64Array;
}

/** Throws INVALID_INPUT for what is no saved model of this version. */
export function loadAutoml(saved: SavedAutoml): AutomlModel {
  if (saved?.kind !== 'automl' || saved.version !== 1)
    throw new StromaError(
      'INVALID_INPUT',
      `A model that was trained here, of version 1, was expected; "${String(saved?.kind)}" of version ${String(saved?.version)} was given.`,
    );
  const encoders = saved.encoders.map(loadEncoder);
  const members = saved.members.map((member) => {
    const family = member.seen?.length === 1 ? families.baseline : families[member.configuration.family];
    return { ...member, predictor: family.load(member.model) };
  });
  const { labels } = saved.problem;
  const width = labels.length > 0 ? labels.length : 1;
  const outputsOf = (given: FeatureTable): Float64Array => {
    const table = asTrained(given, saved.schema);
    const matrices = encoders.map((encoder) => encoder.encode(table, { extra: 'ignore' }));
    const combined = combine(
      saved.combination,
      saved.combination.members.map((at) => {
        const member = members[at] as (typeof members)[number];
        return predictMember(member, matrices[member.encoder] as (typeof matrices)[number], width);
      }),
      width,
    );
    return width > 1 ? calibrate(saved.calibration, combined, width) : combined;
  };
  return {
    saved,
    outputs: outputsOf,
    predict(table) {
      const outputs = outputsOf(table);
      const known = asTrained(table, saved.schema);
      const unseen = encoders[0]?.unseen(known) ?? [];
      if (width > 1)
        return {
          outputs,
          values: null,
          labels: Array.from(likeliest(outputs, width), (code) => labels[code] ?? ''),
          interval: null,
          unseen,
        };
      const { half_width, coverage } = saved.interval ?? {
        half_width: Number.POSITIVE_INFINITY,
        coverage: 1,
      };
      const interval =
        saved.interval === null
          ? null
          : {
              low: outputs.map((value) => value - half_width),
              high: outputs.map((value) => value + half_width),
              coverage,
            };
      return { outputs, values: outputs, labels: null, interval, unseen };
    },
  };
}

/** Numbers where classes were learned, and classes of numbers where numbers were: what another file's values look like. */
export function asTrained(table: FeatureTable, schema: SavedAutoml['schema']): FeatureTable {
  const kinds = new Map(schema.map(({ name, kind }) => [name, kind]));
  return {
    rows: table.rows,
    columns: table.columns.map((column) => {
      const wanted = kinds.get(column.name);
      if (wanted === 'category' && (column.kind === 'number' || column.kind === 'text')) return named(column);
      if (wanted === 'text' && column.kind === 'category')
        return {
          kind: 'text',
          name: column.name,
          values: Array.from(column.codes, (code) => column.levels[code] ?? null),
        };
      return column;
    }),
  };
}

function named(column: Extract<FeatureColumn, { kind: 'number' | 'text' }>): FeatureColumn {
  const texts = Array.from({ length: column.values.length }, (_, row) =>
    isMissing(column, row) ? null : String(column.values[row]),
  );
  const levels = [...new Set(texts)].filter((text) => text !== null).sort();
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  return {
    kind: 'category',
    name: column.name,
    levels,
    codes: Int32Array.from(texts, (text) => (text === null ? -1 : (codeOf.get(text) ?? -1))),
  };
}
