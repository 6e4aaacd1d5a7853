import type { PredictionRow, SignatureColumn } from '@stroma/contracts';
import {
  asTrained,
  columnNamed,
  type FeatureColumn,
  type FeatureTable,
  type Observed,
  type Target,
} from '@stroma/learn';
import { tableOfRows } from '../serving/row-table.ts';
import type { AskedModel } from '../training/kept/asked-model.ts';
import { predictedColumns } from '../training/kept/predicted-columns.ts';

/** A prediction as it was kept, with its outcome where one is known. In a thread: texts are read there. */
export interface LoggedTexts {
  /** JSON: row, prediction, confidence, latency_ms where it was kept. */
  said: readonly string[];
  /** JSON of what was so; null where it is not known yet. */
  observed: readonly (string | null)[];
  /** Milliseconds since 1970. */
  at: Float64Array;
}

interface Said {
  row: PredictionRow;
  confidence: number | null;
  latency_ms?: number;
}

/** Predictions that were kept, in the order of time, as the version sees them. */
export interface LoggedRows {
  table: FeatureTable;
  /** Rows x classes, or one a row: what the version says of them. */
  outputs: Float64Array;
  /** Missing where it is not known yet. */
  labels: FeatureColumn;
  at: Float64Array;
  confidence: Float64Array;
  latencyMs: Float64Array;
}

export async function readLogged(
  model: AskedModel,
  signature: readonly SignatureColumn[],
  { said, observed, at }: LoggedTexts,
): Promise<LoggedRows> {
  const kept = said.map((text) => JSON.parse(text) as Said);
  const table = featuresOf(
    model,
    tableOfRows(
      signature,
      kept.map(({ row }) => row),
    ),
  );
  return {
    table,
    outputs: await model.outputs(table),
    labels: labelColumn(model, observed),
    at,
    confidence: Float64Array.from(kept, ({ confidence }) => confidence ?? Number.NaN),
    latencyMs: Float64Array.from(kept, ({ latency_ms }) => latency_ms ?? Number.NaN),
  };
}

function labelColumn({ saved }: AskedModel, observed: readonly (string | null)[]): FeatureColumn {
  const { problem, target: name } = saved;
  const values = observed.map((text) => (text === null ? null : (JSON.parse(text) as string | number)));
  if (problem.labels.length === 0)
    return {
      kind: 'number',
      name,
      values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
    };
  const codes = Int32Array.from(values, (value) =>
    value === null ? -1 : problem.labels.indexOf(String(value)),
  );
  return { kind: 'category', name, codes, levels: problem.labels };
}

/** Columns the version learned from, as the kinds it learned them. */
export function featuresOf({ saved }: AskedModel, given: FeatureTable): FeatureTable {
  const table = asTrained(given, saved.schema);
  return { rows: table.rows, columns: saved.schema.map(({ name }) => columnNamed(table, name)) };
}

/** What drift is told of: features, what is predicted, and what was so. */
export const observedOf = (
  model: AskedModel,
  table: FeatureTable,
  outputs: Float64Array,
  labels: FeatureColumn,
): Observed => ({ table, predictions: predictedColumns(model.saved.problem.labels, outputs), labels });

/** Rows whose outcome is known, with it. */
export function labelledRows(labels: FeatureColumn, among: Uint32Array): Uint32Array {
  return among.filter((row) =>
    labels.kind === 'category'
      ? (labels.codes[row] as number) >= 0
      : labels.kind === 'number' && !Number.isNaN(labels.values[row]),
  );
}

/** Of rows whose outcome is known. */
export function targetOfRows(labels: FeatureColumn, rows: Uint32Array): Target {
  if (labels.kind === 'category')
    return {
      kind: 'class',
      codes: Int32Array.from(rows, (row) => labels.codes[row] as number),
      classes: labels.levels.length,
    };
  if (labels.kind !== 'number') throw new Error(`outcomes are classes or numbers, not ${labels.kind}`);
  return { kind: 'number', values: Float64Array.from(rows, (row) => labels.values[row] as number) };
}

export function outputsOfRows(outputs: Float64Array, rows: Uint32Array, total: number): Float64Array {
  const width = outputs.length / Math.max(1, total);
  const taken = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    taken.set(outputs.subarray(row * width, (row + 1) * width), at * width);
  });
  return taken;
}
