import { type Kept, keptRows } from '../../access/index.ts';
import type { Database } from '../../platform/db/database.ts';

const datasets = [
  `jsonb_path_query_array(document, '$.tiles[*].query.dataset_id')`,
  `jsonb_path_query_array(document, '$.tiles[*].query.dataset_ids[*]')`,
].join(' || ');

/** Boards after their deletion, with their versions and what was said about them. */
export const keptDashboards = (db: Database): Kept =>
  keptRows(db, {
    kind: 'deleted_dashboards',
    defaultDays: 30,
    shortestDays: 1,
    table: 'dashboards',
    at: 'deleted_at',
    person: 'created_by',
    datasets,
    only: 'deleted_at is not null',
  });
