import type { TrainingKind } from '@stroma/contracts';
import { and, desc, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { models, modelVersions } from '../registry/registry.tables.ts';
import { trainedVersions, trainings } from './training.tables.ts';

export type TrainingRow = typeof trainings.$inferSelect;
export type TrainedRow = typeof trainedVersions.$inferSelect;

const mine = (ctx: Context, jobId: string) =>
  and(eq(trainings.tenantId, ctx.actor.tenantId), eq(trainings.jobId, jobId));

export async function insertTraining(tx: Sql, row: TrainingRow): Promise<void> {
  await tx.insert(trainings).values(row);
}

export async function findTraining(db: Sql, ctx: Context, jobId: string): Promise<TrainingRow | null> {
  const [row] = await db.select().from(trainings).where(mine(ctx, jobId)).limit(1);
  return row ?? null;
}

export async function updateTraining(
  db: Sql,
  ctx: Context,
  jobId: string,
  change: Partial<TrainingRow>,
): Promise<void> {
  await db.update(trainings).set(change).where(mine(ctx, jobId));
}

/** Newest first. */
export async function listTrainings(
  db: Sql,
  ctx: Context,
  query: {
    datasetId?: string | undefined;
    /** Those that have not ended. */
    open: boolean;
    before?: string | undefined;
    limit: number;
  },
): Promise<TrainingRow[]> {
  return db
    .select()
    .from(trainings)
    .where(
      and(
        eq(trainings.tenantId, ctx.actor.tenantId),
        query.open ? isNull(trainings.finishedAt) : undefined,
        query.datasetId === undefined ? undefined : eq(trainings.datasetId, query.datasetId),
        query.before === undefined ? undefined : lt(trainings.jobId, query.before),
      ),
    )
    .orderBy(desc(trainings.jobId))
    .limit(query.limit);
}

export async function insertTrained(tx: Sql, row: TrainedRow): Promise<void> {
  await tx.insert(trainedVersions).values(row);
}

export async function findTrained(db: Sql, ctx: Context, versionId: string): Promise<TrainedRow | null> {
  const [row] = await db
    .select()
    .from(trainedVersions)
    .where(and(eq(trainedVersions.tenantId, ctx.actor.tenantId), eq(trainedVersions.versionId, versionId)))
    .limit(1);
  return row ?? null;
}

/** The newest version of each model that is one of these kinds, newest first. */
export async function listTrainedAs(
  db: Sql,
  ctx: Context,
  { kinds, reached, limit }: { kinds: TrainingKind[]; reached: SQL | null; limit: number },
): Promise<{ modelId: string; number: number }[]> {
  const newest = await db
    .selectDistinctOn([models.id], {
      modelId: models.id,
      number: modelVersions.number,
      createdAt: trainedVersions.createdAt,
    })
    .from(trainedVersions)
    .innerJoin(modelVersions, eq(modelVersions.id, trainedVersions.versionId))
    .innerJoin(models, eq(models.id, trainedVersions.modelId))
    .where(
      and(
        eq(trainedVersions.tenantId, ctx.actor.tenantId),
        inArray(trainedVersions.kind, kinds),
        isNull(modelVersions.deletedAt),
        isNull(models.deletedAt),
        reached ?? undefined,
      ),
    )
    .orderBy(models.id, desc(modelVersions.number))
    .limit(1000);
  return newest.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime()).slice(0, limit);
}

/** Bytes of the models of all versions, of all organisations. */
export async function trainedBytes(db: Sql): Promise<number> {
  const [row] = await db
    .select({ bytes: sql<number>`coalesce(sum(${trainedVersions.modelBytes}), 0)::float8` })
    .from(trainedVersions);
  return row?.bytes ?? 0;
}

/** Of these trainings those that have not ended, of all organisations. */
export async function openStates(db: Sql, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await db
    .select({ id: trainings.jobId })
    .from(trainings)
    .where(and(inArray(trainings.jobId, [...new Set(ids)]), isNull(trainings.finishedAt)));
  return found.map(({ id }) => id);
}
