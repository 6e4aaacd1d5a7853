import type { IngestOverridesInput } from '@stroma/contracts';

export const processKind = 'data.process';

/** Input of the job that reads a raw file into a dataset version. */
export interface ProcessInput {
  upload_id: string;
  file_name: string;
  /** Null makes a new dataset. */
  dataset_id: string | null;
  overrides: IngestOverridesInput;
  /** True when a person asked to read a known file again. */
  again: boolean;
}
