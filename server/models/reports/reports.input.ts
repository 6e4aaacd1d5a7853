import type { FairnessAsk } from './reports.worker.ts';

export const reportKind = 'ml.report';

/** A report as its job remembers it. */
export interface ReportInput {
  model_id: string;
  number: number;
  dataset_id: string;
  version_id: string;
  ask: FairnessAsk | { kind: 'drift'; seed: number };
}
