import type {
  ModelExplanation,
  Prediction,
  PredictionRow,
  RowExplanation,
  SignatureColumn,
} from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import {
  counterfactuals,
  type FeatureTable,
  likeliest,
  partialDependence,
  sampleRows,
  summariseShap,
  takeRows,
  viewAutoml,
} from '@stroma/learn';
import type { AskedModel } from '../training/kept/asked-model.ts';
import { explainerOf, type Method, seed } from './row-explainers.ts';
import { tableOfRows } from './row-table.ts';

/** A model as it is held for answers. */
export interface HeldModel {
  model: AskedModel;
  signature: readonly SignatureColumn[];
}

/** Rows predicted for the explanation of a row: beside its prediction, where nobody waits long, among many, and when asked for. */
const rowsBeside = 120;
const rowsAmongMany = 240;
const rowsAsked = 4000;
const globalRows = 100;
const dependenceCurves = 50;

export async function predictRows(
  held: HeldModel,
  rows: readonly PredictionRow[],
  explain: boolean,
  signal: AbortSignal,
): Promise<Prediction[]> {
  const { model, signature } = held;
  const table = tableOfRows(signature, rows);
  const { outputs, values, labels, interval } = await model.predict(table, { signal });
  const classes = model.saved.problem.labels;
  const best = labels === null ? null : likeliest(outputs, classes.length);
  const explanations: RowExplanation[] = [];
  if (explain)
    for (const row of rows.keys())
      explanations.push(
        await rowExplanation(
          held,
          table,
          { row, output: best?.[row] ?? 0, rows: rowsBeside, method: null },
          signal,
        ),
      );
  return rows.map((_, row): Prediction => {
    const own = outputs.subarray(row * classes.length, (row + 1) * classes.length);
    const code = best?.[row] ?? 0;
    return {
      prediction_id: null,
      prediction: labels === null ? (values?.[row] as number) : (labels[row] as string),
      confidence: best === null ? (interval?.coverage ?? null) : (own[code] as number),
      probabilities:
        best === null ? null : Object.fromEntries(classes.map((label, at) => [label, own[at] as number])),
      low: finite(interval?.low[row]),
      high: finite(interval?.high[row]),
      explanation: explanations[row] ?? null,
      ...oddities(signature, table, row),
    };
  });
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Levels that training did not have, and numbers outside of what it had. */
function oddities(
  signature: readonly SignatureColumn[],
  table: FeatureTable,
  row: number,
): Pick<Prediction, 'unseen' | 'outside'> {
  const unseen: Prediction['unseen'] = [];
  const outside: string[] = [];
  signature.forEach(({ name, levels, more_levels, low, high }, at) => {
    const column = table.columns[at];
    if (column?.kind === 'category') {
      const value = column.levels[column.codes[row] as number];
      if (value !== undefined && levels !== null && more_levels === 0 && !levels.includes(value))
        unseen.push({ column: name, value });
    } else if (column !== undefined && column.kind !== 'text' && low !== null && high !== null) {
      const value = column.values[row] as number;
      if (value < low || value > high) outside.push(name);
    }
  });
  return { unseen, outside };
}

async function rowExplanation(
  held: HeldModel,
  table: FeatureTable,
  { row, output, rows, method: wanted }: { row: number; output: number; rows: number; method: Method | null },
  signal: AbortSignal,
): Promise<RowExplanation> {
  const { model } = held;
  const { method, scale, explain } = explainerOf(held, wanted);
  const { base, value, contributions } = await explain(table, { row, output, rows, signal });
  return {
    kind: 'row',
    method,
    scale,
    label: model.saved.problem.labels[output] ?? null,
    base,
    value,
    contributions: contributions
      .map((own) => ({ ...own, value: shownValue(table, own.column, row) }))
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
  };
}

function shownValue(table: FeatureTable, name: string, row: number): string | number | null {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) return null;
  if (column.kind === 'category') return column.levels[column.codes[row] as number] ?? null;
  if (column.kind === 'text') return column.values[row] ?? null;
  const value = column.values[row] as number;
  if (Number.isNaN(value)) return null;
  return column.kind === 'time' ? new Date(value).toISOString() : value;
}

/** A request for an explanation, without what names the version. */
export type Asked =
  | { kind: 'global'; label: string | null; method: Method | null }
  | { kind: 'row'; label: string | null; method: Method | null; row: PredictionRow }
  | { kind: 'dependence'; label: string | null; column: string }
  | {
      kind: 'counterfactual';
      label: string | null;
      row: PredictionRow;
      at_least: number | null;
      at_most: number | null;
      fixed: readonly string[];
      most: number;
    };

export async function explainModel(
  held: HeldModel,
  asked: Asked,
  signal: AbortSignal,
): Promise<ModelExplanation> {
  switch (asked.kind) {
    case 'global':
      return globally(held, asked, signal);
    case 'row': {
      const table = tableOfRows(held.signature, [asked.row]);
      const classes = held.model.saved.problem.labels.length;
      const output =
        asked.label === null && classes > 0
          ? (likeliest(await held.model.outputs(table), classes)[0] as number)
          : outputOf(held, asked.label);
      return rowExplanation(held, table, { row: 0, output, rows: rowsAsked, method: asked.method }, signal);
    }
    case 'dependence':
      return dependence(held, asked, signal);
    case 'counterfactual':
      return counterfactual(held, asked, signal);
  }
}

