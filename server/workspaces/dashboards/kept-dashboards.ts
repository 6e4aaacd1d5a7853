import { type Kept, keptRows } from '../../access/index.ts';
import type { Database } from '../../platform/db/database.ts';

/** Boards after their deletion, with their versions and what was said about them. */
export const keptDashboards = (db: Database): Kept =>
  keptRows(db, {
    kind: 'deleted_dashboards',
    defaultDays: 30,
    shortestDays: 1,
    table: 'dashboards',
    at: 'deleted_at',
    person: 'created_by',
    datasets: 'dataset_ids',
    only: 'deleted_at is not null',
  });
