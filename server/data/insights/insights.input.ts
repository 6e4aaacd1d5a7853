export const insightsKind = 'insights.generate';

export interface InsightsJobInput {
  dataset_id: string;
  version_id: string;
  /** Of the dataset, for the job's title. */
  name: string;
  measure: string | null;
  time_column: string | null;
  seed: number;
}
