import { z } from 'zod';
import { sha256, timestamp } from './fields.ts';
import { jobStatuses } from './jobs.ts';
import {
  featureKinds,
  learningMetrics,
  learningPresets,
  problemKinds,
  trainingKinds,
  transferModes,
} from './learning-kinds.ts';

const person = z.object({ user_id: z.string(), name: z.string().nullable() });
const metric = z.enum(learningMetrics);
const bounds = z.tuple([z.number(), z.number()]);

export const leaderboardEntry = z.object({
  model: z.string(),
  family: z.string().describe('A learner, or `blend`, `stack`, `single` for what was chosen (`ensemble`)'),
  metric,
  score: z.number(),
  ci: bounds.nullable().describe('95 % over the folds'),
  settings: z.record(z.string(), z.union([z.number(), z.string()])),
  seconds: z.number(),
  weight: z.number().nullable().describe('In what was chosen; null while it is still looked for'),
});
export type LeaderboardEntry = z.infer<typeof leaderboardEntry>;

export const learningPoint = z.object({
  rows: z.int(),
  score: z.number(),
  ci: bounds.nullable(),
});
export type LearningPoint = z.infer<typeof learningPoint>;

/** A look at the rows held out for early stopping, about once each pass. */
export const trainingStep = z.object({
  step: z.int(),
  epoch: z.number(),
  loss: z.number().describe('Of the rows it learns from, the mean since the last look'),
  score: z.number().nullable().describe('By `metric`, of the rows held out for early stopping'),
});
export type TrainingStep = z.infer<typeof trainingStep>;

/** What a training tells while it goes on. */
export const trainingProgress = z.object({
  phase: z.string(),
  fraction: z.number().min(0).max(1),
  seconds: z.number(),
  fits: z.int(),
  metric: metric.nullable(),
  problem_type: z.enum(problemKinds).nullable(),
  leaderboard: z.array(leaderboardEntry).describe('So far, best first, at most 20'),
  search_curve: z
    .array(z.object({ seconds: z.number(), fits: z.int(), score: z.number() }))
    .describe('The best score of a model looked at by all folds, each time it got better'),
  network: z
    .object({
      step: z.int(),
      steps: z.int().describe('At most; early stopping may end it before'),
      epoch: z.number(),
      epochs: z.number(),
      best: z.number().nullable().describe('By `metric`, of the rows held out for early stopping'),
      seconds_left: z.number(),
      memory_bytes: z.number().describe('What the training was found to need before it began'),
      curve: z.array(trainingStep).describe('So far, thinned to 200 points'),
    })
    .optional()
    .describe('Of networks alone'),
});
export type TrainingProgress = z.infer<typeof trainingProgress>;

export const training = z.object({
  training_id: z.string().describe('The id of its job'),
  kind: z.enum(trainingKinds),
  status: z.enum(jobStatuses),
  name: z.string().describe('Of the model'),
  dataset_id: z.string(),
  dataset_version_id: z.string(),
  target: z.string(),
  parameters: z.record(z.string(), z.unknown()).describe('As they were asked for'),
  progress: trainingProgress.nullable(),
  error: z
    .object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) })
    .nullable(),
  result: z
    .object({
      model_id: z.string(),
      version_id: z.string(),
      number: z.int(),
      run_id: z.string(),
      experiment_id: z.string(),
      provenance_id: z.string(),
    })
    .nullable(),
  created_by: person,
  created_at: timestamp,
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
});
export type Training = z.infer<typeof training>;

/** What a row must hold to be predicted. */
export const signatureColumn = z.object({
  name: z.string(),
  kind: z.enum(featureKinds).describe('`time`: ISO 8601, or milliseconds since 1970'),
  levels: z
    .array(z.string())
    .nullable()
    .describe('Categories that training saw, the most frequent first, at most 200'),
  more_levels: z.int().describe('That training saw beside those'),
  low: z.number().nullable().describe('Of numbers and times, among the rows learned from'),
  middle: z.number().nullable(),
  high: z.number().nullable(),
  whole: z.boolean().describe('All numbers of it are whole'),
  missing_share: z.number(),
  typical: z
    .union([z.string(), z.number()])
    .nullable()
    .describe('The median or the most frequent value: something to begin with'),
});
export type SignatureColumn = z.infer<typeof signatureColumn>;

const curve = <Point extends z.ZodType>(point: Point) =>
  z.array(z.object({ label: z.string(), score: z.number(), points: z.array(point) }));

