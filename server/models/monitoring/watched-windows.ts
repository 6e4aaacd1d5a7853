import { readFileSync } from 'node:fs';
import type {
  LearningMetric,
  MonitorColumn,
  MonitorFindings,
  MonitorSettings,
  MonitorWindow,
  SignatureColumn,
} from '@stroma/contracts';
import {
  columnNamed,
  type DriftOverWindows,
  type DriftReport,
  driftInWindows,
  driftThresholds,
  type FeatureTable,
  fewestDriftRows,
  lossChanges,
  lossesOf,
  type Observed,
  sampleRows,
  takeRows,
  type WindowRows,
  windowsByTime,
  windowsOfSize,
} from '@stroma/learn';
import type { TaskContext } from '../../platform/threads/serve-task.ts';
import type { AskedModel } from '../training/kept/asked-model.ts';
import { openKept, readKept } from '../training/kept/kept-model.ts';
import { readLearningTable, type TableTask } from '../training/learning-table.ts';
import {
  featuresOf,
  type LoggedRows,
  type LoggedTexts,
  labelledRows,
  observedOf,
  outputsOfRows,
  readLogged,
  targetOfRows,
} from './observed-rows.ts';
import {
  type HeldOutScores,
  latencyOf,
  lossesBefore,
  meanKnown,
  oddShares,
  qualityOf,
} from './window-figures.ts';

export interface MonitorTask {
  /** Where the model lies. */
  model: string;
  signature: readonly SignatureColumn[];
  heldOut: HeldOutScores | null;
  /** Those asked for by rules come behind those the version is told by. */
  metrics: LearningMetric[];
  /** Told whether they are among those that drifted most or not. */
  ruleColumns: string[];
  reference: TableTask;
  logged: LoggedTexts;
  window: MonitorSettings['window'];
  windows: number;
  thresholds: MonitorSettings['thresholds'];
  drawnShare: number;
  /** Milliseconds since 1970: a window of time that ends later is not whole. */
  now: number;
  seed: number;
}

/** Of more rows so many are drawn: shares of them are known to a hundredth. */
const mostReference = 10_000;
const hourMs = 3_600_000;

/** Windows of predictions against what their version learned from. */
export async function watchTask(task: MonitorTask, ctx: TaskContext): Promise<MonitorFindings> {
  const model = await openKept(readKept(readFileSync(task.model)));
  try {
    return await findingsIn(model, task, ctx);
  } finally {
    await model.close?.();
  }
}

async function findingsIn(model: AskedModel, task: MonitorTask, ctx: TaskContext): Promise<MonitorFindings> {
  ctx.progress(0.1, 'reading');
  const { table: whole } = await readLearningTable(task.reference, ctx.signal);
  const before =
    whole.rows > mostReference ? takeRows(whole, sampleRows(whole.rows, mostReference, task.seed)) : whole;
  const logged = await readLogged(model, task.signature, task.logged);
  ctx.signal.throwIfAborted();
  ctx.progress(0.4, 'comparing');
  return findingsOf(model, before, logged, task, ctx.signal);
}

async function findingsOf(
  model: AskedModel,
  before: FeatureTable,
  logged: LoggedRows,
  task: MonitorTask,
  signal: AbortSignal,
): Promise<MonitorFindings> {
  const { labels: classes } = model.saved.problem;
  const known = lossesBefore(task.heldOut, classes.length);
  const reference = await referenceOf(model, before);
  signal.throwIfAborted();
  const losses = lossesOfRows(logged);
  const stream: Observed = {
    ...observedOf(model, logged.table, logged.outputs, logged.labels),
    ...(known === null ? {} : { losses }),
  };
  const windows = windowsOf(task, logged);
  const drift = windows.some(({ rows }) => rows.length >= fewestDriftRows)
    ? driftInWindows(reference, stream, windows, {
        seed: task.seed,
        thresholds: given(task.thresholds),
        signal,
        ...(known === null ? {} : { lossesBefore: known }),
      })
    : null;
  const levels = levelsOf(reference.table);
  const reports = drift?.reports ?? [];
  return {
    reference_rows: before.rows,
    thresholds: { ...driftThresholds, ...given(task.thresholds) },
    column_count: reference.table.columns.length,
    drawn_share: task.drawnShare,
    windows: windows.map((window, at) =>
      windowOf(window, drift?.brief.windows[at] ?? null, logged, levels, task),
    ),
    columns: toldColumns(drift?.brief ?? null, task).flatMap((column) => {
      const found = columnOf(reports, ({ columns }) => columns.find((own) => own.column === column));
      return found === null ? [] : [found];
    }),
    predictions: (reference.predictions ?? []).flatMap((_, at) => {
      const found = columnOf(reports, ({ predictions }) => predictions[at]);
      return found === null ? [] : [found];
    }),
    labels: columnOf(reports, ({ labels }) => labels ?? undefined),
    changes:
      known === null
        ? []
        : lossChanges(Float64Array.of(known.mean + 3 * known.sd), losses).map(
            ({ since, noticed, ...means }) => ({
              since: timeOf(logged, since),
              noticed: timeOf(logged, noticed),
              ...means,
            }),
          ),
    severity: drift?.brief.severity ?? null,
  };
}

