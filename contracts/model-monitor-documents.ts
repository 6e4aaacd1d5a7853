import { z } from 'zod';
import { cronExpression, timeZone } from './dashboard-schedules.ts';
import { idOf, timestamp } from './fields.ts';
import { learningMetrics } from './learning-kinds.ts';
import { driftSeverityNames } from './model-report-documents.ts';
import { estimate } from './monitor-retrainings.ts';
import {
  driftSides,
  ruleStates,
  untoldReasons,
  windowMeasures,
  withheldReasons,
} from './monitoring-words.ts';
import { columnName } from './profiles.ts';

const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const share = z.number().min(0).max(1);
const severity = z.enum(driftSeverityNames);

const schedule = z.strictObject({ cron: cronExpression, time_zone: timeZone.default('UTC') });

const window = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('count'), rows: z.int().min(20).max(10_000) }),
    z.strictObject({ kind: z.literal('time'), hours: z.int().min(1).max(8784) }),
  ])
  .describe('`time`: windows begin at whole multiples of their length since 1970, UTC');

const condition = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('drift'),
      of: z.enum(driftSides).default('any'),
      column: columnName.nullable().default(null).describe('One column of `columns`; any when null'),
      at_least: z.enum(['slight', 'moderate', 'severe']).default('moderate'),
    })
    .describe('Drift is found at this severity or beyond'),
  z
    .strictObject({
      kind: z.literal('metric'),
      metric: z.enum(learningMetrics),
      is: z.enum(['above', 'below']),
      value: z.number(),
      surely: z.boolean().default(false).describe('The whole interval is, and not the value alone'),
    })
    .describe('A score of the window, of rows whose outcome is known'),
  z
    .strictObject({ kind: z.literal('worse') })
    .describe('The score the version was chosen by is surely worse than on the rows kept back'),
  z.strictObject({
    kind: z.literal('measure'),
    measure: z.enum(windowMeasures),
    column: columnName
      .nullable()
      .default(null)
      .describe('Of missing_share and unseen_share; of any when null'),
    is: z.enum(['above', 'below']),
    value: z.number(),
  }),
]);
export type MonitorCondition = z.infer<typeof condition>;

const rule = z.strictObject({
  rule_id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'expected small letters, digits, - and _')
    .describe('Of your own; unlike those of the other rules'),
  name: z.string().trim().min(1).max(120),
  when: condition,
  for_windows: z.int().min(1).max(20).default(1).describe('Of the newest whole windows, one after the other'),
  retrain: z.boolean().default(false).describe('Start a retraining when it fires'),
});
export type MonitorRule = z.infer<typeof rule>;

const retraining = z.strictObject({
  schedule: schedule.nullable().default(null).describe('Beside rules: by the clock'),
  floor_hours: z
    .int()
    .min(1)
    .max(8784)
    .default(24)
    .describe('From the beginning of one retraining to that of the next at least'),
  promote_to: z
    .enum(['staging', 'production'])
    .nullable()
    .default('production')
    .describe('The stage a promotion is asked for; it waits for a person whatever the policy says'),
});
export type MonitorRetraining = z.infer<typeof retraining>;

