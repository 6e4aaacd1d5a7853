import { StromaError } from '@stroma/kernel';
import type { StreamChange } from './adaptive-window.ts';
import type { ColumnDrift } from './column-drift.ts';
import { type ConceptDrift, lossChanges } from './concept-drift.ts';
import {
  correctedFor,
  type DriftOptions,
  DriftReference,
  type DriftReport,
  fewestDriftRows,
  type JointDrift,
  type Observed,
  takeObserved,
} from './drift.ts';
import { type DriftSeverity, type DriftThresholds, worstSeverity } from './severity.ts';

export interface WindowRows {
  name: string;
  rows: Uint32Array;
}

export type BriefDrift = Pick<ColumnDrift, 'column' | 'psi' | 'q_value' | 'severity'>;

export interface WindowDrift {
  name: string;
  rows: number;
  /** Null: too few rows to tell. */
  severity: DriftSeverity | null;
  drifted_count: number;
  /** The five that drifted most. */
  worst: BriefDrift[];
  together: Pick<JointDrift, 'mmd' | 'q_value' | 'severity'> | null;
  labels: BriefDrift | null;
  predictions: BriefDrift[];
  concept: ConceptDrift | null;
}

export interface DriftOverWindows {
  reference_rows: number;
  thresholds: DriftThresholds;
  column_count: number;
  windows: WindowDrift[];
  /** The twenty that drifted most anywhere: of each window; null of those that are too small. */
  columns: { column: string; psi: (number | null)[]; severity: (DriftSeverity | null)[] }[];
  /** Where the mean loss of the whole stream changed; indices of its rows. Empty without losses. */
  changes: StreamChange[];
  severity: DriftSeverity;
}

const mostWindows = 1000;

/** Rows in their order, so many to a window; the last may hold fewer. */
export function windowsOfSize(rows: number, size: number): WindowRows[] {
  const count = Math.ceil(rows / size);
  checkCount(size > 0 ? count : Number.NaN);
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [at * size, Math.min(rows, (at + 1) * size)];
    return {
      name: `${from + 1}-${to}`,
      rows: Uint32Array.from({ length: to - from }, (_, row) => from + row),
    };
  });
}

/**
 * Rows by their times (ms since 1970, UTC), windows of one length from the epoch on, each named by its beginning. Rows
 * without a time and windows without rows are left out.
 */
export function windowsByTime(times: Float64Array, lengthMs: number): WindowRows[] {
  const found = new Map<number, number[]>();
  times.forEach((time, row) => {
    if (Number.isNaN(time)) return;
    const at = Math.floor(time / lengthMs);
    const rows = found.get(at) ?? [];
    rows.push(row);
    found.set(at, rows);
  });
  checkCount(lengthMs > 0 ? found.size : Number.NaN);
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([at, rows]) => ({ name: new Date(at * lengthMs).toISOString(), rows: Uint32Array.from(rows) }));
}

function checkCount(count: number): void {
  if (!(count <= mostWindows))
    throw new StromaError(
      'INVALID_INPUT',
      Number.isNaN(count)
        ? 'The length of a window was expected to be above 0.'
        : `At most ${mostWindows} windows were expected; there would be ${count}. Make them longer.`,
      { limit: mostWindows },
    );
}

/**
 * Each window against the reference, p-values corrected for all columns of all windows together. `stream` in the order
 * of time, so that changes of its losses can be told. Throws as `driftOf`; windows of fewer than 20 rows are told, not
 * tested.
 */
export const driftOverWindows = (
  reference: Observed,
  stream: Observed,
  windows: readonly WindowRows[],
  options: DriftOptions,
): DriftOverWindows => driftInWindows(reference, stream, windows, options).brief;

/** As `driftOverWindows`, with all that was found of each window; null of those that are too small. */
export function driftInWindows(
  reference: Observed,
  stream: Observed,
  windows: readonly WindowRows[],
  options: DriftOptions,
): { brief: DriftOverWindows; reports: (DriftReport | null)[] } {
  checkCount(windows.length);
  const prepared = new DriftReference(reference, options);
  const large = windows.filter(({ rows }) => rows.length >= fewestDriftRows);
  const tested = large.map(({ rows }) => prepared.test(takeObserved(stream, rows)));
  const reports = correctedFor(tested, prepared, options);
  const reportOf = new Map(large.map((window, at) => [window, reports[at] as DriftReport]));
  const thresholds = reports[0]?.thresholds;
  if (thresholds === undefined)
    throw new StromaError(
      'INVALID_INPUT',
      `At least one window of ${fewestDriftRows} rows was expected; none of ${windows.length} is. Make them longer.`,
      { least: fewestDriftRows },
    );
  const most = new Map<string, number>();
  for (const { columns } of reports)
    for (const { column, psi } of columns) most.set(column, Math.max(psi, most.get(column) ?? 0));
  const leading = [...most].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 20);
  const losses = reference.losses === undefined ? undefined : stream.losses;
  const brief = {
    reference_rows: prepared.rows,
    thresholds,
    column_count: most.size,
    windows: windows.map((window) => briefOf(window, reportOf.get(window) ?? null)),
    columns: leading.map(([column]) => {
      const found = windows.map((window) =>
        reportOf.get(window)?.columns.find((own) => own.column === column),
      );
      return {
        column,
        psi: found.map((own) => own?.psi ?? null),
        severity: found.map((own) => own?.severity ?? null),
      };
    }),
    changes: losses === undefined ? [] : lossChanges(reference.losses as Float64Array, losses),
    severity: worstSeverity(reports.map(({ severity }) => severity)),
  };
  return { brief, reports: windows.map((window) => reportOf.get(window) ?? null) };
}

const shortOf = ({ column, psi, q_value, severity }: ColumnDrift): BriefDrift => ({
  column,
  psi,
  q_value,
  severity,
});

function briefOf({ name, rows }: WindowRows, report: DriftReport | null): WindowDrift {
  const together = report?.together ?? null;
  return {
    name,
    rows: rows.length,
    severity: report?.severity ?? null,
    drifted_count: report?.drifted_count ?? 0,
    worst: (report?.columns ?? [])
      .filter(({ severity }) => severity !== 'none')
      .slice(0, 5)
      .map(shortOf),
    together:
      together === null
        ? null
        : { mmd: together.mmd, q_value: together.q_value, severity: together.severity },
    labels: report?.labels ? shortOf(report.labels) : null,
    predictions: (report?.predictions ?? []).map(shortOf),
    concept: report?.concept ?? null,
  };
}
