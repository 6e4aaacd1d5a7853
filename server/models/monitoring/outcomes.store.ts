import { and, asc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Sealed } from '../../platform/crypto/sealed-table.ts';
import type { Sql } from '../../platform/db/database.ts';
import { loggedPredictions } from '../serving/prediction-log.tables.ts';
import { outcomes } from './monitoring.tables.ts';

export type OutcomeRow = typeof outcomes.$inferSelect;

export interface KeptPrediction {
  id: string;
  modelId: string;
  number: number;
}

/** Those of these ids that are kept still. */
export async function findKept(
  db: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, KeptPrediction>> {
  const rows = await db
    .select({
      id: loggedPredictions.id,
      modelId: loggedPredictions.modelId,
      number: loggedPredictions.number,
    })
    .from(loggedPredictions)
    .where(and(eq(loggedPredictions.tenantId, tenantId), inArray(loggedPredictions.id, [...ids])));
  return new Map(rows.map((row) => [row.id, row]));
}

export async function findOutcomes(db: Sql, tenantId: string, ids: readonly string[]): Promise<OutcomeRow[]> {
  if (ids.length === 0) return [];
  return db
    .select()
    .from(outcomes)
    .where(and(eq(outcomes.tenantId, tenantId), inArray(outcomes.id, [...ids])));
}

/** Replaces what was there of the same predictions. */
export async function saveOutcomes(tx: Sql, rows: readonly OutcomeRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insert(outcomes)
    .values([...rows])
    .onConflictDoUpdate({
      target: outcomes.id,
      set: {
        observed: sql`excluded.observed`,
        sealed: sql`excluded.sealed`,
        observedAt: sql`excluded.observed_at`,
        recordedBy: sql`excluded.recorded_by`,
        recordedAt: sql`excluded.recorded_at`,
      },
    });
}

export type LoggedRow = Sealed<'said'> & {
  id: string;
  number: number;
  createdAt: Date;
  /** Of the outcome; null where none is known. */
  observed: Sealed<'observed'> | null;
};

/** Of one model in the order of time, from the one after `after` on; of one version where a number is given. */
export async function loggedAfter(
  db: Sql,
  tenantId: string,
  query: { modelId: string; number?: number; after: string; limit: number; labelled?: boolean },
): Promise<LoggedRow[]> {
  const rows = await db
    .select({
      id: loggedPredictions.id,
      number: loggedPredictions.number,
      createdAt: loggedPredictions.createdAt,
      said: loggedPredictions.said,
      sealed: loggedPredictions.sealed,
      outcomeId: outcomes.id,
      observed: outcomes.observed,
      outcomeSealed: outcomes.sealed,
    })
    .from(loggedPredictions)
    .leftJoin(outcomes, eq(outcomes.id, loggedPredictions.id))
    .where(
      and(
        eq(loggedPredictions.tenantId, tenantId),
        eq(loggedPredictions.modelId, query.modelId),
        query.number === undefined ? undefined : eq(loggedPredictions.number, query.number),
        query.labelled === true ? isNotNull(outcomes.id) : undefined,
        gt(loggedPredictions.id, query.after),
      ),
    )
    .orderBy(asc(loggedPredictions.id))
    .limit(query.limit);
  return rows.map(({ outcomeId, observed, outcomeSealed, ...row }) => ({
    ...row,
    observed: outcomeId === null ? null : { observed, sealed: outcomeSealed },
  }));
}

/** How many there are after `after`. */
export async function countLogged(
  db: Sql,
  tenantId: string,
  query: { modelId: string; number: number; after: string },
): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(loggedPredictions)
    .where(
      and(
        eq(loggedPredictions.tenantId, tenantId),
        eq(loggedPredictions.modelId, query.modelId),
        eq(loggedPredictions.number, query.number),
        gt(loggedPredictions.id, query.after),
      ),
    );
  return row?.count ?? 0;
}

/** The id of the row that `skip` rows of the version lie before, from the one after `after` on; null where there are fewer. */
export async function idBehind(
  db: Sql,
  tenantId: string,
  query: { modelId: string; number: number; after: string; skip: number },
): Promise<string | null> {
  const [row] = await db
    .select({ id: loggedPredictions.id })
    .from(loggedPredictions)
    .where(
      and(
        eq(loggedPredictions.tenantId, tenantId),
        eq(loggedPredictions.modelId, query.modelId),
        eq(loggedPredictions.number, query.number),
        gt(loggedPredictions.id, query.after),
      ),
    )
    .orderBy(asc(loggedPredictions.id))
    .offset(query.skip - 1)
    .limit(1);
  return row?.id ?? null;
}