export const monitorSettings = z.strictObject({
  name: z.string().trim().min(1).max(120),
  version: z
    .string()
    .min(1)
    .max(250)
    .default('production')
    .describe('A number, an alias, a stage or `latest`: looked up at every check'),
  window,
  windows: z.int().min(1).max(60).default(12).describe('How many of the newest are looked at'),
  schedule: schedule.nullable().default(null).describe('Null: when it is asked for alone'),
  paused: z.boolean().default(false),
  thresholds: z
    .strictObject({
      false_discovery: z.number().gt(0).max(0.5).optional(),
      moderate_psi: z.number().gt(0).max(10).optional(),
      severe_psi: z.number().gt(0).max(10).optional(),
      moderate_loss: z.number().gt(0).max(10).optional(),
      severe_loss: z.number().gt(0).max(10).optional(),
    })
    .default({}),
  rules: z.array(rule).max(20).default([]),
  notify: z
    .array(idOf('user'))
    .max(20)
    .default([])
    .describe('Who is written to when a rule fires, beside whoever owns the monitor'),
  retraining: retraining.nullable().default(null),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
export type MonitorSettings = z.infer<typeof monitorSettings>;

const ofWindow = z.string().describe('The newest window that it was told of');
const ruleFound = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('untold'),
      windows: z.int().describe('In which it can be told'),
      wanted: z.int(),
      because: z.enum(untoldReasons).describe('Of the newest window in which it cannot'),
      rows: z.int().nullable().describe('Of that window; with `outcomes`, those whose outcome is known'),
      of: z.int().nullable().describe('Rows it holds when it is whole; null of windows of time'),
      until: timestamp.nullable().describe('When it is whole; null of windows of rows'),
    })
    .describe('Fewer windows can be told than the rule waits for'),
  z.object({
    kind: z.literal('drift'),
    window: ofWindow,
    of: z.enum(driftSides),
    column: z.string().nullable(),
    severity,
  }),
  z.object({
    kind: z.literal('worse'),
    window: ofWindow,
    metric: z.enum(learningMetrics),
    value: z.number(),
    held_out: z.number().describe('Of the rows kept back'),
  }),
  z.object({
    kind: z.literal('metric'),
    window: ofWindow,
    metric: z.enum(learningMetrics),
    ...estimate.shape,
  }),
  z.object({
    kind: z.literal('measure'),
    window: ofWindow,
    measure: z.enum(windowMeasures),
    column: z.string().nullable(),
    value: z.number(),
  }),
]);
export type RuleFound = z.infer<typeof ruleFound>;
const found = ruleFound
  .nullable()
  .describe('What `message` says, in codes and figures; null of what was found before they were kept');

const ruleState = z.object({
  rule_id: z.string(),
  state: z.enum(ruleStates),
  since: timestamp.nullable(),
  message: z.string().describe('What was found of the newest windows, in English'),
  found,
});
export type MonitorRuleState = z.infer<typeof ruleState>;

const checkHead = {
  check_id: z.string(),
  number: z.int().describe('Of the version that was looked at'),
  status: z.enum(['succeeded', 'failed']),
  scheduled: z.boolean(),
  severity: severity.nullable().describe('The worst of all windows; null where none has 20 rows'),
  rows: z.int(),
  labelled_rows: z.int().describe('Whose outcome is known'),
  window_count: z.int(),
  drifted_columns: z.int().describe('In the newest whole window'),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  created_at: timestamp,
};
export const monitorCheckHead = z.object(checkHead);
export type MonitorCheckHead = z.infer<typeof monitorCheckHead>;

const briefDrift = z.object({
  column: z.string(),
  psi: z.number(),
  q_value: share,
  severity,
});

const conceptDrift = z.object({
  reference: z.object({ rows: z.int(), mean_loss: z.number() }).describe('Of the rows kept back'),
  window: z.object({ rows: z.int(), mean_loss: z.number() }),
  difference: estimate,
  p_value: share,
  q_value: share,
  severity,
});

export const monitorWindow = z.object({
  name: z.string().describe('Where it begins: a time, or the places of its rows since the monitor began'),
  from: timestamp.describe('Of its first prediction'),
  to: timestamp.describe('Of its last'),
  whole: z.boolean().describe('False while further predictions may come into it; no rule looks at it'),
  rows: z.int(),
  labelled_rows: z.int(),
  severity: severity.nullable().describe('Null: fewer than 20 rows'),
  drifted_count: z.int(),
  worst: z.array(briefDrift).describe('The five columns that drifted most'),
  together: z
    .object({ mmd: z.number(), q_value: share, severity })
    .nullable()
    .describe('What no column shows alone'),
  labels: briefDrift.nullable(),
  predictions: z.array(briefDrift),
  concept: conceptDrift.nullable(),
  quality: z
    .array(
      z.object({
        metric: z.enum(learningMetrics),
        ...estimate.shape,
        held_out: estimate.nullable().describe('Of rows kept back when it was trained'),
        worse: z.boolean().nullable().describe('Surely; null where there is nothing to compare with'),
      }),
    )
    .describe('Of rows whose outcome is known, 20 at least; the metric the version was chosen by first'),
  missing_share: share.describe('Of all cells'),
  unseen_share: share.describe('Of the rows, with a category that training did not have'),
  mean_confidence: z.number().nullable(),
  latency: z
    .object({ p50_ms: z.number(), p95_ms: z.number(), p99_ms: z.number(), rows: z.int() })
    .nullable()
    .describe('Of the requests its rows came with; null where it was not kept'),
});
export type MonitorWindow = z.infer<typeof monitorWindow>;

