import { sql } from 'drizzle-orm';
import { type Kept, keptRows } from '../../access/index.ts';
import type { Database } from '../../platform/db/database.ts';

/** Searches for persons after their end: where somebody was found. One whose request is open is still needed. */
export const keptSearches = (db: Database): Kept =>
  keptRows(db, {
    kind: 'person_searches',
    defaultDays: 90,
    shortestDays: 1,
    table: 'person_searches',
    at: 'finished_at',
    person: 'searched_by',
    only: `not exists (
      select from subject_requests r where r.search_id = person_searches.id and r.closed_at is null)`,
    with: {
      column: 'id',
      remove: async (tx, tenantId, ids) => {
        await tx.execute(sql`
          update subject_requests set search_id = null where tenant_id = ${tenantId}
            and search_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`);
      },
    },
  });
