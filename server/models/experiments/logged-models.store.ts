import { and, asc, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/database.ts';
import { fail } from '../../platform/failure.ts';
import { experiments, loggedModels, runMetrics, runs } from './experiments.tables.ts';
import { type Condition, parseFilter, parseOrder } from './search-language.ts';
import { textMatches, wholeMatches } from './search-sql.ts';

export type LoggedModelRow = typeof loggedModels.$inferSelect;

export interface FoundLoggedModel {
  model: LoggedModelRow;
  experimentId: string;
}

const mine = (ctx: Context) => eq(loggedModels.tenantId, ctx.actor.tenantId);

export async function insertLoggedModel(tx: Sql, row: LoggedModelRow): Promise<void> {
  await tx.insert(loggedModels).values(row);
}

export async function findLoggedModel(db: Sql, ctx: Context, id: string): Promise<LoggedModelRow | null> {
  const [row] = await db
    .select()
    .from(loggedModels)
    .where(and(mine(ctx), eq(loggedModels.id, id)))
    .limit(1);
  return row ?? null;
}

export async function updateLoggedModel(
  tx: Sql,
  ctx: Context,
  id: string,
  change: Partial<LoggedModelRow>,
): Promise<void> {
  await tx
    .update(loggedModels)
    .set(change)
    .where(and(mine(ctx), eq(loggedModels.id, id)));
}

/** Ids of those of each run, deleted ones aside, in the order they were made. */
export async function loggedModelsOf(
  db: Sql,
  ctx: Context,
  runIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (runIds.length === 0) return new Map();
  const rows = await db
    .select({ id: loggedModels.id, runId: loggedModels.runId })
    .from(loggedModels)
    .where(and(mine(ctx), inArray(loggedModels.runId, [...runIds]), isNull(loggedModels.deletedAt)))
    .orderBy(asc(loggedModels.id));
  const groups = Map.groupBy(rows, ({ runId }) => runId);
  return new Map([...groups].map(([runId, all]) => [runId, all.map(({ id }) => id)]));
}

export interface LoggedModelQuery {
  experimentIds: readonly string[];
  filter: string;
  orderBy: readonly { field_name: string; ascending: boolean }[];
  reached: SQL | null;
  limit: number;
  offset: number;
}

/** In the search language of MLflow. Throws INVALID_INPUT. */
export async function searchLoggedModels(
  db: Sql,
  ctx: Context,
  query: LoggedModelQuery,
): Promise<FoundLoggedModel[]> {
  const order = query.orderBy.map(({ field_name, ascending }) => {
    const { entity, key } = parseOrder(field_name);
    const column = columnOf(entity, key);
    return ascending ? sql`(${column}) asc nulls last` : sql`(${column}) desc nulls last`;
  });
  return db
    .select({ model: loggedModels, experimentId: runs.experimentId })
    .from(loggedModels)
    .innerJoin(runs, eq(runs.id, loggedModels.runId))
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(
      and(
        mine(ctx),
        isNull(loggedModels.deletedAt),
        isNull(runs.deletedAt),
        isNull(experiments.deletedAt),
        inArray(runs.experimentId, [...query.experimentIds]),
        query.reached ?? undefined,
        ...parseFilter(query.filter).map(conditionOf),
      ),
    )
    .orderBy(...order, desc(loggedModels.createdAt), desc(loggedModels.id))
    .limit(query.limit)
    .offset(query.offset);
}

const texts: Readonly<Record<string, SQL>> = {
  name: sql`${loggedModels.name}`,
  model_id: sql`${loggedModels.id}`,
  model_type: sql`${loggedModels.modelType}`,
  status: sql`upper(${loggedModels.status})`,
  source_run_id: sql`${loggedModels.runId}`,
};
const numbers: Readonly<Record<string, SQL>> = {
  creation_timestamp: sql`floor(extract(epoch from ${loggedModels.createdAt}) * 1000)`,
  creation_time: sql`floor(extract(epoch from ${loggedModels.createdAt}) * 1000)`,
  last_updated_timestamp: sql`floor(extract(epoch from ${loggedModels.updatedAt}) * 1000)`,
};

function columnOf(entity: Condition['entity'], key: string): SQL {
  if (entity === 'tag') return sql`${loggedModels.tags} ->> ${key}`;
  if (entity === 'param') return sql`${loggedModels.params} ->> ${key}`;
  if (entity === 'metric')
    return sql`select value from ${runMetrics} where run_id = ${loggedModels.runId} and key = ${key}`;
  const known = Object.hasOwn(texts, key)
    ? texts[key]
    : Object.hasOwn(numbers, key)
      ? numbers[key]
      : undefined;
  return (
    known ??
    fail(
      'INVALID_INPUT',
      `Expected one of ${[...Object.keys(texts), ...Object.keys(numbers)].join(', ')}, given ${key.slice(0, 60)}.`,
      {
        field: 'filter',
      },
    )
  );
}

function conditionOf(condition: Condition): SQL {
  const { entity, key } = condition;
  const column = columnOf(entity, key);
  const isNumber = entity === 'metric' || (entity === 'attribute' && Object.hasOwn(numbers, key));
  return isNumber ? wholeMatches(column, condition) : textMatches(column, condition);
}