const columnPoint = z.object({
  psi: z.number(),
  psi_by_chance: z.number(),
  test: z.enum(['kolmogorov_smirnov', 'chi_squared']),
  statistic: z.number(),
  p_value: share,
  q_value: share,
  wasserstein: z.number().nullable().describe('In standard deviations of the reference; null of categories'),
  missing_share: share,
  unseen_share: share.nullable(),
  mean: z.number().nullable(),
  severity,
});

export const monitorColumn = z.object({
  column: z.string(),
  kind: z.enum(['number', 'category', 'time']),
  reference: z.object({ missing_share: share, mean: z.number().nullable() }),
  points: z.array(columnPoint.nullable()).describe('Of each window; null where it has too few rows'),
  bins: z
    .array(
      z.object({
        label: z.string().nullable(),
        from: z.number().nullable(),
        reference: share,
        window: share,
      }),
    )
    .describe('Of the newest window with enough rows'),
  unseen: z.array(z.string()).describe('Categories of the newest window that training did not have'),
});
export type MonitorColumn = z.infer<typeof monitorColumn>;

export const monitorFindings = z.object({
  reference_rows: z.int(),
  thresholds: z.record(z.string(), z.number()),
  column_count: z.int(),
  drawn_share: share.describe('Of the predictions that were kept, by chance; 1 where all were looked at'),
  windows: z.array(monitorWindow).describe('Oldest first'),
  columns: z.array(monitorColumn).describe('Those that drifted most first, at most 50'),
  predictions: z.array(monitorColumn),
  labels: monitorColumn.nullable(),
  changes: z
    .array(z.object({ since: timestamp, noticed: timestamp, before: z.number(), after: z.number() }))
    .describe('Where the mean loss of the stream changed'),
  severity: severity.nullable(),
});
export type MonitorFindings = z.infer<typeof monitorFindings>;

export const monitorCheck = z.object({
  ...checkHead,
  monitor_id: z.string(),
  model_id: z.string(),
  version_id: z.string().nullable(),
  dataset_id: z.string().nullable().describe('What the version learned from, which windows are held against'),
  dataset_version_id: z.string().nullable(),
  findings: monitorFindings.nullable().describe('Null where it failed, or nothing was predicted yet'),
  rules: z.array(ruleState),
  provenance_id: z.string().nullable(),
  created_by: person,
});
export type MonitorCheck = z.infer<typeof monitorCheck>;

export const monitorFiring = z.object({
  firing_id: z.string(),
  monitor_id: z.string(),
  rule_id: z.string(),
  name: z.string().describe('Of the rule, as it was called then'),
  to_state: z.enum(ruleStates),
  message: z.string().describe('In English'),
  found,
  check_id: z.string(),
  number: z.int().describe('Of the version'),
  retraining_id: z.string().nullable().describe('That it began'),
  withheld: z
    .string()
    .nullable()
    .describe('Why it began no retraining though it says so: one goes on, or the floor is not over'),
  withheld_because: z
    .object({
      code: z.enum(withheldReasons),
      next_at: timestamp.nullable().describe('When the next may begin, with `too_soon`'),
    })
    .nullable(),
  at: timestamp,
});
export type MonitorFiring = z.infer<typeof monitorFiring>;

export const modelMonitor = monitorSettings.extend({
  monitor_id: z.string(),
  model_id: z.string(),
  model_name: z.string(),
  number: z.int().nullable().describe('The version it looks at now; null while there is none'),
  revision: z.int(),
  owner: person.describe('With whose rights it looks'),
  logging: z.boolean().describe('Predictions of the model are kept, without which there is nothing to see'),
  next_at: timestamp.nullable(),
  rule_states: z.array(ruleState),
  newest: monitorCheckHead.nullable(),
  present: z
    .object({
      window: z.string(),
      whole: z.boolean(),
      rows: z.int(),
      of: z.int().nullable().describe('Rows it holds when it is whole; null of windows of time'),
      until: timestamp.nullable().describe('When it is whole; null of windows of rows'),
      severity: severity.nullable(),
      drifted_count: z.int(),
    })
    .nullable()
    .describe(
      'The newest window of the newest look in which drift can be told, else the newest: rules look at it once it is whole',
    ),
  notified: z.array(person).describe('Who is written to, its owner first'),
  running_retraining: z.string().nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  may_change: z.boolean(),
});
export type ModelMonitor = z.infer<typeof modelMonitor>;
