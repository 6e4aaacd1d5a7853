import type {
  ModelMonitor,
  MonitorCheckHead,
  MonitorFindings,
  MonitorFiring,
  MonitorRetrainingRun,
  MonitorRuleState,
  MonitorSettings,
} from '@stroma/contracts';
import type { Context } from '../../platform/context.ts';
import type { Named } from '../experiments/run-documents.ts';
import type { CheckRow, FiringRow, MonitorRow, RetrainingRow } from './monitors.store.ts';

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
  messages: ReadonlyMap<string, string>;
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
      return {
        rule_id,
        state: standing?.state ?? 'unknown',
        since: standing?.since ?? null,
        message: facts.messages.get(rule_id) ?? '',
      };
    }),
    newest: facts.newest === undefined ? null : checkHead(facts.newest),
    running_retraining: facts.running ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    may_change: mayChangeMonitor(ctx, row),
  };
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

export const firingDocument = ({
  message,
  ...row
}: Omit<FiringRow, 'sealed'> & { message: string | null }): MonitorFiring => ({
  firing_id: row.id,
  monitor_id: row.monitorId,
  rule_id: row.ruleId,
  name: row.name,
  to_state: row.toState,
  message: message ?? '',
  check_id: row.checkId,
  number: row.number,
  retraining_id: row.retrainingId,
  withheld: row.withheld,
  at: row.at.toISOString(),
});

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
  message: row.message,
  started_at: row.startedAt.toISOString(),
  ended_at: row.endedAt?.toISOString() ?? null,
});
