import type { ColumnProfile, QualityIssue, TableProfile } from '@stroma/kernel';
import { z } from 'zod';
import { jsonValue } from './fields.ts';

export const columnTypes = [
  'boolean',
  'integer',
  'number',
  'text',
  'date',
  'time',
  'timestamp',
  'interval',
  'binary',
  'nested',
] as const;

/** A column somebody names. */
export const columnName = z.string().min(1).max(1000);

export const columnSchema = z.object({ name: z.string(), type: z.enum(columnTypes) });

export const rowSet = z.object({ columns: z.array(columnSchema), rows: z.array(z.array(jsonValue)) });

const columnProfile = z.object({
  name: z.string(),
  type: z.enum(columnTypes),
  sql_type: z.string(),
  semantic: z
    .enum([
      'identifier',
      'category',
      'date',
      'year',
      'email',
      'url',
      'phone',
      'person_name',
      'ip_address',
      'gene_symbol',
      'dna_sequence',
      'protein_sequence',
      'icd10_code',
      'postal_code',
      'latitude',
      'longitude',
      'percentage',
      'measurement',
    ])
    .nullable(),
  unit: z.string().nullable(),
  nulls: z.int(),
  null_share: z.number(),
  distinct: z.int(),
  min: jsonValue,
  max: jsonValue,
  mean: z.number().nullable(),
  sd: z.number().nullable(),
  skewness: z.number().nullable(),
  quantiles: z
    .object({
      p01: z.number(),
      p05: z.number(),
      p25: z.number(),
      p50: z.number(),
      p75: z.number(),
      p95: z.number(),
      p99: z.number(),
    })
    .nullable(),
  histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.int() })),
  top_values: z.array(z.object({ value: jsonValue, count: z.int() })),
  outliers: z.object({ count: z.int(), lower: z.number(), upper: z.number() }).nullable(),
  text_length: z.object({ min: z.int(), max: z.int(), mean: z.number() }).nullable(),
}) satisfies z.ZodType<ColumnProfile>;

const qualityIssue = z.object({
  kind: z.enum([
    'high_nulls',
    'duplicates',
    'outliers',
    'constant',
    'mixed_types',
    'skew',
    'possible_pii',
    'rejected_rows',
  ]),
  severity: z.enum(['info', 'warning', 'critical']),
  column: z.string().nullable(),
  message: z.string(),
  count: z.int(),
  share: z.number(),
}) satisfies z.ZodType<QualityIssue>;

export const tableProfile = z.object({
  rows: z.int(),
  columns: z.array(columnProfile),
  duplicate_rows: z.int(),
  correlations: z.array(z.object({ a: z.string(), b: z.string(), r: z.number(), n: z.int() })),
  candidate_keys: z.array(z.array(z.string())),
  issues: z.array(qualityIssue),
  quality: z.object({
    score: z.number(),
    completeness: z.number(),
    uniqueness: z.number(),
    validity: z.number(),
    consistency: z.number(),
  }),
}) satisfies z.ZodType<TableProfile>;

export const candidateJoin = z.object({
  column: z.string(),
  other_dataset_id: z.string(),
  other_name: z.string(),
  other_column: z.string(),
  /** Share of this column's distinct values that the other column holds. */
  overlap: z.number(),
  kind: z.enum(['one_to_one', 'one_to_many', 'many_to_one', 'many_to_many']),
});

export const datasetProfile = tableProfile.extend({
  dataset_id: z.string(),
  version_id: z.string(),
  candidate_joins: z.array(candidateJoin),
  provenance_id: z.string(),
});
export type DatasetProfile = z.infer<typeof datasetProfile>;
