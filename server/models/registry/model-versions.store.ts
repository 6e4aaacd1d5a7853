import type { ModelStage, PromotionState } from '@stroma/contracts';
import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { type Condition, parseFilter, parseOrder } from '../experiments/search-language.ts';
import { registryTag, textMatches, wholeMatches } from '../experiments/search-sql.ts';
import type { ModelRow, SearchQuery } from './models.store.ts';
import { models, modelVersions, promotions } from './registry.tables.ts';

export type VersionRow = typeof modelVersions.$inferSelect;
export type PromotionRow = typeof promotions.$inferSelect;

export interface FoundVersion {
  version: VersionRow;
  model: ModelRow;
}

const mine = (ctx: Context) => eq(modelVersions.tenantId, ctx.actor.tenantId);

export async function insertVersion(tx: Sql, row: VersionRow): Promise<void> {
  await tx.insert(modelVersions).values(row);
}

const joined = (db: Sql) =>
  db
    .select({ version: modelVersions, model: models })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId));

export async function findVersion(
  db: Sql,
  ctx: Context,
  modelId: string,
  number: number,
): Promise<FoundVersion | null> {
  const [row] = await joined(db)
    .where(and(mine(ctx), eq(modelVersions.modelId, modelId), eq(modelVersions.number, number)))
    .limit(1);
  return row ?? null;
}

export async function findVersions(
  db: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<FoundVersion[]> {
  if (ids.length === 0) return [];
  return joined(db).where(and(eq(modelVersions.tenantId, tenantId), inArray(modelVersions.id, [...ids])));
}

/** Registered from a run, deleted ones among them. */
export async function versionsOfRun(db: Sql, ctx: Context, runId: string): Promise<FoundVersion[]> {
  return joined(db).where(and(mine(ctx), eq(modelVersions.runId, runId)));
}

export async function updateVersion(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<VersionRow>,
): Promise<void> {
  await tx
    .update(modelVersions)
    .set(change)
    .where(and(mine(ctx), eq(modelVersions.id, id)));
}

/** Newest first. */
export async function listVersions(
  db: Sql,
  ctx: Context,
  modelId: string,
  query: { stage?: ModelStage | undefined; deleted: boolean; before: number | null; limit: number },
): Promise<FoundVersion[]> {
  return joined(db)
    .where(
      and(
        mine(ctx),
        eq(modelVersions.modelId, modelId),
        query.deleted ? isNotNull(modelVersions.deletedAt) : isNull(modelVersions.deletedAt),
        query.stage === undefined ? undefined : eq(modelVersions.stage, query.stage),
        query.before === null ? undefined : lt(modelVersions.number, query.before),
      ),
    )
    .orderBy(desc(modelVersions.number))
    .limit(query.limit);
}

/** Those of a model in a stage, but for one. */
export async function othersInStage(
  tx: Sql,
  ctx: Context,
  { modelId, id }: VersionRow,
  stage: ModelStage,
): Promise<VersionRow[]> {
  return tx
    .select()
    .from(modelVersions)
    .where(
      and(
        mine(ctx),
        eq(modelVersions.modelId, modelId),
        eq(modelVersions.stage, stage),
        ne(modelVersions.id, id),
        isNull(modelVersions.deletedAt),
      ),
    );
}

const texts: Readonly<Record<string, SQL>> = {
  name: sql`${models.name}`,
  run_id: sql`${modelVersions.runId}`,
  source_path: sql`${modelVersions.source}`,
  source: sql`${modelVersions.source}`,
  current_stage: sql`${modelVersions.stage}`,
};
const numbers: Readonly<Record<string, SQL>> = {
  version_number: sql`${modelVersions.number}`,
  creation_timestamp: sql`extract(epoch from ${modelVersions.createdAt}) * 1000`,
  last_updated_timestamp: sql`extract(epoch from ${modelVersions.updatedAt}) * 1000`,
};

/** In the search language of MLflow. Throws INVALID_INPUT. */
export async function searchVersions(db: Sql, ctx: Context, query: SearchQuery): Promise<FoundVersion[]> {
  const order = query.orderBy.map((line) => {
    const { key, descending } = parseOrder(line);
    const column = attribute(key);
    return descending ? sql`${column} desc nulls last` : sql`${column} asc nulls last`;
  });
  return joined(db)
    .where(
      and(
        mine(ctx),
        isNull(modelVersions.deletedAt),
        isNull(models.deletedAt),
        query.reached ?? undefined,
        ...parseFilter(query.filter).map(conditionOf),
      ),
    )
    .orderBy(...order, desc(modelVersions.updatedAt), asc(models.name), desc(modelVersions.number))
    .limit(query.limit)
    .offset(query.offset);
}

function conditionOf(condition: Condition): SQL {
  const { entity, key } = condition;
  if (entity === 'tag') return textMatches(registryTag(modelVersions.tags, key), condition);
  if (entity !== 'attribute') return unknown(key);
  return Object.hasOwn(numbers, key)
    ? wholeMatches(attribute(key), condition)
    : textMatches(attribute(key), condition);
}

const attribute = (key: string): SQL =>
  (Object.hasOwn(texts, key) ? texts[key] : Object.hasOwn(numbers, key) ? numbers[key] : undefined) ??
  unknown(key);

const unknown = (key: string): never =>
  fail(
    'INVALID_INPUT',
    `Versions are searched by ${[...Object.keys(texts), ...Object.keys(numbers)].join(', ')} and tags, given ${key.slice(0, 60)}.`,
    { field: 'filter' },
  );

export async function insertPromotion(tx: Sql, row: PromotionRow): Promise<void> {
  await tx.insert(promotions).values(row);
}

export async function updatePromotion(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<PromotionRow>,
): Promise<void> {
  await tx
    .update(promotions)
    .set(change)
    .where(and(eq(promotions.tenantId, ctx.actor.tenantId), eq(promotions.id, id)));
}

const withVersion = (db: Sql) =>
  db
    .select({ promotion: promotions, version: modelVersions, model: models })
    .from(promotions)
    .innerJoin(modelVersions, eq(modelVersions.id, promotions.versionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId));

export type FoundPromotion = Awaited<ReturnType<typeof withVersion>>[number];

export async function findPromotion(db: Sql, ctx: Context, id: string): Promise<FoundPromotion | null> {
  const [row] = await withVersion(db)
    .where(and(eq(promotions.tenantId, ctx.actor.tenantId), eq(promotions.id, id)))
    .limit(1);
  return row ?? null;
}

/** Newest first. */
export async function listPromotions(
  db: Sql,
  ctx: Context,
  which: { modelId: string } | { versionId: string },
  query: { state?: PromotionState | undefined; before?: string | undefined; limit: number },
): Promise<FoundPromotion[]> {
  return withVersion(db)
    .where(
      and(
        eq(promotions.tenantId, ctx.actor.tenantId),
        'modelId' in which
          ? eq(modelVersions.modelId, which.modelId)
          : eq(promotions.versionId, which.versionId),
        query.state === undefined ? undefined : eq(promotions.state, query.state),
        query.before === undefined ? undefined : lt(promotions.id, query.before),
      ),
    )
    .orderBy(desc(promotions.id))
    .limit(query.limit);
}
