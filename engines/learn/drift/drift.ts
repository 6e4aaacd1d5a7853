import { StromaError } from '@stroma/kernel';
import { falseDiscovery, type Moments } from '@stroma/stats';
import {
  columnNamed,
  type FeatureColumn,
  type FeatureTable,
  lengthOf,
  takeOf,
  takeRows,
} from '../table/feature-table.ts';
import { type ColumnDrift, type ColumnReference, referenceOf, type TestedColumn } from './column-drift.ts';
import {
  type ConceptDrift,
  lossesAgainst,
  momentsOfLosses,
  type TestedLosses,
  withLossSeverity,
} from './concept-drift.ts';
import { JointRows, sampleRows } from './joint-rows.ts';
import { type KernelDiscrepancy, kernelDiscrepancy } from './kernel-discrepancy.ts';
import {
  type DriftSeverity,
  type DriftThresholds,
  driftThresholds,
  severityOf,
  worstSeverity,
} from './severity.ts';

/** What was seen at some time. All but the table may be left out, in both or in neither. Infinite numbers count as missing. */
export interface Observed {
  /** Features; free text among them is not compared. */
  table: FeatureTable;
  /** What was so; missing where it is not known yet. Rows without it are left out. */
  labels?: FeatureColumn;
  /** What was said: the class, the value, the probability of a class. */
  predictions?: readonly FeatureColumn[];
  /** By how much each prediction was wrong, `lossesOf`; NaN where what was so is not known yet. */
  losses?: Float64Array;
}

export interface DriftOptions {
  seed: number;
  thresholds?: Partial<DriftThresholds>;
  /** Of numbers, by the reference's quantiles; 10. */
  bins?: number;
  /** Rows of each side that are looked at together, at most; 300. 0: the columns are looked at one by one alone. */
  jointRows?: number;
  /** Losses of other rows than the reference's, such as those kept back from a model that learned from all of them. */
  lossesBefore?: Moments;
  signal?: AbortSignal;
}

/** All columns together: what each alone does not show. */
export interface JointDrift extends KernelDiscrepancy {
  q_value: number;
  columns: number;
  rows: { reference: number; window: number };
  /** `slight` where it is surely there: how much it is, its columns say. */
  severity: DriftSeverity;
}

export interface DriftReport {
  reference_rows: number;
  window_rows: number;
  thresholds: DriftThresholds;
  /** The worst first, 100 at most. */
  columns: ColumnDrift[];
  column_count: number;
  /** Columns of which drift is surely there. */
  drifted_count: number;
  /** Free text. */
  not_compared: string[];
  together: JointDrift | null;
  labels: ColumnDrift | null;
  predictions: ColumnDrift[];
  concept: ConceptDrift | null;
  /** The worst of all of them. */
  severity: DriftSeverity;
}

export const fewestDriftRows = 20;
const mostListed = 100;

/** What has been tested of a window; q-values are given when all windows have been. */
export interface Tested {
  rows: number;
  columns: TestedColumn[];
  together: Omit<JointDrift, 'q_value' | 'severity'> | null;
  labels: TestedColumn | null;
  predictions: TestedColumn[];
  losses: TestedLosses | null;
}

/** A reference, sorted and counted once for many windows. */
export class DriftReference {
  readonly rows: number;
  readonly notCompared: string[];
  readonly #columns: { name: string; reference: ColumnReference }[];
  readonly #labels: ColumnReference | null;
  readonly #predictions: ColumnReference[];
  readonly #losses: Moments | null;
  readonly #joint: { shape: JointRows; rows: Float64Array; count: number } | null;
  readonly #options: DriftOptions;

