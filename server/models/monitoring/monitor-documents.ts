import type {
  ModelMonitor,
  MonitorCheckHead,
  MonitorFindings,
  MonitorFiring,
  MonitorRetrainingRun,
  MonitorRuleState,
  MonitorSettings,
  RuleFound,
} from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Named } from '../experiments/run-documents.ts';
import { wholeWhen } from './monitor-rules.ts';
import type { CheckRow, FiringRow, MonitorRow, RetrainingRow } from './monitors.store.ts';
import { foundInWords } from './rule-words.ts';

/** What is sealed of a check. */
export interface CheckDocument {
  findings: MonitorFindings | null;
  rules: MonitorRuleState[];
}

export const settingsOf = (row: MonitorRow): MonitorSettings => ({
  name: row.name,
  version: row.version,
  window: row.window,
  windows: row.windows,
  schedule: row.cron === null ? null : { cron: row.cron, time_zone: row.timeZone },
  paused: row.paused,
  thresholds: row.thresholds,
  rules: row.rules,
  notify: row.notify,
  retraining: row.retraining,
  seed: row.seed,
});

/** `revision`, owner and what the clock keeps are the caller's. */
export const columnsOf = (settings: MonitorSettings) => ({
  name: settings.name,
  version: settings.version,
  window: settings.window,
  windows: settings.windows,
  cron: settings.schedule?.cron ?? null,
  timeZone: settings.schedule?.time_zone ?? 'UTC',
  paused: settings.paused,
  thresholds: settings.thresholds,
  rules: settings.rules,
  notify: settings.notify,
  retraining: settings.retraining,
  seed: settings.seed,
});

export interface MonitorFacts {
  modelName: string;
  logging: boolean;
  number: number | null;
  newest: CheckRow | undefined;
  /** What was found at the newest look. */
  seen: CheckDocument | null;
  running: string | undefined;
  named: Named;
}

/** Its owner changes a monitor, or somebody who promotes models. */
export const mayChangeMonitor = ({ actor }: Context, row: MonitorRow): boolean =>
  actor.permissions.has('models:write') &&
  (row.ownerId === actor.id || actor.permissions.has('models:promote'));

export function monitorDocument(ctx: Context, row: MonitorRow, facts: MonitorFacts): ModelMonitor {
  return {
    ...settingsOf(row),
    monitor_id: row.id,
    model_id: row.modelId,
    model_name: facts.modelName,
    number: facts.number,
    revision: row.revision,
    owner: facts.named(row.ownerId),
    logging: facts.logging,
    next_at: row.paused ? null : (row.nextAt?.toISOString() ?? null),
    rule_states: row.rules.map(({ rule_id }) => {
      const standing = row.standing[rule_id];
      const found = facts.seen?.rules.find((own) => own.rule_id === rule_id);
      return {
        rule_id,
        state: standing?.state ?? 'unknown',
        since: standing?.since ?? null,
        message: found?.message ?? '',
        found: found?.found ?? null,
      };
    }),
    newest: facts.newest === undefined ? null : checkHead(facts.newest),
    present: presentOf(facts.seen?.findings ?? null, row.window),
    notified: [...new Set([row.ownerId, ...row.notify])].map(facts.named),
    running_retraining: facts.running ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    may_change: mayChangeMonitor(ctx, row),
  };
}

function presentOf(
  findings: MonitorFindings | null,
  cut: MonitorSettings['window'],
): ModelMonitor['present'] {
  const window =
    findings?.windows.findLast(({ severity }) => severity !== null) ?? findings?.windows.at(-1) ?? null;
  if (window === null) return null;
  const { name, whole, rows, severity, drifted_count } = window;
  return { window: name, whole, rows, ...wholeWhen(window, cut), severity, drifted_count };
}

export const checkHead = (row: CheckRow): MonitorCheckHead => ({
  check_id: row.id,
  number: row.number,
  status: row.status,
  scheduled: row.scheduled,
  severity: row.severity,
  rows: row.rows,
  labelled_rows: row.labelledRows,
  window_count: row.windowCount,
  drifted_columns: row.driftedColumns,
  error: row.error,
  created_at: row.createdAt.toISOString(),
});

/** As it is kept in the place of its words; what was kept before its figures were is words. */
export const foundText = (found: RuleFound): string => JSON.stringify(found);

function foundOf(text: string | null): Pick<MonitorFiring, 'message' | 'found'> {
  if (!text?.startsWith('{')) return { message: text ?? '', found: null };
  const found = JSON.parse(text) as RuleFound;
  return { message: foundInWords(found), found };
}

export interface Withheld extends NonNullable<MonitorFiring['withheld_because']> {
  message: string;
}

export const withheldText = (withheld: Withheld): string => JSON.stringify(withheld);

function withheldOf(text: string | null): Pick<MonitorFiring, 'withheld' | 'withheld_because'> {
  if (!text?.startsWith('{')) return { withheld: text, withheld_because: null };
  const { message, ...because } = JSON.parse(text) as Withheld;
  return { withheld: message, withheld_because: because };
}

export const firingDocument = ({
  message,
  ...row
}: Omit<FiringRow, 'sealed'> & { message: string | null }): MonitorFiring => ({
  firing_id: row.id,
  monitor_id: row.monitorId,
  rule_id: row.ruleId,
  name: row.name,
  to_state: row.toState,
  ...foundOf(message),
  check_id: row.checkId,
  number: row.number,
  retraining_id: row.retrainingId,
  ...withheldOf(row.withheld),
  at: row.at.toISOString(),
});

function notPromotedBecause({
  state,
  promoteTo,
  comparison,
}: RetrainingRow): MonitorRetrainingRun['not_promoted_because'] {
  if (state !== 'not_promoted') return null;
  if (promoteTo === null) return 'not_wanted';
  return comparison?.verdict === 'worse' ? 'worse' : 'refused';
}

export const retrainingDocument = (row: RetrainingRow): MonitorRetrainingRun => ({
  retraining_id: row.id,
  monitor_id: row.monitorId,
  model_id: row.modelId,
  cause: row.cause,
  rule_id: row.ruleId,
  state: row.state,
  from_number: row.fromNumber,
  to_number: row.toNumber,
  training_id: row.trainingId,
  dataset_id: row.datasetId,
  dataset_version_id: row.datasetVersionId,
  comparison: row.comparison,
  promotion_id: row.promotionId,
  not_promoted_because: notPromotedBecause(row),
  message: row.message,
  started_at: row.startedAt.toISOString(),
  ended_at: row.endedAt?.toISOString() ?? null,
});
