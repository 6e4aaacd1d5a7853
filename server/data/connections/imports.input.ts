export const importKind = 'connections.import';

/** Input of the job that brings rows from a source into a dataset. */
export interface ImportInput {
  import_id: string;
  connection_id: string;
  /** Of the dataset, for the title. */
  name: string;
  /** Go on with the columns as they are now, whatever the policy. */
  accept_changes: boolean;
  dataset_id?: string;
}