  constructor(observed: Observed, options: DriftOptions) {
    const { table, labels, predictions = [], losses } = observed;
    checkObserved(observed, 'reference');
    this.#options = options;
    this.rows = table.rows;
    this.notCompared = table.columns.filter(({ kind }) => kind === 'text').map(({ name }) => name);
    const compared = table.columns.filter(({ kind }) => kind !== 'text');
    this.#columns = compared.map((column) => ({
      name: column.name,
      reference: referenceOf(column, options.bins),
    }));
    this.#labels = labels === undefined ? null : referenceOf(knownOf(labels), options.bins);
    this.#predictions = predictions.map((column) => referenceOf(column, options.bins));
    this.#losses = losses === undefined ? (options.lossesBefore ?? null) : momentsOfLosses(losses);
    const most = options.jointRows ?? 300;
    const shape = new JointRows(compared);
    const drawn = sampleRows(table.rows, most, options.seed);
    this.#joint =
      most > 0 && shape.width > 0 ? { shape, rows: shape.of(compared, drawn), count: drawn.length } : null;
  }

  /** Throws INVALID_INPUT for a column, labels, predictions or losses that are missing or of another kind. */
  test(window: Observed): Tested {
    checkObserved(window, 'window');
    const { signal } = this.#options;
    const columns = this.#columns.map(({ name, reference }) => {
      signal?.throwIfAborted();
      return reference.against(columnNamed(window.table, name));
    });
    const predictions = window.predictions ?? [];
    if (
      (window.labels === undefined) !== (this.#labels === null) ||
      predictions.length !== this.#predictions.length ||
      (window.losses === undefined) !== (this.#losses === null)
    )
      throw new StromaError(
        'INVALID_INPUT',
        'Labels, predictions and losses were expected in both, the reference and the window, or in neither.',
      );
    return {
      rows: window.table.rows,
      columns,
      together: this.#together(window.table),
      labels: this.#testLabels(window.labels),
      predictions: this.#predictions.map((reference, at) =>
        reference.against(predictions[at] as FeatureColumn),
      ),
      losses:
        this.#losses === null || window.losses === undefined
          ? null
          : lossesAgainst(this.#losses, window.losses),
    };
  }

  #testLabels(labels: FeatureColumn | undefined): TestedColumn | null {
    if (labels === undefined || this.#labels === null) return null;
    const known = knownOf(labels);
    return lengthOf(known) < fewestDriftRows ? null : this.#labels.against(known);
  }

  #together(table: FeatureTable): Tested['together'] {
    if (this.#joint === null) return null;
    const { shape, rows, count } = this.#joint;
    const { seed, jointRows = 300, signal } = this.#options;
    const drawn = sampleRows(table.rows, jointRows, seed + 1);
    const found = kernelDiscrepancy(rows, shape.of(table.columns, drawn), shape.width, {
      seed,
      ...(signal === undefined ? {} : { signal }),
    });
    return { ...found, columns: shape.columns, rows: { reference: count, window: drawn.length } };
  }
}

function knownOf(column: FeatureColumn): FeatureColumn {
  const rows = Uint32Array.from({ length: lengthOf(column) }, (_, row) => row);
  return takeOf(
    column,
    rows.filter((row) => {
      if (column.kind === 'category') return (column.codes[row] as number) >= 0;
      return column.kind === 'text' ? column.values[row] !== null : Number.isFinite(column.values[row]);
    }),
  );
}

function checkObserved({ table, labels, predictions = [], losses }: Observed, what: string): void {
  if (table.rows < fewestDriftRows)
    throw new StromaError(
      'INVALID_INPUT',
      `At least ${fewestDriftRows} rows were expected of the ${what}; ${table.rows} were given. Take a longer time together.`,
      { rows: table.rows, least: fewestDriftRows },
    );
  const lengths = [...(labels === undefined ? [] : [labels]), ...predictions, ...table.columns].map(lengthOf);
  if (losses !== undefined) lengths.push(losses.length);
  const other = lengths.find((own) => own !== table.rows);
  if (other !== undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `Values of all ${table.rows} rows of the ${what} were expected; ${other} were given.`,
      { expected: table.rows, given: other },
    );
}

