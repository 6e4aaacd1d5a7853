import {
  type DriftSide,
  driftSeverityNames,
  type MonitorCondition,
  type MonitorFindings,
  type MonitorRule,
  type MonitorWindow,
  type RuleState,
} from '@stroma/contracts';
import type { RuleStanding } from './monitoring.tables.ts';

export interface JudgedRule {
  rule: MonitorRule;
  /** Of what was looked at alone. */
  state: RuleState;
  message: string;
}

type Severity = (typeof driftSeverityNames)[number];

interface Told {
  met: boolean;
  /** What was found, in words. */
  found: string;
}

/**
 * A rule fires when the newest `for_windows` whole windows in which it can be told all meet it. Windows too small, or
 * whose outcomes are not known yet, are passed over; with fewer than so many left nothing is known.
 */
export function judgeRules(rules: readonly MonitorRule[], findings: MonitorFindings | null): JudgedRule[] {
  return rules.map((rule): JudgedRule => {
    const told = (findings?.windows ?? []).flatMap((window, at) => {
      const own = window.whole && findings !== null ? tell(rule.when, window, at, findings) : null;
      return own === null ? [] : [{ window, ...own }];
    });
    const newest = told.slice(-rule.for_windows);
    if (newest.length < rule.for_windows)
      return {
        rule,
        state: 'unknown',
        message: `${newest.length} of ${rule.for_windows} windows can be told.`,
      };
    const state = newest.every(({ met }) => met) ? 'firing' : 'ok';
    const last = newest.at(-1);
    return {
      rule,
      state,
      message: last === undefined ? '' : `${last.found}, in the window of ${last.window.name}`,
    };
  });
}

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
      const severity = severityOf(when.of, when.column, window, at, findings);
      if (severity === null) return null;
      return {
        met: driftSeverityNames.indexOf(severity) >= driftSeverityNames.indexOf(when.at_least),
        found: `${when.of === 'any' ? 'Drift' : `Drift of ${when.column ?? when.of}`}: ${severity}`,
      };
    }
    case 'worse': {
      const [chosen] = window.quality;
      if (chosen === undefined || chosen.worse === null) return null;
      return {
        met: chosen.worse,
        found: `${chosen.metric} ${rounded(chosen.value)} against ${rounded(chosen.held_out?.value ?? 0)} of rows kept back`,
      };
    }
    case 'metric': {
      const score = window.quality.find(({ metric }) => metric === when.metric);
      if (score === undefined) return null;
      const bound = when.surely ? (when.is === 'above' ? score.low : score.high) : score.value;
      return {
        met: when.is === 'above' ? bound > when.value : bound < when.value,
        found: `${when.metric} ${rounded(score.value)} (${rounded(score.low)} to ${rounded(score.high)})`,
      };
    }
    case 'measure': {
      const value = measureOf(when, window, at, findings);
      if (value === null) return null;
      return {
        met: when.is === 'above' ? value > when.value : value < when.value,
        found: `${when.column === null ? '' : `${when.column}: `}${when.measure} ${rounded(value)}`,
      };
    }
  }
}

const rounded = (value: number): string => String(Number(value.toPrecision(4)));

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
