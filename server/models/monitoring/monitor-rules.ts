import {
  type DriftSide,
  driftSeverityNames,
  type MonitorCondition,
  type MonitorFindings,
  type MonitorRule,
  type MonitorSettings,
  type MonitorWindow,
  type RuleFound,
  type RuleState,
  type UntoldReason,
} from '@stroma/contracts';
import type { RuleStanding } from './monitoring.tables.ts';

export interface JudgedRule {
  rule: MonitorRule;
  /** Of what was looked at alone. */
  state: RuleState;
  found: RuleFound;
}

type Severity = (typeof driftSeverityNames)[number];
type Cut = MonitorSettings['window'];

interface Told {
  met: boolean;
  found: Exclude<RuleFound, { kind: 'untold' }>;
}

const hourMs = 3_600_000;
/** Of rows, and of outcomes: with fewer a window is told nothing of. */
const fewestRows = 20;

/** When a window is whole: a time, or so many rows. */
export const wholeWhen = (window: Pick<MonitorWindow, 'name'>, cut: Cut) =>
  cut.kind === 'count'
    ? { of: cut.rows, until: null }
    : { of: null, until: new Date(Date.parse(window.name) + cut.hours * hourMs).toISOString() };

/**
 * A rule fires when the newest `for_windows` whole windows in which it can be told all meet it. Windows too small, or
 * whose outcomes are not known yet, are passed over; with fewer than so many left nothing is known.
 */
export function judgeRules(
  rules: readonly MonitorRule[],
  findings: MonitorFindings | null,
  cut: Cut,
): JudgedRule[] {
  const windows = findings?.windows ?? [];
  return rules.map((rule): JudgedRule => {
    const judged = windows.map((window, at) =>
      window.whole && findings !== null ? tell(rule.when, window, at, findings) : null,
    );
    const told = judged.filter((own) => own !== null);
    const newest = told.slice(-rule.for_windows);
    const last = newest.at(-1);
    if (last === undefined || newest.length < rule.for_windows) {
      const untold = windows[judged.lastIndexOf(null)];
      return {
        rule,
        state: 'unknown',
        found: {
          kind: 'untold',
          windows: told.length,
          wanted: rule.for_windows,
          ...whyUntold(rule.when, untold, cut),
        },
      };
    }
    return { rule, state: newest.every(({ met }) => met) ? 'firing' : 'ok', found: last.found };
  });
}

function whyUntold(
  when: MonitorCondition,
  window: MonitorWindow | undefined,
  cut: Cut,
): Pick<Extract<RuleFound, { kind: 'untold' }>, 'because' | 'rows' | 'of' | 'until'> {
  if (window === undefined) return { because: 'none', rows: null, of: null, until: null };
  const whole = wholeWhen(window, cut);
  if (!window.whole) return { because: 'open', rows: window.rows, ...whole };
  const because: UntoldReason =
    needsOutcomes(when) && window.labelled_rows < fewestRows
      ? 'outcomes'
      : when.kind === 'drift' && window.severity === null
        ? 'rows'
        : 'not_kept';
  return {
    because,
    rows: because === 'outcomes' ? window.labelled_rows : window.rows,
    of: whole.of,
    until: null,
  };
}

const needsOutcomes = (when: MonitorCondition): boolean =>
  when.kind === 'worse' ||
  when.kind === 'metric' ||
  (when.kind === 'drift' && (when.of === 'labels' || when.of === 'concept'));

/** How a rule stands after it was judged: what cannot be told changes nothing. */
export function nextStanding(
  before: RuleStanding | undefined,
  judged: RuleState,
  at: Date,
  checkId: string,
): { standing: RuleStanding; changed: 'fired' | 'resolved' | null } {
  const present = before?.state ?? 'unknown';
  const state = judged === 'unknown' ? present : judged;
  if (state === present)
    return { standing: before ?? { state, since: null, check_id: checkId }, changed: null };
  const standing = { state, since: at.toISOString(), check_id: checkId };
  if (state === 'firing') return { standing, changed: 'fired' };
  return { standing, changed: present === 'firing' ? 'resolved' : null };
}

function tell(
  when: MonitorCondition,
  window: MonitorWindow,
  at: number,
  findings: MonitorFindings,
): Told | null {
  switch (when.kind) {
    case 'drift': {
      const { of, column } = when;
      const severity = severityOf(of, column, window, at, findings);
      if (severity === null) return null;
      return {
        met: driftSeverityNames.indexOf(severity) >= driftSeverityNames.indexOf(when.at_least),
        found: { kind: 'drift', window: window.name, of, column, severity },
      };
    }
    case 'worse': {
      const [chosen] = window.quality;
      if (chosen === undefined || chosen.worse === null) return null;
      const { metric, value, held_out } = chosen;
      return {
        met: chosen.worse,
        found: { kind: 'worse', window: window.name, metric, value, held_out: held_out?.value ?? 0 },
      };
    }
    case 'metric': {
      const score = window.quality.find(({ metric }) => metric === when.metric);
      if (score === undefined) return null;
      const { value, low, high } = score;
      const bound = when.surely ? (when.is === 'above' ? low : high) : value;
      return {
        met: when.is === 'above' ? bound > when.value : bound < when.value,
        found: { kind: 'metric', window: window.name, metric: when.metric, value, low, high },
      };
    }
    case 'measure': {
      const { measure, column } = when;
      const value = measureOf(when, window, at, findings);
      if (value === null) return null;
      return {
        met: when.is === 'above' ? value > when.value : value < when.value,
        found: { kind: 'measure', window: window.name, measure, column, value },
      };
    }
  }
}

function severityOf(
  side: DriftSide,
  column: string | null,
  window: MonitorWindow,
  at: number,
  findings: MonitorFindings,
): Severity | null {
  switch (side) {
    case 'any':
      return window.severity;
    case 'columns':
      return column === null
        ? window.severity === null
          ? null
          : (window.worst[0]?.severity ?? 'none')
        : (findings.columns.find((own) => own.column === column)?.points[at]?.severity ?? null);
    case 'predictions':
      return worst(window.predictions.map(({ severity }) => severity));
    case 'labels':
      return window.labels?.severity ?? null;
    case 'concept':
      return window.concept?.severity ?? null;
    case 'together':
      return window.together?.severity ?? null;
  }
}

function worst(all: readonly (Severity | undefined)[]): Severity | null {
  const known = all.flatMap((own) => (own === undefined ? [] : [driftSeverityNames.indexOf(own)]));
  return known.length === 0 ? null : (driftSeverityNames[Math.max(...known)] ?? null);
}

function measureOf(
  { measure, column }: Extract<MonitorCondition, { kind: 'measure' }>,
  window: MonitorWindow,
  at: number,
  { columns }: MonitorFindings,
): number | null {
  const point = column === null ? null : columns.find((own) => own.column === column)?.points[at];
  if (column !== null && (measure === 'missing_share' || measure === 'unseen_share'))
    return point?.[measure] ?? null;
  switch (measure) {
    case 'rows':
      return window.rows;
    case 'labelled_share':
      return window.labelled_rows / Math.max(1, window.rows);
    case 'latency_p95_ms':
      return window.latency?.p95_ms ?? null;
    case 'missing_share':
      return window.missing_share;
    case 'unseen_share':
      return window.unseen_share;
    case 'mean_confidence':
      return window.mean_confidence;
  }
}