/** Corrected for how many were tested, of all windows together; the severity of each follows. All columns are listed. */
export function correctedFor(
  tested: readonly Tested[],
  reference: DriftReference,
  options: DriftOptions,
): DriftReport[] {
  const thresholds = { ...driftThresholds, ...options.thresholds };
  const all = tested.flatMap((own) => [
    ...own.columns.map(({ p_value }) => p_value),
    ...own.predictions.map(({ p_value }) => p_value),
    ...[own.labels, own.together, own.losses].flatMap((part) => (part === null ? [] : [part.p_value])),
  ]);
  const q = falseDiscovery(all).values();
  const next = (): number => q.next().value ?? 1;
  const judged = (column: TestedColumn): ColumnDrift => {
    const q_value = next();
    const beyond = column.psi - column.psi_by_chance;
    const isSure = q_value <= thresholds.false_discovery;
    const severity = severityOf(isSure, beyond, thresholds.moderate_psi, thresholds.severe_psi);
    return { ...column, q_value, severity };
  };
  // In the order of the p-values above.
  return tested.map((own): DriftReport => {
    const columns = own.columns.map(judged);
    const predictions = own.predictions.map(judged);
    const labels = own.labels === null ? null : judged(own.labels);
    const together = own.together === null ? null : jointOf(own.together, next(), thresholds);
    const concept = own.losses === null ? null : withLossSeverity(own.losses, next(), thresholds);
    const parts = [...columns, ...predictions, labels, together, concept].flatMap((part) => part ?? []);
    return {
      reference_rows: reference.rows,
      window_rows: own.rows,
      thresholds,
      columns: [...columns].sort(worstFirst),
      column_count: columns.length,
      drifted_count: columns.filter(({ severity }) => severity !== 'none').length,
      not_compared: reference.notCompared.slice(0, mostListed),
      together,
      labels,
      predictions,
      concept,
      severity: worstSeverity(parts.map(({ severity }) => severity)),
    };
  });
}

const jointOf = (
  tested: NonNullable<Tested['together']>,
  q_value: number,
  { false_discovery }: DriftThresholds,
): JointDrift => ({ ...tested, q_value, severity: q_value <= false_discovery ? 'slight' : 'none' });

const order: readonly DriftSeverity[] = ['severe', 'moderate', 'slight', 'none'];
const worstFirst = (a: ColumnDrift, b: ColumnDrift): number =>
  order.indexOf(a.severity) - order.indexOf(b.severity) ||
  b.psi - a.psi ||
  (a.column < b.column ? -1 : a.column > b.column ? 1 : 0);

/**
 * How what is seen now differs from what was. Each column alone (PSI; Kolmogorov-Smirnov, of categories chi-squared), all
 * together (MMD), labels, predictions and losses; p-values corrected for how many there are. Missing values are a bin of
 * their own. Throws INVALID_INPUT for fewer than 20 rows and for columns that are missing or of another kind.
 * O(columns · rows log rows + jointRows²).
 */
export function driftOf(reference: Observed, window: Observed, options: DriftOptions): DriftReport {
  const prepared = new DriftReference(reference, options);
  const report = correctedFor([prepared.test(window)], prepared, options)[0] as DriftReport;
  return { ...report, columns: report.columns.slice(0, mostListed) };
}

/** The rows named of all that was seen. */
export const takeObserved = (observed: Observed, rows: Uint32Array): Observed => ({
  table: takeRows(observed.table, rows),
  ...(observed.labels === undefined ? {} : { labels: takeOf(observed.labels, rows) }),
  ...(observed.predictions === undefined
    ? {}
    : { predictions: observed.predictions.map((column) => takeOf(column, rows)) }),
  ...(observed.losses === undefined
    ? {}
    : { losses: Float64Array.from(rows, (row) => (observed.losses as Float64Array)[row] as number) }),
});
