import {
  and,
  asc,
  count,
  desc,
  eq,
  ilike,
  inArray,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { literally } from '../../platform/db/patterns.ts';
import { fail } from '../../platform/failure.ts';
import type { Cursor } from '../../platform/paging.ts';
import { experiments, runs } from './experiments.tables.ts';
import { type Condition, type Order, parseFilter, parseOrder } from './search-language.ts';
import { textMatches, wholeMatches } from './search-sql.ts';

export type ExperimentRow = typeof experiments.$inferSelect;

const mine = (ctx: Context) => eq(experiments.tenantId, ctx.actor.tenantId);

export async function insertExperiment(tx: Sql, row: ExperimentRow): Promise<void> {
  await tx.insert(experiments).values(row);
}

/** Of the tenant, deleted or not; whoever asks decides what may be told. */
export async function findExperiment(db: Sql, tenantId: string, id: string): Promise<ExperimentRow | null> {
  const [row] = await db
    .select()
    .from(experiments)
    .where(and(eq(experiments.tenantId, tenantId), eq(experiments.id, id)))
    .limit(1);
  return row ?? null;
}

export async function findExperimentByName(
  db: Sql,
  ctx: Context,
  name: string,
): Promise<ExperimentRow | null> {
  const [row] = await db
    .select()
    .from(experiments)
    .where(and(mine(ctx), eq(experiments.name, name)))
    .limit(1);
  return row ?? null;
}

export async function updateExperiment(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<ExperimentRow>,
): Promise<boolean> {
  const changed = await tx
    .update(experiments)
    .set(change)
    .where(and(mine(ctx), eq(experiments.id, id)))
    .returning({ id: experiments.id });
  return changed.length === 1;
}

export type ViewOf = 'active' | 'deleted' | 'all';

const viewed = (view: ViewOf) =>
  view === 'all'
    ? undefined
    : view === 'deleted'
      ? isNotNull(experiments.deletedAt)
      : isNull(experiments.deletedAt);

/** The last changed first. */
export async function listExperiments(
  db: Sql,
  ctx: Context,
  query: {
    search?: string | undefined;
    view: ViewOf;
    reached: SQL | null;
    limit: number;
    cursor: Cursor | null;
  },
): Promise<ExperimentRow[]> {
  const { search, cursor } = query;
  const conditions = [mine(ctx), viewed(query.view), query.reached ?? undefined];
  if (search !== undefined && search !== '') {
    const pattern = `%${literally(search)}%`;
    conditions.push(or(ilike(experiments.name, pattern), ilike(experiments.description, pattern)));
  }
  if (cursor !== null) {
    const bound = sql`${String(cursor[0])}::timestamptz`;
    conditions.push(
      or(
        lt(experiments.updatedAt, bound),
        and(eq(experiments.updatedAt, bound), lt(experiments.id, cursor[1])),
      ),
    );
  }
  return db
    .select()
    .from(experiments)
    .where(and(...conditions))
    .orderBy(desc(experiments.updatedAt), desc(experiments.id))
    .limit(query.limit);
}

const attributes = {
  name: experiments.name,
  experiment_id: experiments.id,
  creation_time: experiments.createdAt,
  last_update_time: experiments.updatedAt,
} as const;

/** In the search language of MLflow. Throws INVALID_INPUT. */
export async function searchExperiments(
  db: Sql,
  ctx: Context,
  query: {
    filter: string;
    orderBy: readonly string[];
    view: ViewOf;
    reached: SQL | null;
    limit: number;
    offset: number;
  },
): Promise<ExperimentRow[]> {
  const conditions = parseFilter(query.filter).map(conditionOf);
  const order = query.orderBy.map((line) => orderOf(parseOrder(line)));
  return db
    .select()
    .from(experiments)
    .where(and(mine(ctx), viewed(query.view), query.reached ?? undefined, ...conditions))
    .orderBy(...order, desc(experiments.updatedAt), asc(experiments.id))
    .limit(query.limit)
    .offset(query.offset);
}

function conditionOf(condition: Condition): SQL {
  const { entity, key } = condition;
  if (entity === 'tag') return textMatches(sql`${experiments.tags} ->> ${key}`, condition);
  if (entity === 'attribute' && (key === 'name' || key === 'experiment_id'))
    return textMatches(sql`${attributes[key]}`, condition);
  if (entity === 'attribute' && (key === 'creation_time' || key === 'last_update_time'))
    return wholeMatches(sql`extract(epoch from ${attributes[key]}) * 1000`, condition);
  return unknown(key);
}

function orderOf({ entity, key, descending }: Order): SQL {
  const column = entity === 'attribute' ? attributes[key as keyof typeof attributes] : undefined;
  if (column === undefined || !Object.hasOwn(attributes, key)) return unknown(key);
  return descending ? desc(column) : asc(column);
}

const unknown = (key: string): never =>
  fail(
    'INVALID_INPUT',
    `Experiments are searched by name, experiment_id, creation_time, last_update_time and tags, given ${key.slice(0, 60)}.`,
    { field: 'filter' },
  );

/** Runs that are not deleted. */
export async function countRuns(db: Sql, ctx: Context, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: runs.experimentId, count: count() })
    .from(runs)
    .where(
      and(
        eq(runs.tenantId, ctx.actor.tenantId),
        inArray(runs.experimentId, [...ids]),
        isNull(runs.deletedAt),
      ),
    )
    .groupBy(runs.experimentId);
  return new Map(rows.map(({ id, count }) => [id, count]));
}
