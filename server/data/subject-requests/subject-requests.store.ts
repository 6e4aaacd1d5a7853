import type { SubjectRequestKind, SubjectRequestStatus } from '@stroma/contracts';
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { rowsOf, type Sql } from '../../platform/db/database.ts';
import { subjectRequests } from './subject-requests.tables.ts';

export type SubjectRequestRow = typeof subjectRequests.$inferSelect;

export interface SubjectRequestFilter {
  kind?: SubjectRequestKind | undefined;
  status?: SubjectRequestStatus | undefined;
  overdue?: 'true' | undefined;
}

const one = (tenantId: string, id: string) =>
  and(eq(subjectRequests.tenantId, tenantId), eq(subjectRequests.id, id));

export async function insertSubjectRequest(tx: Sql, row: SubjectRequestRow): Promise<void> {
  await tx.insert(subjectRequests).values(row);
}

export async function findSubjectRequest(
  db: Sql,
  tenantId: string,
  id: string,
): Promise<SubjectRequestRow | null> {
  const [row] = await db.select().from(subjectRequests).where(one(tenantId, id)).limit(1);
  return row ?? null;
}

/** Held to the end of the transaction: two officers do not step over each other. */
export async function lockSubjectRequest(
  tx: Sql,
  tenantId: string,
  id: string,
): Promise<SubjectRequestRow | null> {
  const [row] = await tx.select().from(subjectRequests).where(one(tenantId, id)).limit(1).for('update');
  return row ?? null;
}

export async function changeSubjectRequest(
  tx: Sql,
  tenantId: string,
  id: string,
  change: Partial<Omit<SubjectRequestRow, 'id' | 'tenantId'>>,
): Promise<void> {
  await tx.update(subjectRequests).set(change).where(one(tenantId, id));
}

/** Newest first. */
export async function listSubjectRequests(
  db: Sql,
  tenantId: string,
  { kind, status, overdue }: SubjectRequestFilter,
  page: { limit: number; before?: string | undefined },
): Promise<SubjectRequestRow[]> {
  const late = sql`coalesce(${subjectRequests.extendedUntil}, ${subjectRequests.dueAt}) < now()`;
  return db
    .select()
    .from(subjectRequests)
    .where(
      and(
        eq(subjectRequests.tenantId, tenantId),
        kind === undefined ? undefined : eq(subjectRequests.kind, kind),
        status === undefined ? undefined : eq(subjectRequests.status, status),
        overdue === undefined
          ? undefined
          : and(inArray(subjectRequests.status, ['open', 'in_progress']), late),
        page.before === undefined ? undefined : lt(subjectRequests.id, page.before),
      ),
    )
    .orderBy(desc(subjectRequests.id))
    .limit(page.limit);
}

/** Whether an erasure has ended well, or the last search found nothing that an erasure would reach. */
export async function isErasedOrNowhere(
  tx: Sql,
  tenantId: string,
  { searchId, erasureId }: Pick<SubjectRequestRow, 'searchId' | 'erasureId'>,
): Promise<boolean> {
  const [row] = rowsOf<{ settled: boolean }>(
    await tx.execute(sql`
      select exists (
          select from erasures where tenant_id = ${tenantId} and id = ${erasureId} and status = 'done'
        ) or exists (
          select from person_searches where tenant_id = ${tenantId} and id = ${searchId}
            and jsonb_array_length(findings->'datasets') = 0 and jsonb_array_length(findings->'raw_files') = 0
            and jsonb_array_length(findings->'accounts') = 0 and findings->>'invitations' = '0'
            and findings->>'mail' = '0' and findings->'consents'->>'all' = '0'
            and not exists (select from jsonb_array_elements(findings->'store') s where s->>'treatment' <> 'keep')
        ) as settled`),
  );
  return row?.settled === true;
}
