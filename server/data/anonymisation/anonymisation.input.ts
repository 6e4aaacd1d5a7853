import type { PrivacyModelDocument, Sensitivity } from '@stroma/contracts';
import type { ColumnPlan } from './anonymisation.plan.ts';

export const anonymiseKind = 'data.anonymise';

export interface AnonymiseJobInput {
  dataset_id: string;
  version_id: string;
  /** Of the source, for the job's title. */
  name: string;
  columns: ColumnPlan[];
  unlisted: 'remove' | 'keep';
  model: PrivacyModelDocument | null;
  target:
    | { kind: 'dataset'; name?: string | undefined; sensitivity?: Sensitivity | undefined }
    | { kind: 'version' };
  key: 'dataset' | 'organisation' | 'once';
}
