import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  ilike,
  inArray,
  isNotNull,
  isNull,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { lockUntilCommit } from '../../platform/db/locks.ts';
import { literally } from '../../platform/db/patterns.ts';
import { fail } from '../../platform/failure.ts';
import type { Cursor } from '../../platform/paging.ts';
import { type Condition, parseFilter, parseOrder } from '../experiments/search-language.ts';
import { registryTag, textMatches, wholeMatches } from '../experiments/search-sql.ts';
import { modelAliases, models, modelVersions } from './registry.tables.ts';

export type ModelRow = typeof models.$inferSelect;
export type AliasRow = typeof modelAliases.$inferSelect;

const mine = (ctx: Context) => eq(models.tenantId, ctx.actor.tenantId);

export async function insertModel(tx: Sql, row: ModelRow): Promise<void> {
  await tx.insert(models).values(row);
}

/** Of the tenant, deleted or not; whoever asks decides what may be told. */
export async function findModel(db: Sql, tenantId: string, id: string): Promise<ModelRow | null> {
  const [row] = await db
    .select()
    .from(models)
    .where(and(eq(models.tenantId, tenantId), eq(models.id, id)))
    .limit(1);
  return row ?? null;
}

/** Of those that are not deleted. */
export async function findModelByName(db: Sql, ctx: Context, name: string): Promise<ModelRow | null> {
  const [row] = await db
    .select()
    .from(models)
    .where(and(mine(ctx), eq(models.name, name), isNull(models.deletedAt)))
    .limit(1);
  return row ?? null;
}

export async function updateModel(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<ModelRow>,
): Promise<void> {
  await tx
    .update(models)
    .set(change)
    .where(and(mine(ctx), eq(models.id, id)));
}

/** Stages, aliases and numbers of a model are changed by one at a time. */
export const lockModel = (tx: Sql, id: string): Promise<void> => lockUntilCommit(tx, `model:${id}`);

/** By name. */
export async function listModels(
  db: Sql,
  ctx: Context,
  query: {
    search?: string | undefined;
    deleted: boolean;
    reached: SQL | null;
    limit: number;
    cursor: Cursor | null;
  },
): Promise<ModelRow[]> {
  const conditions = [
    mine(ctx),
    query.deleted ? isNotNull(models.deletedAt) : isNull(models.deletedAt),
    query.reached ?? undefined,
  ];
  if (query.search !== undefined && query.search !== '') {
    const pattern = `%${literally(query.search)}%`;
    conditions.push(or(ilike(models.name, pattern), ilike(models.description, pattern)));
  }
  if (query.cursor !== null) {
    const [name, id] = query.cursor;
    conditions.push(or(gt(models.name, String(name)), and(eq(models.name, String(name)), gt(models.id, id))));
  }
  return db
    .select()
    .from(models)
    .where(and(...conditions))
    .orderBy(asc(models.name), asc(models.id))
    .limit(query.limit);
}

export interface SearchQuery {
  filter: string;
  orderBy: readonly string[];
  reached: SQL | null;
  limit: number;
  offset: number;
}

/** In the search language of MLflow. Throws INVALID_INPUT. */
export async function searchModels(db: Sql, ctx: Context, query: SearchQuery): Promise<ModelRow[]> {
  const order = query.orderBy.map((line) => {
    const { key, descending } = parseOrder(line);
    const column =
      key === 'name'
        ? models.name
        : /^(last_updated_timestamp|timestamp)$/.test(key)
          ? models.updatedAt
          : unknown(key);
    return descending ? desc(column) : asc(column);
  });
  return db
    .select()
    .from(models)
    .where(
      and(
        mine(ctx),
        isNull(models.deletedAt),
        query.reached ?? undefined,
        ...parseFilter(query.filter).map(conditionOf),
      ),
    )
    .orderBy(...order, asc(models.name), asc(models.id))
    .limit(query.limit)
    .offset(query.offset);
}

function conditionOf(condition: Condition): SQL {
  const { entity, key } = condition;
  if (entity === 'tag') return textMatches(registryTag(models.tags, key), condition);
  if (entity === 'attribute' && key === 'name') return textMatches(sql`${models.name}`, condition);
  if (entity === 'attribute' && key === 'last_updated_timestamp')
    return wholeMatches(sql`extract(epoch from ${models.updatedAt}) * 1000`, condition);
  return unknown(key);
}

const unknown = (key: string): never =>
  fail(
    'INVALID_INPUT',
    `Models are searched by name, last_updated_timestamp and tags, given ${key.slice(0, 60)}.`,
    {
      field: 'filter',
    },
  );

export async function findAliases(db: Sql, ctx: Context, modelIds: readonly string[]): Promise<AliasRow[]> {
  if (modelIds.length === 0) return [];
  return db
    .select()
    .from(modelAliases)
    .where(and(eq(modelAliases.tenantId, ctx.actor.tenantId), inArray(modelAliases.modelId, [...modelIds])))
    .orderBy(asc(modelAliases.alias));
}

export async function saveAlias(tx: Sql, row: AliasRow): Promise<void> {
  await tx
    .insert(modelAliases)
    .values(row)
    .onConflictDoUpdate({ target: [modelAliases.modelId, modelAliases.alias], set: { number: row.number } });
}

export async function deleteAliases(
  tx: Sql,
  ctx: Context,
  modelId: string,
  which: { alias: string } | { number: number },
): Promise<AliasRow[]> {
  return tx
    .delete(modelAliases)
    .where(
      and(
        eq(modelAliases.tenantId, ctx.actor.tenantId),
        eq(modelAliases.modelId, modelId),
        'alias' in which ? eq(modelAliases.alias, which.alias) : eq(modelAliases.number, which.number),
      ),
    )
    .returning();
}

/** Versions that are not deleted, with the highest number of each stage. */
export async function countVersions(
  db: Sql,
  ctx: Context,
  modelIds: readonly string[],
): Promise<Map<string, { count: number; stages: Record<string, number> }>> {
  if (modelIds.length === 0) return new Map();
  const rows = await db
    .select({
      id: modelVersions.modelId,
      stage: modelVersions.stage,
      count: count(),
      last: sql<number>`max(${modelVersions.number})::int`,
    })
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.tenantId, ctx.actor.tenantId),
        inArray(modelVersions.modelId, [...modelIds]),
        isNull(modelVersions.deletedAt),
      ),
    )
    .groupBy(modelVersions.modelId, modelVersions.stage);
  return new Map(
    [...Map.groupBy(rows, ({ id }) => id)].map(([id, all]) => [
      id,
      {
        count: all.reduce((sum, each) => sum + each.count, 0),
        stages: Object.fromEntries(all.map(({ stage, last }) => [stage, last])),
      },
    ]),
  );
}

/** The version of the highest number of each model, of those that are not deleted. */
export async function newestVersions(
  db: Sql,
  ctx: Context,
  modelIds: readonly string[],
): Promise<Map<string, typeof modelVersions.$inferSelect>> {
  if (modelIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([modelVersions.modelId])
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.tenantId, ctx.actor.tenantId),
        inArray(modelVersions.modelId, [...modelIds]),
        isNull(modelVersions.deletedAt),
      ),
    )
    .orderBy(modelVersions.modelId, desc(modelVersions.number));
  return new Map(rows.map((row) => [row.modelId, row]));
}
