import type { ColumnType, JsonValue } from './columns.ts';

/** What a column means, beyond its type. */
export const semanticTypes = [
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
] as const;
export type SemanticType = (typeof semanticTypes)[number];

export interface HistogramBin {
  from: number;
  to: number;
  count: number;
}

/** Dates and timestamps carry `min`/`max` as ISO text and their histogram in epoch milliseconds. */
export interface ColumnProfile {
  name: string;
  type: ColumnType;
  /** The engine's own type, for example `BIGINT`. */
  sql_type: string;
  semantic: SemanticType | null;
  /** Unit found in the name or the values, for example `mm`, in UCUM spelling where there is one. */
  unit: string | null;
  nulls: number;
  null_share: number;
  /** Exact count of distinct non-null values. */
  distinct: number;
  min: JsonValue;
  max: JsonValue;
  mean: number | null;
  /** Sample standard deviation (n - 1). */
  sd: number | null;
  skewness: number | null;
  /** Type-7 quantiles of the non-null values, as R's default. */
  quantiles: {
    p01: number;
    p05: number;
    p25: number;
    p50: number;
    p75: number;
    p95: number;
    p99: number;
  } | null;
  histogram: HistogramBin[];
  top_values: { value: JsonValue; count: number }[];
  /** Tukey's fences, 1.5 IQR outside the quartiles; null when the column is not numeric. */
  outliers: { count: number; lower: number; upper: number } | null;
  /** Shortest and longest text, in characters; null when not text. */
  text_length: { min: number; max: number; mean: number } | null;
}

export const issueKinds = [
  'high_nulls',
  'duplicates',
  'outliers',
  'constant',
  'mixed_types',
  'skew',
  'possible_pii',
  'rejected_rows',
] as const;
export type IssueKind = (typeof issueKinds)[number];

export interface QualityIssue {
  kind: IssueKind;
  severity: 'info' | 'warning' | 'critical';
  /** Null when the issue is about the whole table. */
  column: string | null;
  message: string;
  /** Rows concerned. */
  count: number;
  share: number;
}

export interface QualityScore {
  /** 0-1; the formula is in docs/data-quality.md. */
  score: number;
  completeness: number;
  uniqueness: number;
  validity: number;
  consistency: number;
}

export interface TableProfile {
  rows: number;
  columns: ColumnProfile[];
  /** Rows that repeat an earlier row exactly. */
  duplicate_rows: number;
  /** Pearson's r over rows where both are present, strongest first. */
  correlations: { a: string; b: string; r: number; n: number }[];
  /** Smallest sets of columns whose values identify a row and are never missing. */
  candidate_keys: string[][];
  issues: QualityIssue[];
  quality: QualityScore;
}

/** All distinct values of a text or boolean column, for linking the words of a question. */
export interface ColumnValues {
  column: string;
  /** Most frequent first. */
  values: string[];
  /** False when the column holds more distinct values than were kept. */
  complete: boolean;
}
