import { type Kept, keptRows } from '../../access/index.ts';
import type { Database } from '../../platform/db/database.ts';

/**
 * Reviews of predictions after somebody decided; what nobody has decided stays. Less than half a year cannot be set:
 * Regulation (EU) 2024/1689, Articles 19 and 26(6).
 */
export const keptReviews = (db: Database): Kept =>
  keptRows(db, {
    kind: 'prediction_reviews',
    defaultDays: 5 * 365 + 1,
    shortestDays: 183,
    table: 'ml_prediction_reviews',
    at: 'coalesce(reviewed_at, created_at)',
    person: 'asked_by',
    datasets: "jsonb_build_array(dataset ->> 'dataset_id')",
    only: "state <> 'waiting'",
  });
