import { z } from 'zod';
import { timestamp } from './fields.ts';
import { learningMetrics } from './learning-kinds.ts';

const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const share = z.number().min(0).max(1);

export const fairnessVerdicts = ['within', 'unclear', 'beyond'] as const;
const verdict = z
  .enum(fairnessVerdicts)
  .describe(
    '`within`: the whole interval is within the bound; `beyond`: it is beyond it; `unclear`: too few rows',
  );
export const driftSeverityNames = ['none', 'slight', 'moderate', 'severe'] as const;
const severity = z.enum(driftSeverityNames);

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
const group = z.record(z.string(), z.string().nullable()).describe('Null: the value is missing');
const sized = z.object({ group, rows: z.int() });

const classMeasures = z.object({
  base_rate: estimate.nullable(),
  selection_rate: estimate.nullable(),
  true_positive_rate: estimate.nullable(),
  false_positive_rate: estimate.nullable(),
  positive_predictive_value: estimate.nullable(),
  negative_predictive_value: estimate.nullable(),
  accuracy: estimate.nullable(),
  brier: z.number(),
  calibration: z.object({
    expected_calibration_error: z.number(),
    by_chance: z.number().describe('What a calibrated model would show in as few rows'),
    p_value: share,
    mean_residual: estimate.nullable(),
    curve: z.array(z.object({ rows: z.number(), mean_probability: z.number(), observed: estimate })),
  }),
});
const numberMeasures = z.object({
  mean_target: estimate.nullable(),
  mean_prediction: estimate.nullable(),
  mean_residual: estimate.nullable(),
  rmse: estimate.nullable(),
  mae: estimate.nullable(),
  coverage: estimate.nullable(),
  mean_width: z.number().nullable(),
});
const criterion = z.object({
  name: z.string().describe('demographic_parity, equal_opportunity, equalized_odds, ...'),
  difference: estimate,
  ratio: estimate.nullable(),
  lowest: group,
  highest: group,
  verdict,
});
const fairnessBy = <Measures extends z.ZodRawShape>(measures: z.ZodObject<Measures>) =>
  z.array(
    z.object({
      columns: z.array(z.string()),
      groups: z.array(measures.extend(sized.shape)),
      small_groups: z.array(sized).describe('Too small to be compared'),
      small_group_count: z.int(),
      criteria: z.array(criterion),
      verdict,
    }),
  );
const general = {
  rows: z.int(),
  level: z.number(),
  smallest: z.int(),
  bounds: z.object({ difference: z.number(), ratio: z.number(), scaled: z.number() }),
  verdict,
};
const judged = estimate.extend({ verdict });
const mitigation = z.object({
  columns: z.array(z.string()).describe('Each group of all of them together has its own threshold'),
  folds: z
    .int()
    .describe('What is told of after: each row is decided by thresholds found on the other folds alone'),
  thresholds: z.array(
    z.object({
      criterion: z.enum(['demographic_parity', 'equal_opportunity', 'equalized_odds']),
      rules: z
        .array(
          sized.extend({ from: z.number().nullable().describe('Selected from here on; null: nobody is') }),
        )
        .describe('Found on all rows'),
      otherwise: z.number().describe('Of groups with too few rows for a threshold of their own'),
      accuracy: z.object({ before: estimate.nullable(), after: estimate.nullable() }),
      changes: z.array(
        z.object({ columns: z.array(z.string()), criterion: z.string(), before: judged, after: judged }),
      ),
    }),
  ),
  not_told: z.string().nullable().describe('Why there are no thresholds; null where there are'),
  weights: z
    .array(z.object({ group, label: z.string(), rows: z.int(), factor: z.number() }))
    .describe(
      'By what rows of a group and class would be weighted in training, for class and group to be independent',
    ),
});
export type FairnessMitigation = z.infer<typeof mitigation>;

const fairnessDocument = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('class'),
    ...general,
    positive: z.int(),
    positive_label: z.string(),
    threshold: z.number().nullable().describe('Null: called where it is the likeliest'),
    overall: classMeasures,
    mitigation: mitigation
      .optional()
      .describe('What thresholds of groups, or weights in training, would change; proposed, not applied'),
    by: fairnessBy(classMeasures),
  }),
  z.object({
    kind: z.literal('number'),
    ...general,
    overall: numberMeasures,
    by: fairnessBy(numberMeasures),
  }),
]);

const both = z.object({ reference: z.number(), window: z.number() });
const columnDrift = z.object({
  column: z.string(),
  kind: z.enum(['number', 'category', 'time']),
  psi: z.number(),
  psi_by_chance: z.number(),
  test: z.object({
    name: z.enum(['kolmogorov_smirnov', 'chi_squared']),
    statistic: z.number(),
    exact: z.boolean(),
  }),
  p_value: share,
  q_value: share.describe('Corrected for how many were tested'),
  wasserstein: z.object({ distance: z.number(), scaled: z.number().nullable() }).nullable(),
  cramers_v: z.number().nullable(),
  missing: both,
  mean: both.nullable(),
  bins: z.array(
    z.object({
      label: z.string().nullable(),
      from: z.number().nullable(),
      reference: share,
      window: share,
    }),
  ),
  unseen: z.object({ share, values: z.array(z.string()) }).nullable(),
  severity,
});
const driftDocument = z.object({
  reference_rows: z.int(),
  window_rows: z.int(),
  thresholds: z.record(z.string(), z.number()),
  columns: z.array(columnDrift).describe('The worst first, at most 100'),
  column_count: z.int(),
  drifted_count: z.int(),
  not_compared: z.array(z.string()),
  together: z
    .object({
      mmd: z.number(),
      p_value: share,
      q_value: share,
      bandwidth: z.number(),
      columns: z.int(),
      rows: both,
      severity,
    })
    .nullable(),
  labels: columnDrift.nullable().describe('Null where the dataset does not hold the target'),
  predictions: z.array(columnDrift),
  score: z
    .object({
      metric: z.enum(learningMetrics),
      held_out: estimate.describe('Of rows kept back when it was trained'),
      now: estimate,
      change: estimate,
      worse: z.boolean().describe('The whole interval of the change is for the worse'),
    })
    .nullable()
    .describe('How good the version still is; null where the dataset does not hold the truth'),
  severity,
});

const about = {
  report_id: z.string(),
  model_id: z.string(),
  version_id: z.string(),
  number: z.int(),
  dataset_id: z.string(),
  dataset_version_id: z.string(),
  parameters: z.record(z.string(), z.unknown()).describe('As it was asked for'),
  provenance_id: z.string(),
  created_by: person,
  created_at: timestamp,
};
export type FairnessReport = z.infer<typeof fairnessDocument>;
export type DriftReport = z.infer<typeof driftDocument>;
export const modelFairness = z.object({ ...about, report: fairnessDocument });
export type ModelFairness = z.infer<typeof modelFairness>;
export const modelDrift = z.object({ ...about, report: driftDocument });
export type ModelDrift = z.infer<typeof modelDrift>;

export const modelReportSummary = z.object({
  report_id: z.string(),
  kind: z.enum(['fairness', 'drift']),
  number: z.int().describe('Of the version'),
  told_sha256: z.string().describe('The same for reports of the same rows and groups'),
  created_by: person,
  created_at: timestamp,
});
export type ModelReportSummary = z.infer<typeof modelReportSummary>;
