import { and, desc, eq, lt } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { modelVersions } from '../registry/registry.tables.ts';
import { modelReports } from './model-reports.tables.ts';

export type ReportRow = typeof modelReports.$inferSelect;

export async function insertReport(tx: Sql, row: ReportRow): Promise<void> {
  await tx.insert(modelReports).values(row);
}

export async function newestReport(
  db: Sql,
  ctx: Context,
  versionId: string,
  kind: ReportRow['kind'],
): Promise<ReportRow | null> {
  const [row] = await db
    .select()
    .from(modelReports)
    .where(
      and(
        eq(modelReports.tenantId, ctx.actor.tenantId),
        eq(modelReports.versionId, versionId),
        eq(modelReports.kind, kind),
      ),
    )
    .orderBy(desc(modelReports.id))
    .limit(1);
  return row ?? null;
}

/** Of each kind, where there is one. */
export async function newestReports(db: Sql, ctx: Context, versionId: string): Promise<ReportRow[]> {
  const found = await Promise.all(
    modelReports.kind.enumValues.map((kind) => newestReport(db, ctx, versionId, kind)),
  );
  return found.filter((row) => row !== null);
}

export async function findReport(db: Sql, ctx: Context, id: string): Promise<ReportRow | null> {
  const [row] = await db
    .select()
    .from(modelReports)
    .where(and(eq(modelReports.tenantId, ctx.actor.tenantId), eq(modelReports.id, id)))
    .limit(1);
  return row ?? null;
}

/** Of all versions of a model, newest first. */
export async function listReports(
  db: Sql,
  ctx: Context,
  modelId: string,
  query: { kind?: ReportRow['kind'] | undefined; before?: string | undefined; limit: number },
): Promise<{ report: ReportRow; number: number }[]> {
  return db
    .select({ report: modelReports, number: modelVersions.number })
    .from(modelReports)
    .innerJoin(modelVersions, eq(modelVersions.id, modelReports.versionId))
    .where(
      and(
        eq(modelReports.tenantId, ctx.actor.tenantId),
        eq(modelVersions.modelId, modelId),
        query.kind === undefined ? undefined : eq(modelReports.kind, query.kind),
        query.before === undefined ? undefined : lt(modelReports.id, query.before),
      ),
    )
    .orderBy(desc(modelReports.id))
    .limit(query.limit);
}
