import type { ComplianceStandard } from '@stroma/contracts';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { Sql } from '../../platform/db/database.ts';
import { complianceReports as reports } from './compliance.tables.ts';

export type ReportRow = typeof reports.$inferSelect;

/** A job that runs twice writes one report. */
export async function insertReport(tx: Sql, row: ReportRow): Promise<void> {
  await tx.insert(reports).values(row).onConflictDoNothing();
}

export async function findReport(db: Sql, tenantId: string, id: string): Promise<ReportRow | null> {
  const [row] = await db
    .select()
    .from(reports)
    .where(and(eq(reports.tenantId, tenantId), eq(reports.id, id)))
    .limit(1);
  return row ?? null;
}

/** Newest first. */
export async function listReports(
  db: Sql,
  tenantId: string,
  page: { limit: number; before: string | undefined; standard: ComplianceStandard | undefined },
): Promise<ReportRow[]> {
  return db
    .select()
    .from(reports)
    .where(
      and(
        eq(reports.tenantId, tenantId),
        page.standard === undefined ? undefined : eq(reports.standard, page.standard),
        page.before === undefined ? undefined : lt(reports.id, page.before),
      ),
    )
    .orderBy(desc(reports.id))
    .limit(page.limit);
}