/** How good a version is, and how that was found out. */
export const modelEvaluation = z.object({
  model_id: z.string(),
  model_name: z.string(),
  version_id: z.string(),
  number: z.int(),
  kind: z.enum(trainingKinds),
  learned_by: z.string().describe('In words: a blend of 3 models, boosted_trees, ...'),
  target: z.string(),
  problem_type: z.enum(problemKinds),
  problem_reasons: z.array(z.string()),
  labels: z.array(z.string()).describe('Classes in the order of probabilities; empty for numbers'),
  metric,
  more_is_better: z.boolean(),
  signature: z.array(signatureColumn),
  dataset: z.object({
    dataset_id: z.string(),
    name: z.string(),
    version_id: z.string(),
    number: z.int(),
    rows: z.int().describe('Learned from and tested with'),
    content_sha256: sha256,
    restricted: z.boolean().describe('Of the dataset a part alone was learned from: what its trainer sees'),
  }),
  holdout: z
    .object({
      rows: z.int(),
      scores: z.array(z.object({ metric, score: z.number(), ci: bounds.nullable() })),
      baseline: z.number().describe('What says the same of every row, by `metric`'),
      coverage: z.number().nullable().describe('Numbers: share of the rows within their interval'),
    })
    .nullable()
    .describe('Of rows that no choice has seen'),
  confusion: z
    .object({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) })
    .nullable()
    .describe('Rows of the truth, columns of what was said'),
  roc: curve(
    z.object({
      false_positive_rate: z.number(),
      true_positive_rate: z.number(),
      threshold: z.number().nullable(),
    }),
  ).describe('Of two classes the second alone; `score` is the area'),
  precision_recall: curve(z.object({ recall: z.number(), precision: z.number(), threshold: z.number() })),
  calibration: z.array(
    z.object({
      label: z.string(),
      error: z.number().describe('Expected calibration error'),
      bins: z.array(
        z.object({
          predicted: z.number(),
          observed: z.number(),
          low: z.number(),
          high: z.number(),
          rows: z.int(),
        }),
      ),
    }),
  ),
  residuals: z
    .object({
      points: z
        .array(
          z.object({
            actual: z.number(),
            predicted: z.number(),
            low: z.number().nullable(),
            high: z.number().nullable(),
          }),
        )
        .describe('At most 1000 of the rows kept back'),
      mean: z.number(),
      sd: z.number(),
      histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.int() })),
    })
    .nullable(),
  importance: z
    .array(z.object({ column: z.string(), importance: z.number(), low: z.number(), high: z.number() }))
    .describe('How much worse the score gets when a column is shuffled among the rows kept back, most first'),
  leaderboard: z.array(leaderboardEntry),
  learning_curve: z.array(learningPoint),
  training_curve: z.array(trainingStep).optional().describe('Of networks: each look while it was trained'),
  training_metric: metric.optional().describe('Of the scores of that curve'),
  base: z
    .object({
      name: z.string(),
      sha256,
      licence: z.string().nullable(),
      layer: z.string().nullable().describe('Up to which it is frozen; null where layers are learned on'),
      mode: z.enum(transferModes).optional().describe('What of it was learned on; `frozen` when left out'),
      layers: z.int().nullable().optional().describe('Learned whole, counted from the head'),
      rank: z.int().nullable().optional().describe('Of adapters'),
      kept_head: z.boolean().optional().describe('The head began as that of the base, not anew'),
      model_id: z.string().nullable().describe('Where it is a model of the registry'),
      number: z.int().nullable(),
    })
    .optional()
    .describe('Of transfer learning: what it was learned on from'),
  domain_shift: z
    .object({
      mmd: z.number().describe('Squared maximum mean discrepancy of what the head is given'),
      p_value: z.number(),
      reference_rows: z.int(),
      rows: z.int(),
      outside: z
        .array(z.object({ column: z.string(), share: z.number() }))
        .describe('Of each column the share of values outside what the base was trained on'),
    })
    .nullable()
    .optional()
    .describe('Of transfer learning: null where the base tells no rows it was trained on'),
  members: z
    .array(
      z.object({
        model_id: z.string(),
        model_name: z.string(),
        number: z.int(),
        weight: z.number().nullable().describe('Null where a model of its own weighs them'),
        score: z.number().nullable().describe('Alone, by `metric`, of the same rows'),
      }),
    )
    .optional()
    .describe('Of ensembles'),
  imported: z
    .object({
      file_sha256: sha256,
      producer: z.string(),
      opsets: z.record(z.string(), z.int()),
      licence: z.string().nullable(),
      source: z.string().nullable(),
    })
    .optional()
    .describe('Of imported files: what they say of themselves, and what was said of them'),
  stopped: z.object({ reason: z.string(), message: z.string() }),
  decisions: z.array(z.object({ decision: z.string(), columns: z.array(z.string()), message: z.string() })),
  leaks: z.array(
    z.object({
      kind: z.string(),
      columns: z.array(z.string()),
      rows: z.int(),
      share: z.number(),
      message: z.string(),
    }),
  ),
  failed: z.array(z.object({ model: z.string(), fault: z.string() })),
  parameters: z.object({
    preset: z.enum(learningPresets).nullable(),
    time_limit_s: z.number().nullable(),
    seed: z.int(),
  }),
  fits: z.int(),
  seconds: z.number(),
  memory_bytes: z.number(),
  model_bytes: z.number(),
  model_sha256: sha256,
  engine: z.string(),
  run_id: z.string().nullable(),
  provenance_id: z.string(),
  trained_at: timestamp,
});
export type ModelEvaluation = z.infer<typeof modelEvaluation>;