/** The last class where none is named: of two, the second. Throws INVALID_INPUT for one that is not there. */
function outputOf({ model }: HeldModel, label: string | null): number {
  const { labels } = model.saved.problem;
  if (label === null) return Math.max(0, labels.length - 1);
  const at = labels.indexOf(label);
  if (at < 0)
    throw new StromaError(
      'INVALID_INPUT',
      labels.length === 0
        ? `The model predicts numbers and has no classes; "${label}" was given.`
        : `One of the classes ${labels.slice(0, 20).join(', ')} was expected; "${label}" was given.`,
      { field: 'label', labels: labels.slice(0, 100) },
    );
  return at;
}

/** Rows of training that were kept with the model, each explained against the others. */
async function globally(
  held: HeldModel,
  { label, method: wanted }: Extract<Asked, { kind: 'global' }>,
  signal: AbortSignal,
): Promise<ModelExplanation> {
  const { model } = held;
  const { background, schema, problem } = model.saved;
  const output = outputOf(held, label);
  const { method, scale, explain } = explainerOf(held, wanted);
  const table = takeRows(background, sampleRows(background.rows, globalRows, seed));
  const { rows } = table;
  const values = new Float64Array(rows * schema.length);
  let base = 0;
  for (let row = 0; row < rows; row++) {
    // The thread hears that it should stop between rows.
    await new Promise((done) => setImmediate(done));
    const own = await explain(table, { row, output, rows: rowsAmongMany, signal });
    base += own.base / rows;
    own.contributions.forEach(({ contribution }, at) => {
      values[row * schema.length + at] = contribution;
    });
  }
  const view = viewAutoml(model, [table]);
  const matrix = view.matrixOf(table);
  const summary = summariseShap({ base: Float64Array.of(base), values, width: 1 }, matrix, {
    output: 0,
    levels: view.levels,
  });
  return {
    kind: 'global',
    method,
    scale,
    label: problem.labels[output] ?? null,
    rows,
    base,
    columns: summary.columns,
  };
}

async function dependence(
  held: HeldModel,
  { column: name, label }: Extract<Asked, { kind: 'dependence' }>,
  signal: AbortSignal,
): Promise<ModelExplanation> {
  const { model } = held;
  const output = outputOf(held, label);
  const column = columnOf(held, name);
  const view = viewAutoml(model, []);
  const { rows, points, curves } = await partialDependence(view.predict, view.background, {
    column,
    output,
    curves: dependenceCurves,
    seed,
    signal,
  });
  const levels = view.levels.get(name);
  const isTime = model.saved.schema[column]?.kind === 'time';
  return {
    kind: 'dependence',
    column: name,
    label: model.saved.problem.labels[output] ?? null,
    rows,
    points: points.map((point) => ({
      ...point,
      value: levels?.[point.value] ?? (isTime ? new Date(point.value).toISOString() : point.value),
    })),
    curves,
  };
}

function columnOf({ model }: HeldModel, name: string): number {
  const names = model.saved.schema.map((column) => column.name);
  const at = names.indexOf(name);
  if (at < 0)
    throw new StromaError(
      'INVALID_INPUT',
      `A column the model learned from was expected (${names.slice(0, 20).join(', ')}); "${name}" was given.`,
      { field: 'column', columns: names.slice(0, 100) },
    );
  return at;
}

async function counterfactual(
  held: HeldModel,
  asked: Extract<Asked, { kind: 'counterfactual' }>,
  signal: AbortSignal,
): Promise<ModelExplanation> {
  const { model, signature } = held;
  const { labels } = model.saved.problem;
  const table = tableOfRows(signature, [asked.row]);
  const [given] = (await predictRows(held, [asked.row], false, signal)) as [Prediction];
  const { at_least, at_most } = asked;
  const label = asked.label ?? (at_least === null && at_most === null ? otherLabel(labels, given) : null);
  const goal =
    label !== null
      ? { label: outputOf(held, label) }
      : { output: 0, ...(at_least !== null && { at_least }), ...(at_most !== null && { at_most }) };
  const view = viewAutoml(model, [table]);
  const { found, message } = await counterfactuals(view.predict, view.matrixOf(table), {
    row: 0,
    goal,
    data: view.background,
    seed,
    count: asked.most,
    levels: view.levels,
    limits: asked.fixed.map((name) => ({ column: columnOf(held, name), change: 'none' as const })),
    signal,
  });
  const timed = new Set(signature.flatMap(({ name, kind }) => (kind === 'time' ? [name] : [])));
  const said = (column: string, value: string | number | null) =>
    timed.has(column) && typeof value === 'number' ? new Date(value).toISOString() : value;
  const told = [];
  for (const { changes, distance } of found) {
    const changed = Object.fromEntries(changes.map(({ column, to }) => [column, to]));
    const row = { ...asked.row, ...changed };
    const [prediction] = (await predictRows(held, [row], false, signal)) as [Prediction];
    told.push({
      changes: changes.map(({ column, from, to }) => ({
        column,
        from: said(column, from),
        to: said(column, to),
      })),
      prediction,
      distance,
    });
  }
  return {
    kind: 'counterfactual',
    given,
    wanted: { label, at_least, at_most },
    found: told,
    message,
  };
}

/** Of the classes that are not predicted, the likeliest. */
function otherLabel(labels: readonly string[], { prediction, probabilities }: Prediction): string | null {
  const others = labels.filter((label) => label !== prediction);
  return others.sort((a, b) => (probabilities?.[b] ?? 0) - (probabilities?.[a] ?? 0))[0] ?? null;
}
