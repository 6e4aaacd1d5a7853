import { type Kept, keptRows } from '../../access/index.ts';
import type { Database } from '../../platform/db/database.ts';

/** Predictions that were kept go after their time. */
export const keptPredictions = (db: Database): Kept =>
  keptRows(db, {
    kind: 'predictions',
    defaultDays: 90,
    shortestDays: 1,
    table: 'ml_predictions',
    at: 'created_at',
    person: 'asked_by',
  });