const given = (thresholds: MonitorSettings['thresholds']) =>
  Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined));

const timeOf = ({ at }: LoggedRows, row: number): string => new Date(at[row] as number).toISOString();

async function referenceOf(model: AskedModel, before: FeatureTable): Promise<Observed> {
  const table = featuresOf(model, before);
  const { problem, target } = model.saved;
  const labels = columnNamed(before, target);
  const texts = (row: number): string | null => {
    if (labels.kind === 'category') return labels.levels[labels.codes[row] as number] ?? null;
    const value = labels.values[row];
    return value === null || value === undefined || Number.isNaN(value) ? null : String(value);
  };
  const observed =
    problem.labels.length === 0
      ? labels
      : {
          kind: 'category' as const,
          name: target,
          levels: problem.labels,
          codes: Int32Array.from({ length: before.rows }, (_, row) =>
            problem.labels.indexOf(texts(row) ?? ''),
          ),
        };
  return observedOf(model, table, await model.outputs(table), observed);
}

/** NaN where it is not known yet what was so. */
function lossesOfRows({ labels, outputs, at }: LoggedRows): Float64Array {
  const all = Uint32Array.from({ length: at.length }, (_, row) => row);
  const rows = labelledRows(labels, all);
  const known = lossesOf(targetOfRows(labels, rows), outputsOfRows(outputs, rows, at.length));
  const losses = new Float64Array(at.length).fill(Number.NaN);
  rows.forEach((row, place) => {
    losses[row] = known[place] as number;
  });
  return losses;
}

function windowsOf({ window, windows }: MonitorTask, { at }: LoggedRows): WindowRows[] {
  if (at.length === 0) return [];
  const all =
    window.kind === 'count'
      ? windowsOfSize(at.length, window.rows)
      : windowsByTime(at, window.hours * hourMs);
  return all.slice(-windows);
}

function windowOf(
  { name, rows }: WindowRows,
  drift: DriftOverWindows['windows'][number] | null,
  logged: LoggedRows,
  levels: ReadonlyMap<string, ReadonlySet<string>>,
  task: MonitorTask,
): MonitorWindow {
  const labelled = labelledRows(logged.labels, rows);
  const { missing, unseen } = oddShares(logged.table, levels, rows);
  const { window, now } = task;
  return {
    name,
    from: timeOf(logged, rows[0] as number),
    to: timeOf(logged, rows.at(-1) as number),
    whole:
      window.kind === 'count' ? rows.length === window.rows : Date.parse(name) + window.hours * hourMs <= now,
    rows: rows.length,
    labelled_rows: labelled.length,
    severity: drift?.severity ?? null,
    drifted_count: drift?.drifted_count ?? 0,
    worst: drift?.worst ?? [],
    together: drift?.together ?? null,
    labels: drift?.labels ?? null,
    predictions: drift?.predictions ?? [],
    concept: drift?.concept ?? null,
    quality: qualityOf(
      task.metrics,
      targetOfRows(logged.labels, labelled),
      outputsOfRows(logged.outputs, labelled, logged.at.length),
      task.heldOut,
      task.seed,
    ),
    missing_share: missing,
    unseen_share: unseen,
    mean_confidence: meanKnown(logged.confidence, rows),
    latency: latencyOf(logged.latencyMs, rows),
  };
}

const levelsOf = ({ columns }: FeatureTable): Map<string, ReadonlySet<string>> =>
  new Map(columns.flatMap((own) => (own.kind === 'category' ? [[own.name, new Set(own.levels)]] : [])));

const toldColumns = (drift: DriftOverWindows | null, { ruleColumns }: MonitorTask): string[] => [
  ...new Set([...(drift?.columns ?? []).map(({ column }) => column), ...ruleColumns]),
];

type Drifted = DriftReport['columns'][number];

/** One column through all windows; null where none has enough rows. */
function columnOf(
  reports: readonly (DriftReport | null)[],
  find: (report: DriftReport) => Drifted | undefined,
): MonitorColumn | null {
  const found = reports.map((report) => (report === null ? undefined : find(report)));
  const newest = found.findLast((own) => own !== undefined);
  if (newest === undefined) return null;
  return {
    column: newest.column,
    kind: newest.kind,
    reference: { missing_share: newest.missing.reference, mean: newest.mean?.reference ?? null },
    points: found.map((own) =>
      own === undefined
        ? null
        : {
            psi: own.psi,
            psi_by_chance: own.psi_by_chance,
            test: own.test.name,
            statistic: own.test.statistic,
            p_value: own.p_value,
            q_value: own.q_value,
            wasserstein: own.wasserstein?.scaled ?? null,
            missing_share: own.missing.window,
            unseen_share: own.unseen?.share ?? null,
            mean: own.mean?.window ?? null,
            severity: own.severity,
          },
    ),
    bins: newest.bins,
    unseen: newest.unseen?.values ?? [],
  };
}
